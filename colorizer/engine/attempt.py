"""One job, run while no one else may write its target; what goes wrong with it becomes its end."""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, nullcontext
from pathlib import Path

from colorizer import pipeline
from colorizer.archive.planning.disk import check_room, result_bytes, segments_bytes
from colorizer.archive.planning.existing import Standing, settle, standing_of
from colorizer.errors import ColorizerError, DamagedPhoto, MediaError, TargetError
from colorizer.files.claims import Claim
from colorizer.files.hiccups import WAITS, is_passing, pauses
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.models.base import ColourModel
from colorizer.notes import joined, note
from colorizer.stages.gather import Gather

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0
"""Time between two looks at how full the disk of a film is."""
_CLAIM_SECONDS = 0.5
"""Time between two looks whether another run has ended with a target."""
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_GONE_ERRORS = (errno.ENOENT, errno.EIO, errno.ENODEV, errno.ENXIO)
"""Of a folder that was deleted, and of a disk that was unplugged."""

Record = Callable[[Progress], object]
Steps = Generator[Progress, None, None]
Stamp = tuple[int, int, int] | None
"""Time of change in ns, bytes and number of a file; None where none exists."""


def stamp(job: Job) -> Stamp:
    """Return what tells that a result to be overwritten was made again by another run."""
    if job.settings.existing != "overwrite":
        return None
    try:
        facts = job.target.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def claimed(
    job: Job, record: Record, run: Callable[[], Steps], before: Stamp
) -> Generator[Progress, None, None]:
    """Run a job while no one else may write its target, unless its result exists.

    It waits for another run that has the target.

    Args:
        job: what to do.
        record: takes the end of a job that is not run; what `run` yields is not told to it.
        run: does it.
        before: of `stamp` when the job was planned.

    Raises:
        TargetError: the disk is full or read-only.
    """
    claim = Claim(job.target)
    try:
        if message := (yield from _taken(job, claim)):
            yield from recorded([Progress(job, JobState.FAILED, message=message)], record)
        elif settled := settle(job) or _made_meanwhile(job, before):  # it came after the plan
            yield from recorded([settled], record)
        else:
            with closing(run()) as steps:
                for progress in steps:
                    if claim.is_lost:
                        lost = note("claim.lost", holder=claim.holder())
                        yield from recorded([Progress(job, JobState.FAILED, message=lost)], record)
                        return
                    yield progress
    finally:
        claim.release()


def recorded(steps: Iterable[Progress], record: Record) -> Generator[Progress, None, None]:
    """Pass on the steps of a job and record its end."""
    with closing(steps) if isinstance(steps, Generator) else nullcontext():
        for progress in steps:
            if progress.state is not JobState.RUNNING:
                record(progress)
            yield progress


def _taken(job: Job, claim: Claim) -> Generator[Progress, None, str]:
    """Wait until no one else has the target of a job; return why it stays taken, "" if it is free.

    Raises:
        TargetError: the disk is full or read-only.
    """
    waits, told = iter(WAITS), ""
    while True:
        try:
            if claim.take():
                return ""
            wait = _CLAIM_SECONDS
            words = note("job.waits", holder=claim.holder(), file=job.target)
        except TargetError as error:
            wait = next(waits, 0.0) if is_passing(error) else 0.0
            words = note("job.trying_again", why=error, seconds=wait)
            if is_disk_error(error):
                raise
            if not wait:
                return str(error)
        if words != told:
            _log.warning("%s: %s", job.source, words)
        told = words
        for _ in pauses(wait):
            yield Progress(job, JobState.RUNNING, message=told)


