"""Chroma at fixed lightness scaled to what an RGB space has."""

from __future__ import annotations

from typing import Any

import numpy as np

from colorizer.colour.cielab import (
    BLOCK,
    EPSILON_ROOT,
    KAPPA_SLOPE,
    SRGB,
    RgbSpace,
    f_inverse,
    instead,
    linear_to_srgb,
    opponents_to_linear,
)

_ROUNDING = 1e-6
"""How far float32 takes linear light of colours on the gamut's edge beyond it."""
_GAMUT_EDGE = 2e-5
"""How far inside, in linear light, a colour scaled to the gamut's edge may be."""
_GAMUT_STEPS = 24
_NEWTON_STEPS = 2


def ab_to_srgb(L: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Convert lightness and chroma to sRGB, keeping L where the colour is outside the gamut.

    Chroma of such pixels is scaled toward gray until the colour fits, never clipped per channel.

    Args:
        L: (h, w) float32 in [0, 100].
        ab: (2, h, w) float32, any values.

    Returns:
        sRGB, (3, h, w) float32 in [0, 1]; its L is the given one.
    """
    rows = max(1, BLOCK // max(1, L.shape[1]))
    strips = [
        _strip_to_srgb(L[top : top + rows], ab[:, top : top + rows])
        for top in range(0, L.shape[0], rows)
    ]
    return np.concatenate(strips, 1)


def _strip_to_srgb(L: np.ndarray, ab: np.ndarray) -> np.ndarray:
    return np.clip(linear_to_srgb(ab_to_linear(L, ab)), 0, 1)


def ab_to_linear(L: np.ndarray, ab: np.ndarray, space: RgbSpace = SRGB) -> np.ndarray:
    """Convert lightness and chroma to linear light, chroma scaled to fit as in `ab_to_srgb`.

    Args:
        L: (h, w) float32 in [0, 100].
        ab: (2, h, w) float32, any values.
        space: whose R, G and B are wanted.

    Returns:
        linear R, G, B, (3, h, w) float32 in [0, 1]; its L is the given one.
    """
    linear = opponents_to_linear(L, ab[0], ab[1], space)
    fit(linear, L, ab, space)
    return np.clip(np.stack(linear), 0, 1)


def fit(linear: list[np.ndarray], L: np.ndarray, ab: np.ndarray, space: RgbSpace) -> None:
    """Scale the chroma of colours outside a space until they fit, but for `_ROUNDING`.

    Args:
        linear: R, G and B of L and ab, each (h, w), which are written to.
        L: see `ab_to_linear`, as the others.
        ab: see there.
        space: see there.
    """
    import cv2  # late: the window shows colours without it

    inside, *others = (cv2.inRange(plane, -_ROUNDING, 1 + _ROUNDING) for plane in linear)
    for other in others:
        cv2.bitwise_and(inside, other, dst=inside)
    outside = np.flatnonzero(inside == 0)
    if outside.size:
        beyond = [plane.take(outside) for plane in linear]
        L, a, b = (plane.take(outside) for plane in (L, *ab))
        edge = _at_edge(L, a, b, beyond, space)
        for plane, at_edge in zip(linear, edge, strict=True):
            plane.put(outside, at_edge)


def _at_edge(
    L: np.ndarray, a: np.ndarray, b: np.ndarray, linear: list[np.ndarray], space: RgbSpace
) -> list[np.ndarray]:
    """Return the colours at the edge of a space, (n,) each, to which ab is scaled at fixed L.

    They are inside, by at most `_GAMUT_EDGE`. Where one channel alone decides, Newton's method on
    it finds them; the few others are searched for.
    """
    t = _newton_scale(L, a, b, linear, space)
    edge = opponents_to_linear(L, t * a, t * b, space)
    beyond = _excess(edge)
    other = ~((beyond <= _ROUNDING) & (beyond >= -_GAMUT_EDGE))
    if other.any():
        L, a, b = L[other], a[other], b[other]
        t = _gamut_scale(L, a, b, space)
        for plane, found in zip(edge, opponents_to_linear(L, t * a, t * b, space), strict=True):
            plane[other] = found
    return edge


def _newton_scale(
    L: np.ndarray, a: np.ndarray, b: np.ndarray, linear: list[np.ndarray], space: RgbSpace
) -> np.ndarray:
    """Return the factor in [0, 1] that brings the channel furthest outside to the edge, (n,)."""
    red, green, blue = (abs(plane - 0.5) for plane in linear)
    is_red, is_green = (red >= green) & (red >= blue), green >= blue

    def worst(each: Any) -> Any:
        return np.where(is_red, each[0], np.where(is_green, each[1], each[2]))

    f, gray = (L + 16) / 116, space.gray
    rows = np.array(space.from_xyz, np.float32) * np.array(gray, np.float32)
    of_x, of_y, of_z = (worst(rows[:, n]) for n in range(3))
    light, leaving = f_inverse(f), worst(linear)
    margin = np.float32(_GAMUT_EDGE / 2)
    level = np.where(leaving > 0.5, 1 - margin, margin) - of_y * light
    to_x, to_z = a / 500, b / -200
    t = (level - (of_x + of_z) * light) / (leaving - light)  # the line between gray and it
    for _ in range(_NEWTON_STEPS):
        (x, slope_x), (z, slope_z) = (_light_and_slope(f + t * to) for to in (to_x, to_z))
        slope = of_x * to_x * slope_x + of_z * to_z * slope_z
        t = np.clip(t - (of_x * x + of_z * z - level) / slope, 0, 1)
    return t


def _excess(linear: Any) -> Any:
    """Return by how much linear RGB colours, three planes, leave [0, 1]; negative inside."""
    red, green, blue = (abs(plane - 0.5) for plane in linear)
    return np.maximum(np.maximum(red, green), blue) - 0.5


def _gamut_scale(L: np.ndarray, a: np.ndarray, b: np.ndarray, space: RgbSpace) -> np.ndarray:
    """Return the largest factor in [0, 1) that brings ab into a space at fixed L.

    The colour is inside, by at most `_GAMUT_EDGE`. Illinois variant of regula falsi; a colour that
    is near enough stays, so that it does not depend on the others.
    """

    def excess(t: np.ndarray) -> np.ndarray:
        return _excess(opponents_to_linear(L, t * a, t * b, space))

    low, high = np.zeros_like(L), np.ones_like(L)
    inside, above = -abs(excess(low)), excess(high)
    below, fitted = inside, None
    for _ in range(_GAMUT_STEPS):
        t = low - below * (high - low) / (above - below)
        found = excess(t)
        fits = found <= 0
        better = fits & (inside < -_GAMUT_EDGE)
        low, high = np.where(better, t, low), np.where(fits, high, t)
        inside = np.where(better, found, inside)
        if (inside >= -_GAMUT_EDGE).all():
            break
        if fitted is not None:  # an end that stays a second time counts half
            below, above = np.where(fitted, below, below / 2), np.where(fitted, above / 2, above)
        below, above = np.where(fits, found, below), np.where(fits, above, found)
        fitted = fits
    return low


def _light_and_slope(f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return CIELAB's light of f, see `f_inverse`, and its slope."""
    square, dark = f * f, f <= EPSILON_ROOT
    light = instead(square * f, dark, lambda: (f - 16 / 116) / KAPPA_SLOPE)
    return light, instead(3 * square, dark, lambda: f * 0 + 1 / KAPPA_SLOPE)
