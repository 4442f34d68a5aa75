"""Boxes of JPEG 2000 files (ISO/IEC 15444-1, annex I): found, and put together."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from colorizer.notes import note

SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
CODESTREAM = b"\xff\x4f\xff\x51"
"""Markers SOC and SIZ, with which every codestream begins."""
XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
EXIF_ID = b"JpgTiffExif->JP2"
IPTC_ID = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
RGB, GRAY, CMYK, YCC = 16, 17, 12, 18
"""Enumerated colour spaces."""


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the contents of every box in data[start:end].

    A box that claims more than there is ends with the data.
    """
    end = len(data) if end is None else min(end, len(data))
    while end - start >= 8:
        length, kind = struct.unpack_from(">I4s", data, start)
        inside = start + 8
        if length == 1 and end - start >= 16:
            (length,) = struct.unpack_from(">Q", data, inside)
            inside += 8
        stop = end if length == 0 else start + length
        if stop < inside:
            return
        yield kind, inside, min(stop, end)
        start = stop


def box(kind: bytes, *contents: bytes) -> bytes:
    """Return one box."""
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


@dataclass(frozen=True, slots=True)
class Size:
    """What the SIZ marker of a codestream says."""

    height: int
    width: int
    bits: tuple[int, ...]
    """Of every component."""
    plain: bool
    """All components are unsigned, of one depth and at full resolution."""


def read_size(data: bytes, start: int) -> Size:
    """Read the size of the codestream that begins at data[start].

    Raises:
        ValueError: no box begins here, or it is cut off.
    """
    if data[start : start + 4] != CODESTREAM:
        raise ValueError(note("jp2.no_codestream"))
    try:
        right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
        (count,) = struct.unpack_from(">H", data, start + 40)
        parts = [struct.unpack_from(">3B", data, start + 42 + 3 * n) for n in range(count)]
    except struct.error as error:
        raise ValueError(note("photo.header_cut_off")) from error
    bits = tuple((kind & 127) + 1 for kind, _, _ in parts)
    plain = all(kind < 128 and (x, y) == (1, 1) for kind, x, y in parts) and len(set(bits)) == 1
    return Size(bottom - top, right - left, bits, plain)


def read_resolution(data: bytes, start: int, end: int) -> tuple[Fraction, Fraction, int] | None:
    """Return capture or display resolution across, down and unit 3 (per centimetre)."""
    found = {kind: inside for kind, inside, stop in boxes(data, start, end) if stop - inside >= 10}
    place = found.get(b"resc", found.get(b"resd"))
    if place is None:
        return None
    down, down_by, across, across_by, down_power, across_power = struct.unpack_from(
        ">4H2b", data, place
    )
    if not (down and down_by and across and across_by):
        return None
    ten = Fraction(10)
    values = (
        Fraction(across, across_by) * ten**across_power / 100,
        Fraction(down, down_by) * ten**down_power / 100,
    )
    return (*values, 3) if all(0 < value < 10**6 for value in values) else None


def resolution_box(across: Fraction, down: Fraction, unit: int) -> bytes:
    """Return the box of a resolution per inch (unit 2) or centimetre (3)."""
    per_metre = [value * (100 if unit == 3 else Fraction(10000, 254)) for value in (down, across)]
    parts, powers = [], []
    for value in per_metre:
        power = 0
        while value >= 65535:
            value, power = value / 10, power + 1  # noqa: PLW2901
        part = value.limit_denominator(65535)
        while part.numerator > 65535:
            part = part.limit_denominator(part.denominator // 2)
        parts += [part.numerator, part.denominator]
        powers.append(power)
    return box(b"res ", box(b"resc", struct.pack(">4H2b", *parts, *powers)))
