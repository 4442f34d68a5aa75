"""The luma and chroma planes of a film's frame as an output has them: size, place, depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from colorizer.colour.siting import chroma_shift, luma_at, luma_at_woven, parity_of
from colorizer.colour.ycbcr import ab_to_chroma
from colorizer.media.film.luma import at_depth
from colorizer.media.film.own_colours import fitting

if TYPE_CHECKING:
    from colorizer.frame import Frame
    from colorizer.media.film.coding import Coding
    from colorizer.media.film.colour_tags import ColourTags
    from colorizer.media.film.protocol import Film

_WHOLLY = 0.99
"""Share from which a place is a mark alone."""


def chroma_size(frame: Frame, coding: Coding, like: Film) -> tuple[int, int]:
    """Return (height, width) of the chroma planes of a film's frame, or of a field."""
    height, width = coding.chroma_size(like.size)
    parity = parity_in(frame, like)
    return (height if parity is None else len(range(parity, height, 2))), width


def parity_in(frame: Frame, like: Film) -> int | None:
    """Return which lines of a film's frames a field holds, None for a whole frame."""
    first = like.first_field
    if first is None or frame.Y.shape == like.size:
        return None
    return parity_of(frame.index, first)


def planes_of(
    frame: Frame, coding: Coding, tags: ColourTags, *, interlaced: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return luma and chroma of a frame as a coding has them; see `picture_of`.

    Returns:
        Y (H, W), and Cb and Cr (2, h, w): its own where it or a mark keeps them, else those of ab.
    """
    assert frame.ab is not None
    Y = at_depth(frame.Y, frame.bits, coding.bits, tags.full_range)
    size, own = (frame.ab.shape[1], frame.ab.shape[2]), frame.colours

    def placed(plane: np.ndarray) -> np.ndarray:
        if interlaced:
            return luma_at_woven(plane, size, coding.sampling, coding.siting)
        return luma_at(plane, size, chroma_shift(coding.sampling, siting=coding.siting))

    kept = None
    if own and own.chroma is not None and own.matrix == tags.matrix:
        if frame.kept or frame.marks is not None:
            kept = fitting(own.chroma, size, placed, frame.bits, coding.bits)
        if frame.kept and kept is not None:
            return Y, kept
    chroma = ab_to_chroma(
        placed(Y),
        frame.ab,
        matrix=tags.matrix,
        bits=coding.bits,
        full_range=tags.full_range,
    )
    if kept is None or frame.marks is None:
        return Y, chroma
    return Y, _with_marks(chroma, kept, frame.marks)


def _with_marks(chroma: np.ndarray, own: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Return chroma planes that are the source's own where marks are, (2, h, w)."""
    import cv2

    share = cv2.resize(marks, chroma.shape[:0:-1])
    mixed = chroma + share * (own.astype(np.float32) - chroma)
    return np.where(share >= _WHOLLY, own, np.rint(mixed).astype(chroma.dtype))
