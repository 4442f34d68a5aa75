"""Walking through a shot from one of its frames to either side, motion by motion.

What is known of one frame, a hint or a reference, has to be carried to frames before it too, which
are done by then: so the film is read a second time around it. A walk ends where the shot does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import numpy as np

from colorizer.frame import Frame, Motion

CHUNK = 48
"""Frames whose motion is held while a shot is walked backwards."""

Marked = Callable[[int], Generator[Frame, None, None]]
"""Gives frames from an index on, with shots and motion marked as in the whole film."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next frame of the walk; flash frames are skipped."""

    index: int
    L: np.ndarray
    """Of that frame, see `Frame.L`."""
    here: np.ndarray
    """Flow from this frame to the previous one of the walk, (h, w, 2)."""
    here_trust: np.ndarray
    """In it, (h, w)."""
    there: np.ndarray
    """Flow from the frame come from to this one."""
    there_trust: np.ndarray


def walk_forth(index: int, marked: Marked) -> Generator[Step, None, None]:
    """Yield the frames of the shot after frame `index`; close it when done."""
    with closing(marked(index)) as frames:
        for frame in islice(frames, 1, None):
            if frame.starts_shot:
                return
            motion = frame.motion
            if motion is None:  # a flash, which the frame after it skips
                continue
            yield Step(
                frame.index,
                frame.L,
                motion.back,
                motion.back_trust,
                motion.forth,
                motion.forth_trust,
            )


def walk_back(index: int, marked: Marked) -> Generator[Step, None, None]:
    """Yield the frames of the shot before frame `index`, latest first; close it when done."""
    motion: Motion | None = None
    for place, L, starts_shot, own in _reversed(index, marked):
        if place != index:
            if own is None and not starts_shot:
                continue
            assert motion is not None
            yield Step(place, L, motion.forth, motion.forth_trust, motion.back, motion.back_trust)
        if own is None:
            return
        motion = own


def _reversed(
    index: int, marked: Marked
) -> Generator[tuple[int, np.ndarray, bool, Motion | None], None, None]:
    """Yield index, L, start of a shot and motion of a frame and those before it, by chunks."""
    while index >= 0:
        first = max(0, index + 1 - CHUNK)
        with closing(marked(first)) as marks:
            frames = islice(marks, index + 1 - first)
            chunk = [(frame.index, frame.L, frame.starts_shot, frame.motion) for frame in frames]
        if not chunk:
            return
        yield from reversed(chunk)
        index = first - 1
