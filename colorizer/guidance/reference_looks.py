"""References of a film in the frames that a person looks at, found when somebody comes near one."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from colorizer.errors import ColorizerError
from colorizer.frame import Frame
from colorizer.guidance.reader import FilmReader
from colorizer.guidance.references.reference import PaintedFrame, lay_references
from colorizer.guidance.references.tracks import REACH, apply_references

Side = tuple[int, bool]
"""The number of a reference, and whether the frames after it are meant."""


class ReferenceLooks:
    """Gives single frames the colours that reach them.

    Args:
        reader: of the film.
        placed: the index of the frame of each reference, and its file.
    """

    def __init__(self, reader: FilmReader, placed: Sequence[tuple[int, Path]]) -> None:
        self._reader = reader
        self._placed = sorted(placed)
        self._starts = [index for index, _ in self._placed]
        self._references: list[PaintedFrame] = []
        self._known: set[Side] = set()
        self._busy = threading.Lock()
        self._frame: Frame | None = None
        self._stream: Iterator[Frame] = iter(())

    def is_known(self, index: int) -> bool:
        """Tell whether a frame can be coloured without waiting."""
        if not any(abs(start - index) < REACH for start in self._starts):
            return True
        return bool(self._references) and self._sides(index) <= self._known

    def prepare(self, index: int) -> None:
        """Find what reaches a frame, which takes as long as its shot is to be read.

        Raises:
            MediaError: a reference can't be read or is not of its frame.
        """
        with self._busy:
            try:
                self._prepare(index)
            except ColorizerError:
                self._references = []  # the stream is broken
                raise

    def _prepare(self, index: int) -> None:
        if not self._references:
            read = [self._reader.reference(*one) for one in self._placed]
            self._stream = apply_references(self._fed(), read, self._reader.marked, _plain)
            self._references = read
        with closing(self._reader.marked(index)) as frames:
            frame = next(frames, None)
        if frame is not None:
            self._apply(replace(frame, ab=np.zeros((2, *frame.L.shape), np.float32)))

    def guide(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """Give frames that are known what reaches them; others pass as they are."""
        for frame in frames:
            if self._references and self.is_known(frame.index) and self._busy.acquire(False):
                try:
                    yield self._apply(frame)
                finally:
                    self._busy.release()
            else:
                yield frame

    def paint(
        self,
        frames: Iterator[Frame],
        size_of: Callable[[Frame], tuple[int, int]],
        shift_of: Callable[[Frame], tuple[float, float]] | None = None,
    ) -> Iterator[Frame]:
        """Give the frames of references exactly their colours."""
        return lay_references(
            frames,
            self._references,
            shape=self._reader.size,
            size_of=size_of,
            shift_of=shift_of,
            amounts=_plain,
        )

    def _apply(self, frame: Frame) -> Frame:
        self._frame = frame
        done = next(self._stream)
        # As the stream does: what is far is forgotten.
        self._known = self._sides(frame.index)
        return done

    def _fed(self) -> Iterator[Frame]:
        while self._frame is not None:
            yield self._frame

    def _sides(self, index: int) -> set[Side]:
        place = bisect_right(self._starts, index)
        if place and self._starts[place - 1] == index:
            return set()
        near = ((n, n < place) for n in (place - 1, place) if 0 <= n < len(self._starts))
        return {side for side in near if abs(self._starts[side[0]] - index) < REACH}


def _plain(_: int) -> tuple[float, float]:
    """Return vividness and strength: the window gives strength itself."""
    return 0.0, 1.0
