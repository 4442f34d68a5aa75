"""The part of a picture that its container wants shown; FFmpeg decodes all of it."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from colorizer.files.strangers import open_regular
from colorizer.media.film.container import boxes
from colorizer.media.film.matroska import pixel_crop

_WAY = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
_ENTRY, _VISUAL = 16, 78
"""Bytes ahead of the content of the first entry of stsd, and of those ahead of its boxes."""


def shown_size(
    path: Path, container: str, index: int, size: tuple[int, int]
) -> tuple[int, int] | None:
    """Return height and width of what a film's container wants shown; None where it is all.

    Args:
        path: the film.
        container: FFmpeg's name of its format.
        index: of its stream.
        size: (height, width) of its picture.
    """
    shown = size
    with suppress(OSError, struct.error, IndexError, ZeroDivisionError):
        if "matroska" in container:
            lines, columns = pixel_crop(path, index)
            shown = size[0] - lines, size[1] - columns
        elif "mov" in container:
            with open_regular(path) as file:
                shown = _clean_aperture(file, index, path.stat().st_size) or size
    return shown if shown != size and min(shown) > 0 else None


def _clean_aperture(file: BinaryIO, index: int, end: int) -> tuple[int, int] | None:
    """Return height and width by the box clap (ISO/IEC 14496-12, 12.1.4) of a track."""
    start = 0
    for wanted in _WAY:
        found = [box for box in boxes(file, start, end) if box[0] == wanted]
        _, start, end = found[index if wanted == b"trak" else 0]
    for kind, first, _ in boxes(file, start + _ENTRY + _VISUAL, end):
        if kind == b"clap":
            file.seek(first)
            width, below, height, under = struct.unpack(">4I", file.read(16))
            return height // under, width // below
    return None
