"""Which reader decodes a photo: its content decides, its name only for camera raw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from colorizer.errors import UnsupportedMedia
from colorizer.media.scan import Scan
from colorizer.media.scan_pillow import read_pillow_scan
from colorizer.media.scan_tiff import MARKS as TIFF_MARKS
from colorizer.media.scan_tiff import open_tiff

Reader: TypeAlias = Callable[[Path, BinaryIO, list[str]], Scan]
KNOWN = "JPEG, PNG, TIFF, WebP or BMP"
_OWN_MARKS: tuple[tuple[int, bytes, Reader], ...] = (
    (0, b"\xff\xd8\xff", read_pillow_scan),
    (0, b"\x89PNG\r\n\x1a\n", read_pillow_scan),
    (8, b"WEBP", read_pillow_scan),
    (0, b"BM", read_pillow_scan),
)
"""Offset, bytes and reader of formats that hold one picture."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pictures of an opened photo."""

    count: int
    scans: Iterator[Scan]
    """Decodes one page at each step; what a page loses is appended to `notes`."""
    notes: list[str]
    """Of the page decoded last; the reader of `scans` empties it."""


def open_pages(path: Path, file: BinaryIO, warnings: list[str]) -> Pages:
    """Find the reader of a photo and count its pages; no pixel is decoded yet.

    Args:
        path: for messages.
        file: opened for reading.
        warnings: what of the file is left out is appended.

    Raises:
        MediaError: damaged or cut off.
        UnsupportedMedia: no photo of a known format.
    """
    file.seek(0)
    head = file.read(32)
    file.seek(0)
    notes: list[str] = []
    if head[:4] in TIFF_MARKS:
        count, scans = open_tiff(path, file, warnings, notes)
        return Pages(count, scans, notes)
    for at, mark, reader in _OWN_MARKS:
        if head[at:].startswith(mark):
            return Pages(1, _one(reader, path, file, notes), notes)
    raise UnsupportedMedia(path, f"is not a photo; its content is not {KNOWN}")


def _one(reader: Reader, path: Path, file: BinaryIO, notes: list[str]) -> Iterator[Scan]:
    yield reader(path, file, notes)