def tried(
    job: Job, model: ColourModel, gather: Gather | None, stop: Callable[[], bool]
) -> Generator[Progress, None, None]:
    """Run one job, again after errors that may pass; what goes wrong with it is yielded as FAILED.

    Args:
        job: what to do; its target is claimed.
        model: the loaded model.
        gather: the network as several threads share it.
        stop: tells that a film should stop.

    Raises:
        Stopped: as asked.
        TargetError: the disk is full or read-only.
    """
    message, passing = "", False
    for wait in (*WAITS, None):
        message, passing = yield from _try(job, model, gather, stop)
        if not message:
            return
        if not passing or wait is None:
            break
        told = note("job.trying_again", why=message, seconds=wait)
        _log.warning("%s: %s", job.source, told)
        for _ in pauses(wait):
            yield Progress(job, JobState.RUNNING, message=told)
    yield Progress(job, JobState.FAILED, message=message)


def _made_meanwhile(job: Job, before: Stamp) -> Progress | None:
    """Return the end of a job to be overwritten that another run has just made the same way."""
    now = stamp(job)
    if now is None or now == before or standing_of(job)[0] is not Standing.DONE:
        return None
    return Progress(job, JobState.SKIPPED, message=note("existing.made_just_now", file=job.target))


def _try(
    job: Job, model: ColourModel, gather: Gather | None, stop: Callable[[], bool]
) -> Generator[Progress, None, tuple[str, bool]]:
    """Run one job once; return why it failed, "" if it did not, and whether that may pass.

    Raises:
        TargetError: the disk is full or read-only.
    """
    try:
        yield from _guarded(job, pipeline.run(job, model, gather=gather, stop=stop))
    except ColorizerError as error:
        if isinstance(error, TargetError) and is_disk_error(error):
            raise
        return _gone(error, job) or reason(error, job), is_passing(error)
    except MemoryError:
        return note("job.out_of_memory"), False
    except Exception as error:
        if not is_passing(error):
            _log.debug("%s: unexpected error", job.source, exc_info=True)
        if gone := _gone(error, job):
            return gone, False
        return note("error.unexpected", kind=type(error).__name__, why=error), is_passing(error)
    return "", False


def _guarded(job: Job, steps: Generator[Progress, None, None]) -> Generator[Progress, None, None]:
    """Pass on the steps of a job as long as its disk has room.

    Raises:
        TargetError: the disk is nearly full.
    """
    film = job.kind is Kind.FILM
    if not film:
        check_room(job.target, result_bytes(job))
    looked = float("-inf")
    with closing(steps):
        for progress in steps:
            if film and time.monotonic() - looked >= _LOOK_SECONDS:
                looked = time.monotonic()
                check_room(job.target, segments_bytes(job.target))
            yield progress


def reason(error: ColorizerError, job: Job) -> str:
    """Return the error's line, without the path that the job names anyway."""
    if isinstance(error, MediaError) and error.path == job.source:
        offers = isinstance(error, DamagedPhoto) and job.kind is Kind.PHOTO
        return joined([error.reason, note("salvage.offered")]) if offers else error.reason
    return str(error)


def _gone(error: BaseException, job: Job) -> str:
    """Return that what a result is written into went while it was made, "" where nothing did."""
    if isinstance(error, MediaError) and not isinstance(error, TargetError):
        return ""  # its source went
    folder = job.target.parent
    cause = _system_error(error, _GONE_ERRORS)
    if cause is None:
        return ""
    if not os.access(folder, os.F_OK):  # raises nothing where its drive does not answer
        return note("target.folder_gone", folder=folder)
    name = cause.filename
    inside = name is not None and folder in Path(os.fsdecode(name)).parents
    if isinstance(cause, FileNotFoundError) and (isinstance(error, TargetError) or inside):
        return note("target.unfinished_gone", folder=folder)
    return ""


def is_disk_error(error: BaseException | None) -> bool:
    """Tell whether a full or read-only disk caused `error`."""
    return _system_error(error, _DISK_ERRORS) is not None


def _system_error(error: BaseException | None, numbers: tuple[int, ...]) -> OSError | None:
    """Return what of an error and its causes is an error of the system of one of these numbers."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in numbers:
            return error
        error = error.__cause__
    return None
