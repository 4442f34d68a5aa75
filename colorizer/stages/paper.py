"""Paper around a photograph: found by its outline, kept free of the network's colours.

A border, mount or caption strip is even, runs along the whole edge of the scan, and ends at the
picture in a straight line or a smooth outline. A sky is even and reaches the edge too, but what
stands before it has neither; then nothing is taken for paper. Writing on the paper goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from colorizer.frame import Frame

SIDE = 768
"""Long side in pixels of the picture that paper is looked for in."""
NEAR = (8.0, 4.0)
"""Most that paper departs from its own lightness, in units of L; the second where a pale picture
does not stand out by the first."""
_LEAST_SIDE = 16
"""Pixels; a narrower picture has no room for paper around it."""
_RINGS = 3
"""Bands within each other, such as the bed of a scanner, a mount and the paper of a print."""
_SOLID = 0.965
"""Least share of its convex hull that a picture fills."""
_LEAST_PICTURE = 0.2
"""Least share of the scan that is picture."""
_DEEPEST = 0.45
"""Most of height or width that one band takes."""
_STEEPEST = 0.06
"""Most that the edge of a band leans."""
_STRAIGHT = {4: 0.5, 3: 0.5, 2: 0.8, 1: 0.8}
"""Sides with a band -> least share of each of their edges that lies on one line."""
_EXTREME = (10.0, 86.0)
"""Two bands alone must be darker or lighter than this: scanner bed, or paper."""


def mark_paper(frames: Iterator[Frame], paper: str) -> Iterator[Frame]:
    """Find the paper around every still; frames of films pass as they are.

    Args:
        frames: with chroma, which is not used.
        paper: one of `settings.PAPERS`: "neutral" gives paper no colour, "tint" that which it has
            in the source, "colour" what the network gives it.
    """
    for frame in frames:
        if frame.pts is not None or paper == "colour":
            yield frame
        else:
            tint = frame.tint if paper == "tint" else None
            yield replace(frame, paper=find_paper(frame), tint=tint)


def find_paper(frame: Frame) -> np.ndarray | None:
    """Return where paper or border surrounds the picture of a still.

    Returns:
        1 on paper, 0 on the picture, (h, w) float32 of long side `SIDE` at most; None without any.
    """
    height, width = frame.Y.shape
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    if min(size) < _LEAST_SIDE:
        return None
    small: Any = cv2.resize(frame.Y, size[::-1], interpolation=cv2.INTER_AREA)
    L = cv2.medianBlur(replace(frame, Y=small).lightness(), 3)
    paper = np.zeros(size, np.uint8)
    top, bottom, left, right = 0, size[0], 0, size[1]
    for _ in range(_RINGS):
        if min(bottom - top, right - left) < 0.35 * min(size):
            break
        found = _ring(L[top:bottom, left:right])
        if found is None:
            break
        paper[top:bottom, left:right] |= found
        _close_seams(paper, found, (top, bottom, left, right))
        up, down, before, after = _within(~found)
        top, bottom, left, right = top + up, top + down, left + before, left + after
    if not paper.any():
        return None
    # One pixel further: better a neutral seam of the picture than a coloured one of the paper.
    return cv2.dilate(paper, np.ones((3, 3), np.uint8)).astype(np.float32)


def filled_below(paper: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Replace chroma on paper by that of the picture next to it, which enlarging mixes in.

    Args:
        paper: see `find_paper`.
        ab: (2, h, w) float32, of any size.
    """
    height, width = ab.shape[1:]
    share = cv2.resize(paper, (width, height), interpolation=cv2.INTER_AREA)
    picture = (share < 0.05).astype(np.float32)
    side = max(3, min(height, width) // 16) | 1
    weight = cv2.blur(picture, (side, side))
    spread = [cv2.blur(plane * picture, (side, side)) / np.maximum(weight, 1e-6) for plane in ab]
    return np.where(picture > 0, ab, np.stack(spread)).astype(np.float32)


def _ring(L: np.ndarray) -> np.ndarray | None:
    """Return one band around what is inside, (h, w) bool; None without any."""
    for find in (_outline, _bands):
        for near in NEAR:
            found = find(L, near)
            if found is not None:
                return found
    return None


def _close_seams(paper: np.ndarray, ring: np.ndarray, place: tuple[int, int, int, int]) -> None:
    """Take what lies between a ring and the one around it for paper, too."""
    top, bottom, left, right = place
    if ring[0].mean() > 0.9:
        paper[:top] = 1
    if ring[-1].mean() > 0.9:
        paper[bottom:] = 1
    if ring[:, 0].mean() > 0.9:
        paper[:, :left] = 1
    if ring[:, -1].mean() > 0.9:
        paper[:, right:] = 1


def _within(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of a rectangle inside the picture, off its edges."""
    top, bottom, left, right = 0, picture.shape[0], 0, picture.shape[1]
    while min(bottom - top, right - left) > 8:
        part = picture[top:bottom, left:right]
        shares = part[0].mean(), part[-1].mean(), part[:, 0].mean(), part[:, -1].mean()
        worst = int(np.argmin(shares))
        if shares[worst] > 0.995:
            break
        top, bottom = top + (worst == 0), bottom - (worst == 1)
        left, right = left + (worst == 2), right - (worst == 3)
    inset = 2 + round(0.004 * max(picture.shape))
    whole = picture.shape
    return (
        top + inset * (top > 0),
        bottom - inset * (bottom < whole[0]),
        left + inset * (left > 0),
        right - inset * (right < whole[1]),
    )


def _outline(L: np.ndarray, near: float) -> np.ndarray | None:
    """Return what surrounds a picture of smooth outline (upright or not, oval, round corners)."""
    height, width = L.shape
    thick = max(2, round(0.006 * max(height, width)))
    edges = [L[:thick], L[-thick:], L[:, :thick], L[:, -thick:]]
    levels = [float(np.median(edge)) for edge in edges]
    level = float(np.median(np.concatenate([edge.ravel() for edge in edges])))
    if max(levels) - min(levels) > near:
        return None
    if min((np.abs(edge - level) < near).mean() for edge in edges) < 0.9:
        return None
    other = (np.abs(L - level) >= near).astype(np.uint8)
    # Writing falls away, gaps of the picture close.
    square = np.ones(2 * [max(3, round(0.008 * max(height, width))) | 1], np.uint8)
    other = cv2.morphologyEx(other, cv2.MORPH_CLOSE, square)
    other = cv2.morphologyEx(other, cv2.MORPH_OPEN, square)
    shapes, _ = cv2.findContours(other, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not shapes:
        return None
    picture = max(shapes, key=cv2.contourArea)
    hull = cv2.convexHull(picture)
    area, around = cv2.contourArea(picture), cv2.contourArea(hull)
    if area < max(_LEAST_PICTURE * L.size, _SOLID * around) or not _rounded(hull, around):
        return None
    inside = cv2.fillConvexPoly(np.zeros(L.shape, np.uint8), hull, 1)
    paper = inside == 0
    touching = paper[0].mean(), paper[-1].mean(), paper[:, 0].mean(), paper[:, -1].mean()
    return paper if min(touching) > 0.9 else None


def _rounded(hull: np.ndarray, area: float) -> bool:
    """Tell whether a convex shape is a rectangle or an ellipse, not a heap of things."""
    _, (a, b), _ = cv2.minAreaRect(hull)
    share = area / max(a * b, 1.0)
    return share > 0.94 or abs(share - np.pi / 4) < 0.025


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


def _bands(L: np.ndarray, near: float) -> np.ndarray | None:
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
