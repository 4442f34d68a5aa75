"""What the boxes of a JP2 say of its components: palette, mapping, meaning and colour space.

ISO/IEC 15444-1, annex I.5.3. The codestream is decoded without them, and they are applied here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from colorizer.media.photo.jp2_boxes import CODESTREAM, boxes, read_resolution
from colorizer.media.photo.scan import ASSOCIATED, UNASSOCIATED, UNSPECIFIED
from colorizer.notes import note

_COLOUR, _OPACITY, _PREMULTIPLIED = 0, 1, 2
"""Types of a channel definition."""
_MOST_ENTRIES, _MOST_COLUMNS = 1024, 255


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that the codes of a component stand for."""

    table: np.ndarray
    """(entries, columns) uint16."""
    bits: tuple[int, ...]
    """Of each column."""


class Header:
    """What the boxes of a JP2 say next to the codestream; of a bare codestream, nothing.

    Attributes:
        start: where the codestream begins.
        end: where it ends.
        palette: what codes stand for, None where they are colours themselves.
        mapping: component, whether it goes through the palette, and column, of each channel.
        meanings: type and association of channels by their numbers.
        space: number of the colour space, None where the file names none.
        icc: the profile of the pixels.
        resolution: as in `Metadata`.
        ids: contents of the UUID boxes by their ids.
        xml: it has XML boxes.

    Raises:
        ValueError, IndexError, struct.error: damaged.
    """

    def __init__(self, data: bytes) -> None:
        self.start, self.end = 0, len(data)
        self.palette: Palette | None = None
        self.mapping: list[tuple[int, bool, int]] = []
        self.meanings: dict[int, tuple[int, int]] = {}
        self.space: int | None = None
        self.icc: bytes | None = None
        self.resolution: tuple[Fraction, Fraction, int] | None = None
        self.ids: dict[bytes, bytes] = {}
        self.xml = False
        if data.startswith(CODESTREAM):
            return
        self.start = len(data)
        for kind, start, end in boxes(data):
            if kind == b"jp2c":
                if self.start == len(data):
                    self.start, self.end = start, end
            elif kind == b"jp2h":
                self._read(data, start, end)
            elif kind == b"uuid":
                self.ids.setdefault(data[start : start + 16], data[start + 16 : end])
            elif kind == b"xml ":
                self.xml = True

    def _read(self, data: bytes, start: int, end: int) -> None:
        for kind, inside, stop in boxes(data, start, end):
            if kind == b"colr" and self.space is None and self.icc is None:
                method = data[inside]
                if method == 1:
                    self.space = int.from_bytes(data[inside + 3 : inside + 7], "big")
                elif method in (2, 3):
                    self.icc = data[inside + 3 : stop]
            elif kind == b"pclr":
                self.palette = _read_palette(data, inside)
            elif kind == b"cmap":
                places = range(inside, stop - 3, 4)
                entries = (struct.unpack_from(">HBB", data, at) for at in places)
                self.mapping = [(part, how == 1, column) for part, how, column in entries]
            elif kind == b"cdef":
                (count,) = struct.unpack_from(">H", data, inside)
                for at in range(inside + 2, inside + 2 + 6 * count, 6):
                    number, meaning, where = struct.unpack_from(">3H", data, at)
                    self.meanings[number] = (meaning, where)
            elif kind == b"res ":
                self.resolution = read_resolution(data, inside, stop)


def _read_palette(data: bytes, start: int) -> Palette:
    entries, columns = struct.unpack_from(">HB", data, start)
    if not (0 < entries <= _MOST_ENTRIES and 0 < columns <= _MOST_COLUMNS):
        raise ValueError(note("jp2.palette_damaged"))
    depths = [(value & 127) + 1 for value in data[start + 3 : start + 3 + columns]]
    if max(depths) > 16 or len(depths) < columns:
        raise ValueError(note("jp2.palette_bits", bits=max(depths, default=0)))
    row = np.dtype([(f"c{n}", ">u2" if bits > 8 else "u1") for n, bits in enumerate(depths)])
    rows = np.frombuffer(data, row, entries, start + 3 + columns)
    table = np.stack([rows[f"c{n}"].astype(np.uint16) for n in range(columns)], 1)
    return Palette(table, tuple(depths))


def channels_of(
    components: np.ndarray, bits: tuple[int, ...], header: Header
) -> tuple[list[np.ndarray], list[int]]:
    """Return the channels that components stand for, and the bits of each.

    Args:
        components: (H, W) or (H, W, n), as the codestream has them.
        bits: of each component.
        header: of the file.

    Raises:
        ValueError: a channel is made of a component or column that does not exist.
    """
    parts = [components] if components.ndim == 2 else list(np.moveaxis(components, -1, 0))
    if header.palette is None:
        return parts, list(bits[: len(parts)])
    table, depths = header.palette.table, header.palette.bits
    mapping = header.mapping or [(0, True, column) for column in range(len(depths))]
    planes, found = [], []
    for component, through, column in mapping:
        if component >= len(parts) or (through and column >= len(depths)):
            raise ValueError(note("jp2.palette_unfit"))
        if not through:
            planes.append(parts[component])
            found.append(bits[component])
            continue
        depth = depths[column]
        entries = table[:, column].astype(np.uint8 if depth <= 8 else np.uint16)
        planes.append(entries[np.minimum(parts[component], len(entries) - 1)])
        found.append(depth)
    return planes, found


def order_of(count: int, colours: int, header: Header) -> tuple[list[int], list[tuple[int, int]]]:
    """Return which channels are the colours, in order, and number and kind of all others.

    A file that defines no channels has its colours first, then opacity, then what has no meaning.

    Args:
        count: channels.
        colours: wanted.
        header: of the file.

    Raises:
        ValueError: a colour is missing.
    """
    if not header.meanings:
        if count < colours:
            raise ValueError(note("jp2.colours", have=count, whole=colours))
        kinds = [UNASSOCIATED] + [UNSPECIFIED] * count
        return list(range(colours)), [(colours + n, kinds[n]) for n in range(count - colours)]
    told = {n: header.meanings.get(n, (_COLOUR, n + 1)) for n in range(count)}
    place = {where: n for n, (kind, where) in told.items() if kind == _COLOUR}
    if any(number not in place for number in range(1, colours + 1)):
        raise ValueError(note("jp2.channels"))
    used = [place[number] for number in range(1, colours + 1)]
    names = {_OPACITY: UNASSOCIATED, _PREMULTIPLIED: ASSOCIATED}
    others = [(n, names.get(kind, UNSPECIFIED)) for n, (kind, _) in told.items() if n not in used]
    return used, others
