"""Where chroma samples lie between those of luma, and the luma at those places.

Video of the MPEG family, and all its tapes, has chroma in line with the even columns of luma
(ITU-R BT.601, "left"); of 4:2:0, halfway between two lines. In interlaced 4:2:0 the lines of
chroma belong to the fields in turn: a quarter of the way between two lines of the top field, three
quarters between those of the bottom field (ISO/IEC 13818-2, 6.1.1.8). A y4m pipe may have it in the
middle of four samples of luma ("center"), as JPEG, or on the first of them ("topleft"), as PAL DV.
"""

from __future__ import annotations

import numpy as np

LEFT = -0.25
"""Shift of a chroma sample from the middle of its two columns of luma, in chroma columns."""
FIELDS = (-0.125, 0.125)
"""Shift of the chroma of the top and of the bottom field in 4:2:0, in chroma lines of the field."""


def parity_of(index: int, first_field: str) -> int:
    """Return 0 where field `index` holds the lines 0, 2, 4..., 1 where it holds 1, 3, 5...

    Args:
        index: of a field.
        first_field: top or bottom, whichever of a frame is shown first.
    """
    return (index + (first_field == "bottom")) % 2


def chroma_shift(
    sampling: str, parity: int | None = None, siting: str = "left"
) -> tuple[float, float]:
    """Return how far chroma samples lie (down, right) of the middle of their block of luma.

    Args:
        sampling: 420, 422 or 444.
        parity: of the lines of a field; None for a whole frame.
        siting: of 4:2:0; left, center or topleft.
    """
    if sampling != "420":
        return 0.0, 0.0 if sampling == "444" else LEFT
    down = 0.0 if parity is None else FIELDS[parity]
    return LEFT if siting == "topleft" else down, 0.0 if siting == "center" else LEFT


def luma_at(Y: np.ndarray, size: tuple[int, int], shift: tuple[float, float]) -> np.ndarray:
    """Return the luma at the places of chroma.

    Args:
        Y: (H, W) uint8 or uint16.
        size: (height, width) of the chroma, its sides those of Y or half of them.
        shift: of the chroma samples, from `chroma_shift`.

    Returns:
        (height, width) of the dtype of Y.
    """
    import cv2

    if Y.shape == size:
        return Y
    down, across = (-(-whole // part) for whole, part in zip(Y.shape, size, strict=True))
    if shift == (0.0, 0.0) or down > 2 or across > 2:
        return cv2.resize(Y, size[::-1], interpolation=cv2.INTER_AREA)
    rows, columns = _weights(down, shift[0]), _weights(across, shift[1])
    found = cv2.sepFilter2D(Y, -1, columns, rows, borderType=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(found[::down, ::across])


def _weights(step: int, shift: float) -> np.ndarray:
    """Return what the samples before, at and after an even place count for its chroma."""
    if step == 1:
        return np.array([0, 1, 0], np.float32)
    after = 0.5 + 2 * shift
    return np.array([0, 1 - after, after] if after else [0.25, 0.5, 0.25], np.float32)


def luma_at_woven(
    Y: np.ndarray, size: tuple[int, int], sampling: str, siting: str = "left"
) -> np.ndarray:
    """Return the luma at the places of the chroma of an interlaced frame, each field on its own.

    Args:
        Y: (H, W) uint8 or uint16.
        size: (height, width) of the chroma.
        sampling: 420, 422 or 444.
        siting: see `chroma_shift`.
    """
    if sampling == "444":
        return Y
    found = np.empty(size, Y.dtype)
    for parity in (0, 1):
        lines = found[parity::2]
        shape = (lines.shape[0], lines.shape[1])
        lines[:] = luma_at(Y[parity::2], shape, chroma_shift(sampling, parity, siting))
    return found
