"""Finding the shots of a film before it is coloured, and what they show, bit by bit."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

from colorizer.frame import Frame
from colorizer.guidance.reader import reader_of
from colorizer.jobs import Job
from colorizer.stages.found import FoundShots, taken_of
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.own_colours import wishes_of


class ShotFinder:
    """Marks shots as the run would without a cut list. Holds the film open until it is closed.

    Args:
        job: the film and its settings.

    Raises:
        MediaError: the film can't be read.
    """

    firsts: list[int]
    """First frames of the shots found so far."""
    done: int
    """Frames looked at."""
    total: int | None
    """Frames there are, None where unknown."""

    def __init__(self, job: Job) -> None:
        self.firsts, self.done = [], 0
        settings = job.settings
        reader = reader_of(replace(job, settings=replace(settings, shots=None)))
        self.total = reader.frame_count
        self._per_frame = reader.per_frame
        self._found = FoundShots()
        self._marked: Generator[Frame, None, None] = reader.marked(0)
        levels = FilmLevels(settings.faded, settings.paper, settings.cards, wishes_of(settings))
        self._frames = self._found.noted(levels.level(self._marked), self._per_frame)

    @property
    def taken(self) -> dict[int, str]:
        """What shots were taken for so far, by their first frames; see `taken_of`."""
        return taken_of(self._found.told())

    def close(self) -> None:
        """Close the film."""
        self._marked.close()

    def resume(self, seconds: float) -> bool:
        """Look at further frames for about this time; tell whether that was the film's last."""
        end = time.monotonic() + seconds
        for frame in self._frames:
            number = frame.index // self._per_frame
            self.done = number + 1
            if frame.starts_shot and number not in self.firsts[-1:]:
                self.firsts.append(number)
            if time.monotonic() >= end:
                return False
        return True
