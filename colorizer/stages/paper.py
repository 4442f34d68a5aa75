"""Paper around a photograph: found by its outline, kept free of the network's colours.

A border, mount or caption strip is even, runs along the whole edge of the scan, and ends at the
picture in a straight line or a smooth outline. A sky is even and reaches the edge too, but what
stands before it has neither; then nothing is taken for paper. Writing on the paper goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from colorizer.frame import Frame
from colorizer.stages.region.bands import bands_of
from colorizer.stages.region.marks import find_marks

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
_LEAST_PICTURE = 0.08
"""Least share of the scan that its pictures fill; a document with a photo in it has no more."""
_LEAST_PART = 0.03
"""Least share of the scan that one of several pictures fills."""
_DENSE = 0.5
"""Least share of a further picture that isn't as light as the paper; less is a block of text."""


def mark_paper(frames: Iterator[Frame], paper: str, coloured: str) -> Iterator[Frame]:
    """Find the paper around every still, and marks in colour; frames of films pass as they are.

    Args:
        frames: with chroma, which is not used.
        paper: one of `settings.PAPERS`: "neutral" gives paper no colour, "tint" that which it has
            in the source, "colour" what the network gives it.
        coloured: one of `settings.COLOURED`; by all but "do" marks keep their colours.
    """
    for frame in frames:
        if frame.pts is not None:
            yield frame
            continue
        around = None if paper == "colour" else find_paper(frame)
        marks = None if coloured == "do" else find_marks(frame)
        tint = frame.tint if paper == "tint" else None
        if marks is not None and frame.tint is not None:
            tint = frame.tint if paper == "tint" else frame.tint * marks
            around = marks if around is None else _joined(around, marks)
        yield replace(frame, paper=around, tint=tint)


def _joined(paper: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Return what is paper or mark, (h, w) as large as `paper`."""
    return np.maximum(paper, cv2.resize(marks, paper.shape[::-1]))


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
    for find in (_outline, bands_of):
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
    unlike = (np.abs(L - level) >= near).astype(np.uint8)
    # Writing falls away, gaps of the picture close.
    square = np.ones(2 * [max(3, round(0.008 * max(height, width))) | 1], np.uint8)
    other = cv2.morphologyEx(unlike, cv2.MORPH_CLOSE, square)
    other = cv2.morphologyEx(other, cv2.MORPH_OPEN, square)
    shapes, _ = cv2.findContours(other, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not shapes:
        return None
    pictures = _pictures(shapes, unlike)
    if pictures is None:
        return None
    inside = np.zeros(L.shape, np.uint8)
    for hull in pictures:
        cv2.fillConvexPoly(inside, hull, 1)
    paper = inside == 0
    touching = paper[0].mean(), paper[-1].mean(), paper[:, 0].mean(), paper[:, -1].mean()
    return paper if min(touching) > 0.9 else None


def _pictures(shapes: Sequence[np.ndarray], unlike: np.ndarray) -> list[np.ndarray] | None:
    """Return the outlines of the pictures on paper: both halves of a stereo card, all of a page.

    Args:
        shapes: outlines of what is no paper, without thin writing.
        unlike: 1 where the scan isn't as light as its paper.

    Returns:
        Convex, the largest first; None where it is of no shape that a print has, or all are small.
    """
    least = _LEAST_PART * unlike.size
    hulls = list[np.ndarray]()
    for shape in sorted(shapes, key=cv2.contourArea, reverse=True):
        hull = cv2.convexHull(shape)
        area, around = cv2.contourArea(shape), cv2.contourArea(hull)
        if not hulls and (area < _SOLID * around or not _rounded(hull, around)):
            return None
        if area < least:
            break
        inside = cv2.fillConvexPoly(np.zeros(unlike.shape, np.uint8), hull, 1) > 0
        if not hulls or unlike[inside].mean() > _DENSE:
            hulls.append(hull)
    whole = sum(cv2.contourArea(hull) for hull in hulls)
    return hulls if whole >= _LEAST_PICTURE * unlike.size else None


def _rounded(hull: np.ndarray, area: float) -> bool:
    """Tell whether a convex shape is a rectangle or an ellipse, not a heap of things."""
    _, (a, b), _ = cv2.minAreaRect(hull)
    share = area / max(a * b, 1.0)
    return share > 0.94 or abs(share - np.pi / 4) < 0.025
