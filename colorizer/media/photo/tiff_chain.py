"""The chain of page directories of a TIFF: tifffile ends it at the first damage without a word."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from colorizer.errors import MediaError
from colorizer.media.photo.scan import file_size
from colorizer.notes import note

MOST_PAGES = 20_000


def check_chain(path: Path, file: BinaryIO) -> None:
    """Follow the directories of all pages to the end.

    Raises:
        MediaError: one does not exist, or they lead back to each other.
    """
    size = file_size(file)
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    link, entries, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
    place = 8 if big else 4
    seen: set[int] = set()
    while True:
        offset = _number(path, file, place, order + link, size, len(seen))
        if not offset:
            return
        if offset in seen or len(seen) >= MOST_PAGES:
            raise MediaError(path, note("tiff.endless_pages", pages=len(seen)))
        seen.add(offset)
        count = _number(path, file, offset, order + entries, size, len(seen) - 1)
        place = offset + struct.calcsize(order + entries) + count * entry


def _number(path: Path, file: BinaryIO, place: int, form: str, size: int, page: int) -> int:
    """Read one number of the chain.

    Raises:
        MediaError: the file ends before it.
    """
    file.seek(min(place, size))
    data = file.read(struct.calcsize(form))
    if len(data) < struct.calcsize(form):
        if page:
            raise MediaError(path, note("tiff.cut_off_after_page", page=page, bytes=size))
        raise MediaError(path, note("tiff.cut_off", bytes=size))
    return struct.unpack(form, data)[0]
