"""CIELAB and sRGB: with `colorizer.color.ycbcr` the only place that knows a colour formula.

sRGB (IEC 61966-2-1), CIELAB (D65, 2 degrees), their relation, and ab at fixed L to sRGB for stills.
Y'CbCr and ab at fixed luma codes, for films, are in `colorizer.color.ycbcr`. Every function takes
numpy arrays or torch tensors and returns the same kind; torch is never imported for numpy input.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

Array = TypeVar("Array", bound=Any)
"""numpy.ndarray or torch.Tensor."""

WHITE = (0.95047, 1.0, 1.08883)
"""XYZ of D65, 2-degree observer, as in scikit-image and OpenCV."""
_RGB_TO_XYZ = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
_XYZ_TO_RGB = tuple(tuple(row) for row in np.linalg.inv(np.array(_RGB_TO_XYZ)).tolist())
_EPSILON = 0.008856  # (6/29)^3, CIE 15:2004
KAPPA_SLOPE = 7.787
EPSILON_ROOT = 0.206893  # cube root of _EPSILON

_ROUNDING = 1e-6
"""How far float32 takes linear light of colours on the gamut's edge beyond it."""
_GAMUT_EDGE = 2e-5
"""How far inside, in linear light, a colour scaled to the gamut's edge may be."""
_GAMUT_STEPS = 24
_NEWTON_STEPS = 3

BLOCK = 1 << 18
"""Pixels worked on at once: few enough for the processor's caches, enough that photos which are
worked on next to each other seldom wait for Python's lock (a third faster than 1 << 15)."""


def array_module(x: Any) -> Any:
    """Return the module (torch or numpy) whose functions fit x."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and isinstance(x, torch.Tensor) else np


def srgb_to_linear(rgb: Array) -> Array:
    """Decode sRGB code values in [0, 1] to linear light in [0, 1]."""
    power = ((array_module(rgb).clip(rgb, 0.04045, math.inf) + 0.055) / 1.055) ** 2.4
    return _instead(power, rgb <= 0.04045, lambda: rgb / 12.92)


def linear_to_srgb(linear: Array) -> Array:
    """Encode linear light to sRGB; values outside [0, 1] are extended, not clipped."""
    power = 1.055 * array_module(linear).clip(linear, 0.0031308, math.inf) ** (1 / 2.4) - 0.055
    return _instead(power, linear <= 0.0031308, lambda: linear * 12.92)


def _f(t: Array) -> Array:
    xp = array_module(t)
    root = np.cbrt(t) if xp is np else xp.clip(t, _EPSILON, None) ** (1 / 3)
    return _instead(root, t <= _EPSILON, lambda: KAPPA_SLOPE * t + 16 / 116)


def _f_inverse(f: Array) -> Array:
    return _instead(f * f * f, f <= EPSILON_ROOT, lambda: (f - 16 / 116) / KAPPA_SLOPE)


def _f_inverse_slope(f: Array) -> Array:
    return _instead(3 * f * f, f <= EPSILON_ROOT, lambda: f * 0 + 1 / KAPPA_SLOPE)


def _instead(made: Any, where: Any, other: Callable[[], Any]) -> Any:
    """Return `made`, and `other()` where asked; numpy does without where nothing is asked."""
    xp = array_module(made)
    if xp is not np or not isinstance(made, np.ndarray):
        return xp.where(where, other(), made)
    if where.any():
        np.copyto(made, other(), where=where)
    return made


def _mix(matrix: tuple[tuple[float, ...], ...], planes: Array) -> list[Array]:
    """Multiply the three planes on axis -3 by a 3x3 matrix; return the three result planes."""
    p0, p1, p2 = planes[..., 0, :, :], planes[..., 1, :, :], planes[..., 2, :, :]
    return [m[0] * p0 + m[1] * p1 + m[2] * p2 for m in matrix]


def srgb_to_lab(rgb: Array) -> Array:
    """Convert sRGB in [0, 1] to CIELAB.

    Args:
        rgb: (..., 3, H, W).

    Returns:
        L in [0, 100], a and b about [-110, 110], (..., 3, H, W).
    """
    xp = array_module(rgb)
    x, y, z = _mix(_RGB_TO_XYZ, srgb_to_linear(rgb))
    fx, fy, fz = _f(x / WHITE[0]), _f(y / WHITE[1]), _f(z / WHITE[2])
    return xp.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)], -3)


def lab_to_linear(lab: Array) -> Array:
    """Convert CIELAB (..., 3, H, W) to linear sRGB; out-of-gamut colours leave [0, 1]."""
    xp = array_module(lab)
    L, a, b = lab[..., 0, :, :], lab[..., 1, :, :], lab[..., 2, :, :]
    fy = (L + 16) / 116
    xyz = [_f_inverse(fy + a / 500), _f_inverse(fy), _f_inverse(fy - b / 200)]
    xyz = xp.stack([plane * white for plane, white in zip(xyz, WHITE, strict=True)], -3)
    return xp.stack(_mix(_XYZ_TO_RGB, xyz), -3)


def lab_to_srgb(lab: Array) -> Array:
    """Convert CIELAB (..., 3, H, W) to sRGB, clipped to [0, 1]."""
    xp = array_module(lab)
    return xp.clip(linear_to_srgb(xp.clip(lab_to_linear(lab), 0, 1)), 0, 1)


def gray_to_L(gray: Array) -> Array:
    """Convert neutral sRGB code values in [0, 1], any shape, to CIELAB L in [0, 100]."""
    f: Any = _f(srgb_to_linear(gray))
    return 116 * f - 16


def L_to_gray(L: Array) -> Array:
    """Convert CIELAB L in [0, 100], any shape, to the neutral sRGB code value in [0, 1]."""
    return linear_to_srgb(_f_inverse((L + 16) / 116))


@dataclass(frozen=True, slots=True)
class RgbSpace:
    """An RGB colour space. Its L*, a and b are relative to its own white, as on a screen of it."""

    name: str
    to_xyz: tuple[tuple[float, ...], ...]
    """Linear R, G, B to XYZ under the space's own white, whose Y is 1; 3 rows."""
    from_xyz: tuple[tuple[float, ...], ...]
    """Its inverse."""
    decode: Callable[[Any], Any]
    """Code values in [0, 1] to linear light."""
    encode: Callable[[Any], Any]
    """Linear light to code values."""

    @property
    def gray(self) -> tuple[float, ...]:
        """XYZ of R = G = B = 1; with it, not a rounded white, ab = 0 gives R = G = B exactly."""
        return tuple(sum(row) for row in self.to_xyz)


