"""Colours that a person asks for at places of a picture."""
