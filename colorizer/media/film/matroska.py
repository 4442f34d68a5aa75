"""Set the display size in a finished Matroska file, which PyAV's muxer leaves out.

Elements and their numbers: RFC 9559, "Matroska Media Container Format Specification".
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

_SEGMENT, _TRACKS, _CLUSTER = 0x18538067, 0x1654AE6B, 0x1F43B675
_TRACK_ENTRY, _TRACK_TYPE, _VIDEO = 0xAE, 0x83, 0xE0
_MAX_BLOCK_ADDITION, _NAME = 0x55EE, 0x536E
_DISPLAY_WIDTH, _DISPLAY_HEIGHT, _DISPLAY_UNIT = 0x54B0, 0x54BA, 0x54B2
_VOID, _CRC = 0xEC, 0xBF
_LONGEST_HEADER = 12
_LONGEST_TRACKS = 1 << 24
"""Bytes; more would not be a track list."""

ROOM = "display size"
"""Name of a track for which there is no name: WebM's header has no other room for the size."""

Element = tuple[int, bytes]
"""Number and content."""
_AS_RATIO = 3
"""DisplayUnit: width and height are an aspect ratio, not pixels."""
_MOST_SCALE = 2
"""Times the picture's height that a display size in pixels may have."""


def display_size(size: tuple[int, int], ratio: Fraction) -> tuple[int, int, int]:
    """Return height, width and DisplayUnit that give exactly a pixel aspect ratio.

    Args:
        size: (height, width) of the picture in its own pixels.
        ratio: width to height of a pixel.
    """
    shape = Fraction(size[1], size[0]) * ratio
    times = -(-size[0] // shape.denominator)
    if shape.denominator > _MOST_SCALE * size[0]:
        return shape.denominator, shape.numerator, _AS_RATIO
    return shape.denominator * times, shape.numerator * times, 0


def set_display_size(path: Path, size: tuple[int, int, int]) -> bool:
    """Write the display size of the first video track into its header, in place.

    Args:
        path: a complete Matroska file.
        size: height, width and unit, see `display_size`.

    Returns:
        False where the header has no room for it; the file is then unchanged.
    """
    with path.open("r+b") as file:
        place = _find_tracks(file)
        if place is None:
            return False
        start, length = place
        file.seek(start)
        changed = _with_display_size(file.read(length), size)
        if changed is None:
            return False
        file.seek(start)
        file.write(changed)
    return True


def _find_tracks(file: BinaryIO) -> tuple[int, int] | None:
    """Return offset and length of the content of Tracks."""
    position = 0
    while True:
        file.seek(position)
        head = file.read(_LONGEST_HEADER)
        if len(head) < 2:
            return None
        number, length, used = _header(head)
        if number == _TRACKS:
            return (position + used, length) if length < _LONGEST_TRACKS else None
        if number == _CLUSTER:
            return None
        position += used if number == _SEGMENT else used + length


def _header(data: bytes) -> tuple[int, int, int]:
    """Return number, content length and own length of the element that begins `data`."""
    first = 9 - data[0].bit_length()
    second = 9 - data[first].bit_length()
    length = int.from_bytes(data[first : first + second], "big") & ((1 << (7 * second)) - 1)
    return int.from_bytes(data[:first], "big"), length, first + second


def _split(data: bytes) -> list[Element]:
    elements, position = [], 0
    while position < len(data):
        number, length, used = _header(data[position : position + _LONGEST_HEADER])
        position += used
        elements.append((number, data[position : position + length]))
        position += length
    return elements


def _element(number: int, content: bytes, length_bytes: int | None = None) -> bytes:
    width = length_bytes or max(1, -(-(len(content) + 1).bit_length() // 7))
    length = (len(content) | 1 << (7 * width)).to_bytes(width, "big")
    return number.to_bytes(-(-number.bit_length() // 8), "big") + length + content


def _join(elements: list[Element]) -> bytes:
    return b"".join(_element(number, content) for number, content in elements)


def _with_display_size(tracks: bytes, size: tuple[int, int, int]) -> bytes | None:
    """Return Tracks with the size in it and the same length; None where it doesn't fit."""
    position = 0
    while position < len(tracks):
        number, length, used = _header(tracks[position : position + _LONGEST_HEADER])
        start, end = position + used, position + used + length
        entry = _split(tracks[start:end]) if number == _TRACK_ENTRY else []
        if (_TRACK_TYPE, b"\x01") in entry:
            content = _fill(_entry_with_size(entry, size), length)
            return None if content is None else _sealed(tracks[:start] + content + tracks[end:])
        position = end
    return None


def _entry_with_size(entry: list[Element], size: tuple[int, int, int]) -> bytes:
    height, width, unit = (side.to_bytes(-(-side.bit_length() // 8), "big") for side in size)
    stale = (_DISPLAY_WIDTH, _DISPLAY_HEIGHT, _DISPLAY_UNIT)
    kept = []
    for number, content in entry:
        if number == _VIDEO:
            video = [item for item in _split(content) if item[0] not in stale]
            shown = [(_DISPLAY_WIDTH, width), (_DISPLAY_HEIGHT, height)]
            shown += [(_DISPLAY_UNIT, unit)] if unit else []
            content = _join([*video, *shown])
        # Padding, a zero that is the default anyway and a name made for it make room.
        default = (number, content.strip(b"\0")) == (_MAX_BLOCK_ADDITION, b"")
        if number != _VOID and not default and (number, content) != (_NAME, ROOM.encode()):
            kept.append((number, content))
    return _join(kept)


def _fill(content: bytes, length: int) -> bytes | None:
    """Pad with a Void element to exactly `length`."""
    rest = length - len(content)
    if rest == 0:
        return content
    if rest < 2:
        return None
    width = 1 if rest < 129 else 8
    return content + _element(_VOID, bytes(rest - 1 - width), width)


def _sealed(tracks: bytes) -> bytes:
    """Renew the checksum that may begin Tracks."""
    if tracks[:2] != bytes((_CRC, 0x84)):
        return tracks
    return tracks[:2] + crc32(tracks[6:]).to_bytes(4, "little") + tracks[6:]
