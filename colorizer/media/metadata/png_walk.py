"""The chunks of a PNG, as far as they are chunks: what follows its end is no part of it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO


def walk_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield name and length of every chunk, IEND as the last; the file is at its data then.

    It ends at what is no name: a file of zeros has no chunks, however long it is.
    """
    at = 8
    file.seek(at)
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        if not name.isalpha():
            return
        yield name, length
        if name == b"IEND":
            return
        at += 12 + length
        file.seek(at)
