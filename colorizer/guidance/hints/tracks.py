"""Colour hints of a film: each is followed along the motion of its shot, to both sides.

Where a hint's place is in the other frames of its shot is found before the film is coloured, from
the frames around it: what comes before a hint would else be done when it is met. The place is
followed as long as the flow can be trusted there, and never across a cut.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace

import numpy as np

from colorizer.frame import Frame
from colorizer.guidance.hints.spread import Hint, spread_hints
from colorizer.stages.predict import Look
from colorizer.stages.shot_walk import Marked, walk_back, walk_forth
from colorizer.stages.temporal import LEAST_TRUST

_NEAR = 1
"""Pixels around a place, at half the size of the flow's grid, that tell where it moves."""

Tracks = Mapping[int, list[Hint]]
"""Hints by the index of the frame, each where its place is there."""


def track_hints(hints: Iterable[tuple[int, Hint]], marked: Marked) -> Tracks:
    """Find where each hint is in every frame of its shot.

    Args:
        hints: each with the index of the frame it was set on.
        marked: reads the film anew; closed after use.

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


def key_hinted(frames: Iterable[Frame], hinted: Container[int]) -> Iterator[Frame]:
    """Make the frames on which hints were set key frames."""
    for frame in frames:
        yield replace(frame, is_key=True) if frame.index in hinted else frame


def apply_hints(frames: Iterable[Frame], tracks: Tracks, look: Look) -> Iterator[Frame]:
    """Move the colours of key frames to the hints on them.

    Args:
        frames: with the ab of the network, where they are key frames.
        tracks: from `track_hints`.
        look: gives the strength that ab has been given; hints get it too.
    """
    for frame in frames:
        hints = tracks.get(frame.index)
        if not hints or frame.ab is None:
            yield frame
            continue
        _, strength = look(frame.index)
        scaled = [(x, y, a * strength, b * strength) for x, y, a, b in hints]
        yield replace(frame, ab=spread_hints(frame.L, frame.ab, scaled))


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
        for number, (x, y, a, b) in self._of:
            step = _step_at(flow, trust, x, y)
            if step is not None and 0 <= x + step[0] < 1 and 0 <= y + step[1] < 1:
                moved.append((number, (x + step[0], y + step[1], a, b)))
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
