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


def off_tint(L: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a and b of pixels less those of the tint at their lightness; see `beyond_tint`."""
    order = np.argsort(L, kind="stable")
    steps = [part for part in np.array_split(order, _STEPS) if len(part)]
    at = [float(np.median(L[part])) for part in steps]
    a, b = (p - np.interp(L, at, [np.median(p[part]) for part in steps]) for p in (a, b))
    return a, b
