"""Frames that a film shows more than once: 16, 18 or 20 a second in 24 or 25, held frames.

Such a frame needs neither motion nor the network: it has the colours of the one it repeats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from colorizer.frame import Frame

NEAR, NEAR_MEAN = 3.0, 0.7
"""Most that L* of a repeated frame differs over any 9 x 9 pixels of 256 lines, and on the whole.
Of drawn repeats 99 of 100 differ by less than 2.9 in H.264 (crf 18 and 28), MPEG-2 and MPEG-4; of
frames in which something moves, the least by 14."""
REACH = 6
"""Near repeats do not reach over indices that are multiples of it, so that slow changes do not add
up, and a run that continues finds the same ones."""


def mark_repeats(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Set `repeats` of frames that show what the frame before them shows.

    Equal luma planes become one object.

    Args:
        frames: in display order, with L.
    """
    before: Frame | None = None
    first: Frame | None = None
    for frame in frames:
        exact = before is not None and _is_equal(before, frame)
        near = first is not None and frame.index % REACH != 0 and _is_near(first, frame)
        if frame.starts_shot or not (exact or near):
            first = before = frame
            yield frame
            continue
        if exact and before is not None:
            frame = replace(frame, Y=before.Y, L=before.L)
        before = frame
        first = frame if first is None or frame.index % REACH == 0 else first
        yield replace(frame, repeats=True)


def _is_equal(one: Frame, other: Frame) -> bool:
    return np.array_equal(one.L, other.L) and np.array_equal(one.Y, other.Y)


def _is_near(one: Frame, other: Frame) -> bool:
    import cv2

    if one.L.shape != other.L.shape:
        return False
    # Mostly a few pixels tell.
    if float(np.abs(one.L[::8, ::8] - other.L[::8, ::8]).mean()) > 2 * NEAR_MEAN:
        return False
    apart = cv2.absdiff(one.L, other.L)
    return float(apart.mean()) <= NEAR_MEAN and float(cv2.blur(apart, (9, 9)).max()) <= NEAR
