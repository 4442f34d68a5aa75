"""Black around the picture of a film: bars of any side, a gate with round corners, an iris.

It is even, stays as it is for the whole shot, and leaves a picture of convex shape: a rectangle,
with round corners or without, or an oval. An iris that opens is found in every frame on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

_DARK = 10.0
"""L* of a surround, at most; dust and fog of a copy included."""
_NEAR = 2.0
"""Most that it departs from its own lightness, and that it changes in a shot, in L*."""
_SOLID = 0.975
"""Least share of its convex hull that a picture fills."""
_RECTANGLE, _ELLIPSE = 0.93, 0.05
"""Least share of its box that a picture with round corners fills; most that an oval's departs from
a quarter of pi."""
_LEAST_PICTURE, _MOST_PICTURE = 0.02, 0.985
"""Share of the frame."""
_WHOLE_SIDE = 0.97
"""Share of one of its sides that a frame's surround must cover."""
_LEAST_ARC = 24
"""Pixels of the rim of a round picture that must show."""
_DIM = 0.5
"""Most of a round picture's edge that is as dark as what surrounds it."""


@dataclass(frozen=True, slots=True)
class Surround:
    """What surrounds the picture of a shot."""

    hull: np.ndarray
    """Corners of the picture, (n, 2) int32, x and y on the grid of L."""
    size: tuple[int, int]
    """(height, width) of that grid."""

    @property
    def mask(self) -> np.ndarray:
        """Return 1 outside the picture and 0 in it, (h, w) float32, a pixel of its edge outside."""
        inside = cv2.fillConvexPoly(np.zeros(self.size, np.uint8), self.hull, 1)
        top, left = (self.hull.min(0)[::-1] <= 0).tolist()
        bottom, right = (self.hull.max(0)[::-1] >= np.array(self.size) - 1).tolist()
        # The edge of the frame is no edge of the picture.
        framed = cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        framed[0] *= top
        framed[-1] *= bottom
        framed[:, 0] *= left
        framed[:, -1] *= right
        small = cv2.erode(framed, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
        return 1 - small.astype(np.float32)


def box_of(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of the picture in a `Surround.mask`."""
    rows, columns = (np.flatnonzero((mask < 0.5).any(axis)) for axis in (1, 0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def find_surround(pictures: Sequence[np.ndarray]) -> Surround | None:
    """Return what surrounds the picture of a shot.

    Args:
        pictures: L of some of its frames, each (h, w), in equal light.
    """
    mean, low, high = pictures[0], pictures[0], pictures[0]
    if len(pictures) > 1:
        whole = np.stack([cv2.blur(one, (3, 3)) for one in pictures])
        mean, low, high = whole.mean(0), whole.min(0), whole.max(0)
    rim = np.concatenate([mean[0], mean[-1], mean[:, 0], mean[:, -1]])
    dark = rim[rim < _DARK]
    if dark.size < 0.15 * rim.size:
        return None
    level = float(np.median(dark))
    even = (np.abs(mean - level) < _NEAR) & (high - low < 2 * _NEAR)
    outside = joined_to_rim(even)
    if max(edge.mean() for edge in _edges(outside)) < _WHOLE_SIDE:
        return None
    hull = _picture(outside)
    return None if hull is None else Surround(hull, (mean.shape[0], mean.shape[1]))


def find_iris(L: np.ndarray) -> Surround | None:
    """Return what surrounds the picture of one frame, where it is black on all sides."""
    if min((edge < _DARK).mean() for edge in _edges(L)) < _WHOLE_SIDE:
        return None
    return find_surround([L])


def find_wide_iris(L: np.ndarray, like: Surround | None = None) -> Surround | None:
    """Return what surrounds a round picture that reaches sides of its frame: black corners.

    A night may look like this too; only next to an iris that is black on all sides it is one.

    Args:
        L: of the frame.
        like: the iris of a frame next to it, around whose centre little needs to show.
    """
    corners = L[[0, 0, -1, -1], [0, -1, 0, -1]]
    if corners.min() >= _DARK:
        return None
    soft = cv2.blur(L, (3, 3))
    outside = joined_to_rim(np.abs(soft - np.median(corners[corners < _DARK])) < _NEAR)
    points = _rim_of(outside)
    circle = _circle_of(points) or (like and _circle_like(points, like))
    if circle is None:
        return None
    x, y, radius = circle
    rows, columns = np.indices(L.shape)
    away = np.hypot(columns - x, rows - y) - radius
    beyond, edge = away > 2, (away < -2) & (away > -6)
    if not (away > 0).any() or not edge.any() or outside[edge].mean() > _DIM:
        return None
    if beyond.any() and outside[beyond].mean() < _SOLID:
        return None
    turn = np.linspace(0, 2 * np.pi, 256, endpoint=False)
    hull = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], -1)
    return Surround(np.rint(hull).astype(np.int32), (L.shape[0], L.shape[1]))


def filled(L: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Continue a picture into what surrounds it, as its mirror image.

    Softer continuations look like a vignette, for which the network finds paler colours.

    Args:
        L: (h, w) float32.
        outside: 1 where there is no picture, of the same size.
    """
    away = (outside > 0.5).astype(np.uint8)
    if not away.any() or away.all():
        return L
    kind = cv2.DIST_LABEL_PIXEL
    found: Any = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=kind)
    rows, columns = np.nonzero(away == 0)
    order = np.zeros(len(rows) + 1, np.intp)
    order[found[1][rows, columns]] = np.arange(len(rows))
    nearest = order[found[1]]
    y, x = rows[nearest], columns[nearest]
    height, width = L.shape
    mirrored_y = np.clip(2 * y - np.arange(height)[:, None], 0, height - 1)
    mirrored_x = np.clip(2 * x - np.arange(width), 0, width - 1)
    inside = away[mirrored_y, mirrored_x] == 0
    y, x = np.where(inside, mirrored_y, y), np.where(inside, mirrored_x, x)
    return np.where(away == 1, L[y, x], L)


def _rim_of(outside: np.ndarray) -> np.ndarray:
    """Return where a surface ends inside the frame, (n, 2) x and y."""
    wide = cv2.dilate(outside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rim = (wide & ~outside)[1:-1, 1:-1]
    return np.argwhere(rim)[:, ::-1] + 1.0


def _circle_of(points: np.ndarray) -> tuple[float, float, float] | None:
    """Fit a circle, robustly; return x and y of its centre and its radius, or None if none fits.

    Args:
        points: (n, 2), x and y.
    """
    used, found = points, None
    for _ in range(4):
        if len(used) < max(_LEAST_ARC, 0.7 * len(points)):
            return None
        matrix = np.column_stack([2 * used, np.ones(len(used))])
        (x, y, rest), *_ = np.linalg.lstsq(matrix, (used**2).sum(1), rcond=None)
        radius = float(np.sqrt(max(rest + x * x + y * y, 0)))
        off = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)
        middle = float(np.median(off))
        found = (float(x), float(y), radius) if middle < 1 else None
        used = points[off < max(1.5, 2.5 * middle)]
    return found


def _circle_like(points: np.ndarray, other: Surround) -> tuple[float, float, float] | None:
    """Fit a circle around the centre of another iris; see `_circle_of`."""
    if not len(points):
        return None
    (x, y), _ = cv2.minEnclosingCircle(other.hull)
    radii = np.hypot(points[:, 0] - x, points[:, 1] - y)
    radius = float(np.median(radii))
    return (x, y, radius) if float(np.median(np.abs(radii - radius))) < 1 else None


def _edges(plane: np.ndarray) -> list[np.ndarray]:
    return [plane[0], plane[-1], plane[:, 0], plane[:, -1]]


def joined_to_rim(even: np.ndarray) -> np.ndarray:
    """Return what of an even surface reaches the rim of the frame."""
    count, labels = cv2.connectedComponents(even.astype(np.uint8), connectivity=4)
    at_rim = np.zeros(count, bool)
    for edge in _edges(labels):
        at_rim[np.unique(edge)] = True
    at_rim[0] = False
    return at_rim[np.asarray(labels, np.intp)]


def _picture(outside: np.ndarray) -> np.ndarray | None:
    """Return the corners of the picture, (n, 2); None where it is of no shape that a mask has."""
    square = np.ones(2 * [max(3, round(0.012 * max(outside.shape))) | 1], np.uint8)
    other = cv2.morphologyEx((~outside).astype(np.uint8), cv2.MORPH_OPEN, square)
    other = cv2.morphologyEx(other, cv2.MORPH_CLOSE, square)
    shapes, _ = cv2.findContours(other, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not shapes:
        return None
    picture: Any = max(shapes, key=cv2.contourArea)
    hull = cv2.convexHull(picture)
    inside = cv2.fillConvexPoly(np.zeros(outside.shape, np.uint8), hull, 1)
    area = float(inside.mean())
    if not _LEAST_PICTURE <= area <= _MOST_PICTURE:
        return None
    if float((other * inside).sum()) < _SOLID * float(inside.sum()):
        return None
    _, _, width, height = cv2.boundingRect(hull)
    share = float(inside.sum()) / (width * height)
    if share < _RECTANGLE and abs(share - np.pi / 4) > _ELLIPSE:
        return None
    return hull.reshape(-1, 2).astype(np.int32)
