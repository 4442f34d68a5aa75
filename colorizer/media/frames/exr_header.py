"""Headers of OpenEXR files (https://openexr.com/en/latest/OpenEXRFileLayout.html)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.files.strangers import open_regular
from colorizer.notes import note
from colorizer.places.timecode import from_word

MAGIC = struct.pack("<i", 20000630)
HALF, FLOAT = 1, 2
"""Types of channels; 0 is whole numbers."""
LINES_OF = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}
"""Lines of a block, by the compression."""
_DEEP, _MULTIPART = 0x800, 0x1000
_HEADER = 1 << 16
"""Bytes that hold every sensible header."""
_MOST_HEADER = 1 << 24

Attributes = Mapping[str, tuple[str, bytes]]
"""Type and value by name, in the order of the file."""
Chromaticities = tuple[float, ...]
"""x and y of red, green, blue and white."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExrHeader:
    """What the header of a frame says."""

    attributes: Attributes
    size: tuple[int, int]
    """(height, width) of the display window."""
    bits: int
    """16 for half, 32 for float, of the deepest channel that is read."""
    channels: tuple[str, ...]
    rate: Fraction | None = None
    pixel_aspect: Fraction | None = None
    timecode: str = ""
    """Empty where it has none."""
    chromaticities: Chromaticities | None = None
    """None where the file does not say: those of Rec. 709."""
    table: slice | None = None
    """Bytes of the places of the blocks of lines; None of tiles, or of another kind of file."""
    offset: tuple[int, int] = (0, 0)
    """Columns and lines from the display window to what is stored."""


def look_at_exr(path: Path) -> ExrHeader:
    """Read the header of a file without its samples, and check that none is cut off.

    Raises:
        MediaError: no OpenEXR, damaged or cut off, or it can't be opened.
        UnsupportedMedia: channels or parts that are not read here.
    """
    try:
        with open_regular(path) as file:
            data = file.read(_HEADER)
            size = file.seek(0, 2)
            attributes, end = _attributes(path, data)
            if end < 0 and size > _HEADER:
                file.seek(0)
                data = file.read(_MOST_HEADER)
                attributes, end = _attributes(path, data)
    except OSError as error:
        raise MediaError(path, note("file.cannot_read_so", why=error.strerror)) from error
    if end < 0:
        raise MediaError(path, note("file.cut_off_in_header"))
    header = _described(path, attributes, end)
    if header.table is not None:
        _check_table(path, header.table, size)
    return header


def new_exr_header(size: tuple[int, int], rate: Fraction, aspect: Fraction | None) -> ExrHeader:
    """Return the header of a frame that comes from no OpenEXR: Rec. 709 light."""
    window = struct.pack("<4i", 0, 0, size[1] - 1, size[0] - 1)
    attributes = {
        "displayWindow": ("box2i", window),
        "framesPerSecond": ("rational", struct.pack("<iI", rate.numerator, rate.denominator)),
        "pixelAspectRatio": ("float", struct.pack("<f", float(aspect or 1))),
        "screenWindowCenter": ("v2f", struct.pack("<2f", 0, 0)),
        "screenWindowWidth": ("float", struct.pack("<f", 1)),
    }
    return ExrHeader(attributes=attributes, size=size, bits=0, channels=())


def _attributes(path: Path, data: bytes) -> tuple[dict[str, tuple[str, bytes]], int]:
    """Return the attributes and where they end, -1 where the data ends first."""
    if data[:4] != MAGIC or len(data) < 8:
        raise MediaError(path, note("exr.none"))
    (flags,) = struct.unpack_from("<I", data, 4)
    if flags & (_DEEP | _MULTIPART):
        what = note("exr.deep") if flags & _DEEP else note("exr.parts")
        raise UnsupportedMedia(path, note("exr.not_read", what=what))
    found: dict[str, tuple[str, bytes]] = {}
    at = 8
    while at < len(data) and data[at]:
        name_end = data.find(b"\0", at)
        kind_end = data.find(b"\0", name_end + 1)
        if min(name_end, kind_end) < 0 or kind_end + 5 > len(data):
            return found, -1
        (length,) = struct.unpack_from("<I", data, kind_end + 1)
        begin = kind_end + 5
        if begin + length > len(data):
            return found, -1
        name, kind = data[at:name_end], data[name_end + 1 : kind_end]
        value = data[begin : begin + length]
        found[name.decode("latin-1")] = (kind.decode("latin-1"), value)
        at = begin + length
    return found, at + 1 if at < len(data) else -1


