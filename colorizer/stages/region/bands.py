"""Bands of paper along the sides of a scan that end at a photograph in straight lines."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

_DEEPEST = 0.45
"""Most of height or width that one band takes."""
_STEEPEST = 0.06
"""Most that the edge of a band leans."""
_STRAIGHT = {4: 0.5, 3: 0.5, 2: 0.8, 1: 0.8}
"""Sides with a band -> least share of each of their edges that lies on one line."""
_EXTREME = (10.0, 86.0)
"""Two bands alone must be darker or lighter than this: scanner bed, or paper."""


@dataclass(frozen=True, slots=True)
class _Band:
    """A band of paper along one side; positions run along the side, depths away from it."""

    level: float
    slope: float
    depth: float
    """Of its edge at position 0."""
    straight: float
    """Share of positions whose edge lies on the line."""
    marked: float
    """Share of its pixels that are not paper: writing."""

    def edge(self, count: int) -> np.ndarray:
        return self.slope * np.arange(count) + self.depth


def bands_of(L: np.ndarray, near: float) -> np.ndarray | None:
    """Return bands of paper that end at straight lines along two, three or four sides.

    One band alone counts at the bottom, where captions are, if it is light and written on.
    """
    views = {"top": L, "bottom": L[::-1], "left": L.T, "right": L.T[::-1]}
    found = {}
    for side, view in views.items():
        band = _band(view, near)
        if band is not None:
            found[side] = band
    while found and min(b.straight for b in found.values()) < _STRAIGHT[len(found)]:
        del found[min(found, key=lambda side: found[side].straight)]
    if not _agree(found):
        return None
    paper = np.zeros(L.shape, bool)
    for side, band in found.items():
        view = {"top": paper, "bottom": paper[::-1], "left": paper.T, "right": paper.T[::-1]}[side]
        view |= np.arange(view.shape[0])[:, None] < band.edge(view.shape[1])
    return paper


def _agree(found: dict[str, _Band]) -> bool:
    """Tell whether bands belong together."""
    if not found:
        return False
    levels = [band.level for band in found.values()]
    dark, light = _EXTREME
    extreme = max(levels) < dark or min(levels) > light
    if len(found) == 1:
        band = found.get("bottom")
        return band is not None and band.level > light and 0.004 < band.marked < 0.25
    return max(levels) - min(levels) < 10 and (len(found) > 2 or extreme)


def _band(L: np.ndarray, near: float) -> _Band | None:
    """Return the band along the first row of a view, None without one."""
    height, width = L.shape
    first = L[: max(2, round(0.006 * height))]
    level = float(np.median(first))
    if (np.abs(L[0] - level) >= near).mean() > 0.1:
        return None
    ahead = max(8, round(0.03 * height))
    beside = max(5, round(0.02 * width)) | 1
    # No deeper than a band with its slope, and what is looked at behind it.
    near_side = L[: round(_DEEPEST * height) + ahead + round(_STEEPEST * width) + 2]
    unlike = (np.abs(near_side - level) >= near).astype(np.float32)
    # Share of other pixels among the next ones: the strokes of writing are thin, a picture is not.
    share = cv2.boxFilter(
        unlike, -1, (beside, ahead), anchor=(beside // 2, 0), borderType=cv2.BORDER_REPLICATE
    )
    starts = (share[: round(_DEEPEST * height)] > 0.75) & (unlike[: round(_DEEPEST * height)] > 0)
    there = starts.any(0)
    depth = np.argmax(starts, 0).astype(np.float32)
    margin = round(0.06 * width)
    positions = np.flatnonzero(there)
    positions = positions[(positions >= margin) & (positions < width - margin)]
    if len(positions) < 0.4 * (width - 2 * margin):
        return None
    slope, at_zero = _line(positions, depth[positions])
    on_line = np.abs(depth[positions] - slope * positions - at_zero) <= 1.5
    band = slope * np.arange(width) + at_zero
    if abs(slope) > _STEEPEST or band.min() < max(3, 0.006 * height):
        return None
    inside = np.arange(len(unlike))[:, None] < band - 1
    marks = unlike * inside
    clean = marks.sum(0) <= 0.5 * inside.sum(0)
    if clean.mean() < 0.94:  # the band does not run along the whole side: something stands in it
        return None
    straight = on_line.sum() / (width - 2 * margin)
    return _Band(level, slope, at_zero, straight, float(marks.sum() / inside.sum()))


def _line(positions: np.ndarray, depth: np.ndarray) -> tuple[float, float]:
    """Return slope and height of the line that most points lie on, the same every time."""
    chosen = np.random.default_rng(0).integers(0, len(positions), (2, 300))
    x, y = positions[chosen].astype(np.float64), depth[chosen].astype(np.float64)
    apart = np.abs(x[1] - x[0]) > 0.2 * np.ptp(positions)
    x, y = x[:, apart], y[:, apart]
    if not x.size:
        return 0.0, float(np.median(depth))
    slopes = (y[1] - y[0]) / (x[1] - x[0])
    heights = y[0] - slopes * x[0]
    misses = np.abs(depth - slopes[:, None] * positions - heights[:, None])
    best = int((misses <= 1.5).sum(1).argmax())
    near = misses[best] <= 1.5
    slope, height = np.polyfit(positions[near], depth[near], 1)
    return float(slope), float(height)
