"""Photoshop image resources: taken apart, and rid of what is untrue of a result."""

from __future__ import annotations

import struct
from collections.abc import Container, Iterator

_UNTRUE = (0x0409, 0x040C, 0x040F, 0x0411, 0x0422, 0x0423, 0x0424)
"""Photoshop resources that hold the old picture small, its profile, or a second copy of EXIF and
XMP, which stand elsewhere."""


def without_thumbnails(resources: bytes) -> bytes:
    """Return Photoshop image resources without those that are untrue of a result."""
    return without_resources(resources, _UNTRUE)


def without_resources(resources: bytes, numbers: Container[int]) -> bytes:
    """Return Photoshop image resources without those of the given numbers."""
    return b"".join(data for number, _, data in resources_of(resources) if number not in numbers)


def resources_of(resources: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield number, content and all bytes of every Photoshop image resource."""
    at = 0
    while resources[at : at + 4] in (b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa"):
        name = at + 6
        start = name + (resources[name] + 2) // 2 * 2 + 4 if name < len(resources) else 0
        if not 0 < start <= len(resources):
            break
        (length,) = struct.unpack(">I", resources[start - 4 : start])
        end = start + length + length % 2
        number = int.from_bytes(resources[at + 4 : at + 6], "big")
        yield number, resources[start : start + length], resources[at:end]
        at = end
