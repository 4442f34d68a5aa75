"""Prove that a coloured photo kept the lightness of its source: turned back to gray, they agree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from colorizer.colour.cielab import L_to_gray, gray_to_L
from colorizer.errors import MediaError
from colorizer.frame import Frame
from colorizer.media.photo.caption import caption_rows
from colorizer.media.photo.gray import strips
from colorizer.media.photo.scan import ASSOCIATED, Coding
from colorizer.media.photo.still import Page, StillSource
from colorizer.notes import note
from colorizer.settings import Reading

MOST_dL = {8: 0.5, 16: 0.02}  # noqa: N816 - L* keeps its capital
"""Largest |dL*| that rounding RGB to so many bits explains, of formats that keep every sample."""
MOST_MEAN_dL = 2.0  # noqa: N816
"""Largest mean |dL*| of a lossy format; JPEG of quality 50 of a grainy scan stays below."""
_LOSSY = ("jpeg", "webp", "jp2", "jpeg2000", "heif", "avif")
_SIDE = 32
"""Short side of the L that reading makes and no one needs here."""


@dataclass(frozen=True, slots=True)
class StillVerdict:
    """What a comparison of a photo with its source found."""

    pages: int
    mean_dL: float  # noqa: N815
    max_dL: float  # noqa: N815
    max_codes: float
    """Largest distance of gray values, in codes of the result's depth."""
    bits: int
    lossy: bool

    @property
    def good(self) -> bool:
        """Whether nothing but rounding, or in a lossy format coding, changed lightness."""
        if self.lossy:
            return self.mean_dL <= MOST_MEAN_dL
        return self.max_dL <= MOST_dL[self.bits]

    def __str__(self) -> str:
        text = note(
            "verify.gray",
            codes=self.max_codes,
            bits=self.bits,
            mean=self.mean_dL,
            most=self.max_dL,
        )
        return note("verify.lossy_format", what=text) if self.lossy else text


def verify_still(target: Path, source: Path, reading: Reading = Reading()) -> StillVerdict:
    """Read a coloured photo and its source and compare the lightness of every pixel.

    Args:
        target: the coloured photo.
        source: the one it was made from.
        reading: how the source was read.

    Raises:
        MediaError: one of them can't be read, or they differ in size or number of pages.
    """
    pages, total, count, largest, codes = 0, 0.0, 0, 0.0, 0.0
    coding: Coding | None = None
    with (
        StillSource(source, reading, side=_SIDE) as before,
        StillSource(target, side=_SIDE) as after,
    ):
        for one, other in zip_longest(before.frames(), after.frames()):
            if one is None or other is None:
                raise MediaError(target, note("verify.other_pages"))
            height, width = one.Y.shape
            captioned = height + caption_rows((height, width)), width
            if other.Y.shape not in (one.Y.shape, captioned):
                raise MediaError(
                    target,
                    note("verify.other_shape", shape=str(other.Y.shape), wanted=str(one.Y.shape)),
                )
            opacity = _associated(before.take_page(one.index))
            coding = after.take_page(other.index).coding
            error, most, apart = _compare(one, other, opacity)
            pages, total, count = pages + 1, total + error, count + one.Y.size
            largest, codes = max(largest, most), max(codes, apart)
    if coding is None:
        raise MediaError(target, note("photo.no_picture"))
    bits = 16 if coding.depth > 8 else 8
    return StillVerdict(
        pages=pages,
        mean_dL=total / count,
        max_dL=largest,
        max_codes=codes * (2**bits - 1),
        bits=bits,
        lossy=coding.format in _LOSSY and not coding.lossless,
    )


def _associated(page: Page) -> np.ndarray | None:
    """Return the opacity by which the colours of a page are multiplied, in [0, 1]."""
    planes = [extra.plane for extra in page.extras if extra.kind == ASSOCIATED]
    return planes[0] / np.float32(np.iinfo(planes[0].dtype).max) if planes else None


def _compare(
    one: Frame, other: Frame, opacity: np.ndarray | None = None
) -> tuple[float, float, float]:
    """Return sum and maximum of |dL*|, and the largest distance of gray values in [0, 1].

    A caption below the other is not looked at.

    Args:
        one: of the source.
        other: of the result.
        opacity: where gray values are compared multiplied by it, (H, W).
    """
    total, largest, codes = 0.0, 0.0, 0.0
    for rows in strips(*one.Y.shape):
        expected, found = one.lightness(rows), other.lightness(rows)
        if opacity is not None:
            expected, found = (gray_to_L(L_to_gray(L) * opacity[rows]) for L in (expected, found))
        error = np.abs(found - expected)
        total += float(error.sum(dtype=np.float64))
        largest = max(largest, float(error.max()))
        codes = max(codes, float(np.abs(L_to_gray(found) - L_to_gray(expected)).max()))
    return total, largest, codes
