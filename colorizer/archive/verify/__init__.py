"""Whether results are what was recorded, and kept the picture of their sources."""