SRGB = RgbSpace("sRGB", _RGB_TO_XYZ, _XYZ_TO_RGB, srgb_to_linear, linear_to_srgb)


@lru_cache(maxsize=16)
def _L_of_code(bits: int, full_range: bool) -> np.ndarray:
    """Return CIELAB L of every neutral code value, (2^bits,) float32, clipped to [0, 100]."""
    codes = np.arange(2**bits, dtype=np.float64)
    scale = 2.0 ** (bits - 8)
    gray = codes / (2**bits - 1) if full_range else (codes - 16 * scale) / (219 * scale)
    return gray_to_L(np.clip(gray, 0, 1)).astype(np.float32)


def luma_to_L(Y: np.ndarray, bits: int, full_range: bool) -> np.ndarray:
    """Look up CIELAB L of a neutral luma plane.

    Args:
        Y: code values, any shape, uint8 or uint16.
        bits: significant bits, 8 to 16.
        full_range: codes 0..2^bits-1; otherwise 16..235 scaled to `bits`.

    Returns:
        L in [0, 100], float32, the shape of Y.
    """
    return _L_of_code(bits, full_range)[Y]


def L_to_light(L: Array) -> Array:
    """Convert CIELAB L, any shape, to luminance relative to white, in [0, 1]."""
    return _f_inverse((L + 16) / 116)


def light_to_L(light: Array) -> Array:
    """Convert luminance relative to white, any shape, to CIELAB L."""
    f: Any = _f(light)
    return 116 * f - 16


def opponents_to_linear(L: Array, a: Array, b: Array, space: RgbSpace = SRGB) -> list[Array]:
    """Convert CIELAB planes of any equal shape to linear R, G, B, unclipped, neutral for ab = 0."""
    fy, gray = (L + 16) / 116, space.gray
    x, y, z = _f_inverse(fy + a / 500), _f_inverse(fy), _f_inverse(fy - b / 200)
    return [(m[0] * gray[0]) * x + m[1] * y + (m[2] * gray[2]) * z for m in space.from_xyz]


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
    if any(plane.min() < -_ROUNDING or plane.max() > 1 + _ROUNDING for plane in linear):
        outside = _excess(linear) > _ROUNDING
        L, a, b = L[outside], ab[0][outside], ab[1][outside]
        edge = _at_edge(L, a, b, [plane[outside] for plane in linear], space)
        for plane, inside in zip(linear, edge, strict=True):
            plane[outside] = inside
    return [xp.clip(plane, 0, 1) for plane in linear]


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
    light = _f_inverse(f)
    margin = one * (_GAMUT_EDGE / 2)
    level = xp.where(worst(linear) > 0.5, one - margin, margin) - of_y * light
    to_x, to_z = a / 500, b / -200
    t = (level - (of_x + of_z) * light) / (worst(linear) - light)  # the line between gray and it
    for _ in range(_NEWTON_STEPS):
        x, z = f + t * to_x, f + t * to_z
        slope = of_x * to_x * _f_inverse_slope(x) + of_z * to_z * _f_inverse_slope(z)
        t = t - (of_x * _f_inverse(x) + of_z * _f_inverse(z) - level) / slope
        t = xp.clip(t, 0, 1)
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
