"""The first picture of a damaged GIF, written again as far as it can be unpacked (GIF89a)."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

import numpy as np

_IMAGE, _EXTENSION = 0x2C, 0x21
_MOST_CODES = 4096


def repaired_gif(data: bytes) -> tuple[BinaryIO, float] | None:
    """Return a GIF of the first picture of `data`, and which share of its pixels is missing.

    Missing pixels have the first colour of the palette.
    """
    found = _first_image(data)
    if found is None:
        return None
    start, width, height = found
    bits = data[start] if start < len(data) else 0
    if not 2 <= bits <= 8 or not width * height:
        return None
    codes = _unpacked(_blocks(data, start + 1), bits, width * height)
    whole = np.zeros(width * height, np.uint8)
    whole[: len(codes)] = np.frombuffer(codes, np.uint8)
    made = data[: start + 1] + _packed(whole, bits) + b";"
    return io.BytesIO(made), 1 - len(codes) / len(whole)


def _first_image(data: bytes) -> tuple[int, int, int] | None:
    """Return where the pixels of the first picture start, and its width and height."""
    if len(data) < 13:
        return None
    at = 13 + _palette_bytes(data[10])
    while at < len(data):
        if data[at] == _IMAGE and at + 10 <= len(data):
            width, height = struct.unpack_from("<HH", data, at + 5)
            return at + 10 + _palette_bytes(data[at + 9]), width, height
        if data[at] != _EXTENSION:
            return None
        at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return None


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> bytes:
    """Return the contents of a chain of blocks, as far as there are any."""
    parts = []
    while at < len(data) and data[at]:
        parts.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(parts)


def _unpacked(packed: bytes, bits: int, wanted: int) -> bytes:
    """Undo LZW until the data ends or a code makes no sense (GIF89a, appendix F)."""
    clear = 1 << bits
    start = [bytes([n]) for n in range(clear)] + [b"", b""]
    table, size, before = list(start), bits + 1, b""
    out, count = bytearray(), 0
    held = have = 0
    for byte in packed:
        held |= byte << have
        have += 8
        while have >= size:
            code = held & ((1 << size) - 1)
            held >>= size
            have -= size
            if code == clear:
                table, size, before = list(start), bits + 1, b""
                continue
            if code == clear + 1 or code > len(table) or (code == len(table) and not before):
                return bytes(out[:wanted])
            entry = table[code] if code < len(table) else before + before[:1]
            out += entry
            count += len(entry)
            if count >= wanted:
                return bytes(out[:wanted])
            if before and len(table) < _MOST_CODES:
                table.append(before + entry[:1])
            if len(table) == 1 << size and size < 12:
                size += 1
            before = entry
    return bytes(out[:wanted])


def _packed(pixels: np.ndarray, bits: int) -> bytes:
    """Write pixels as LZW whose table never grows: a clear code before every run of literals."""
    run, size = (1 << bits) - 2, bits + 1
    clear = 1 << bits
    codes = np.full(-(-len(pixels) // run) * run, clear, np.uint16)
    codes[: len(pixels)] = pixels
    rows = codes.reshape(-1, run)
    with_clear = np.concatenate([np.full((len(rows), 1), clear, np.uint16), rows], 1).ravel()
    stream = np.append(with_clear[: -(-len(pixels) // run) + len(pixels)], clear + 1)
    spread = (stream[:, None] >> np.arange(size, dtype=np.uint16)) & 1
    data = np.packbits(spread.astype(np.uint8).ravel(), bitorder="little").tobytes()
    parts = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"
