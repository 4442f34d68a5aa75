"""What the network is shown of a film's frame: its L through a curve, without what surrounds it."""

from __future__ import annotations

import cv2
import numpy as np

from colorizer.color.cielab import L_to_gray, gray_to_L
from colorizer.frame import Frame, working_L
from colorizer.stages.levels import GAIN_LIMIT
from colorizer.stages.levels.light import Light
from colorizer.stages.region.surround import box_of, filled

_TABLE = np.linspace(0, 100, 1024, dtype=np.float32)


def ends_of(L: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return the 1st and 99th percentile of a picture without what surrounds it."""
    inside = L[::3, ::3] if mask is None else L[mask < 0.5][::9]
    return np.percentile(inside, [1, 99]).astype(np.float32)


def steady(L: np.ndarray, light: Light) -> np.ndarray:
    """Return L as it is in the light of reference."""
    gain = max(light.gain, 1 / GAIN_LIMIT)
    return gray_to_L(np.clip((L_to_gray(L) - light.offset) / gain, 0, 1).astype(np.float32))


def view_of(light: Light, fresh: tuple[float, float, float]) -> np.ndarray | None:
    """Return what the network sees of each L of `_TABLE`; None where it is as it was."""
    gain, dark, low = fresh
    same = abs(light.gain - 1) < 0.01 and abs(light.offset) < 0.004
    if same and gain == 1:
        return None
    L = _TABLE if same else steady(_TABLE, light)
    return np.clip((L - dark) * gain + low, 0, 100).astype(np.float32)


def through(L: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return L, (h, w), through a curve from `view_of`."""
    return np.interp(L, _TABLE, table).astype(np.float32)


def completed(
    L: np.ndarray, mask: np.ndarray, whole: np.ndarray, table: np.ndarray | None
) -> np.ndarray:
    """Return what the network sees of a frame with an iris: outside it, another of its shot."""
    mask = cv2.GaussianBlur(mask, (0, 0), 2) if whole.shape == L.shape else mask
    L = np.maximum(L * (1 - mask) + whole * mask, L)
    return L if table is None else through(L, table)


def within(frame: Frame, mask: np.ndarray, table: np.ndarray | None) -> np.ndarray:
    """Return what the network sees of the picture alone, as large as that of a film without bars.

    Args:
        frame: with its surround.
        mask: 1 around the picture.
        table: the curve; None changes nothing.
    """
    top, bottom, left, right = box_of(mask)
    high, wide = frame.Y.shape[0] / frame.L.shape[0], frame.Y.shape[1] / frame.L.shape[1]
    rows = slice(round(top * high), max(round(bottom * high), 1))
    columns = slice(round(left * wide), max(round(right * wide), 1))
    side = min(frame.L.shape)
    L = working_L(frame.Y[rows, columns], frame.bits, frame.full_range, side, frame.tone)
    outside = cv2.resize(mask[top:bottom, left:right], L.shape[::-1])
    L = filled(L, (outside > 0.02).astype(np.float32))
    return L if table is None else through(L, table)
