"""Laying a picture that left the film and came back onto the frame it was made of.

It may be resized, cropped, turned a little, moved and repainted in another light: corners are found
in both (SIFT, Lowe 2004), and the map between them is the affine one that most of them agree on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

LEAST_CORNERS = 12
"""That agree, at least."""
LEAST_LIKENESS = 0.5
"""Least correlation of local contrast of the two, where they overlap."""
_AGREES = 3.0
"""Pixels by which a corner may be off."""
_RATIO = 0.8
"""Of the distances to the best and second best match of a corner, at most (Lowe)."""
_MOST_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Registered:
    """Colours of a picture where they belong in a frame."""

    ab: np.ndarray
    """(2, h, w) float32."""
    inside: np.ndarray
    """What the picture shows of the frame, (h, w) bool."""


def registered(L: np.ndarray, ab: np.ndarray, frame: np.ndarray) -> Registered | None:
    """Lay a picture onto a frame; None where it does not show that.

    Args:
        L: of the picture, (h, w) in [0, 100].
        ab: its colours, (2, h, w).
        frame: L of the frame, (H, W).
    """
    import cv2

    place = _affine(_even(L), _even(frame))
    if place is None:
        return None
    size = frame.shape[::-1]
    ones = cv2.warpAffine(np.ones(L.shape, np.float32), place, size)
    inside = ones > 0.99
    moved = cv2.warpAffine(np.ascontiguousarray(L, np.float32), place, size)
    if inside.mean() < 0.05 or _likeness(moved, frame, inside) < LEAST_LIKENESS:
        return None
    planes = [
        cv2.warpAffine(np.ascontiguousarray(plane, np.float32), place, size, flags=cv2.INTER_LINEAR)
        for plane in ab
    ]
    return Registered(np.stack(planes), inside)


def _even(L: np.ndarray) -> np.ndarray:
    """Return a picture with even local contrast, (h, w) uint8: light no longer counts."""
    import cv2

    codes = np.rint(np.clip(L, 0, 100) * 2.55).astype(np.uint8)
    return cv2.createCLAHE(clipLimit=4.0, tileGridSize=(8, 8)).apply(codes)


def _affine(picture: np.ndarray, frame: np.ndarray) -> np.ndarray | None:
    """Return the map (2, 3) from a picture to a frame; None where too few corners agree."""
    import cv2

    finder: Any = cv2.SIFT_create(nfeatures=2000, contrastThreshold=0.02)  # pyright: ignore
    corners, told = finder.detectAndCompute(picture, None)
    others, told_others = finder.detectAndCompute(frame, None)
    if told is None or told_others is None or min(len(corners), len(others)) < LEAST_CORNERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(told, told_others, k=2)
    good = [two[0] for two in pairs if len(two) == 2 and two[0].distance < _RATIO * two[1].distance]
    if len(good) < LEAST_CORNERS:
        return None
    here = np.array([corners[one.queryIdx].pt for one in good], np.float32)
    there = np.array([others[one.trainIdx].pt for one in good], np.float32)
    cv2.setRNGSeed(0)
    place, agree = cv2.estimateAffine2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=_AGREES, maxIters=4000
    )
    if place is None or int(agree.sum()) < LEAST_CORNERS:
        return None
    spread = np.linalg.svd(place[:, :2], compute_uv=False)
    sound = spread.min() > 1 / _MOST_SCALE and spread.max() < _MOST_SCALE
    return place if sound and spread.max() < 1.6 * spread.min() else None


def _likeness(one: np.ndarray, other: np.ndarray, inside: np.ndarray) -> float:
    """Return the correlation of two L planes (h, w) about their local means, where both are."""
    import cv2

    detail = [
        plane - cv2.blur(plane, (31, 31))
        for plane in (np.ascontiguousarray(p, np.float32) for p in (one, other))
    ]
    a, b = (plane[inside] for plane in detail)
    return float((a * b).sum() / max(float(np.sqrt((a * a).sum() * (b * b).sum())), 1e-6))
