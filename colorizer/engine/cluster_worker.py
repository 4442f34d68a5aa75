"""What runs on the machines of a cluster; `cluster` tells it what to do."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from colorizer import __version__
from colorizer.archive.planning.disk import check_room, segments_bytes
from colorizer.engine.networks import loaded
from colorizer.engine.parts import parts_of
from colorizer.engine.runner import MOST_ON_CPU, Handling, run_jobs
from colorizer.errors import ColorizerError
from colorizer.jobs import Job, JobState, Progress
from colorizer.media.film.pieces import Piece
from colorizer.notes import Note, note
from colorizer.pipeline.piece import colour_piece, pieces_of

_log = logging.getLogger(__name__)
_TELL_SECONDS = 0.25
"""Time between two steps of one film that are told."""


class ClusterWorker:
    """What runs on the machines: a runner that is given shards. Ray makes an actor of it."""

    def __init__(self, cores: int, photos: int | None) -> None:
        import torch

        torch.set_num_threads(max(1, cores))
        self._photos = photos or max(1, min(cores, MOST_ON_CPU))
        self._stopped = False

    def facts(self, job: Job) -> dict[str, Any]:
        """Return what must be the same on all machines for a job, and their name."""
        unseen = [path for path in (job.source, _nearest(job.target)) if not path.exists()]
        try:
            weights = loaded(job.settings).weights_sha256
        except ColorizerError as error:
            weights = str(error)
        return {
            "host": platform.node(),
            "version": __version__,
            "weights": weights,
            "unseen": [str(path) for path in unseen],
        }

    def stop(self) -> None:
        """Finish the photos and the frame in progress, and no more."""
        self._stopped = True

    def pieces(self, job: Job, length: int) -> Iterator[tuple[int, tuple[Piece, ...] | Note]]:
        """Yield the pieces of a film, or why it stays whole."""
        yield 0, pieces_or_why(job, length)

    def piece(self, job: Job, piece: Piece) -> Iterator[tuple[int, int | None]]:
        """Do one piece of a film; yield how many of its frames are done, and None at the end."""
        told = 0.0
        try:
            with closing(colour_piece(job, loaded(job.settings), piece)) as steps:
                for done in steps:
                    if self._stopped:
                        return
                    now = time.monotonic()
                    if now - told < _TELL_SECONDS:
                        continue
                    told = now
                    check_room(job.target, segments_bytes(job.target))
                    yield 0, done
        except (ColorizerError, OSError) as error:  # met again where the film is put together
            _log.info("%s, piece %d: %s", job.source, piece.number + 1, error)
        yield 0, None

    def run(self, jobs: list[Job]) -> Iterator[tuple[int, Progress]]:
        """Yield the steps of jobs with their place in the list, without pictures."""
        places = {job.target: place for place, job in enumerate(jobs)}
        told: dict[Path, float] = {}
        handling = Handling(stop=lambda: self._stopped)
        for step in run_jobs(jobs, workers=self._photos, handling=handling):
            target, now = step.job.target, time.monotonic()
            if step.state is JobState.RUNNING and now - told.get(target, 0) < _TELL_SECONDS:
                continue
            told[target] = now
            yield places[target], replace(step, frame=None)


def pieces_or_why(job: Job, length: int) -> tuple[Piece, ...] | Note:
    """Return the pieces of a film, of about so many frames, or why it stays whole."""
    with suppress(ColorizerError, OSError):  # told when it is done
        if parts_of(job) == [job]:
            return pieces_of(job, length)
    return note("film.stays_short")


def split_words(job: Job, length: int) -> Note:
    """Say how many pieces several workers split a film into, or why it stays whole."""
    found = pieces_or_why(job, length)
    return found if isinstance(found, Note) else note("film.in_pieces", count=len(found))


def _nearest(target: Path) -> Path:
    """Return the folder of a target, or the one it will be made in."""
    folder = target.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
