"""Many jobs: photos side by side, films one after another, and no bad file ends the rest."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from queue import Empty, Queue
from types import TracebackType
from typing import Self

import torch

from colorizer import pipeline
from colorizer.apart import Apart
from colorizer.archive.disk import check_room, facts_of, result_bytes, segments_bytes
from colorizer.archive.existing import settle
from colorizer.archive.hiccups import WAITS, is_passing, pauses
from colorizer.archive.in_work import InWork
from colorizer.device import cpu_cores
from colorizer.errors import ColorizerError, MediaError, TargetError
from colorizer.gather import Gather, gather_on
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.models.base import ColorModel

_log = logging.getLogger(__name__)

MOST_ON_CPU, MOST_ON_GPU = 4, 16
"""Photos in work at once by default; beside a GPU the cores have only files and colours to do."""
ROOM_MEGAPIXELS = 60.0
"""Photos in work together hold at most this many megapixels."""
ALONE_MEGAPIXELS = 30.0
"""A photo above this is worked on alone."""

_LOOK_SECONDS = 5.0
"""Time between two looks at how full the disk of a film is."""
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def run_all(
    jobs: Iterable[Job],
    model: ColorModel | None = None,
    *,
    workers: int | None = None,
    in_work: InWork | None = None,
) -> Generator[Progress, None, None]:
    """Do all jobs, photos first; closing the generator stops after the frames in hand.

    The events of several photos may be mixed; every job ends with DONE, SKIPPED or FAILED.

    Args:
        jobs: what to do.
        model: the model all share; None loads the one the first job's settings name.
        workers: photos at once; None chooses by the number of cores.
        in_work: where the files in work are noted. Those that were when an earlier run died come
            last, each in a process of its own; one that ends it is FAILED.

    Raises:
        TargetError: the disk is full or read-only, which would fail every further job too.
        ModelNotFound, WeightsError, DeviceError: `model` is None and can't be loaded.
    """
    jobs = list(jobs)
    if not jobs:
        return
    model = model or pipeline.open_model(jobs[0].settings)
    suspects = [job for job in jobs if in_work and in_work.is_suspect(job)]
    jobs = [job for job in jobs if job not in suspects] if suspects else jobs
    photos = [job for job in jobs if job.kind is Kind.PHOTO]
    workers = workers or photos_at_once(next(model.parameters()).device)
    # Not by the number of photos: a run that goes on with the last ones must compute the same.
    threads = max(1, cpu_cores() // workers)
    if photos:
        with _PhotoWorkers(photos, model, min(workers, len(photos)), threads, in_work) as working:
            yield from working.events()
    for job in jobs:
        if job.kind is Kind.FILM:
            with in_work.noted(job) if in_work else nullcontext():
                yield from attempt(job, model)
    if in_work and suspects:
        yield from _done_apart(suspects, threads, in_work)


def _done_apart(
    jobs: Iterable[Job], threads: int, in_work: InWork
) -> Generator[Progress, None, None]:
    """Do jobs that may have ended an earlier run; they stay suspects until they end well."""
    with Apart(kept_open=in_work.handle) as apart:
        for job in jobs:
            _log.info("%s was in work when an earlier run died: it is done apart", job.source)
            alone = threads if job.kind is Kind.PHOTO else None
            yield from apart.run(job, threads=alone)
            if not apart.crashed:
                in_work.clear(job)


def photos_at_once(device: torch.device) -> int:
    """Return how many photos are in work together by default where the network is on `device`."""
    return min(cpu_cores(), MOST_ON_CPU if device.type == "cpu" else MOST_ON_GPU)


def attempt(
    job: Job, model: ColorModel, gather: Gather | None = None
) -> Generator[Progress, None, None]:
    """Run one job; what goes wrong is yielded as FAILED, a target that is there as SKIPPED.

    Raises:
        TargetError: the disk is full or read-only.
    """
    if settled := settle(job):  # it came to be after the plan was made
        yield settled
        return
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
            _log.exception("%s: unexpected error", job.source)
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


class Room:
    """Admits photos to memory in the order they come; a huge one waits until it is alone."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._used = 0.0

    @contextmanager
    def hold(self, megapixels: float) -> Iterator[None]:
        """Wait for room for a photo of this size and keep it until the block ends."""
        need = ROOM_MEGAPIXELS if megapixels > ALONE_MEGAPIXELS else megapixels
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._used + need <= ROOM_MEGAPIXELS)
            self._used += need
        try:
            yield
        finally:
            with self._changed:
                self._used -= need
                self._changed.notify_all()


class _PhotoWorkers:
    """Threads that share the model and the list of photos. A context manager: joined on exit."""

    def __init__(
        self, jobs: list[Job], model: ColorModel, count: int, threads: int, in_work: InWork | None
    ) -> None:
        self._in_work = in_work
        self._waiting = deque(jobs)
        self._model = model
        self._gather = gather_on(next(model.parameters()).device, count)
        self._room = Room()
        self._stop = threading.Event()
        self._events: Queue[Progress | Exception | None] = Queue(maxsize=2 * count)
        self._torch_threads = torch.get_num_threads()
        self._threads_each = threads
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            while thread.is_alive():  # a worker may be waiting to hand over an event
                self._drain()
                thread.join(timeout=0.05)
        # The worker threads have changed it for the process.
        torch.set_num_threads(self._torch_threads)

    def events(self) -> Iterator[Progress]:
        """Yield what the workers tell until the last one has ended."""
        alive = len(self._threads)
        while alive:
            try:
                # With a timeout, or Windows would not see Ctrl-C here.
                event = self._events.get(timeout=0.5)
            except Empty:
                continue
            if isinstance(event, Exception):
                raise event
            if event is None:
                alive -= 1
            else:
                yield event

    def _drain(self) -> None:
        while not self._events.empty():
            self._events.get_nowait()

    def _work(self) -> None:
        """Take photos until there are none, in a worker thread."""
        torch.set_num_threads(self._threads_each)
        try:
            while job := self._next():
                self._do(job)
        except Exception as error:  # a full disk: told to the caller
            self._events.put(error)
        finally:
            self._events.put(None)

    def _next(self) -> Job | None:
        try:
            return None if self._stop.is_set() else self._waiting.popleft()
        except IndexError:  # another worker took the last one
            return None

    def _do(self, job: Job) -> None:
        noted = self._in_work.noted(job) if self._in_work else nullcontext()
        with noted, self._room.hold(megapixels(job)):
            steps = attempt(job, self._model, self._gather)
            with closing(steps):
                for progress in steps:
                    # Without the frame: its planes are freed before the next photo's are made.
                    self._events.put(replace(progress, frame=None))
                    # A photo whose last page is written needs only its name.
                    if self._stop.is_set() and progress.done != progress.total:
                        return


def megapixels(job: Job) -> float:
    """Return the size of a photo by its header, 0 where it has none that can be read."""
    facts = facts_of(job.source)
    return facts["width"] * facts["height"] / 1e6 if facts else 0.0
