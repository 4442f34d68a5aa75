"""Films split over the workers of a cluster: which pieces are out, and when a film can be joined.

The process that gives out the work holds the claim of a film while its pieces are done; the claim
is given back before a worker is told to put them together.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from colorizer.archive.planning.existing import settle
from colorizer.errors import TargetError
from colorizer.files.claims import Claim
from colorizer.jobs import Job, JobState, Progress
from colorizer.media.film.pieces import Piece
from colorizer.notes import Note, note

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is given at once: photos, a film, a piece of one, or to find its pieces."""

    jobs: tuple[Job, ...]
    piece: Piece | None = None
    to_split: bool = False
    """Whether the pieces of its film are to be found."""
    whole: bool = False
    """Whether its film is not to be split, or was and is to be put together."""

    @property
    def job(self) -> Job:
        """The first of its jobs, or the only one."""
        return self.jobs[0]

    @property
    def name(self) -> tuple[Path, int | None, bool]:
        """What makes it another than any other task of one job."""
        number = None if self.piece is None else self.piece.number
        return self.job.target, number, self.to_split


@dataclass(slots=True)
class _Split:
    """A film whose pieces are being done."""

    job: Job
    claim: Claim
    frames: int
    left: set[int]
    """Numbers of the pieces that have not ended."""
    done: dict[int, int] = field(default_factory=dict)
    """Frames finished, by pieces."""


class SplitFilms:
    """The films that are being done in pieces."""

    def __init__(self) -> None:
        self._open: dict[Path, _Split] = {}

    def split(self, job: Job, found: tuple[Piece, ...] | Note) -> list[Task]:
        """Return the tasks of a film whose pieces were found, or why it stays whole."""
        if isinstance(found, Note):
            _log.info("%s: %s", job.source, found)
            return [Task((job,), whole=True)]
        claim = Claim(job.target)
        try:
            taken = claim.take()
        except TargetError:  # the worker that does all of it says so
            taken = False
        if not taken or settle(job) is not None:
            claim.release()
            return [Task((job,), whole=True)]
        _log.info("%s: %s", job.source, note("film.in_pieces", count=len(found)))
        numbers = {piece.number for piece in found}
        self._open[job.target] = _Split(job, claim, found[0].frames, numbers)
        return [Task((job,), piece) for piece in found]

    def told(self, task: Task, done: int) -> Progress:
        """Return how far a film is, one piece of which has so many frames."""
        assert task.piece is not None
        film = self._open[task.job.target]
        film.done[task.piece.number] = done
        return Progress(task.job, JobState.RUNNING, sum(film.done.values()), film.frames)

    def ended(self, task: Task) -> list[Task]:
        """Note that a piece has ended, done or given up; return what follows from that.

        What was not done of the film is done by the worker that puts it together.
        """
        assert task.piece is not None
        film = self._open[task.job.target]
        film.left.discard(task.piece.number)
        if film.left:
            return []
        del self._open[task.job.target]
        film.claim.release()
        return [Task(task.jobs, whole=True)]

    def close(self) -> None:
        """Let others have the films that are not done."""
        while self._open:
            self._open.popitem()[1].claim.release()
