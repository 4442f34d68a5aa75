"""Tones of the frames of a shot brought together, so that what moves can be compared."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from colorizer.stages.levels import fresh_curve

MOST_STRETCH = 4.0
"""Largest stretch of a frame's contrast for the flow; more lifts the grain of black frames."""

Stretch = tuple[float, float, float]
"""Of L*, see `fresh_curve`."""
AS_IT_IS: Stretch = (1.0, 0.0, 0.0)


def ends_of(L: np.ndarray) -> tuple[float, float]:
    """Return the 1st and 99th percentile of L, (h, w)."""
    dark, bright = np.percentile(L[::3, ::3], [1, 99])
    return float(dark), float(bright)


def common_stretch(ends: Iterable[tuple[float, float]]) -> Stretch:
    """Return what stretches frames alike so that all of them are in the range of a fresh print."""
    dark, bright = zip(*ends, strict=True)
    return fresh_curve(min(dark), max(bright), MOST_STRETCH)


def stretched(L: np.ndarray, stretch: Stretch) -> np.ndarray:
    """Return L, (h, w) float32, stretched."""
    gain, dark, low = stretch
    if gain == 1:
        return L
    return ((L - np.float32(dark)) * np.float32(gain) + np.float32(low)).clip(0, 100)


def match_exposure(luma: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Give luma the mean and spread of another frame: exposure flickers in old film."""
    import cv2

    (mean,), (spread,) = (value.ravel() for value in cv2.meanStdDev(luma))
    (wanted_mean,), (wanted_spread,) = (value.ravel() for value in cv2.meanStdDev(wanted))
    gain = np.clip(wanted_spread / max(spread, 1.0), 0.5, 2.0)
    codes = (np.arange(256) - mean) * gain + wanted_mean
    return cv2.LUT(luma, np.rint(codes.clip(0, 255)).astype(np.uint8))


def match_tones(luma: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Bring luma to the tones of the same view in another frame by a cubic curve.

    Follows what gain and offset cannot, clipped highlights and black borders; a curve so stiff
    can't be bent by one object that came or went.
    """
    import cv2

    sample, target = luma[::2, ::2].ravel(), wanted[::2, ::2].ravel()
    number = np.bincount(sample, minlength=256)
    mean = np.bincount(sample, target, minlength=256) / np.maximum(number, 1)
    level = np.linspace(-1, 1, 256)
    basis = np.stack([np.ones(256), level, level**2, level**3], 1)
    # A little of the identity keeps the curve where the picture has few tones.
    weight = number[:, None] * basis
    start = np.arange(256.0)
    change = np.linalg.solve(weight.T @ basis + basis.T @ basis, weight.T @ (mean - start))
    return cv2.LUT(luma, np.rint((start + basis @ change).clip(0, 255)).astype(np.uint8))
