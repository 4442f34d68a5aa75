"""From inputs to a plan: which files, which names, what exists already, room on disks."""