def _described(path: Path, attributes: Attributes, end: int) -> ExrHeader:
    channels = _channels(attributes.get("channels", ("", b""))[1])
    colour = [name for name in ("R", "G", "B") if name in channels] or ["Y"]
    if (colour != ["Y"] and len(colour) < 3) or not set(colour) <= channels.keys():
        known = ", ".join(channels) or "none"
        raise UnsupportedMedia(path, note("exr.channels", channels=known))
    if {"RY", "BY"} & channels.keys() or any(
        channels[n] != HALF and channels[n] != FLOAT for n in colour
    ):
        raise UnsupportedMedia(path, note("exr.luminance"))
    left, top, right, bottom = _window(attributes, "displayWindow")
    width, height = right - left + 1, bottom - top + 1
    stored = _window(attributes, "dataWindow")
    if not 0 < width * height <= 1 << 30 or width <= 0:
        raise MediaError(path, note("header.impossible_size", width=width, height=height))
    return ExrHeader(
        attributes=attributes,
        size=(height, width),
        bits=max(16 if channels[name] == HALF else 32 for name in colour),
        channels=tuple(channels),
        rate=_rate(attributes),
        pixel_aspect=_aspect(attributes),
        timecode=_timecode(attributes),
        chromaticities=_chromaticities(attributes),
        table=_table(path, attributes, end),
        offset=(stored[0] - left, stored[1] - top),
    )


def _timecode(attributes: Attributes) -> str:
    kind, value = attributes.get("timeCode", ("", b""))
    return from_word(int.from_bytes(value[:4], "little")) if kind == "timecode" else ""


def _window(attributes: Attributes, name: str) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a window, all within."""
    value = attributes.get(name, ("", b""))[1]
    return struct.unpack("<4i", value) if len(value) == 16 else (0, 0, -1, -1)


def _channels(data: bytes) -> dict[str, int]:
    """Return the type of every channel of a list."""
    found, at = {}, 0
    while at < len(data) and data[at]:
        end = data.find(b"\0", at)
        if end < 0 or end + 17 > len(data):
            break
        found[data[at:end].decode("latin-1")] = struct.unpack_from("<i", data, end + 1)[0]
        at = end + 17
    return found


def _table(path: Path, attributes: Attributes, end: int) -> slice | None:
    """Return the bytes of the places of blocks, which begin at `end`."""
    compression = attributes.get("compression", ("", b""))[1]
    if "tiles" in attributes or not compression:
        return None
    _, top, _, bottom = _window(attributes, "dataWindow")
    count = -(-(bottom - top + 1) // LINES_OF.get(compression[0], 1))
    if not 0 < count <= 1 << 20:
        raise MediaError(path, note("exr.impossible_lines"))
    return slice(end, end + 8 * count)


def _check_table(path: Path, table: slice, size: int) -> None:
    """Refuse a file that ends before its last block of lines.

    Raises:
        MediaError: it is cut off.
    """
    try:
        with open_regular(path) as file:
            file.seek(table.start)
            data = file.read(table.stop - table.start)
            places = np.frombuffer(data[: len(data) // 8 * 8], "<u8")
            last = int(places.max()) if table.stop <= size else size
            file.seek(min(last, size))
            head = file.read(8)
    except OSError as error:
        raise MediaError(path, note("file.cannot_read_so", why=error.strerror)) from error
    whole = len(head) == 8 and last + 8 + struct.unpack("<ii", head)[1] <= size
    if not whole or int(places.min()) == 0:
        raise MediaError(path, note("exr.cut_off", size=size))


def _rate(attributes: Attributes) -> Fraction | None:
    value = attributes.get("framesPerSecond", ("", b""))[1]
    if len(value) != 8:
        return None
    above, below = struct.unpack("<iI", value)
    return Fraction(above, below) if below and 1 <= above / below <= 240 else None


def _aspect(attributes: Attributes) -> Fraction | None:
    value = attributes.get("pixelAspectRatio", ("", b""))[1]
    ratio = struct.unpack("<f", value)[0] if len(value) == 4 else 1.0
    if not 0.1 < ratio < 10 or abs(ratio - 1) < 1e-4:
        return None
    return Fraction(ratio).limit_denominator(1000)


def _chromaticities(attributes: Attributes) -> Chromaticities | None:
    value = attributes.get("chromaticities", ("", b""))[1]
    return struct.unpack("<8f", value) if len(value) == 32 else None
