"""CIELAB and sRGB: with `colorizer.colour.ycbcr` the only place that knows a colour formula.

sRGB (IEC 61966-2-1), CIELAB (D65, 2 degrees), their relation, and ab at fixed L to sRGB for stills.
Y'CbCr and ab at fixed luma codes, for films, are in `colorizer.colour.ycbcr`. Every function takes
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
    return instead(power, rgb <= 0.04045, lambda: rgb / 12.92)


def linear_to_srgb(linear: Array) -> Array:
    """Encode linear light to sRGB; values outside [0, 1] are extended, not clipped."""
    power = 1.055 * array_module(linear).clip(linear, 0.0031308, math.inf) ** (1 / 2.4) - 0.055
    return instead(power, linear <= 0.0031308, lambda: linear * 12.92)


def _f(t: Array) -> Array:
    xp = array_module(t)
    root = np.cbrt(t) if xp is np else xp.clip(t, _EPSILON, None) ** (1 / 3)
    return instead(root, t <= _EPSILON, lambda: KAPPA_SLOPE * t + 16 / 116)


def f_inverse(f: Array) -> Array:
    """Return CIELAB's light of f, any shape: its cube, or a line near black (CIE 15:2004)."""
    return instead(f * f * f, f <= EPSILON_ROOT, lambda: (f - 16 / 116) / KAPPA_SLOPE)


def instead(made: Any, where: Any, other: Callable[[], Any]) -> Any:
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
    xyz = [f_inverse(fy + a / 500), f_inverse(fy), f_inverse(fy - b / 200)]
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
    return linear_to_srgb(f_inverse((L + 16) / 116))


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
    return look_up(_L_of_code(bits, full_range), Y)


def look_up(table: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return `table[codes]`, four times as fast.

    Args:
        table: a value of each code, (n,).
        codes: below n, (h, w), uint8 or uint16.
    """
    import cv2

    if codes.ndim != 2 or not codes.size:
        return table[codes]
    missing = (1 << 8 * codes.itemsize) - len(table)
    return cv2.LUT(codes, np.pad(table, (0, missing), "edge") if missing > 0 else table)


def L_to_light(L: Array) -> Array:
    """Convert CIELAB L, any shape, to luminance relative to white, in [0, 1]."""
    return f_inverse((L + 16) / 116)


def light_to_L(light: Array) -> Array:
    """Convert luminance relative to white, any shape, to CIELAB L."""
    f: Any = _f(light)
    return 116 * f - 16


def opponents_to_linear(L: Array, a: Array, b: Array, space: RgbSpace = SRGB) -> list[Array]:
    """Convert CIELAB planes of any equal shape to linear R, G, B, unclipped, neutral for ab = 0."""
    fy, gray = (L + 16) / 116, space.gray
    x, y, z = f_inverse(fy + a / 500), f_inverse(fy), f_inverse(fy - b / 200)
    return [(m[0] * gray[0]) * x + m[1] * y + (m[2] * gray[2]) * z for m in space.from_xyz]
