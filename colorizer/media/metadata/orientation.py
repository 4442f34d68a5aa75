"""How a photo is to be turned: one rule for every format that leaves it to the reader.

The Orientation tag of the file (EXIF, or a TIFF directory) counts, of whichever type its integer
is; where it is missing or makes no sense, tiff:Orientation of the XMP packet does. JPEG 2000, HEIC
and AVIF turn pixels by their own boxes and are left alone.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from colorizer.media.metadata.xmp import property_of

TAG = 0x0112
_PROPERTY = "{http://ns.adobe.com/tiff/1.0/}Orientation"


def orientation_of(tag: Any, xmp: bytes | None) -> int:
    """Return the orientation of a picture, 1 to 8.

    Args:
        tag: value of the Orientation tag: an integer, a tuple or bytes of one; None without one.
        xmp: XMP packet of the file.
    """
    found = _number(tag)
    if found is None and xmp and b"Orientation" in xmp:
        with suppress(ValueError):
            found = _number(int(property_of(xmp, _PROPERTY) or 0))
    return found or 1


def _number(value: Any) -> int | None:
    if isinstance(value, bytes | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return int(value) if 1 <= value <= 8 else None
