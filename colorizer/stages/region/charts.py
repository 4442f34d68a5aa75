"""Countdown leaders, slates, test charts and blank leader: pictures that were drawn, not taken.

Even tones meet at sharp edges, most of which are upright, level or aslant by 45 degrees, or run
around or towards the middle of the frame; or both halves mirror each other. Whatever is in doubt
counts as a picture: of 12,000 photographs 15 were taken for drawings, three of them things before
an even sky, the others signs, drawings, and things cut out.
"""

from __future__ import annotations

import cv2
import numpy as np

from colorizer.stages.motion import grain
from colorizer.stages.region.surround import find_iris

LEAST_CHART = 168
"""Short side in pixels of a picture in which charts can be told."""
_SIDE = 224
"""Long side of the picture that is looked at."""
_LEAST_SIDE = 72
"""Pixels of the short side, in which a photograph has few edges that are straight by chance."""
_LEAST_RANGE = 12.0
"""L* from the darkest to the lightest of a chart that is faded or fades."""
_EDGE, _EVEN = 4.0, 0.6
"""Slopes from which something is an edge, and up to which it is even, by a range of 100; grain
raises both."""
_UPRIGHT, _ASLANT, _AROUND = 5.0, 4.0, 6.0
"""Degrees that an edge may depart from those directions."""
_SHADED, _MOST_SHADED = 1.2, 0.14
"""What the share of tones that are neither even nor edges weighs against directions, and the most
of it."""
_MIRRORED = 0.55
"""Likeness of both halves from which it counts."""
_DRAWN, _SPARSE = 0.53, 0.7
"""Sum of all that from which a picture is drawn, and that of a picture of few edges."""
_LEAST_EDGES, _FEW_EDGES = 0.03, 0.1
"""Share of the frame; less than the first is nothing to judge by."""
_ROUND = 0.9
"""Share of its bounding box from which an outline is that of bars or a gate."""
_SPECK = 0.03
"""Width of a scratch or a speck of dust, in long sides."""
_BLACK, _WHITE, _BLANK = 14.0, 86.0, 5.0
"""L* of leader that is blank, and most that it departs from a slow fall-off."""
_STRIPES, _FALL = 0.985, 0.45
"""Least share of a step wedge that columns of one tone are, and most of its light that the darker
end of a column lacks."""


def is_chart(L: np.ndarray) -> bool:
    """Tell whether a frame shows a countdown, a slate or chart that fills it, or blank leader.

    Args:
        L: (h, w) float32.
    """
    scale = _SIDE / max(L.shape)
    if scale < 1:
        size = tuple(max(1, round(side * scale)) for side in L.shape[::-1])
        L = cv2.resize(L, size, interpolation=cv2.INTER_AREA)
    edge = max(1, round(0.03 * min(L.shape)))
    L = L[edge:-edge, edge:-edge]
    if min(L.shape) < _LEAST_SIDE:
        return False
    low, high = map(float, np.percentile(L[::2, ::2], [0.2, 99.8]))
    if high - low < _LEAST_RANGE:
        return False
    if _is_blank(L) or _is_wedge(L):
        return True
    L = _within_bars(_within_iris(L))
    if min(L.shape) < _LEAST_SIDE:
        return False
    return _is_drawn((L - low).clip(0, high - low) * (100 / (high - low)))


def _within_iris(L: np.ndarray) -> np.ndarray:
    """Return the square inside a round picture on black, whose outline was not drawn."""
    iris = find_iris(L)
    if iris is None:
        return L
    left, top, width, height = cv2.boundingRect(iris.hull)
    if cv2.contourArea(iris.hull) > _ROUND * width * height:
        return L
    across, down = round(0.15 * width), round(0.15 * height)
    return L[top + down : top + height - down, left + across : left + width - across]


def _within_bars(L: np.ndarray) -> np.ndarray:
    """Return a picture without black at its sides, the edges of which are straight."""
    light = L > _BLACK
    rows, columns = (np.flatnonzero(light.mean(axis) > 0.05) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return L
    return L[rows[0] + 2 : rows[-1] - 1, columns[0] + 2 : columns[-1] - 1]


def _is_drawn(L: np.ndarray) -> bool:
    """Tell a drawing of even tones from a picture; L in [0, 100]."""
    noise = grain(L) / 2.55
    soft = cv2.GaussianBlur(L, (0, 0), 1.0)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1)))
    slope, even = np.hypot(across, down), _EVEN + 0.35 * noise
    edges = slope > max(_EDGE, 3 * even)
    share = float(edges.mean())
    if share < _LEAST_EDGES:
        return False
    near = cv2.dilate(edges.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    shaded = float((slope > even)[~near].mean()) if not near.all() else 0.0
    if shaded > _MOST_SHADED:
        return False
    directed = float(_directed(across, down, edges).mean())
    sum_of_all = directed - _SHADED * shaded + max(0.0, _mirrored(L) - _MIRRORED)
    return sum_of_all > (_SPARSE if share < _FEW_EDGES else _DRAWN)


def _directed(across: np.ndarray, down: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Tell of each edge whether its slope has one of the directions of things that are drawn."""
    middle = (np.array(edges.shape) - 1) / 2
    y, x = np.argwhere(edges).T - middle[:, None]
    way = np.degrees(np.arctan2(down[edges], across[edges]))
    spoke = np.degrees(np.arctan2(y, x))
    around = _close(way - spoke, 0, _AROUND) & (np.hypot(x, y) > 0.08 * edges.shape[1])
    return _close(way, 0, _UPRIGHT) | _close(way, 45, _ASLANT) | around


def _close(angle: np.ndarray, wanted: float, most: float) -> np.ndarray:
    """Tell where an angle is close to another or across it, in degrees."""
    rest = (angle - wanted) % 90
    return np.minimum(rest, 90 - rest) < most


def _mirrored(L: np.ndarray) -> float:
    """Return how alike both halves are, left and right or above and below, the less of both."""
    soft = cv2.GaussianBlur(L, (0, 0), 3)
    shapes = soft - cv2.GaussianBlur(soft, (0, 0), 25)
    shapes -= shapes.mean()
    own = max(float((shapes * shapes).sum()), 1e-6)
    return min(float((shapes * other).sum()) / own for other in (shapes[:, ::-1], shapes[::-1]))


def _is_blank(L: np.ndarray) -> bool:
    """Tell black or white with nothing but scratches and dust."""
    middle = float(np.median(L[::2, ::2]))
    if _BLACK <= middle <= _WHITE:
        return False
    side = max(3, round(_SPECK * max(L.shape)) | 1)
    kernel = np.ones((side, side), np.uint8)
    soft = cv2.GaussianBlur(L, (0, 0), 1.0)
    if middle < _BLACK:
        rest = cv2.morphologyEx(soft, cv2.MORPH_OPEN, kernel)
        return float(rest.max()) < middle + _BLANK
    rest = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, kernel)
    return float(rest.min()) > middle - 2 * _BLANK


def _is_wedge(L: np.ndarray) -> bool:
    """Tell steps of gray, or an even rise, from left to right."""
    row = L.mean(0)
    if row.var() < _STRIPES * L[::4, ::4].var() / 2:
        return False
    soft = cv2.blur(L, (1, 9))
    row, column = soft.mean(0), soft.mean(1)
    if np.ptp(row) < 35 or np.ptp(column) > _FALL * column.max():
        return False
    rest = soft - column[:, None] * row / soft.mean()
    return float((rest * rest).mean()) < (1 - _STRIPES) * float(row.var())
