"""What the shots of a film were taken for, besides pictures: for the sidecar and for people."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from colorizer.frame import Frame
from colorizer.stages.own_colours import COLOURED, TONED
from colorizer.stages.region.film_marks import MARKS

CARD, BARS, IRIS, LETTERS, FADE = "card", "bars", "iris", "letters", "fade"
KINDS = (COLOURED, TONED, CARD, BARS, IRIS, LETTERS, FADE, MARKS)
"""In the order of their bits in the state."""


class FoundShots:
    """Remembers of every shot how many of its frames were taken for what."""

    def __init__(self) -> None:
        self._shots: dict[int, np.ndarray] = {}
        self._ahead: deque[tuple[int, int, frozenset[str]]] = deque()
        self._last = 0

    def noted(self, frames: Iterable[Frame], per_frame: int = 1) -> Iterator[Frame]:
        """Pass frames through and remember.

        Args:
            frames: marked, from `FilmLevels`.
            per_frame: see `CutList.noted`.
        """
        for frame in frames:
            if frame.starts_shot:
                self._last = frame.index // per_frame
            if frame.taken and frame.index % per_frame == 0:
                self._ahead.append((frame.index // per_frame, self._last, frame.taken))
            yield frame

    def state(self, index: int) -> np.ndarray:
        """Return what is known of the frames before one, (n, 1 + kinds); ask in order."""
        self._count(index)
        rows = [[first, *counts] for first, counts in self._shots.items()]
        return np.array(rows, np.int64).reshape(-1, 1 + len(KINDS))

    def restore(self, state: np.ndarray | None, last: int) -> None:
        """Take back what `state` gave.

        Args:
            state: that array.
            last: first frame of the shot in which the run continues.
        """
        self._last = last
        if state is not None:
            self._shots = {int(first): np.array(counts) for first, *counts in state.tolist()}

    def told(self) -> list[dict[str, Any]]:
        """Return as JSON values what was found, by shots: first frame, kind -> frames."""
        self._count(None)
        return [
            {"first_frame": first}
            | {kind: int(n) for kind, n in zip(KINDS, counts, strict=True) if n}
            for first, counts in sorted(self._shots.items())
        ]

    def _count(self, end: int | None) -> None:
        """Count the frames before one, or all."""
        while self._ahead and (end is None or self._ahead[0][0] < end):
            _, first, taken = self._ahead.popleft()
            counts = self._shots.setdefault(first, np.zeros(len(KINDS), np.int64))
            counts += [kind in taken for kind in KINDS]


def taken_of(found: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return what shots were taken for as a word or more, by their first frames.

    Args:
        found: from `FoundShots.told`.
    """
    return {
        int(shot["first_frame"]): " ".join(kind for kind in shot if kind != "first_frame")
        for shot in found
    }
