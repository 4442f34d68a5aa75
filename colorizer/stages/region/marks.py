"""Marks in colour on a scan without: stamps, ink and pencil, colour charts next to a photo."""

from __future__ import annotations

import cv2
import numpy as np

from colorizer.colour.tint import beyond_tint, off_tint
from colorizer.frame import Frame

_SURE, _EDGE = 28.0, 12.0
"""Distance in ab from the tint of the scan that a mark has somewhere, and everywhere; stains of 32
old prints reach 19."""
_ACROSS = 2
"""Of the 12 steps of lightness; a mark may have two for itself."""
_MOST = 0.3
"""Most of a scan that is marks."""
_REST = 2.0
"""`beyond_tint` of all that is no mark, at most; in a picture in colour it is more."""


def find_marks(frame: Frame) -> np.ndarray | None:
    """Return where a scan without colour has marks in colour.

    Args:
        frame: a still with its tint.

    Returns:
        1 on marks and 0 elsewhere, (h, w) float32, as large as `frame.tint`; None without any.
    """
    if frame.tint is None:
        return None
    a, b = frame.tint
    L = cv2.resize(frame.L, a.shape[::-1], interpolation=cv2.INTER_AREA)
    away = np.hypot(*off_tint(L.ravel(), a.ravel(), b.ravel(), across=_ACROSS)).reshape(a.shape)
    _, places = cv2.connectedComponents((away > _EDGE).astype(np.uint8))
    sure = np.unique(places[cv2.medianBlur(away.astype(np.float32), 3) > _SURE])
    marks = np.isin(places, sure[sure > 0])
    rest = ~marks
    if not marks.any() or marks.mean() > _MOST:
        return None
    if beyond_tint(L[rest], a[rest], b[rest]) > _REST:
        return None
    return marks.astype(np.float32)
