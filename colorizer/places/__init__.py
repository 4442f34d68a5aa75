"""What a person writes: places in a film, templates of names, patterns of numbered files."""
