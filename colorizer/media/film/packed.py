"""Pixel formats whose samples lie together in one plane, palettes and 1 bit: where a sample is.

FFmpeg's own converter is not asked: it takes the white of RGB of 5 bits for gray, and mixes up the
chroma of Y210.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from av import VideoFrame

_Three: TypeAlias = tuple[int, int, int]
PALETTE, BITS = "pal8", ("monow", "monob")
"""Formats without samples of their own; in the first of 1 bit, 0 is white."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Where Y, Cb and Cr are, or R, G and B, as FFmpeg's pixdesc.c has them."""

    word: int
    """Bytes of a word: 1, 2 or 4."""
    bits: _Three
    """Significant bits of each."""
    first: _Three = (0, 0, 0)
    """The word in a line with the first sample of each."""
    step: _Three = (1, 1, 1)
    """Words from one sample to the next."""
    shift: _Three = (0, 0, 0)
    """Bits below each in its word."""


def _words(bits: int, first: _Three, step: _Three, shift: int = 0) -> Packed:
    word = 1 if bits == 8 else 2
    return Packed(word, (bits, bits, bits), first, step, (shift, shift, shift))


def _fields(word: int, bits: _Three, shift: _Three) -> Packed:
    return Packed(word, bits, shift=shift)


_422, _444 = (2, 4, 4), (4, 4, 4)
_PACKED = {
    "yuyv422": _words(8, (0, 1, 3), _422),
    "yvyu422": _words(8, (0, 3, 1), _422),
    "uyvy422": _words(8, (1, 0, 2), _422),
    "y210": _words(10, (0, 1, 3), _422, 6),
    "y212": _words(12, (0, 1, 3), _422, 4),
    "y216": _words(16, (0, 1, 3), _422),
    "vyu444": _words(8, (1, 2, 0), (3, 3, 3)),
    "uyva": _words(8, (1, 0, 2), _444),
    "vuya": _words(8, (2, 1, 0), _444),
    "vuyx": _words(8, (2, 1, 0), _444),
    "ayuv": _words(8, (1, 2, 3), _444),
    "xv36": _words(12, (1, 0, 2), _444, 4),
    "xv48": _words(16, (1, 0, 2), _444),
    "ayuv64": _words(16, (1, 2, 3), _444),
    "xv30": _fields(4, (10, 10, 10), (10, 0, 20)),
    "v30x": _fields(4, (10, 10, 10), (12, 2, 22)),
    "x2rgb10": _fields(4, (10, 10, 10), (20, 10, 0)),
    "x2bgr10": _fields(4, (10, 10, 10), (0, 10, 20)),
    "rgb565": _fields(2, (5, 6, 5), (11, 5, 0)),
    "bgr565": _fields(2, (5, 6, 5), (0, 5, 11)),
    "rgb555": _fields(2, (5, 5, 5), (10, 5, 0)),
    "bgr555": _fields(2, (5, 5, 5), (0, 5, 10)),
    "rgb444": _fields(2, (4, 4, 4), (8, 4, 0)),
    "bgr444": _fields(2, (4, 4, 4), (0, 4, 8)),
    "rgb8": _fields(1, (3, 3, 2), (5, 2, 0)),
    "bgr8": _fields(1, (3, 3, 2), (0, 3, 6)),
    "rgb4_byte": _fields(1, (1, 2, 1), (3, 1, 0)),
    "bgr4_byte": _fields(1, (1, 2, 1), (0, 1, 3)),
}


def packed_named(name: str) -> Packed | None:
    """Return where the samples of a pixel format are; None where they are not packed so."""
    return _PACKED.get(re.sub(r"[lb]e$", "", name))


def rows_of(plane: Any, sample: np.dtype) -> np.ndarray:
    """Return the lines of a plane from top to bottom, valid until the next frame is decoded."""
    rows = np.frombuffer(memoryview(plane), sample)
    rows = rows.reshape(-1, abs(plane.line_size) // sample.itemsize)
    return rows[::-1] if plane.line_size < 0 else rows  # stored bottom up, as in AVI


def read_packed(frame: VideoFrame, packed: Packed, number: int, width: int) -> np.ndarray:
    """Copy the samples of Y, Cb or Cr (0 to 2), or of R, G or B, (H, width) uint8 or uint16.

    Those of fewer than 8 bits are brought to 8, so that their last code becomes 255.
    """
    bits, shift = packed.bits[number], packed.shift[number]
    sample = np.dtype(f"{'>' if frame.format.is_big_endian else '<'}u{packed.word}")
    words = rows_of(frame.planes[0], sample)[: frame.height]
    codes = words[:, packed.first[number] :: packed.step[number]][:, :width] >> shift
    codes &= (1 << bits) - 1
    if bits < 8:
        return np.rint(np.arange(1 << bits) * (255 / ((1 << bits) - 1))).astype(np.uint8)[codes]
    return codes.astype(np.uint8 if bits == 8 else np.uint16)


def read_palette(frame: VideoFrame, number: int) -> np.ndarray:
    """Return R, G or B (0 to 2) of a frame with a palette, (H, W) uint8."""
    codes = rows_of(frame.planes[0], np.dtype(np.uint8))[: frame.height, : frame.width]
    palette = np.frombuffer(memoryview(frame.planes[1]), np.uint32, 256)
    return (palette >> (16 - 8 * number)).astype(np.uint8)[codes]


def read_bits(frame: VideoFrame) -> np.ndarray:
    """Return black and white of 1 bit, (H, W) uint8 of 0 and 255."""
    rows = rows_of(frame.planes[0], np.dtype(np.uint8))[: frame.height]
    bits = np.unpackbits(rows, axis=1)[:, : frame.width]
    return (bits ^ (frame.format.name == BITS[0])) * np.uint8(255)
