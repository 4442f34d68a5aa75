"""Image sequences: films whose frames are files."""
