"""Folders of originals and results: which files, which names, and what was kept."""
