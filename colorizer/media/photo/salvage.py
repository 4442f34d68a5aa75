"""Damaged photos made readable as far as they go: --damaged salvage.

What is missing of a JPEG is gray, of others black. JPEG XL and camera raw can't be read in part:
their libraries check that all of it is present.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

import numpy as np

from colorizer.errors import MediaError
from colorizer.media.photo.ends import jpeg_layout
from colorizer.media.photo.jp2_boxes import CODESTREAM, SIGNATURE
from colorizer.media.photo.png_stream import SIGNATURE as PNG
from colorizer.media.photo.png_stream import inflated, write_chunk
from colorizer.media.photo.salvage_filled import Read, read_filled
from colorizer.media.photo.salvage_gif import repaired_gif
from colorizer.media.photo.salvage_jp2 import repaired_jp2
from colorizer.media.photo.salvage_psd import repaired_psd
from colorizer.media.photo.scan import Scan, file_size
from colorizer.media.photo.scan_jpeg import END, JPEG_LS, LOSSLESS, first_missing
from colorizer.media.photo.scan_psd import MARK as PSD

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of a PNG by its colour type."""
_LEAST = 0.01
"""Share of a picture below which nothing is saved: its size is more likely false."""
_PNM_HEAD = re.compile(rb"P([456])(?:\s+|#[^\n]*\n)+(\d+)\s+(\d+)(?:\s+(\d+))?\s")
_ADAM7 = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 8), (0, 2, 2, 4), (1, 2, 0, 4),
          (0, 1, 1, 2))  # fmt: skip
"""First column and step, first row and step of the passes of an interlaced PNG."""


def salvaged(file: BinaryIO, read: Read, read_part: Read) -> tuple[Scan, float] | None:
    """Decode what can be of a damaged photo of one picture.

    Args:
        file: of the photo.
        read: its reader, which has refused it.
        read_part: reads one of which is known what is missing.

    Returns:
        the scan, and which share of the picture is missing; None where nothing can be had.
    """
    found = []
    for made, missing in _repaired(file):
        with suppress(MediaError):
            found.append((read_part(made), missing))
    if found:
        return min(found, key=lambda one: _roughness(one[0].codes))
    return read_filled(file, read)


def _roughness(codes: np.ndarray) -> float:
    """Return the mean step between pixels: of two completions the noisier one is wrong."""
    steps = (np.abs(np.diff(codes.astype(np.float32), axis=axis)).mean() for axis in (0, 1))
    return float(sum(steps)) if min(codes.shape[:2]) > 1 else 0.0


def _repaired(file: BinaryIO) -> Iterator[tuple[BinaryIO, float]]:
    """Yield ways to complete a damaged file, and which share of its picture is missing."""
    file.seek(0)
    data = file.read()
    found = None
    if data.startswith(b"\xff\xd8\xff"):
        found = _jpeg(data)
    elif data.startswith(PNG):
        found = _png(data)
    elif data.startswith(b"BM") and len(data) > 54:
        found = _bmp(data, file_size(file))
    elif _PNM_HEAD.match(data):
        found = _pnm(data)
    elif data.startswith(b"GIF8"):
        found = repaired_gif(data)
    elif data.startswith(PSD):
        found = repaired_psd(file)
    elif data.startswith((SIGNATURE, CODESTREAM)):
        with suppress(ValueError, IndexError, struct.error):
            yield from repaired_jp2(data)
    if found is not None and found[1] <= 1 - _LEAST:
        yield found


def _jpeg(data: bytes) -> tuple[BinaryIO, float] | None:
    layout = jpeg_layout(data)
    if not layout.frame or layout.frame in (JPEG_LS, LOSSLESS):
        return None
    whole = first_missing(data, layout)
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
    raw = inflated(packed, wanted)
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
