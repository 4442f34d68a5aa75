"""The year in which a picture was made, as its file says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from colorizer.media.metadata.carried import Metadata

FIRST_YEAR = 1826
"""Of the first photograph."""
_EXIF_DATE = re.compile(rb"(1[89]\d\d|20\d\d):[01 ][\d ]:[0-3 ][\d ] [0-2 ][\d ]:")
_XMP_DATE = re.compile(
    rb"(?:photoshop:DateCreated|exif:DateTimeOriginal|xmp:CreateDate|dcterms:created|dc:date)"
    rb"[^0-9<]{0,3}(?:>|=)[^0-9]{0,80}?(1[89]\d\d|20\d\d)(?!\d)"
)
_IPTC_DATE = re.compile(rb"\x1c\x02\x37\x00\x08(1[89]\d\d|20\d\d)[01]\d[0-3]\d")
_DATE_TAGS = (306, 36867, 36868)
"""TIFF DateTime, EXIF DateTimeOriginal and DateTimeDigitized."""


def year_of(metadata: Metadata) -> int | None:
    """Return the earliest year among the dates of EXIF, XMP, IPTC and TIFF; None without one.

    A scan has the date of scanning too, which is later than the picture's.
    """
    now = datetime.now(UTC).year
    years = [year for year in _years(metadata) if FIRST_YEAR <= year <= now]
    return min(years, default=None)


def _years(metadata: Metadata) -> Iterator[int]:
    yield from _found(_EXIF_DATE, metadata.exif)
    yield from _found(_XMP_DATE, metadata.xmp)
    yield from _found(_IPTC_DATE, metadata.photoshop)
    for code, _, _, value in metadata.tiff_tags:
        if code in _DATE_TAGS:
            yield from _found(_EXIF_DATE, value)
    for _, directory in metadata.exif_ifds:
        for code, entry in directory.items():
            if code in _DATE_TAGS:
                yield from _found(_EXIF_DATE, entry.data)


def _found(pattern: re.Pattern[bytes], data: bytes | None) -> Iterator[int]:
    for match in pattern.finditer(data or b""):
        yield int(match.group(1))
