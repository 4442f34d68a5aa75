"""Slower measures of a model: does size change its colours, and do hints do what they should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np

from colorizer import colorize
from colorizer.models.base import ColourModel
from colorizer.places.hint import Hint
from training import metrics
from training.entrants import Paint, gray_of

SIZES = (256, 512, 1024)
HINTS = 5
_PUSH = (30.0, 10.0)
"""What is added to ab by the hint that must leave the rest of the picture alone."""


def size_consistency(paint: Paint, original: np.ndarray) -> float:
    """Return how far the colours of one photo at several sizes lie apart.

    Args:
        paint: the entrant.
        original: (H, W, 3) uint8; scaled bicubically to short sides of 256, 512 and 1024 pixels.

    Returns:
        CIEDE2000, mean over the pixels and the three pairs, compared at 256 pixels.
    """
    least = _scaled(original, SIZES[0])
    results = [metrics.lab_of(paint(gray_of(least), 0))]
    for side in SIZES[1:]:
        result = paint(gray_of(_scaled(original, side)), 0)
        small = cv2.resize(result, least.shape[1::-1], interpolation=cv2.INTER_AREA)
        results.append(metrics.lab_of(small))
    return float(np.mean([metrics.ciede2000(a, b) for a, b in combinations(results, 2)]))


def hint_test(network: ColourModel, original: np.ndarray) -> dict[str, float]:
    """Give hints to a photo and tell what they did.

    The photo is segmented (Felzenszwalb and Huttenlocher 2004, scikit-image: scale 300, at least
    200 pixels a segment at 256 pixels); each of the 5 largest segments gets the true colour at the
    point farthest from its edge.

    Args:
        network: any model.
        original: (H, W, 3) uint8.

    Returns:
        `gain`: PSNR with the five hints above the automatic result, dB. `outside`: median ab
        change outside the largest segment when one hint there asks for another colour, CIELAB
        units; `inside`: the same inside.
    """
    segments, places = _segments(original)
    gray, lab = gray_of(original), metrics.lab_of(original)
    height, width = gray.shape
    hints: list[Hint] = []
    for x, y in places:
        a, b = lab[1:, max(0, y - 3) : y + 4, max(0, x - 3) : x + 4].mean(axis=(1, 2))
        hints.append(Hint((x + 0.5) / width, (y + 0.5) / height, float(a), float(b)))
    alone = np.asarray(colorize(gray, model=network))
    helped = np.asarray(colorize(gray, model=network, hints=hints))
    lab_alone = metrics.lab_of(alone)
    x, y = places[0]
    a, b = lab_alone[1:, y, x] + _PUSH
    push = [replace(hints[0], a=float(a), b=float(b))]
    pushed = np.asarray(colorize(gray, model=network, hints=push))
    change = np.hypot(*(metrics.lab_of(pushed) - lab_alone)[1:])
    return {
        "gain": metrics.psnr(helped, original) - metrics.psnr(alone, original),
        "outside": float(np.median(change[~segments[0]])) if not segments[0].all() else 0.0,
        "inside": float(np.median(change[segments[0]])),
    }


def measure(
    network: ColourModel, paint: Paint, originals: Sequence[np.ndarray], count: int = 100
) -> dict[str, float]:
    """Return the rows of a model, over `count` photos evenly spread."""
    chosen = originals[:: max(1, len(originals) // count)][:count]
    tests = [hint_test(network, original) for original in chosen]
    means = {name: float(np.mean([test[name] for test in tests])) for name in tests[0]}
    return {
        "size consistency, CIEDE2000": float(np.mean([size_consistency(paint, o) for o in chosen])),
        f"PSNR by {HINTS} true hints, dB": means["gain"],
        "ab change by a hint, inside": means["inside"],
        "ab change by a hint, outside": means["outside"],
    }


def _scaled(rgb: np.ndarray, side: int) -> np.ndarray:
    scale = side / min(rgb.shape[:2])
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _segments(rgb: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return the largest segments, (n, H, W) bool, and the x, y in the middle of each."""
    from skimage.segmentation import felzenszwalb

    found = np.asarray(felzenszwalb(rgb, scale=300, sigma=0.8, min_size=200))
    largest = np.argsort(-np.bincount(found.ravel()))[: min(HINTS, found.max() + 1)]
    segments = np.stack([found == number for number in largest])
    places = []
    for segment in segments:
        inside = np.pad(segment.astype(np.uint8), 1)
        depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
        y, x = np.unravel_index(int(depth.argmax()), depth.shape)
        places.append((int(x), int(y)))
    return segments, places
