"""How much colour a picture has beyond its tint: what tells colour pictures from toned prints."""

from __future__ import annotations

import numpy as np

_STEPS = 12
_AGE_HUE, _AGE_WEIGHT = 80.0, 0.4
"""Hue in degrees of yellowing, stains and varnish, and what such a distance counts."""


def beyond_tint(L: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """Return the mean distance in ab of the pixels from the tint of the picture.

    The tint of a toned print or of old paper is a curve along the lightness, however strong; the
    colours of things are not on it. What is yellower than the tint may be a stain and counts less.

    Args:
        L: CIELAB lightness, (n,).
        a: CIELAB a, (n,).
        b: CIELAB b, (n,).
    """
    a, b = off_tint(L, a, b)
    cos, sin = np.cos(np.radians(_AGE_HUE)), np.sin(np.radians(_AGE_HUE))
    yellower = a * cos + b * sin
    yellower = np.where(yellower > 0, _AGE_WEIGHT * yellower, yellower)
    return float(np.hypot(yellower, b * cos - a * sin).mean())


def off_tint(
    L: np.ndarray, a: np.ndarray, b: np.ndarray, *, across: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return a and b of pixels less those of the tint at their lightness; see `beyond_tint`.

    Args:
        L: CIELAB lightness, (n,).
        a: CIELAB a, (n,).
        b: CIELAB b, (n,).
        across: steps of lightness to either side that have a say in the tint of one, so that it
            isn't that of a large patch which has the step for itself.
    """
    order = np.argsort(L, kind="stable")
    steps = [part for part in np.array_split(order, _STEPS) if len(part)]
    at = [float(np.median(L[part])) for part in steps]

    def tint(plane: np.ndarray) -> np.ndarray:
        middles = np.pad([float(np.median(plane[part])) for part in steps], across, mode="edge")
        around = np.lib.stride_tricks.sliding_window_view(middles, 2 * across + 1)
        return np.interp(L, at, np.median(around, axis=-1))

    return a - tint(a), b - tint(b)
