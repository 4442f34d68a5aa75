"""Optical flow between the frames of a shot, and where it can be trusted.

A pixel is trusted where flow there and back cancel and luma agrees, exposure flicker and grain
aside. The mean of trust tells a cut from a shot that continues.
"""

from __future__ import annotations

from functools import lru_cache
from math import hypot
from typing import Any

import numpy as np

from colorizer.frame import Motion
from colorizer.stages.tones import (
    AS_IT_IS,
    Stretch,
    common_stretch,
    ends_of,
    match_exposure,
    match_tones,
    stretched,
)

LUMA_BLUR = 0.8
"""Standard deviation of the blur that calms grain before the flow, in pixels of the grid."""
LUMA_TOLERANCE = 8.0
"""Standard deviation of luma along true motion in a film without grain, in 8-bit codes."""
MAX_TOLERANCE = 16.0
"""The same in the grainiest film."""
MIN_SIDE = 32
"""Pixels; OpenCV's flow crashes on some smaller pictures, so each of their frames is a shot."""
BLANK_SHARE = 0.1
"""Spread of luma below which a picture is blank, as a share of the other's."""
BLANK_SPREAD, COARSE = 1.2, 16
"""Spread of luma, in 8-bit codes, below which a picture made smaller by the second shows nothing:
grain of 6 codes has less then, the films it was tried on have 25 and more."""
LONG_SIDE = 480
"""Pixels of the grid of the flow, at most; more costs time and gains nothing."""

REFINEMENTS = 2
"""Of the flow, a smoothing of it; the preset's 5 take a third longer and steady nothing more, none
leaves a fifth more flicker."""


