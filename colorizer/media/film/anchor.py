"""Continuing within a film: where an earlier run was, and what it had counted up to there."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

Counts = tuple[int, int, int, int]
"""Damaged frames, mended time stamps, packets that the container wants left out, frames of
another scan than the first."""
_MOST_CHANGES = 4096


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last finished frames of an interrupted film: finding them again proves the place."""

    first: int
    """Index of the first of them."""
    times: tuple[int, ...]
    """Their pts in the film's time base."""
    luma: str
    """SHA-256 of the luma plane of the last; "" where it is not known."""


class CountLog:
    """What was counted up to each frame. Only the last changes are remembered."""

    def __init__(self) -> None:
        self._changes: deque[tuple[int, Counts]] = deque([(-1, (0, 0, 0, 0))], _MOST_CHANGES)

    def note(self, index: int, counts: Counts) -> None:
        """Remember what is counted once a frame is read."""
        if self._changes[-1][1] != counts:
            self._changes.append((index, counts))

    def before(self, index: int) -> Counts:
        """Return what was counted before a frame."""
        for changed, counts in reversed(list(self._changes)):
            if changed < index:
                return counts
        return self._changes[0][1]
