"""PNG written a few rows at a time, so that a scan of 200 megapixels is not in memory twice."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB, _RGBA = 2, 6
_SUB, _UP = 1, 2
_LEVEL = 5
"""Of zlib: 6 takes half as long again for two per cent."""
_CHUNK_BYTES = 1 << 20


def write_chunk(file: BinaryIO, name: bytes, data: bytes) -> None:
    """Write one chunk."""
    file.write(struct.pack(">I", len(data)) + name + data)
    file.write(struct.pack(">I", zlib.crc32(data, zlib.crc32(name))))


def inflated(packed: bytes, wanted: int) -> bytes:
    """Return up to `wanted` bytes that `packed` holds before its end or its first damage."""
    unpacker, raw = zlib.decompressobj(), bytearray()
    for at in range(0, len(packed), 4096):
        try:
            raw += unpacker.decompress(packed[at : at + 4096], wanted - len(raw) + 1)
        except zlib.error:
            break
        if len(raw) >= wanted or unpacker.eof:
            break
    return bytes(raw[:wanted])


def write_header(file: BinaryIO, shape: tuple[int, int, int], bits: int) -> None:
    """Write signature and header; (H, W, 3 or 4) of 8 or 16 bits."""
    height, width, channels = shape
    file.write(SIGNATURE)
    kind = _RGB if channels == 3 else _RGBA
    write_chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))


def write_pixels(file: BinaryIO, strips: Iterable[np.ndarray]) -> None:
    """Write all rows and the end.

    Args:
        file: after whatever chunks come before the pixels.
        strips: rows from top to bottom, (h, W, C) uint8 or uint16.
    """
    for data in _chunks(_compressed(strips)):
        write_chunk(file, b"IDAT", data)
    write_chunk(file, b"IEND", b"")


def _chunks(parts: Iterator[bytes]) -> Iterator[bytes]:
    waiting = b""
    for part in parts:
        waiting += part
        if len(waiting) >= _CHUNK_BYTES:
            yield waiting
            waiting = b""
    yield waiting


def _compressed(strips: Iterable[np.ndarray]) -> Iterator[bytes]:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 15, 9, zlib.Z_FILTERED)
    above: np.ndarray | None = None
    for strip in strips:
        wire = strip.astype(strip.dtype.newbyteorder(">"), copy=False)
        rows = np.ascontiguousarray(wire).view(np.uint8).reshape(len(strip), -1)
        first = np.zeros_like(rows[:1]) if above is None else above
        yield packer.compress(_filtered(rows, first, strip.shape[2] * strip.itemsize).data)
        above = rows[-1:].copy()
    yield packer.flush()


def _filtered(rows: np.ndarray, above: np.ndarray, pixel: int) -> np.ndarray:
    """Return rows of bytes as differences to the left or upward, whichever are smaller.

    Args:
        rows: (h, bytes) uint8.
        above: the row before, (1, bytes).
        pixel: bytes of a pixel.

    Returns:
        (h, 1 + bytes), each row with the number of its filter in front.
    """
    sub = rows.copy()
    sub[:, pixel:] -= rows[:, :-pixel]
    up = rows - np.concatenate([above, rows[:-1]])
    cost_sub, cost_up = (np.abs(part.view(np.int8)).sum(1, dtype=np.int64) for part in (sub, up))
    better = (cost_up < cost_sub)[:, None]
    kind = np.where(better, np.uint8(_UP), np.uint8(_SUB))
    return np.ascontiguousarray(np.concatenate([kind, np.where(better, up, sub)], 1))
