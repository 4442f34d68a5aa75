"""Set in a finished Matroska file what PyAV can't: display size and delay of sound.

Elements and their numbers: RFC 9559, "Matroska Media Container Format Specification".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

_SEGMENT, _TRACKS, _CLUSTER = 0x18538067, 0x1654AE6B, 0x1F43B675
_TRACK_ENTRY, _TRACK_TYPE, _VIDEO = 0xAE, 0x83, 0xE0
_MAX_BLOCK_ADDITION, _NAME = 0x55EE, 0x536E
_DISPLAY_WIDTH, _DISPLAY_HEIGHT, _DISPLAY_UNIT = 0x54B0, 0x54BA, 0x54B2
_CROP = (0x54AA, 0x54BB, 0x54CC, 0x54DD)
"""PixelCropBottom, -Top, -Left and -Right."""
_CODEC_DELAY = 0x56AA
_COLOUR, _MAX_CLL, _MASTER = 0x55B0, 0x55BC, 0x55D0
"""MaxFALL follows MaxCLL; red x and y, green, blue, white, most and least light the master."""
_COLOUR_ROOM = 24
"""Bytes for the heads of the elements around it."""
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
    return _change_entry(path, lambda entry: _entry_with_size(entry, size))


def light_room(display: Sequence[Fraction], levels: Sequence[int]) -> str:
    """Return a name that gives a header room for `set_light`, "" where nothing is to be set."""
    colour = _light(display, levels)
    return "light level ".ljust(len(_join(colour)) + _COLOUR_ROOM, ".") if colour else ""


def set_light(path: Path, name: str, display: Sequence[Fraction], levels: Sequence[int]) -> bool:
    """Write how bright the master's display and the film are into the header of the picture.

    Args:
        path: a complete Matroska file.
        name: of the track, without what `light_room` has added to it.
        display: see `side.display_of`; may be empty.
        levels: most light of a pixel and of a frame on average, cd/m2; may be empty.

    Returns:
        False where the header has no room for it; the file is then unchanged.
    """
    marked = (name + light_room(display, levels)).encode()

    def lit(entry: list[Element]) -> list[Element] | None:
        if (_NAME, marked) not in entry:
            return None
        kept: list[Element] = [(_NAME, name.encode())] if name else []
        for number, content in entry:
            if number == _VIDEO:
                video = _split(content)
                colour = [one for n, inner in video if n == _COLOUR for one in _split(inner)]
                others = [item for item in video if item[0] != _COLOUR]
                content = _join([*others, (_COLOUR, _join(colour + _light(display, levels)))])
            if number not in (_NAME, _VOID):
                kept.append((number, content))
        return kept

    return _change_entry(path, lit)


def _light(display: Sequence[Fraction], levels: Sequence[int]) -> list[Element]:
    """Return the elements of Colour that tell of light (RFC 9559, 5.1.4.1.28.16)."""
    found = [(_MAX_CLL + place, level.to_bytes(4, "big")) for place, level in enumerate(levels)]
    if display:
        *places, least, most = display
        values = [struct.pack(">d", float(value)) for value in (*places, most, least)]
        inner = [(_MASTER + 1 + place, value) for place, value in enumerate(values)]
        found.append((_MASTER, _join(inner)))
    return found


def delay_room(delay: Fraction) -> str:
    """Return what is to be added to a track's name, so that its header has room for the delay.

    Args:
        delay: seconds.
    """
    return f" codec delay {round(delay * 10**9)} ns"


def set_codec_delay(path: Path, name: str, delay: Fraction) -> bool:
    """Write the delay of the track of a name into its header, in place.

    Args:
        path: a complete Matroska file.
        name: of the track, without what `delay_room` has added to it.
        delay: seconds of sound that are not heard.

    Returns:
        False where no track has that name; the file is then unchanged.
    """
    marked, number = (name + delay_room(delay)).encode(), round(delay * 10**9)
    value = number.to_bytes(-(-number.bit_length() // 8), "big")

    def delayed(entry: list[Element]) -> list[Element] | None:
        if (_NAME, marked) not in entry:
            return None
        kept = [item for item in entry if item[0] not in (_NAME, _CODEC_DELAY, _VOID)]
        named = [(_NAME, name.encode())] if name else []
        return [*kept, *named, (_CODEC_DELAY, value)]

    return _change_entry(path, delayed)


def pixel_crop(path: Path, index: int) -> tuple[int, int]:
    """Return how many lines and columns of a track of a Matroska file are not to be shown."""
    crop = {}
    for entry in _entries(path)[index : index + 1]:
        for number, content in entry:
            if number == _VIDEO:
                crop = {one: int.from_bytes(value, "big") for one, value in _split(content)}
    bottom, top, left, right = (crop.get(number, 0) for number in _CROP)
    return bottom + top, left + right


def codec_delays(path: Path) -> set[int]:
    """Return the places of the tracks of a Matroska file that have a delay."""
    return {
        index
        for index, entry in enumerate(_entries(path))
        if any(number == _CODEC_DELAY and content.strip(b"\0") for number, content in entry)
    }


def _entries(path: Path) -> list[list[Element]]:
    """Return the elements of all tracks."""
    with path.open("rb") as file:
        place = _find_tracks(file)
        if place is None:
            return []
        file.seek(place[0])
        tracks = _split(file.read(place[1]))
    return [_split(content) for number, content in tracks if number == _TRACK_ENTRY]


def _change_entry(path: Path, change: Callable[[list[Element]], list[Element] | None]) -> bool:
    """Rewrite the first track for which `change` gives new elements, at the same length."""
    with path.open("r+b") as file:
        place = _find_tracks(file)
        if place is None:
            return False
        file.seek(place[0])
        tracks, position = file.read(place[1]), 0
        while position < len(tracks):
            number, length, used = _header(tracks[position : position + _LONGEST_HEADER])
            start, end = position + used, position + used + length
            entry = change(_split(tracks[start:end])) if number == _TRACK_ENTRY else None
            content = None if entry is None else _fill(_join(entry), length)
            if content is not None:
                file.seek(place[0])
                file.write(_sealed(tracks[:start] + content + tracks[end:]))
                return True
            position = end
    return False


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


def _entry_with_size(entry: list[Element], size: tuple[int, int, int]) -> list[Element] | None:
    """Return the elements of a picture's track with its display size, None of other tracks."""
    if (_TRACK_TYPE, b"\x01") not in entry:
        return None
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
    return kept


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
