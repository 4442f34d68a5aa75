"""Directories of tags, as TIFF files and EXIF blocks have them: read and written value by value.

Values stay the bytes they are, so that nothing is lost between what two libraries think a tag is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import BinaryIO, TypeAlias

import numpy as np

from colorizer.notes import note

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
          16: 8, 17: 8, 18: 8}  # fmt: skip
"""Bytes of a value by its type."""
_UNITS = {3: 2, 8: 2, 4: 4, 9: 4, 13: 4, 5: 4, 10: 4, 11: 4, 12: 8, 16: 8, 17: 8, 18: 8}
"""Bytes that change their order together, of types where they do."""
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag's value."""

    kind: int
    """Type, as TIFF numbers them."""
    count: int
    data: bytes
    """In the byte order of its directory."""


Directory: TypeAlias = dict[int, Entry]


def read_directory(file: BinaryIO, offset: int, order: str, big: bool = False) -> Directory:
    """Read one directory.

    Args:
        file: a TIFF, or an EXIF block as a file.
        offset: of the directory.
        order: "<" or ">".
        big: BigTIFF.

    Raises:
        ValueError: it is damaged.
    """
    try:
        file.seek(offset)
        (count,) = struct.unpack(order + ("Q" if big else "H"), file.read(8 if big else 2))
        if count > 65535:
            raise ValueError(note("exif.directory_damaged"))
        length = 20 if big else 12
        table = file.read(length * count)
        found: Directory = {}
        for at in range(0, length * count, length):
            code, kind = struct.unpack_from(order + "HH", table, at)
            (values,) = struct.unpack_from(order + ("Q" if big else "I"), table, at + 4)
            size = _SIZES.get(kind, 0) * values
            place = at + length - (8 if big else 4)
            if size <= (8 if big else 4):
                data = table[place : place + size]
            else:
                (start,) = struct.unpack_from(order + ("Q" if big else "I"), table, place)
                data = _read(file, start, size)
            if size:
                found[code] = Entry(kind, values, data)
    except (struct.error, OSError, OverflowError) as error:
        raise ValueError(note("exif.directory_damaged")) from error
    return found


def _read(file: BinaryIO, start: int, size: int) -> bytes:
    if size > _MOST_BYTES:
        raise ValueError(note("exif.directory_damaged"))
    file.seek(start)
    data = file.read(size)
    if len(data) < size:
        raise ValueError(note("exif.directory_cut_off"))
    return data


def write_directory(directory: Directory, offset: int, order: str, big: bool = False) -> bytes:
    """Return a directory with its values after it, to be placed at `offset`; no other follows."""
    room, length = (8, 20) if big else (4, 12)
    head = struct.pack(order + ("Q" if big else "H"), len(directory))
    behind = offset + len(head) + length * len(directory) + room
    table, values = b"", b""
    for code, entry in sorted(directory.items()):
        table += struct.pack(order + ("HHQ" if big else "HHI"), code, entry.kind, entry.count)
        if len(entry.data) <= room:
            table += entry.data.ljust(room, b"\0")
            continue
        values += b"\0" * ((behind + len(values)) % 2)
        table += struct.pack(order + ("Q" if big else "I"), behind + len(values))
        values += entry.data
    return head + table + bytes(room) + values


def in_order(entry: Entry, order: str, wanted: str) -> Entry:
    """Return the value in another byte order."""
    unit = _UNITS.get(entry.kind, 1)
    if order == wanted or unit == 1:
        return entry
    swapped = np.frombuffer(entry.data, f"V{unit}").view(f"u{unit}").byteswap().tobytes()
    return replace(entry, data=swapped)


def number(value: int, order: str, kind: int = 4) -> Entry:
    """Return one short (kind 3) or long (kind 4)."""
    return Entry(kind, 1, struct.pack(order + ("H" if kind == 3 else "I"), value))
