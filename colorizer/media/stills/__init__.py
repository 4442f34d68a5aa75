"""Stills of a film for people: single pictures, and sheets of all of them."""
