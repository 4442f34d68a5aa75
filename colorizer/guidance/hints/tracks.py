"""Colour hints of a film: each is followed along the motion of its shot, to both sides.

The film is read once more before it is coloured, so that frames before the hinted one get the hint
too. The place is followed as long as the flow can be trusted there, and never across a cut.
`colorizer.guidance.hint_trails` follows the same places for the window, a little at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

import numpy as np

from colorizer.frame import Frame
from colorizer.guidance.hints.spread import spread_hints
from colorizer.places.hint import Hint
from colorizer.stages.shot_walk import Marked, walk_back, walk_forth
from colorizer.stages.temporal import LEAST_TRUST

_NEAR = 1
"""Pixels around a place, at half the size of the flow's grid, that tell where it moves."""

Tracks = Mapping[int, Sequence[Hint]]
"""Hints by the index of the frame, each at its place in that frame."""
HintsAt = Callable[[int], Sequence[Hint]]


def track_hints(hints: Iterable[tuple[int, Hint]], marked: Marked) -> Tracks:
    """Find where each hint is in every frame of its shot.

    Args:
        hints: each with the index of the frame it was set on.
        marked: reads the film again; closed after use.

    Returns:
        Hints of all frames they could be followed to, in the order given.
    """
    groups: dict[int, list[tuple[int, Hint]]] = defaultdict(list)
    for number, (index, hint) in enumerate(hints):
        groups[index].append((number, hint))
    found: dict[int, dict[int, Hint]] = defaultdict(dict)
    for index, group in groups.items():
        found[index].update(group)
        for walk in (walk_forth, walk_back):
            points = Points(group)
            with closing(walk(index, marked)) as steps:
                for step in steps:
                    points.move(step.there, step.there_trust)
                    if not points:
                        break
                    found[step.index].update(points.hints())
    return {index: [of[n] for n in sorted(of)] for index, of in found.items()}


def key_anchors(frames: Iterable[Frame], anchors: Container[int]) -> Iterator[Frame]:
    """Make the frames that hints were set on, and those of references, key frames."""
    for frame in frames:
        yield replace(frame, is_key=True) if frame.index in anchors else frame


def apply_hints(frames: Iterable[Frame], hints_at: HintsAt) -> Iterator[Frame]:
    """Move the colours of key frames to the hints on them.

    Args:
        frames: with the ab of the network, where they are key frames.
        hints_at: gives the hints of a frame by its index.
    """
    for frame in frames:
        hints = hints_at(frame.index)
        if hints and frame.ab is not None:
            frame = replace(frame, ab=spread_hints(frame.L, frame.ab, hints))
        yield frame


class Points:
    """Places of some hints in one frame, while they can be followed."""

    def __init__(self, hints: list[tuple[int, Hint]]) -> None:
        self._of = list(hints)

    def __bool__(self) -> bool:
        return bool(self._of)

    def hints(self) -> list[tuple[int, Hint]]:
        """Return those still followed, where they are now."""
        return self._of

    def move(self, flow: np.ndarray, trust: np.ndarray) -> None:
        """Go along a flow; a place where it can't be trusted, or outside, is lost."""
        moved = []
        for number, hint in self._of:
            step = _step_at(flow, trust, hint.x, hint.y)
            if step is None:
                continue
            x, y = hint.x + step[0], hint.y + step[1]
            if 0 <= x < 1 and 0 <= y < 1:
                moved.append((number, replace(hint, x=x, y=y)))
        self._of = moved


def _step_at(flow: np.ndarray, trust: np.ndarray, x: float, y: float) -> tuple[float, float] | None:
    """Return the flow at a place as shares of width and height; None where it is not trusted."""
    height, width = trust.shape
    row, column = min(int(y * height), height - 1), min(int(x * width), width - 1)
    near = (
        slice(max(0, row - _NEAR), row + _NEAR + 1),
        slice(max(0, column - _NEAR), column + _NEAR + 1),
    )
    sure = trust[near] >= LEAST_TRUST
    if trust[row, column] < LEAST_TRUST or not sure.any():
        return None
    dx, dy = np.median(flow[near][sure], axis=0)
    return float(dx) / width, float(dy) / height