class View:
    """One frame as the flow sees it."""

    def __init__(self, L: np.ndarray) -> None:
        """Take CIELAB L, (h, w) float32; nothing is computed before it is needed."""
        self.size = L.shape
        self.L = L
        self._lumas: dict[Stretch, np.ndarray] = {}
        self._noise: float | None = None
        self._ends: tuple[float, float] | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """1st and 99th percentile of L*."""
        if self._ends is None:
            self._ends = ends_of(self.L)
        return self._ends

    def luma(self, stretch: Stretch = AS_IT_IS) -> np.ndarray:
        """Return calmed 8-bit luma on the grid, (h, w) uint8, after a stretch of L*."""
        if stretch not in self._lumas:
            self._lumas = {AS_IT_IS: self._lumas[AS_IT_IS]} if self._lumas else {}
            self._lumas[stretch] = _flow_luma(stretched(_on_grid(self.L), stretch))
        return self._lumas[stretch]

    def tolerance(self, stretch: Stretch) -> float:
        """Return the standard deviation of stretched luma along true motion, in 8-bit codes."""
        if self._noise is None:
            self._noise = grain(_on_grid(self.L))
        return min(hypot(LUMA_TOLERANCE, 2 * stretch[0] * self._noise), MAX_TOLERANCE)

    @property
    def spread(self) -> float:
        """Standard deviation of luma, in 8-bit codes."""
        import cv2

        return float(cv2.meanStdDev(self.luma())[1][0, 0])

    @property
    def is_blank(self) -> bool:
        """Whether it shows nothing but grain: the black between two fades, a leader."""
        import cv2

        luma = self.luma()
        size = tuple(max(1, side // COARSE) for side in luma.shape[::-1])
        coarse = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
        return float(cv2.meanStdDev(coarse)[1][0, 0]) < BLANK_SPREAD


def _is_blank(earlier: View, later: View) -> bool:
    """Tell whether one of two pictures shows nothing of the other: any tone curve makes them alike.

    A white flash, or a leader before the first picture.
    """
    low, high = sorted((earlier.spread, later.spread))
    return low < BLANK_SHARE * high


class MotionFinder:
    """Optical flow both ways (DIS, Kroeger et al. 2016); one for each film, in one thread."""

    def __init__(self) -> None:
        self._back: Any = None
        self._forth: Any = None

    def between(self, earlier: View, later: View) -> Motion | None:
        """Return the motion from one frame to a later one; None where no flow can be had."""
        import cv2

        if earlier.size != later.size or min(later.size) < MIN_SIDE:
            return None
        if min(later.luma().shape) < MIN_SIDE or _is_blank(earlier, later):
            return None
        stretch = common_stretch((earlier.ends, later.ends))
        now = later.luma(stretch)
        then = match_exposure(earlier.luma(stretch), now)
        back, forth = (_shrunk(flow) for flow in self._flows(then, now))
        size = back.shape[1::-1]
        then, now = (cv2.resize(luma, size, interpolation=cv2.INTER_AREA) for luma in (then, now))
        return Motion(
            back,
            forth,
            _trust(back, forth, now, then, later.tolerance(stretch)),
            _trust(forth, back, then, now, later.tolerance(stretch)),
        )

    def _flows(self, then: np.ndarray, now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        import cv2

        if self._back is None:
            self._back, self._forth = (
                cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST) for _ in range(2)
            )
            for finder in (self._back, self._forth):
                finder.setVariationalRefinementIterations(REFINEMENTS)
        return self._back.calc(now, then, None), self._forth.calc(then, now, None)


@lru_cache(maxsize=2)
def no_motion(size: tuple[int, ...]) -> Motion:
    """Return the motion between frames that show the same, of L of a size (height, width)."""
    scale = min(1.0, LONG_SIDE / max(size))
    height, width = half_size(tuple(max(1, round(side * scale)) for side in size))
    flow, trust = np.zeros((height, width, 2), np.float32), np.ones((height, width), np.float32)
    return Motion(flow, flow, trust, trust, still=True)


def half_size(size: tuple[int, ...]) -> tuple[int, int]:
    """Return the (height, width) at which trust is judged and chroma travels."""
    return (size[0] + 1) // 2, (size[1] + 1) // 2


def _shrunk(flow: np.ndarray) -> np.ndarray:
    """Halve a flow: DIS finds it on a quarter of its grid, so nothing is lost."""
    import cv2

    height, width = half_size(flow.shape)
    small = cv2.resize(flow, (width, height), interpolation=cv2.INTER_AREA)
    small[..., 0] *= width / flow.shape[1]
    small[..., 1] *= height / flow.shape[0]
    return small


def path_of(flow: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Return the coordinates (x, y) to which a flow leads each pixel of a picture of `size`."""
    height, width = size
    if flow.shape[:2] == (height, width):
        return flow + _grid(height, width)
    import cv2

    scale = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
    return cv2.resize(flow, (width, height)) * scale + _grid(height, width)


def warp(plane: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Fetch a plane at the coordinates (x, y) of `path`, (h, w, 2)."""
    import cv2

    no_second_map: Any = None  # path holds x and y
    return cv2.remap(plane, path, no_second_map, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _on_grid(L: np.ndarray) -> np.ndarray:
    scale = LONG_SIDE / max(L.shape)
    if scale >= 1:
        return L
    import cv2

    height, width = (max(1, round(side * scale)) for side in L.shape)
    return cv2.resize(L, (width, height), interpolation=cv2.INTER_AREA)


def _flow_luma(L: np.ndarray) -> np.ndarray:
    """Return L as calmed 8-bit luma, (h, w) uint8."""
    import cv2

    return cv2.GaussianBlur(cv2.convertScaleAbs(L, alpha=2.55), (0, 0), LUMA_BLUR)


def grain(L: np.ndarray) -> float:
    """Estimate the standard deviation of grain in 8-bit codes (Immerkaer 1996, with a median)."""
    import cv2

    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(L, cv2.CV_32F, kernel)[::3, ::3])
    return float(np.median(response)) * 2.55 / (0.6745 * 6)


@lru_cache(maxsize=2)
def _grid(height: int, width: int) -> np.ndarray:
    """Return the coordinates (x, y) of every pixel, (h, w, 2) float32."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([x, y], -1).astype(np.float32)


def _trust(
    flow: np.ndarray, back: np.ndarray, luma: np.ndarray, other: np.ndarray, tolerance: float
) -> np.ndarray:
    """Return 1 where a flow leads to the same thing, less where it doesn't, 0 outside the picture.

    Flow there and back must cancel (Sundaram, Brox, Keutzer 2010, made soft), and luma must agree.

    Args:
        flow: from this frame to the other, (h, w, 2) in pixels.
        back: from the other to this.
        luma: of this frame, (h, w) uint8.
        other: luma of the other frame.
        tolerance: see `View.tolerance`.
    """
    import cv2

    height, width = luma.shape
    path = path_of(flow, luma.shape)
    back = warp(back, path)
    gap, length = _squared(flow + back), _squared(flow) + _squared(back)
    there = match_tones(warp(other, path), luma)
    difference = cv2.blur(cv2.absdiff(luma, there).astype(np.float32), (3, 3))
    # In pixels of half the grid of the flow: there 0.05 and 0.5 of its squared pixels.
    trust = cv2.exp(
        gap / (-0.1 * length - 0.25) - difference * difference * (0.5 / (tolerance * tolerance))
    )
    x, y = path[..., 0], path[..., 1]
    outside = (x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5)
    trust[outside] = 0
    return trust


def _squared(flow: np.ndarray) -> np.ndarray:
    """Return the squared length of the vectors (x, y) of a flow, (h, w)."""
    x, y = flow[..., 0], flow[..., 1]
    return x * x + y * y
