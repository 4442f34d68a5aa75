"""Frames of a film, read for a test."""

from colorizer.media.film.source import FilmSource


def read(path):
    """Return the frames of a film and its source, closed."""
    with FilmSource(path, side=32) as source:
        return list(source.frames()), source
