"""How steady a film's colours are along the motion of what they belong to."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from colorizer.measure.flow import Between, carried, squared
from colorizer.measure.series import Mean
from colorizer.measure.view import View, Window

STRIDES = (1, 8)
"""Frames between the two that a warp error compares."""
STILL = 0.25
"""Pixels of the grid a step that still count as standing still."""
STILL_FRAMES = 8
"""Frames of such a place whose colours are compared."""


def warp_error(earlier: np.ndarray, later: np.ndarray, between: Between) -> np.ndarray:
    """Return the squared change of every plane along the motion, (n,).

    Lai et al. 2018: the later frame is warped to the earlier one by the flow from there; the mean
    is over pixels not occluded and off the edges of motion, of all where there are none.

    Args:
        earlier: planes (n, h, w).
        later: planes (n, h, w).
        between: the flow between them.
    """
    return _mean_where((carried(later, between.forth) - earlier) ** 2, between.earlier_seen)


def flicker(before: View, view: View, after: View, name: str) -> float | None:
    """Return the squared distance of ab from the mean of its neighbours in time.

    Those are carried along the motion; where either does not show a pixel, it does not count. What
    changes evenly, light or a drift, is no flicker.

    Returns:
        squared CIELAB units, a and b together; None where nothing is seen in all three frames.
    """
    assert view.between is not None
    assert after.between is not None
    seen = view.between.later_seen & after.between.earlier_seen
    if not seen.any():
        return None
    middle = carried(before.ab[name], view.between.back)
    middle += carried(after.ab[name], after.between.forth)
    return float(_mean_where((view.ab[name] - middle / 2) ** 2, seen).sum())


def _planes(rgb: np.ndarray) -> np.ndarray:
    """Return codes (h, w, 3) as planes (3, h, w) in [0, 1]."""
    return np.moveaxis(rgb, -1, 0).astype(np.float32) / 255


def _mean_where(planes: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the mean of planes (n, h, w) over a mask, over all pixels where it is empty."""
    count = np.count_nonzero(seen)
    if not count:
        return planes.mean(axis=(1, 2), dtype=np.float64)
    return np.einsum("nhw,hw->n", planes, seen.astype(np.float32), dtype=np.float64) / count


class Steadiness:
    """The measures of one film, frame by frame."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ab_errors = {stride: Mean() for stride in STRIDES}
        """Squared CIELAB units, a and b together."""
        self.rgb_errors = {stride: Mean() for stride in STRIDES}
        """Squared units of sRGB in [0, 1], mean of R, G and B, as published."""
        self.flicker = Mean()
        self.still = Mean()
        """Variance of ab where nothing moves, a and b together."""
        self._still = _StillPlaces()

    def add(
        self, window: Window, far: Mapping[int, tuple[View, Between]]
    ) -> dict[str, float | None]:
        """Take the newest frame of a window.

        Args:
            window: that holds it.
            far: for each stride the frame so far before it in its shot, and the flow between.

        Returns:
            its warp error, and the flicker of the frame before it.
        """
        view, found = window.views[-1], {}
        for stride, (earlier, between) in far.items():
            error = warp_error(earlier.ab[self.name], view.ab[self.name], between).sum()
            self.ab_errors[stride].add(float(error))
            found[stride] = float(error)
            if self.name in view.rgb:
                rgb = (_planes(one.rgb[self.name]) for one in (earlier, view))
                self.rgb_errors[stride].add(float(warp_error(*rgb, between).mean()))
        told = {"warp_ab": found.get(1), "flicker": self._flicker(window)}
        self.flicker.add(told["flicker"])
        self.still.add(self._still.add(view, view.ab[self.name]))
        return told

    def _flicker(self, window: Window) -> float | None:
        if len(window.views) < 3:
            return None
        before, view, after = (window.views[place] for place in (-3, -2, -1))
        if view.starts_shot or after.starts_shot:
            return None
        return flicker(before, view, after, self.name)


class _StillPlaces:
    """Variance over time of colours where the flow is none for some frames."""

    def __init__(self) -> None:
        self._ab: deque[np.ndarray] = deque(maxlen=STILL_FRAMES)
        self._still: np.ndarray | None = None

    def add(self, view: View, ab: np.ndarray) -> float | None:
        """Take a frame; return the variance of each full group of frames, if there is any."""
        if view.starts_shot or view.between is None or not self._ab:
            self._ab.clear()
            self._ab.append(ab)
            self._still = None
            return None
        here = squared(view.between.back) < STILL**2
        self._still = here if self._still is None else self._still & here
        self._ab.append(ab)
        if len(self._ab) < STILL_FRAMES:
            return None
        still, stack = self._still, np.stack(self._ab)
        self._ab.clear()
        self._still = None
        if not still.any():
            return None
        return float(_mean_where(stack.var(axis=0), still).sum())
