"""How much the colours of a film as a whole change from frame to frame, and how strong they are."""

from __future__ import annotations

from collections import deque

import numpy as np

STEPS = (1, 2, 4)
"""Frames between two histograms that are compared."""
BINS = 256


def code_histogram(codes: np.ndarray) -> np.ndarray:
    """Return the share of pixels with each code, in every channel.

    Args:
        codes: (H, W) or (H, W, n) uint8.

    Returns:
        (n, 256); n is 1 for a plane.
    """
    import cv2

    number = codes.shape[2] if codes.ndim == 3 else 1
    counts = [cv2.calcHist([codes], [n], None, [BINS], [0, BINS]).ravel() for n in range(number)]
    return np.stack(counts).astype(np.float64) / (codes.shape[0] * codes.shape[1])


def ab_histogram(ab: np.ndarray) -> np.ndarray:
    """Return the share of pixels in each unit of a and b, (2, 256), from -128 to 128.

    Args:
        ab: (2, h, w), CIELAB.
    """
    bins = np.clip(np.floor(ab) + BINS // 2, 0, BINS - 1).astype(np.intp)
    counts = [np.bincount(plane.ravel(), minlength=BINS) for plane in bins]
    return np.stack(counts) / ab[0].size


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    """Return the Jensen-Shannon divergence of histograms (n, 256), natural logarithm, mean of n."""
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(h > 0, h * np.log(h / middle), 0).sum(1) for h in (p, q)]
    return float(np.mean(parts[0] + parts[1]) / 2)


class ColourDistribution:
    """CDC, the colour distribution consistency of Liu et al. (TCVC), as published code computes it.

    For steps of 1, 2 and 4 frames the mean over time of the Jensen-Shannon divergence of
    histograms; of the three the mean. Frames of different shots are not compared, which the
    published code, made for single shots, leaves out. With RGB histograms it is comparable with
    published numbers, but carries luma too: a gray film's own is the floor.
    """

    def __init__(self) -> None:
        self._last: deque[np.ndarray] = deque(maxlen=max(STEPS))
        self._sums = dict.fromkeys(STEPS, 0.0)
        self._counts = dict.fromkeys(STEPS, 0)

    def add(self, histogram: np.ndarray, *, starts_shot: bool) -> float | None:
        """Take the next frame; return its divergence from the one before, if its shot has one."""
        if starts_shot:
            self._last.clear()
        found: float | None = None
        for step in STEPS:
            if len(self._last) >= step:
                apart = divergence(self._last[-step], histogram)
                self._sums[step] += apart
                self._counts[step] += 1
                found = apart if step == 1 else found
        self._last.append(histogram)
        return found

    @property
    def value(self) -> float | None:
        """CDC so far; None where no two frames could be compared."""
        means = [self._sums[s] / self._counts[s] for s in STEPS if self._counts[s]]
        return sum(means) / len(means) if means else None


def colorfulness(rgb: np.ndarray) -> float:
    """Return the colorfulness of Hasler and Suesstrunk 2003: 0 none, 33 moderate, 82 high.

    Args:
        rgb: (H, W, 3) uint8.
    """
    red, green, blue = np.moveaxis(rgb.astype(np.float32), -1, 0)
    rg, yb = red - green, (red + green) / 2 - blue
    spread = float(np.hypot(rg.std(dtype=np.float64), yb.std(dtype=np.float64)))
    return spread + 0.3 * float(np.hypot(rg.mean(dtype=np.float64), yb.mean(dtype=np.float64)))
