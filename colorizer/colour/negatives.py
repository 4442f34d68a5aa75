"""Negatives: the positive is made of their density, and a likely one is told from a positive."""

from __future__ import annotations

import numpy as np

from colorizer.colour.cielab import light_to_L

_SIDE = 128
_GAMMA = 0.65
"""Density of a camera negative by the logarithm of the light that made it; the makers' data sheets
have 0.55 to 0.75 for pictures."""
_SIGNS = (-2.09, 2.30, 1.79, 0.86, 12.90, -4.11, -0.26)
_TONES = (-4.79, 0.28, -3.19, -1.12, -1.61, 1.06, 1.49, 2.86, 0.13, 5.87)
_BIAS, _SURE = -0.1, 1.8
"""Weights of `signs`, by logistic regression on 1,300 photographs and their negatives, one half by
density, one half with reversed codes. Where the sum is above the last, 1 in 100 photographs and
1 in 10 negatives are, of 200 that it was not fitted to."""
_LEAST, _MOST = 0.02, 99.98
"""L* of the positive: pure black and white stay free for what is beyond the picture."""


def looks_negative(L: np.ndarray) -> bool:
    """Tell whether a picture looks like a negative: dark skies, light shadows. A weak sign.

    Args:
        L: CIELAB lightness, (h, w).
    """
    if min(L.shape) < 16 or float(np.ptp(L)) < 10:
        return False
    return float(signs(L) @ np.array([*_SIGNS, *_TONES])) + _BIAS > _SURE


def signs(L: np.ndarray) -> np.ndarray:
    """Return what tells negatives from positives, (17,); see `looks_negative`.

    The last ten are the shares of tones from the darkest to the lightest.
    """
    import cv2

    scale = _SIDE / max(L.shape)
    size = tuple(max(8, round(side * scale)) for side in L.shape[::-1])
    small = cv2.resize(L.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    dark, bright = np.percentile(small, [1, 99])
    v = np.clip((small - dark) / max(bright - dark, 1e-3), 0, 1)
    third = max(1, len(v) // 3)
    mean = cv2.blur(v, (5, 5))
    rough = np.sqrt(np.maximum(cv2.blur(v * v, (5, 5)) - mean * mean, 0))
    fine = v - cv2.GaussianBlur(v, (0, 0), 2)
    smooth = rough < np.quantile(rough, 0.3)
    both = bool((v > 0.7).any() and (v < 0.3).any())
    return np.array([
        v[:third].mean() - v[-third:].mean(),
        _alike(v, rough),
        _skewness(v),
        _skewness(fine),
        v.mean() - 0.5,
        v[smooth].mean() - v[~smooth].mean() if smooth.any() and not smooth.all() else 0.0,
        np.abs(fine[v > 0.7]).mean() - np.abs(fine[v < 0.3]).mean() if both else 0.0,
        *np.histogram(v, bins=len(_TONES), range=(0, 1))[0] / v.size,
    ])  # fmt: skip


def ends_of_negative(L: np.ndarray) -> tuple[float, float]:
    """Return the light that the densest and the clearest parts of a negative let through.

    Args:
        L: CIELAB lightness of it, (h, w); its outer tenth, which may be a holder, does not count.
    """
    edge = [side // 10 for side in L.shape]
    inside = L[edge[0] : L.shape[0] - edge[0], edge[1] : L.shape[1] - edge[1]]
    dense, clear = np.percentile(inside, [1, 99])
    return float(_light(np.array(dense))), float(_light(np.array(clear)))


def positive_L(L: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    """Return CIELAB lightness of the positive of a negative, in (0, 100).

    Where the negative lets less light through, more light made it: its density grows with the
    logarithm of that light.

    Args:
        L: CIELAB lightness of the negative, any shape.
        ends: from `ends_of_negative`.
    """
    dense = max(ends[0], 1e-3)
    clear = max(ends[1], 1.05 * dense)
    made = (np.clip(_light(L), dense, clear) / clear) ** (-1 / _GAMMA)
    light = (made - 1) / ((dense / clear) ** (-1 / _GAMMA) - 1)
    return np.clip(light_to_L(np.clip(light, 0, 1)), _LEAST, _MOST).astype(np.float32)


def _light(L: np.ndarray) -> np.ndarray:
    """Return relative luminance of CIELAB lightness (CIE 15)."""
    t = (np.asarray(L, np.float64) + 16) / 116
    return np.where(t > 6 / 29, t**3, 3 * (6 / 29) ** 2 * (t - 4 / 29))


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    a, b = one - one.mean(), other - other.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-9))


def _skewness(values: np.ndarray) -> float:
    away = values - values.mean()
    return float((away**3).mean() / max(float((away**2).mean()) ** 1.5, 1e-6))
