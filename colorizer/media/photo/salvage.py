"""Damaged photos made readable as far as they go: --damaged salvage.

What is missing of a JPEG is gray, of others black. JPEG 2000, WebP, GIF, AVIF, HEIC, JPEG XL and
Photoshop documents can't be read in part by their libraries.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import BinaryIO

from colorizer.media.photo.ends import jpeg_layout
from colorizer.media.photo.png_stream import SIGNATURE as PNG
from colorizer.media.photo.png_stream import write_chunk
from colorizer.media.photo.scan import file_size
from colorizer.media.photo.scan_jpeg import END, first_missing

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of a PNG by its colour type."""
_LEAST = 0.01
"""Share of a picture below which nothing is saved: its size is more likely false."""
_PNM_HEAD = re.compile(rb"P([456])(?:\s+|#[^\n]*\n)+(\d+)\s+(\d+)(?:\s+(\d+))?\s")
_ADAM7 = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 8), (0, 2, 2, 4), (1, 2, 0, 4),
          (0, 1, 1, 2))  # fmt: skip
"""First column and step, first row and step of the passes of an interlaced PNG."""


def repaired(file: BinaryIO) -> tuple[BinaryIO, float] | None:
    """Return a damaged photo as a file that decodes, and which share of its picture is missing.

    None where its format can't be read in part.
    """
    file.seek(0)
    data = file.read()
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(PNG):
        return _png(data)
    if data.startswith(b"BM") and len(data) > 54:
        return _bmp(data, file_size(file))
    if _PNM_HEAD.match(data):
        return _pnm(data)
    return None


def _jpeg(data: bytes) -> tuple[BinaryIO, float] | None:
    layout = jpeg_layout(data)
    if not layout.frame or layout.precision != 8:
        return None
    height, width = layout.size
    whole = first_missing(data, height * width)
    return io.BytesIO(data + END), 1 - whole if whole is not None else 0.0


def _png(data: bytes) -> tuple[BinaryIO, float] | None:
    """Pack again what can be unpacked, and leave out what can't be read or is false."""
    if len(data) < 33:
        return None
    width, height, depth, colour, _, _, laced = struct.unpack_from(">IIBBBBB", data, 16)
    bits = depth * _CHANNELS.get(colour, 0)
    if not bits or not width or not height:
        return None
    wanted = _raw_bytes(width, height, bits, bool(laced))
    before, packed, at = [], b"", 33
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if name == b"IDAT":
            packed += body
        elif name == b"IEND":
            break
        elif not packed and len(body) == length:
            before.append((name, body))
        at += 12 + length
    raw = _unpacked(packed, wanted)
    if len(raw) < _LEAST * wanted:
        return None
    made = io.BytesIO()
    made.write(PNG)
    write_chunk(made, b"IHDR", data[16:29])
    for name, body in before:
        write_chunk(made, name, body)
    write_chunk(made, b"IDAT", zlib.compress(raw.ljust(wanted, b"\0"), 1))
    write_chunk(made, b"IEND", b"")
    return made, 1 - len(raw) / wanted


def _raw_bytes(width: int, height: int, bits: int, laced: bool) -> int:
    """Return the bytes of all filtered rows of a PNG."""
    passes = _ADAM7 if laced else ((0, 1, 0, 1),)
    total = 0
    for left, across, top, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _unpacked(packed: bytes, wanted: int) -> bytes:
    """Inflate until the damage; what a wrong filter number would spoil ends it too."""
    unpacker, raw = zlib.decompressobj(), bytearray()
    for at in range(0, len(packed), 4096):
        try:
            raw += unpacker.decompress(packed[at : at + 4096], wanted - len(raw) + 1)
        except zlib.error:
            break
        if len(raw) >= wanted or unpacker.eof:
            break
    return bytes(raw[:wanted])


def _bmp(data: bytes, size: int) -> tuple[BinaryIO, float] | None:
    (start,) = struct.unpack_from("<I", data, 10)
    width, height = struct.unpack_from("<ii", data, 18)
    bits = int.from_bytes(data[28:30], "little")
    wanted = (width * bits + 31) // 32 * 4 * abs(height)
    missing = max(0, start + wanted - size)
    if wanted <= 0 or missing > (1 - _LEAST) * wanted or data[30:34] != bytes(4):
        return None
    return io.BytesIO(data + bytes(missing)), missing / wanted


def _pnm(data: bytes) -> tuple[BinaryIO, float] | None:
    found = _PNM_HEAD.match(data)
    assert found is not None
    kind, width, height = (int(found[n]) for n in (1, 2, 3))
    top = int(found[4] or 1)
    end = found.end() if found[4] or kind == 4 else len(data)
    row = (width + 7) // 8 if kind == 4 else width * (3 if kind == 6 else 1) * (1 + (top > 255))
    wanted = row * height
    missing = max(0, end + wanted - len(data))
    if wanted <= 0 or missing > (1 - _LEAST) * wanted:
        return None
    return io.BytesIO(data + bytes(missing)), missing / wanted
