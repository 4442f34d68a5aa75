"""Colorize black-and-white photos and films; public names are in __all__."""

__version__ = "0.1.0"
