"""Pictures cut off, filled up in several ways: what comes out the same way each time is genuine.

For codecs that code a picture from top to bottom but give nothing of one that lacks its end: WebP,
AVIF, HEIC, JPEG beyond 8 bits, JPEG-LS and run-length encoded TGA.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO, TypeAlias

import numpy as np

from colorizer.errors import MediaError
from colorizer.media.photo.scan import Extra, Scan, file_size
from colorizer.media.photo.scan_more import is_tga

Read: TypeAlias = Callable[[BinaryIO], Scan]
"""Decodes a whole file.

Raises:
    MediaError: it can't be decoded.
"""
_FILLS = (b"\0", b"\x55", b"\xaa", bytes.fromhex("129c31e74008b5"), b"\x01", b"\x80")
_ENOUGH = 3
"""Fills that have to decode: two of them give the first wrong row the same values by chance."""
_MARGIN = 8
"""Rows left out above the first that differs: filters of codecs reach up so far."""
_LEAST, _SHARES = 0.01, 8
_MOST_BYTES = 1 << 31


def read_filled(file: BinaryIO, read: Read) -> tuple[Scan, float] | None:
    """Decode the upper part of a picture that is cut off or damaged.

    Args:
        file: what could not be decoded.
        read: its reader.

    Returns:
        the scan, black and opaque where it is missing, and which share of its rows is; None where
        nothing can be had.
    """
    file.seek(0)
    data = file.read()
    end = _announced_end(data, file_size(file))
    if not end or end > min(_MOST_BYTES, len(data) / _LEAST):
        return None
    for eighths in range(_SHARES, 0, -1):  # damage in the middle is left out with all after it
        kept = data[: len(data) * eighths // _SHARES]
        found = _agreed(kept, end, read)
        if found is not None:
            return found
    return None


def _announced_end(data: bytes, size: int) -> int:
    """Return how long a file would be if it were whole; 0 of formats for which this is no help."""
    if data.startswith(b"RIFF"):
        return _chunk_end(data)
    if data[4:8] == b"ftyp":
        return _box_end(data)
    if data.startswith(b"\xff\xd8\xff"):
        return 4 * size
    if data[:1] != b"P" and is_tga(data[:32]):
        width, height, bits = struct.unpack_from("<HHB", data, 12)
        return size + width * height * bits // 4
    return 0


def _chunk_end(data: bytes) -> int:
    """Return the end of the chunk of a WebP in which its data ends."""
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return max(at, len(data))


def _box_end(data: bytes) -> int:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length == 0:
            return 4 * len(data)
        if length < 8:
            break
        at += length
    return max(at, len(data))


def _agreed(kept: bytes, end: int, read: Read) -> tuple[Scan, float] | None:
    """Return what several fills agree on."""
    scans = []
    for made in _filled(kept, end):
        try:
            scans.append(read(made))
        except MediaError:
            continue
        if len(scans) == _ENOUGH:
            break
    if len(scans) < _ENOUGH or len({scan.codes.shape for scan in scans}) > 1:
        return None
    first, others = scans[0], scans[1:]
    gone = _differing(first.codes, [other.codes for other in others])
    missing = float(gone.mean())
    if missing > 1 - _LEAST:
        return None
    codes = first.codes.copy()
    codes[gone] = 0 if first.space != "cmyk" else np.iinfo(codes.dtype).max
    same = all(other.metadata == first.metadata for other in others)
    metadata = first.metadata if same else replace(first.metadata, exif=None, xmp=None)
    extras = tuple(
        _opaque(extra, [other.extras[n].plane for other in others])
        for n, extra in enumerate(first.extras)
    )
    return replace(first, codes=codes, extras=extras, metadata=metadata), missing


def _filled(kept: bytes, end: int) -> Iterator[BinaryIO]:
    """Yield a file filled up to its announced end in different ways."""
    room = end - len(kept)
    for fill in _FILLS:
        made = kept + (fill * (room // len(fill) + 1))[:room]
        if made.startswith(b"RIFF"):
            made = made[:4] + (end - 8).to_bytes(4, "little") + made[8:]
        elif made.startswith(b"\xff\xd8"):
            made += b"\xff\xd9"
        yield io.BytesIO(made)


def _differing(codes: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    """Return which rows are not the same in all, with those after them in the order of the file.

    Args:
        codes: (H, W) or (H, W, C).
        others: the same, of other fills.

    Returns:
        (H,) bool.
    """
    differ = np.zeros(len(codes), bool)
    for other in others:
        differ |= (codes != other).reshape(len(codes), -1).any(1)
    if not differ.any():
        return differ
    upwards = bool(differ[0]) and not differ[-1]  # a TGA may begin with its lowest row
    order = differ[::-1] if upwards else differ
    gone = np.arange(len(codes)) >= int(np.argmax(order)) - _MARGIN
    return gone[::-1] if upwards else gone


def _opaque(extra: Extra, others: list[np.ndarray]) -> Extra:
    """Return a channel whose missing rows are opaque."""
    plane = extra.plane.copy()
    plane[_differing(plane, others)] = np.iinfo(plane.dtype).max
    return replace(extra, plane=plane)
