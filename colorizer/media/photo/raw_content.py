"""Whether a file built as a TIFF is a camera raw: its content tells, its name does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Literal

from colorizer.media.metadata.ifd import Directory, read_directory

_SUBFILE, _COMPRESSION, _PHOTOMETRIC, _SUBIFDS, _DNG_VERSION = 254, 259, 262, 330, 50706
_MOSAIC = (32803, 34892)
"""PhotometricInterpretation of a colour filter array and of linear raw."""
_MARKS = (b"CR\2\0", b"IIII")
"""At offset 8: Canon CR2 and Phase One IIQ."""
_OF_PICTURES = (1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34712)
"""Compressions in which programs write finished pictures."""
_MOST = 32


def is_raw(file: BinaryIO, *, named_so: bool) -> bool:
    """Tell whether a TIFF holds what a sensor saw, not a finished picture.

    Args:
        file: a TIFF.
        named_so: its name is that of a camera raw, which decides where the content leaves doubt.
    """
    file.seek(0)
    head = file.read(16)
    if head[8:12] in _MARKS:
        return True
    order = "<" if head[:2] == b"II" else ">"
    named: Literal["little", "big"] = "little" if order == "<" else "big"
    try:
        found = list(_directories(file, int.from_bytes(head[4:8], named), order, named))
    except (ValueError, OSError):
        return named_so

    def number(directory: Directory, tag: int) -> int | None:
        entry = directory.get(tag)
        return int.from_bytes(entry.data[:4], named) if entry else None

    if any(_DNG_VERSION in one or number(one, _PHOTOMETRIC) in _MOSAIC for one in found):
        return True
    first = found[0] if found else {}
    finished = not (number(first, _SUBFILE) or 0) & 1 and number(first, _PHOTOMETRIC) in range(10)
    return named_so and not (finished and number(first, _COMPRESSION) in _OF_PICTURES)


def _directories(
    file: BinaryIO, offset: int, order: str, named: Literal["little", "big"]
) -> Iterator[Directory]:
    """Yield the directories of the pages and those inside them."""
    seen: set[int] = set()
    waiting = [offset]
    while waiting and len(seen) < _MOST:
        place = waiting.pop(0)
        if not place or place in seen:
            continue
        seen.add(place)
        directory = read_directory(file, place, order)
        yield directory
        if below := directory.get(_SUBIFDS):
            data = below.data
            waiting += [int.from_bytes(data[at : at + 4], named) for at in range(0, len(data), 4)]
        file.seek(place)
        count = int.from_bytes(file.read(2), named)
        file.seek(place + 2 + 12 * count)
        waiting.append(int.from_bytes(file.read(4), named))
