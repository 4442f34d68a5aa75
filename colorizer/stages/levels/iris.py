"""Irises that open and close: followed from frame to frame, until they are open.

A round picture with black all around it is an iris at once. One that has reached sides of its frame
is one only in a row of frames with such a one, as it may as well be a night.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from colorizer.stages.levels.curve import Seen
from colorizer.stages.levels.light import Light
from colorizer.stages.region.surround import Surround, find_wide_iris, joined_to_rim

_STEADY = 0.006
"""Most that the open share of a frame differs from that of the widest where it is as wide."""
_WIDEST = 6
"""Frames as wide as the widest that an iris must have to be taken for standing still."""
_BLACK, _EVEN = 0.11, 0.012
"""Codes of black corners, at most, and most that they depart from each other."""
_DRIFT = 0.03
"""Most that what an iris shows or hides passes for a change of light, in logarithms of the gain."""
_MOST_OF = 0.4
"""Share of a frame that must be left without its black corners; what is black in a fade is more."""


def follow_iris(
    one: Seen, found: Surround | None, waiting: Sequence[Seen], before: Surround | None
) -> Surround | None:
    """Find the iris of a frame, and that of the frames before it when one closes.

    Args:
        one: the frame.
        found: by `find_iris` in it alone.
        waiting: those of its shot before it that wait.
        before: that of the frame before it.

    Returns:
        what is found for it.
    """
    if found is None:
        return None if before is None else _set(one, find_wide_iris(one.frame.L, before))
    like = found
    for earlier in reversed(waiting):
        if earlier.iris is not None:
            break
        wide = _set(earlier, find_wide_iris(earlier.frame.L, like))
        if wide is None:
            break
        like = wide
    return _set(one, found)


def picture_of(codes: np.ndarray, iris: Surround | None) -> np.ndarray | None:
    """Return where a frame surely shows a picture, for its light; None is everywhere.

    Args:
        codes: see `small_codes`, (h, w).
        iris: what surrounds it, if that is known; otherwise black corners are left out.
    """
    if iris is not None:
        size = codes.shape[::-1]
        outside = cv2.resize(iris.mask, size, interpolation=cv2.INTER_AREA) > 0.01
    else:
        corners = codes[[0, 0, -1, -1], [0, -1, 0, -1]]
        if corners.min() > _BLACK:
            return None
        outside = joined_to_rim(np.abs(codes - corners.min()) < _EVEN)
    inside = cv2.dilate(outside.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
    return inside if iris is not None or inside.mean() > _MOST_OF else None


def unmoved(step: Light, *inside: np.ndarray | None) -> Light:
    """Return a change of light without a small one that comes of an iris that moves.

    Args:
        step: from one frame to the next.
        inside: where each of both surely shows a picture; None is everywhere.
    """
    first, second = (1.0 if one is None else float(one.mean()) for one in inside)
    small = abs(np.log(step.gain)) < _DRIFT and abs(step.gain / 2 + step.offset - 0.5) < _DRIFT / 2
    return Light() if small and abs(first - second) > _STEADY else step


def in_both(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    """Return where two frames surely show a picture; None is everywhere."""
    if one is None or other is None or one.shape != other.shape:
        return other if one is None else one
    return one & other


def without_iris(frames: Sequence[Seen]) -> list[Seen]:
    """Return frames whose surround is that of their shot; none while an iris still opens."""
    opens = np.array([one.open for one in frames])
    widest = [one for one in frames if one.open >= opens.max() - _STEADY]
    moves = float(np.ptp(opens)) > _STEADY
    return [] if moves and opens.max() < 1 and len(widest) < _WIDEST else widest


def _set(one: Seen, iris: Surround | None) -> Surround | None:
    if iris is not None:
        one.iris, one.open = iris, float(1 - iris.mask.mean())
    return iris
