"""What the header of a JPEG XL codestream says of its colours (ISO/IEC 18181-1, annex D)."""

from __future__ import annotations

from dataclasses import dataclass

from colorizer.notes import note

_SIZES = ((9, 1), (13, 1), (18, 1), (30, 1))
_ENUM = ((0, 0), (0, 1), (4, 2), (6, 18))
_XY = ((19, 0), (19, 524288), (20, 1048576), (21, 2097152))
_INTEGERS, _FLOATS = ((0, 8), (0, 10), (0, 12), (6, 1)), ((0, 32), (0, 16), (0, 24), (6, 1))
_ALPHA, _SPOT, _FILTER = 0, 2, 5
_GRAY, _XYB = 1, 2
_CUSTOM = 2
_MOST_CHANNELS = 256


@dataclass(frozen=True, slots=True)
class JxlColour:
    """The colours of the decoded pixels."""

    profiled: bool = False
    """They are those of an ICC profile inside the codestream."""
    xyb: bool = True
    """They are coded in XYB, and decoders bring them to the space that is named."""
    primaries: int = 1
    """Of H.273; 0 where they are numbers of its own."""
    transfer: int = 13
    """Of H.273; 0 where it is a gamma."""


class _Bits:
    """Reads bits from the lowest of each byte on."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> int:
        """Return the next `count` bits.

        Raises:
            ValueError: the data ends.
        """
        if self._at + count > 8 * len(self._data):
            raise ValueError(note("photo.header_cut_off"))
        first, last = self._at // 8, (self._at + count + 7) // 8
        value = int.from_bytes(self._data[first:last], "little") >> (self._at % 8)
        self._at += count
        return value & ((1 << count) - 1)

    def flag(self) -> bool:
        """Return the next bit."""
        return bool(self.take(1))

    def one_of(self, choices: tuple[tuple[int, int], ...]) -> int:
        """Return a number by one of four rules: bits to take, and what is added."""
        count, added = choices[self.take(2)]
        return self.take(count) + added


def colour_of_jxl(codestream: bytes) -> JxlColour:
    """Read the colours of a codestream.

    Raises:
        ValueError: it is none, or cut off.
    """
    if codestream[:2] != b"\xff\x0a":
        raise ValueError(note("jp2.no_codestream"))
    bits = _Bits(codestream[2:4096])
    _size(bits)
    if bits.flag():  # all as usual
        return JxlColour()
    if bits.flag():
        _more_fields(bits)
    _depth(bits)
    bits.flag()  # whether 16 bits are enough for the decoder
    channels = bits.one_of(((0, 0), (0, 1), (4, 2), (12, 1)))
    if channels > _MOST_CHANNELS:
        raise ValueError(note("jxl.channels", number=channels))
    for _ in range(channels):
        _channel(bits)
    return _encoding(bits, xyb=bits.flag())


def _size(bits: _Bits) -> None:
    small = bits.flag()
    for side in range(2):
        if side and bits.take(3):  # the width by a ratio
            return
        bits.take(5) if small else bits.one_of(_SIZES)


def _more_fields(bits: _Bits) -> None:
    bits.take(3)  # orientation
    if bits.flag():
        _size(bits)
    if bits.flag():  # a preview
        small = bits.flag()
        large = ((6, 1), (8, 65), (10, 321), (12, 1345))
        for side in range(2):
            if side and bits.take(3):
                break
            bits.one_of(((0, 16), (0, 32), (5, 1), (9, 33)) if small else large)
    if bits.flag():  # an animation
        bits.one_of(((0, 100), (0, 1000), (10, 1), (30, 1)))
        bits.one_of(((0, 1), (0, 1001), (8, 1), (10, 1)))
        bits.one_of(((0, 0), (3, 0), (16, 0), (32, 0)))
        bits.flag()


def _depth(bits: _Bits) -> None:
    floating = bits.flag()
    bits.one_of(_FLOATS if floating else _INTEGERS)
    if floating:
        bits.take(4)


def _channel(bits: _Bits) -> None:
    if bits.flag():  # plain opacity
        return
    kind = bits.one_of(_ENUM)
    _depth(bits)
    bits.one_of(((0, 0), (0, 3), (0, 4), (3, 1)))
    bits.take(8 * bits.one_of(((0, 0), (4, 0), (5, 16), (10, 48))))  # its name
    if kind == _ALPHA:
        bits.flag()
    elif kind == _SPOT:
        bits.take(64)
    elif kind == _FILTER:
        bits.one_of(((0, 1), (2, 0), (4, 3), (8, 19)))


def _encoding(bits: _Bits, *, xyb: bool) -> JxlColour:
    if bits.flag():
        return JxlColour(xyb=xyb)
    profiled, space = bits.flag(), bits.one_of(_ENUM)
    if profiled or space == _XYB:
        return JxlColour(profiled=profiled, xyb=xyb)
    white, primaries = bits.one_of(_ENUM), 1
    if white == _CUSTOM:
        _place(bits)
    if space != _GRAY:
        primaries = bits.one_of(_ENUM)
        for _ in range(3 if primaries == _CUSTOM else 0):
            _place(bits)
    if primaries == 11 and white == 1:
        primaries = 12  # P3 with the white of a screen
    if bits.flag():
        bits.take(24)
        transfer = 0
    else:
        transfer = bits.one_of(_ENUM)
    own = primaries == _CUSTOM or white == _CUSTOM
    return JxlColour(xyb=xyb, primaries=0 if own else primaries, transfer=transfer)


def _place(bits: _Bits) -> None:
    for _ in range(2):
        bits.one_of(_XY)
