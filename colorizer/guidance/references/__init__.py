"""Stills painted elsewhere whose colours a film is to have."""
