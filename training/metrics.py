"""Measures of one result against the original, and their sums over a set of photos.

Photos are (H, W, 3) uint8 sRGB. PSNR rewards gray and AuC counts mostly dull pixels, so none of
these is read alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from colorizer.colour.cielab import srgb_to_lab

THRESHOLDS = 151
"""Distances in ab of the AuC, 0 to 150 CIELAB units (Zhang et al. 2016, section 3.1)."""
_CELL = 10
_CELLS = 25
"""Cells of the ab histogram a side: a and b from -125 to 125."""


def lab_of(rgb: np.ndarray) -> np.ndarray:
    """Return CIELAB of a uint8 sRGB photo, (3, H, W) float32."""
    return srgb_to_lab(rgb.transpose(2, 0, 1).astype(np.float32) / 255)


def psnr(rgb: np.ndarray, original: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio over R, G, B in dB; infinite for equal photos."""
    error = np.mean((rgb.astype(np.float64) - original) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def mean_chroma(lab: np.ndarray) -> float:
    """Return the mean CIELAB chroma of (3, H, W)."""
    return float(np.hypot(lab[1], lab[2]).mean())


def colorfulness(rgb: np.ndarray) -> float:
    """Return M3 of Hasler and Suesstrunk 2003, 0 (none) to about 110 (extreme)."""
    red, green, blue = rgb.astype(np.float64).transpose(2, 0, 1)
    rg, yb = red - green, (red + green) / 2 - blue
    spread, mean = np.hypot(rg.std(), yb.std()), np.hypot(rg.mean(), yb.mean())
    return float(spread + 0.3 * mean)


def distance_counts(lab: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Count pixels by the original's ab cell and by how far the result's ab is from it.

    Args:
        lab: result, (3, H, W).
        original: (3, H, W).

    Returns:
        (625, 152) int64; column t holds distances in (t - 1, t], the last those over 150.
    """
    cell = np.clip(np.round(original[1:] / _CELL) + _CELLS // 2, 0, _CELLS - 1).astype(np.int64)
    distance = np.ceil(np.hypot(*(lab[1:] - original[1:]))).clip(0, THRESHOLDS).astype(np.int64)
    number = (cell[0] * _CELLS + cell[1]) * (THRESHOLDS + 1) + distance
    counts = np.bincount(number.ravel(), minlength=_CELLS**2 * (THRESHOLDS + 1))
    return counts.reshape(_CELLS**2, THRESHOLDS + 1)


def area_under_curve(counts: np.ndarray, rebalanced: bool) -> float:
    """Return the area under the share of pixels within each distance, in percent.

    Args:
        counts: sum of `distance_counts` over the set.
        rebalanced: every occupied ab cell counts alike (weights 1 / prior of the set itself, not
            smoothed); otherwise every pixel.
    """
    if rebalanced:
        occupied = counts[counts.sum(axis=1) > 0]
        share = (occupied / occupied.sum(axis=1, keepdims=True)).mean(axis=0)
    else:
        share = counts.sum(axis=0) / counts.sum()
    return float(np.trapezoid(np.cumsum(share)[:THRESHOLDS]) / (THRESHOLDS - 1) * 100)


def ab_error(lab: np.ndarray, original: np.ndarray) -> tuple[float, float]:
    """Return the errors of regression papers on (ab + 128) / 255.

    Returns:
        Mean squared error, and the L2 distance: the root of the photo's summed squared errors.
    """
    squared = np.square((lab[1:] - original[1:]) / 255, dtype=np.float64)
    return float(squared.mean()), float(np.sqrt(squared.sum()))


def pixels_within(lab: np.ndarray, original: np.ndarray, distance: float = 10) -> float:
    """Return the share of pixels whose ab is at most `distance` CIELAB units off (raw accuracy)."""
    return float((np.hypot(*(lab[1:] - original[1:])) <= distance).mean())


def larger_channel_accuracy(lab: np.ndarray, original: np.ndarray) -> float:
    """Return the share of pixels where a and b are in the same order as in the original.

    DeepColor's "accuracy": Keras compares the argmax over the last axis, which here has the two
    channels a and b, so 0.5 is chance and colour hardly matters.
    """
    return float(((lab[1] >= lab[2]) == (original[1] >= original[2])).mean())


def ciede2000(lab: np.ndarray, original: np.ndarray) -> float:
    """Return the mean CIEDE2000 (Sharma, Wu and Dalal 2005; scikit-image) over the pixels."""
    from skimage.color import deltaE_ciede2000

    one, other = (np.moveaxis(planes, 0, -1) for planes in (lab, original))
    return float(np.mean(deltaE_ciede2000(one, other)))


def ssim(rgb: np.ndarray, original: np.ndarray) -> float:
    """Return the structural similarity over R, G, B (Wang et al. 2004; Gaussian 11 x 11)."""
    from skimage.metrics import structural_similarity

    value: Any = structural_similarity(
        rgb, original, channel_axis=2, data_range=255,
        gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
    )  # fmt: skip
    return float(value)


def bleeding(lab: np.ndarray, flat: float = 2.0) -> float:
    """Return how fast ab changes where lightness does not: colour without an edge under it.

    Args:
        lab: (3, H, W).
        flat: L changes by less than this between neighbours, CIELAB units.

    Returns:
        Mean absolute step of ab between horizontal and vertical neighbours there, CIELAB units.
        Compared with the original's own: more is bleeding, less is flatness.
    """
    steps, where = [], []
    for axis in (1, 2):
        step = np.abs(np.diff(lab, axis=axis))
        steps.append(np.hypot(step[1], step[2]).ravel())
        where.append(step[0].ravel() < flat)
    chosen = np.concatenate(steps)[np.concatenate(where)]
    return float(chosen.mean()) if chosen.size else 0.0
