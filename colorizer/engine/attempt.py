"""One job, run while no one else may write its target; what goes wrong with it becomes its end."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass

from colorizer import pipeline
from colorizer.archive.planning.disk import check_room, result_bytes, segments_bytes
from colorizer.archive.planning.existing import Standing, settle, standing_of
from colorizer.engine.parts import parts_of, run_parts
from colorizer.errors import ColorizerError, MediaError, TargetError
from colorizer.files.claims import Claim
from colorizer.files.hiccups import WAITS, is_passing, pauses
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.models.base import ColorModel
from colorizer.stages.gather import Gather

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0
"""Time between two looks at how full the disk of a film is."""
_CLAIM_SECONDS = 0.5
"""Time between two looks whether another run has ended with a target."""
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

Stamp = tuple[int, int, int] | None
"""Time of change in ns, bytes and number of a file; None where none exists."""


@dataclass(frozen=True, slots=True)
class Way:
    """How jobs are run, beside what their settings say."""

    record: Callable[[Progress], object] = lambda _: None
    """Called with the end of every job while no one else may write its target, in any thread."""
    asked: Callable[[], bool] = lambda: False
    """Tells that the run is to stop: what is in hand is finished, of a film the frame."""
    apart: bool = False
    """Targets at which a process died come last, each in a process of its own; one that ends it
    is FAILED."""


def stamp(job: Job) -> Stamp:
    """Return what tells that a result to be overwritten was made again by another run."""
    if job.settings.existing != "overwrite":
        return None
    try:
        facts = job.target.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def attempt(
    job: Job,
    model: ColorModel,
    gather: Gather | None = None,
    *,
    way: Way | None = None,
    before: Stamp = None,
) -> Generator[Progress, None, None]:
    """Run one job; what goes wrong is yielded as FAILED, a target that is there as SKIPPED.

    No one else writes the target meanwhile: it waits for another run that has it.

    Args:
        job: what to do.
        model: the loaded model.
        gather: the network as several threads share it.
        way: how it is run.
        before: of `stamp` when the job was planned.

    Raises:
        TargetError: the disk is full or read-only.
    """
    way = way or Way()

    def alone(one: Job) -> Generator[Progress, None, None]:
        return _recorded(_tried(one, model, gather), way.record)

    def part(one: Job) -> Generator[Progress, None, None]:
        return _claimed(one, way.record, lambda: alone(one), None)

    def whole() -> Generator[Progress, None, None]:
        try:
            parts = parts_of(job)
        except ColorizerError as error:
            failed = Progress(job, JobState.FAILED, message=_reason(error, job))
            return _recorded(_only(failed), way.record)
        return alone(job) if len(parts) == 1 else run_parts(job, parts, part)

    return _claimed(job, way.record, whole, before)


def _claimed(
    job: Job,
    record: Callable[[Progress], object],
    run: Callable[[], Generator[Progress, None, None]],
    before: Stamp,
) -> Generator[Progress, None, None]:
    """Run a job while no one else may write its target, unless its result exists.

    Args:
        job: what to do.
        record: see `Way`; what `run` yields is not told to it.
        run: does it.
        before: see `attempt`.
    """
    claim = Claim(job.target)
    try:
        if message := (yield from _taken(job, claim)):
            yield from _recorded(_only(Progress(job, JobState.FAILED, message=message)), record)
        elif settled := settle(job) or _made_meanwhile(job, before):  # it came after the plan
            yield from _recorded(_only(settled), record)
        else:
            with closing(run()) as steps:
                yield from steps
    finally:
        claim.release()


def _only(progress: Progress) -> Generator[Progress, None, None]:
    yield progress


def _recorded(
    steps: Generator[Progress, None, None], record: Callable[[Progress], object]
) -> Generator[Progress, None, None]:
    """Pass on the steps of a job and record its end."""
    with closing(steps):
        for progress in steps:
            if progress.state is not JobState.RUNNING:
                record(progress)
            yield progress


def _taken(job: Job, claim: Claim) -> Generator[Progress, None, str]:
    """Wait until no one else has the target of a job; return why it can't be had, "" if it can.

    Raises:
        TargetError: the disk is full or read-only.
    """
    waits, told = iter(WAITS), ""
    while True:
        try:
            if claim.take():
                return ""
            wait = _CLAIM_SECONDS
            words = f"waits for {claim.holder()}, which writes {job.target}"
        except TargetError as error:
            wait = next(waits, 0.0) if is_passing(error) else 0.0
            words = f"{error}; trying again in {wait:.0f} s"
            if is_disk_error(error):
                raise
            if not wait:
                return str(error)
        if words != told:
            _log.warning("%s: %s", job.source, words)
        told = words
        for _ in pauses(wait):
            yield Progress(job, JobState.RUNNING, message=told)


def _tried(job: Job, model: ColorModel, gather: Gather | None) -> Generator[Progress, None, None]:
    """Run one job, again after errors that may pass."""
    message, passing = "", False
    for wait in (*WAITS, None):
        message, passing = yield from _try(job, model, gather)
        if not message:
            return
        if not passing or wait is None:
            break
        told = f"{message}; trying again in {wait:.0f} s"
        _log.warning("%s: %s", job.source, told)
        for _ in pauses(wait):
            yield Progress(job, JobState.RUNNING, message=told)
    yield Progress(job, JobState.FAILED, message=message)


def _made_meanwhile(job: Job, before: Stamp) -> Progress | None:
    """Return the end of a job to be overwritten whose result another run has just made alike."""
    now = stamp(job)
    if now is None or now == before or standing_of(job)[0] is not Standing.DONE:
        return None
    return Progress(job, JobState.SKIPPED, message=f"{job.target} was made by another run just now")


def _try(
    job: Job, model: ColorModel, gather: Gather | None
) -> Generator[Progress, None, tuple[str, bool]]:
    """Run one job once; return why it failed, "" if it did not, and whether that may pass.

    Raises:
        TargetError: the disk is full or read-only.
    """
    try:
        yield from _guarded(job, pipeline.run(job, model, gather=gather))
    except ColorizerError as error:
        if isinstance(error, TargetError) and is_disk_error(error):
            raise
        return _reason(error, job), is_passing(error)
    except MemoryError:
        return "out of memory; close other programs or use fewer --jobs", False
    except Exception as error:
        if not is_passing(error):
            _log.debug("%s: unexpected error", job.source, exc_info=True)
        return f"unexpected {type(error).__name__}: {error}", is_passing(error)
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


def _reason(error: ColorizerError, job: Job) -> str:
    """Return the error's line, without the path that the job names anyway."""
    if isinstance(error, MediaError) and error.path == job.source:
        return error.reason
    return str(error)


def is_disk_error(error: BaseException | None) -> bool:
    """Tell whether a full or read-only disk stands behind `error`."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
            return True
        error = error.__cause__
    return False
