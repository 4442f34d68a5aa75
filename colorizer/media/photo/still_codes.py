"""From lightness and chroma to the codes of a result, a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from hashlib import sha256

import numpy as np

from colorizer.colour.cielab import BLOCK, RgbSpace
from colorizer.colour.code_table import code_table
from colorizer.colour.rgb_spaces import ab_to_codes
from colorizer.frame import Frame

_DARK = 4096
"""16-bit code below which a step of R = G = B is coarser than those of gray profiles."""
_EVERY_CODE = np.arange(256, dtype=np.uint8)[None]

Coder = Callable[[slice, np.ndarray], tuple[np.ndarray, np.ndarray]]


def colour_rows(
    frame: Frame, rows: slice, space: RgbSpace, top: int, gray_from: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Colour rows of a still whose luminance is that of the source as nearly as codes allow.

    Args:
        frame: with `ab_rows`, or `ab` at full size.
        rows: which ones.
        space: of the codes.
        top: largest code, 255 or one of 10 to 16 bits.
        gray_from: smallest code of neutral pixels that are R = G = B; None leaves out those whose
            step would be coarser than the source's.

    Returns:
        codes (h, W, 3) uint8 or uint16, and |dL*| between them and the source, (h, W) float32.
    """
    height, width = rows.stop - rows.start, frame.Y.shape[1]
    codes = np.empty((height, width, 3), np.uint8 if top <= 255 else np.uint16)
    error = np.empty((height, width), np.float32)
    if gray_from is None:
        gray_from = _DARK if top > 255 and frame.tone is not None else 0
    coded = _coder(frame, space, top, gray_from)
    step = max(1, BLOCK // width)  # what is between stays in the cache
    for start in range(rows.start, rows.stop, step):
        part = slice(start, min(start + step, rows.stop))
        to = slice(part.start - rows.start, part.stop - rows.start)
        codes[to], error[to] = coded(part, frame.ab_of(part))
    return codes, error


def _coder(frame: Frame, space: RgbSpace, top: int, gray_from: int) -> Coder:
    """Return what gives codes and |dL*| of rows of a frame and their ab."""
    if top == 255 and frame.Y.dtype == np.uint8 and gray_from == 0:
        levels = replace(frame, Y=_EVERY_CODE).lightness()
        table = code_table(levels.tobytes(), space)
        return lambda rows, ab: table.codes(frame.Y[rows], ab)

    def exact(rows: slice, ab: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        L = frame.lightness(rows)
        codes, departure = ab_to_codes(L, ab, space, top, gray_from=gray_from)
        return codes, np.abs(departure, out=departure)

    return exact


class Measure:
    """Hash and lightness error of the pixels of some pages.

    Attributes:
        pixels: their SHA-256 so far.
        largest: |dL*| of a pixel.
    """

    def __init__(self) -> None:
        self.pixels = sha256()
        self.largest = 0.0
        self._total, self._count = 0.0, 0

    @property
    def mean(self) -> float:
        """Mean |dL*|."""
        return self._total / max(1, self._count)

    def add(self, codes: np.ndarray, error: np.ndarray) -> None:
        """Take in a strip of codes (h, W, 3) and its |dL*|, (h, W)."""
        self.pixels.update(codes.data)
        self.largest = max(self.largest, float(error.max()))
        self._total += float(error.sum(dtype=np.float64))
        self._count += error.size

    def copy(self) -> Measure:
        """Return one that continues from here."""
        other = copy(self)
        other.pixels = self.pixels.copy()
        return other
