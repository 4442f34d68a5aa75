"""Chroma at fixed lightness scaled to what an RGB space has."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from colorizer.colour.cielab import (
    BLOCK,
    EPSILON_ROOT,
    KAPPA_SLOPE,
    SRGB,
    Array,
    RgbSpace,
    array_module,
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
_NEWTON_STEPS = 3


def ab_to_srgb(L: Array, ab: Array) -> Array:
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
    return array_module(L).concatenate(strips, 1)


def _strip_to_srgb(L: Array, ab: Array) -> Array:
    return array_module(L).clip(linear_to_srgb(ab_to_linear(L, ab)), 0, 1)


def ab_to_linear(L: Array, ab: Array, space: RgbSpace = SRGB) -> Array:
    """Convert lightness and chroma to linear light, chroma scaled to fit as in `ab_to_srgb`.

    Args:
        L: (h, w) float32 in [0, 100].
        ab: (2, h, w) float32, any values.
        space: whose R, G and B are wanted.

    Returns:
        linear R, G, B, (3, h, w) float32 in [0, 1]; its L is the given one.
    """
    linear = fitted(opponents_to_linear(L, ab[0], ab[1], space), L, ab, space)
    return array_module(L).stack(linear)


def fitted(linear: list[Array], L: Array, ab: Array, space: RgbSpace) -> list[Array]:
    """Scale the chroma of colours outside a space and return planes in [0, 1].

    Args:
        linear: R, G and B of L and ab, each (h, w), which are written to.
        L: see `ab_to_linear`, as the others.
        ab: see there.
        space: see there.
    """
    xp = array_module(L)
    ends = [(float(plane.min()), float(plane.max())) for plane in linear]
    leaving = [
        (plane < -_ROUNDING) | (plane > 1 + _ROUNDING)
        for plane, (low, high) in zip(linear, ends, strict=True)
        if low < -_ROUNDING or high > 1 + _ROUNDING
    ]
    if leaving:
        outside = xp.where(reduce(or_, leaving))  # not a mask, which each plane would search
        L, a, b = L[outside], ab[0][outside], ab[1][outside]
        edge = _at_edge(L, a, b, [plane[outside] for plane in linear], space)
        for plane, inside in zip(linear, edge, strict=True):
            plane[outside] = inside
    return [
        xp.clip(plane, 0, 1) if low < 0 or high > 1 else plane
        for plane, (low, high) in zip(linear, ends, strict=True)
    ]


def _at_edge(L: Array, a: Array, b: Array, linear: list[Array], space: RgbSpace) -> list[Array]:
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


def _newton_scale(L: Array, a: Array, b: Array, linear: list[Array], space: RgbSpace) -> Array:
    """Return the factor in [0, 1] that brings the channel furthest outside to the edge, (n,)."""
    xp = array_module(L)
    red, green, blue = (abs(plane - 0.5) for plane in linear)
    is_red, is_green = (red >= green) & (red >= blue), green >= blue

    def worst(each: Any) -> Any:
        return xp.where(is_red, each[0], xp.where(is_green, each[1], each[2]))

    f, gray, one = (L + 16) / 116, space.gray, xp.ones_like(L)
    of_x, of_y, of_z = (worst([one * (m[n] * gray[n]) for m in space.from_xyz]) for n in range(3))
    light = f_inverse(f)
    margin = one * (_GAMUT_EDGE / 2)
    level = xp.where(worst(linear) > 0.5, one - margin, margin) - of_y * light
    to_x, to_z = a / 500, b / -200
    t = (level - (of_x + of_z) * light) / (worst(linear) - light)  # the line between gray and it
    for _ in range(_NEWTON_STEPS):
        (x, slope_x), (z, slope_z) = (_light_and_slope(f + t * to) for to in (to_x, to_z))
        slope = of_x * to_x * slope_x + of_z * to_z * slope_z
        t = xp.clip(t - (of_x * x + of_z * z - level) / slope, 0, 1)
    return t


def _excess(linear: Any) -> Any:
    """Return by how much linear RGB colours, three planes, leave [0, 1]; negative inside."""
    xp = array_module(linear[0])
    red, green, blue = (abs(plane - 0.5) for plane in linear)
    return xp.maximum(xp.maximum(red, green), blue) - 0.5


def _gamut_scale(L: Array, a: Array, b: Array, space: RgbSpace) -> Array:
    """Return the largest factor in [0, 1) that brings ab into a space at fixed L.

    The colour is inside, by at most `_GAMUT_EDGE`. Illinois variant of regula falsi; a colour that
    is near enough stays, so that it does not depend on the others.
    """
    xp = array_module(L)

    def excess(t: Array) -> Array:
        return _excess(opponents_to_linear(L, t * a, t * b, space))

    low, high = xp.zeros_like(L), xp.ones_like(L)
    inside, above = -abs(excess(low)), excess(high)
    below, fitted = inside, None
    for _ in range(_GAMUT_STEPS):
        t = low - below * (high - low) / (above - below)
        found = excess(t)
        fits = found <= 0
        better = fits & (inside < -_GAMUT_EDGE)
        low, high = xp.where(better, t, low), xp.where(fits, high, t)
        inside = xp.where(better, found, inside)
        if (inside >= -_GAMUT_EDGE).all():
            break
        if fitted is not None:  # an end that stays a second time counts half
            below, above = xp.where(fitted, below, below / 2), xp.where(fitted, above / 2, above)
        below, above = xp.where(fits, found, below), xp.where(fits, above, found)
        fitted = fits
    return low


def _light_and_slope(f: Array) -> tuple[Array, Array]:
    """Return CIELAB's light of f, see `f_inverse`, and its slope."""
    square, dark = f * f, f <= EPSILON_ROOT
    light = instead(square * f, dark, lambda: (f - 16 / 116) / KAPPA_SLOPE)
    return light, instead(3 * square, dark, lambda: f * 0 + 1 / KAPPA_SLOPE)
