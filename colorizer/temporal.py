"""Temporal smoothing: steady the predicted colours of a shot along its motion.

Forward only: one frame in, one frame out. Each pixel carries the running mean of its predictions
and their count; both travel along the optical flow and are dropped where flow or luma say that
something else has come into view, so nothing lags and no ghost stays behind a moving thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from math import hypot
from typing import Any

import numpy as np

from colorizer.frame import Frame

State = dict[str, np.ndarray]
"""What a stage remembers, by name."""
MAX_COUNT = 24
"""Predictions the mean of a pixel remembers; 12 follows changing light, 48 suits a tripod."""
CUT_TRUST = 0.35
"""Mean trust below which a frame starts a shot; 0.97 is usual within one, 0.1 at a cut."""
LEAST_TRUST = 0.2
"""Trust below which a pixel is new."""
LUMA_BLUR = 0.8
"""Standard deviation of the blur that calms grain before the flow, in working pixels."""
LUMA_TOLERANCE = 8.0
"""Standard deviation of luma along true motion in a film without grain, in 8-bit codes."""
MAX_TOLERANCE = 16.0
"""The same in the grainiest film."""
MIN_SIDE = 32
"""Pixels; OpenCV's flow crashes on some smaller pictures, so each of their frames is a shot."""


def smooth_chroma(
    frames: Iterator[Frame],
    max_count: int = MAX_COUNT,
    *,
    state: State | None = None,
    keep: Callable[[int, State], object] | None = None,
) -> Iterator[Frame]:
    """Replace ab of every frame by its mean along the motion since the shot began.

    The first frame of a shot passes as it is. A frame that does not continue the one before it, in
    content or in size, begins a shot too and passes with `starts_shot` set.

    Args:
        frames: in display order, ab at working size.
        max_count: predictions the mean of a pixel remembers.
        state: what `keep` was given for the index of the first frame, to go on from there.
        keep: told with every frame the index of the next and what is remembered up to it.
    """
    motion = _Motion()
    shot = _Shot.restored(state) if state else None
    for frame in frames:
        if frame.ab is None:
            raise ValueError(f"frame {frame.index} has no ab to be smoothed")
        ab = None
        if shot is not None and not frame.starts_shot:
            ab = shot.extend(frame.L, frame.ab, motion, max_count)
        if shot is None or ab is None:
            shot = _Shot(frame.L, frame.ab)
        if keep:
            keep(frame.index + 1, shot.state())
        if ab is None:
            yield frame if frame.starts_shot else replace(frame, starts_shot=True)
        else:
            yield replace(frame, ab=ab)


class _Shot:
    """The running mean of one shot, up to its latest frame."""

    def __init__(self, L: np.ndarray, ab: np.ndarray) -> None:
        # Kept raw: a folder of stills begins a shot with every picture and never extends one.
        self._L, self._ab = L, ab
        self._luma: np.ndarray | None = None
        self._count = np.ones(L.shape, np.float32)

    @classmethod
    def restored(cls, state: State) -> _Shot:
        """Return the shot that gave this state."""
        shot = cls(state["L"], state["ab"])
        shot._count = state["count"]
        return shot

    def state(self) -> State:
        """Return all that the next frame's mean depends on; a view, not a copy."""
        return {"L": self._L, "ab": self._ab, "count": self._count}

    def extend(
        self, L: np.ndarray, ab: np.ndarray, motion: _Motion, max_count: int
    ) -> np.ndarray | None:
        """Add a frame; return its smoothed ab (2, h, w), or None if it belongs to another shot."""
        if L.shape != self._L.shape or min(L.shape) < MIN_SIDE:
            return None
        luma = _flow_luma(L)
        earlier = _flow_luma(self._L) if self._luma is None else self._luma
        matched = _match_exposure(earlier, luma)
        back, forth = motion.between(matched, luma)
        path = back + _grid(*L.shape)
        trust = _flow_trust(back, _warp(forth, path), path)
        earlier = _match_tones(_warp(matched, path), luma)
        trust *= _luma_trust(luma, earlier, _grain(L))
        if not trust.mean() >= CUT_TRUST:  # false for NaN too
            return None
        trust[trust < LEAST_TRUST] = 0
        count = np.minimum(trust * _warp(self._count, path) + 1, np.float32(max_count))
        mean = np.stack([_warp(plane, path) for plane in self._ab])
        mean += (ab - mean) / count
        self._L, self._ab, self._luma, self._count = L, mean, luma, count
        return mean


class _Motion:
    """Optical flow both ways (DIS, Kroeger et al. 2016); one for each film, in one thread."""

    def __init__(self) -> None:
        self._back: Any = None
        self._forth: Any = None

    def between(self, earlier: np.ndarray, later: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return flow from later to earlier and from earlier to later, (h, w, 2) in pixels (x, y).

        Args:
            earlier: 8-bit luma, (h, w) uint8.
            later: the same of the next frame.
        """
        import cv2

        if self._back is None:
            self._back, self._forth = (
                cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST) for _ in range(2)
            )
        return self._back.calc(later, earlier, None), self._forth.calc(earlier, later, None)


def _flow_luma(L: np.ndarray) -> np.ndarray:
    """Return L as calmed 8-bit luma, (h, w) uint8."""
    import cv2

    return cv2.GaussianBlur(cv2.convertScaleAbs(L, alpha=2.55), (0, 0), LUMA_BLUR)


def _match_exposure(luma: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Give luma the mean and spread of another frame: exposure flickers in old film."""
    import cv2

    (mean,), (spread,) = (value.ravel() for value in cv2.meanStdDev(luma))
    (wanted_mean,), (wanted_spread,) = (value.ravel() for value in cv2.meanStdDev(wanted))
    gain = np.clip(wanted_spread / max(spread, 1.0), 0.5, 2.0)
    codes = (np.arange(256) - mean) * gain + wanted_mean
    return cv2.LUT(luma, np.rint(codes.clip(0, 255)).astype(np.uint8))


def _match_tones(luma: np.ndarray, wanted: np.ndarray) -> np.ndarray:
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


def _grain(L: np.ndarray) -> float:
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


def _warp(plane: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Fetch a plane at the coordinates (x, y) of `path`, (h, w, 2)."""
    import cv2

    no_second_map: Any = None  # path holds x and y
    return cv2.remap(plane, path, no_second_map, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _flow_trust(back: np.ndarray, forth: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Return 1 where the flow back and the flow forth of the place it leads to cancel, else less.

    The check of Sundaram, Brox, Keutzer 2010 made soft; 0 where the path leaves the picture.
    """
    height, width = back.shape[:2]
    gap = ((back + forth) ** 2).sum(-1)
    length = (back * back + forth * forth).sum(-1)
    trust = np.exp(gap / (-0.1 * length - 1.0))
    x, y = path[..., 0], path[..., 1]
    outside = (x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5)
    trust[outside] = 0
    return trust


def _luma_trust(luma: np.ndarray, earlier: np.ndarray, grain: float) -> np.ndarray:
    """Return 1 where the warped earlier luma equals the present one, less where it differs."""
    import cv2

    tolerance = min(hypot(LUMA_TOLERANCE, 2 * grain), MAX_TOLERANCE)
    difference = cv2.absdiff(luma, earlier).astype(np.float32)
    difference = cv2.GaussianBlur(difference, (0, 0), 1.0)
    return np.exp(difference * difference / np.float32(-2 * tolerance * tolerance))
