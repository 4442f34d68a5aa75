"""Negatives: the positive is made of their density."""

from __future__ import annotations

import numpy as np

from colorizer.colour.cielab import light_to_L

_GAMMA = 0.65
"""Density of a camera negative by the logarithm of the light that made it; the makers' data sheets
have 0.55 to 0.75 for pictures."""
_LEAST, _MOST = 0.02, 99.98
"""L* of the positive: pure black and white stay free for what is beyond the picture."""


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
