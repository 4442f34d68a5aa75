"""A segment of a film: where it begins, and what is noted of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, chain, groupby, repeat
from typing import Any

import numpy as np

from colorizer.frame import Frame
from colorizer.notes import note

SEGMENT_FRAMES = 250
"""Frames of a segment at most: what a crash loses."""
LEAST_FRAMES = 24
"""Frames of a segment at least, where a shot ends it: encoders need a run-up."""
BLOCK_FRAMES = 12
"""Within a shot, segments begin at multiples of this: there the stages can continue and compute the
very same numbers."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One finished segment, a line of the journal."""

    number: int
    first: int
    """Index of its first frame."""
    frames: int
    first_pts: int
    """Of the output, in units of the film's time base."""
    last_pts: int
    steps: tuple[tuple[int, int], ...]
    """(distance, how often) from each pts to the next."""
    delay: int
    """Packets by which coding order runs ahead of showing order, at most."""
    luma: str
    """SHA-256 of the source's luma planes."""
    tail: str
    """SHA-256 of the last of them, by which its place in the film is known again."""
    size: int
    """Bytes of the file."""
    clipped: int = 0
    """Luma samples that had to be clipped, see `Codec.codes`."""
    state: str = ""
    """SHA-256 of the file with what the stages remember after it; empty of earlier versions."""

    def times(self) -> Iterable[int]:
        """Return the pts of its frames in showing order."""
        steps = chain.from_iterable(repeat(step, count) for step, count in self.steps)
        return accumulate(steps, initial=self.first_pts)


_MOST, _MOST_DELAY = 1 << 53, 1024
_MOST_FRAMES = 1 << 20
"""More than any segment has."""
_COUNTS = ("number", "first", "frames", "first_pts", "last_pts", "delay", "size", "clipped")


def segment_from(values: Any, before: Sequence[Segment], *, anywhere: bool = False) -> Segment:
    """Build a segment of a line of a journal, which may be anybody's.

    Args:
        values: of the line.
        before: the segments of the lines before it.
        anywhere: the first may begin at any frame.

    Raises:
        ValueError: it is malformed, or does not follow those.
        TypeError, KeyError: it is malformed.
    """
    steps = tuple((distance, count) for distance, count in values["steps"])
    numbers = [values.get(name, 0) for name in _COUNTS] + [n for step in steps for n in step]
    texts = [values["luma"], values["tail"], values.get("state", "")]
    if not all(type(n) is int for n in numbers) or not all(isinstance(t, str) for t in texts):
        raise ValueError(note("segments.none"))
    if any(abs(n) >= _MOST for n in numbers) or not 0 <= values["delay"] <= _MOST_DELAY:
        raise ValueError(note("segments.counts"))
    found = Segment(**{**values, "steps": steps})
    place = before[-1].first + before[-1].frames if before else found.first if anywhere else 0
    follows = found.number == len(before) and 0 <= found.first == place
    counted = 1 + sum(count for _, count in steps)
    if not follows or not 0 < found.frames <= _MOST_FRAMES or found.frames != counted:
        raise ValueError(note("segments.order"))
    return found


def steps_of(times: list[int]) -> tuple[tuple[int, int], ...]:
    """Return distances between rising times as (distance, how often)."""
    gaps = (after - before for before, after in zip(times, times[1:], strict=False))
    return tuple((gap, len(list(group))) for gap, group in groupby(gaps))


def begins_segment(first: int, index: int, *, starts_shot: bool, most: int) -> bool:
    """Tell whether a frame begins a new segment: it starts a shot, or the last one is full.

    Args:
        first: index of the first frame of the segment before.
        index: of the frame.
        starts_shot: whether it does.
        most: frames of a segment.
    """
    if starts_shot and index - first >= LEAST_FRAMES:
        return True
    full = index + BLOCK_FRAMES - first > most
    return index % BLOCK_FRAMES == 0 and full


class OpenSegment:
    """A segment whose frames are files: what its line of the journal will say."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.times: list[int] = []
        self.hashes: list[str] = []
        self._luma = sha256()
        self._tail = ""

    def add(self, frame: Frame) -> None:
        """Note time and luma of the next frame."""
        assert frame.pts is not None
        self.times.append(frame.pts)
        Y = np.ascontiguousarray(frame.Y)
        self._luma.update(Y.data)
        self._tail = sha256(Y.data).hexdigest()

    def segment(self, number: int, size: int) -> Segment:
        """Return its line of the journal."""
        return Segment(
            number=number,
            first=self.first,
            frames=len(self.times),
            first_pts=self.times[0],
            last_pts=self.times[-1],
            steps=steps_of(self.times),
            delay=0,
            luma=self._luma.hexdigest(),
            tail=self._tail,
            size=size,
        )
