"""CIELAB and sRGB: with `colorizer.ycbcr` the only place that knows a colour formula.

sRGB (IEC 61966-2-1), CIELAB (D65, 2 degrees), their relation, and ab at fixed L to sRGB for stills.
Y'CbCr and ab at fixed luma codes, for films, are in `colorizer.ycbcr`. Every function takes numpy
arrays or torch tensors and returns the same kind; torch is never imported for numpy input.
"""

from __future__ import annotations

import sys
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
_GRAY = tuple(sum(row) for row in _RGB_TO_XYZ)
"""XYZ of R = G = B = 1: WHITE to four digits; with it ab = 0 gives R = G = B exactly."""
_EPSILON = 0.008856  # (6/29)^3, CIE 15:2004
_KAPPA_SLOPE = 7.787
_EPSILON_ROOT = 0.206893  # cube root of _EPSILON

BLOCK = 1 << 15
"""Pixels worked on at once, so that the planes of one step stay in the processor's cache."""


def array_module(x: Any) -> Any:
    """Return the module (torch or numpy) whose functions fit x."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and isinstance(x, torch.Tensor) else np


def srgb_to_linear(rgb: Array) -> Array:
    """Decode sRGB code values in [0, 1] to linear light in [0, 1]."""
    xp = array_module(rgb)
    power = ((xp.clip(rgb, 0.04045, None) + 0.055) / 1.055) ** 2.4
    return xp.where(rgb <= 0.04045, rgb / 12.92, power)


def linear_to_srgb(linear: Array) -> Array:
    """Encode linear light to sRGB; values outside [0, 1] are extended, not clipped."""
    xp = array_module(linear)
    power = 1.055 * xp.clip(linear, 0.0031308, None) ** (1 / 2.4) - 0.055
    return xp.where(linear <= 0.0031308, linear * 12.92, power)


def _f(t: Array) -> Array:
    xp = array_module(t)
    root = xp.clip(t, _EPSILON, None) ** (1 / 3)
    return xp.where(t > _EPSILON, root, _KAPPA_SLOPE * t + 16 / 116)


def _f_inverse(f: Array) -> Array:
    xp = array_module(f)
    return xp.where(f > _EPSILON_ROOT, f * f * f, (f - 16 / 116) / _KAPPA_SLOPE)


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


def opponents_to_linear(L: Array, a: Array, b: Array) -> list[Array]:
    """Convert CIELAB planes of any equal shape to linear R, G, B, unclipped, neutral for ab = 0."""
    fy = (L + 16) / 116
    x, z = _GRAY[0] * _f_inverse(fy + a / 500), _GRAY[2] * _f_inverse(fy - b / 200)
    y = _f_inverse(fy)
    return [m[0] * x + m[1] * y + m[2] * z for m in _XYZ_TO_RGB]


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
    xp = array_module(L)
    linear = xp.stack(opponents_to_linear(L, ab[0], ab[1]))
    outside = ~_inside(linear)
    if outside.any():
        t = _gamut_scale(L[outside], ab[0][outside], ab[1][outside])
        fitted = opponents_to_linear(L[outside], t * ab[0][outside], t * ab[1][outside])
        linear[:, outside] = xp.stack(fitted)
    return xp.clip(linear_to_srgb(xp.clip(linear, 0, 1)), 0, 1)


def _inside(linear: Array) -> Array:
    """Tell which linear RGB colours, (3, ...), are inside the gamut up to float32 rounding."""
    xp = array_module(linear)
    return (xp.amin(linear, 0) >= -1e-6) & (xp.amax(linear, 0) <= 1 + 1e-6)


def _gamut_scale(L: Array, a: Array, b: Array) -> Array:
    """Return the largest factor in [0, 1) that brings a and b into sRGB at fixed L, to 1/4096."""
    xp = array_module(L)
    t = xp.zeros_like(L)
    for step in (0.5**k for k in range(1, 13)):
        trial = t + step
        fits = _inside(xp.stack(opponents_to_linear(L, trial * a, trial * b)))
        t = xp.where(fits, trial, t)
    return t
