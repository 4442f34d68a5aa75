"""Many jobs: photos side by side, films one after another, and no bad file ends the rest."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import Self

import torch

from colorizer import pipeline
from colorizer.archive.planning.disk import facts_of
from colorizer.engine.apart import Apart
from colorizer.engine.attempt import Stamp, Way, attempt, stamp
from colorizer.files.claims import Hold, look
from colorizer.jobs import Job, JobState, Kind, Progress, all_but_named
from colorizer.models.base import ColorModel
from colorizer.stages.device import cpu_cores
from colorizer.stages.gather import gather_on

_log = logging.getLogger(__name__)

MOST_ON_CPU, MOST_ON_GPU = 4, 16
"""Photos at once by default; with a GPU the cores have only files and colours to do."""
ROOM_MEGAPIXELS = 60.0
"""Photos in progress together hold at most this many megapixels."""
ALONE_MEGAPIXELS = 30.0
"""A photo above this is worked on alone."""


def run_all(
    jobs: Iterable[Job],
    model: ColorModel | None = None,
    *,
    workers: int | None = None,
    way: Way | None = None,
) -> Generator[Progress, None, None]:
    """Do all jobs, photos first; closing the generator stops after the frames in hand.

    The events of several photos may be mixed; every job ends with DONE, SKIPPED or FAILED. A
    target that another run has in hand comes last; what that run makes of it counts.

    Args:
        jobs: what to do.
        model: the model all share; None loads the one the first job's settings name.
        workers: photos at once; None chooses by the number of cores.
        way: how they are run.

    Raises:
        TargetError: the disk is full or read-only, which would fail every further job too.
        ModelNotFound, WeightsError, DeviceError: `model` is None and can't be loaded.
    """
    jobs = list(jobs)
    if not jobs:
        return
    model, way = model or pipeline.open_model(jobs[0].settings), way or Way()
    course = _Course(jobs, way)
    workers = workers or photos_at_once(next(model.parameters()).device)
    # Not by the number of photos: a run that continues with the last ones must compute the same.
    threads = max(1, cpu_cores() // workers)
    if course.photos:
        count = min(workers, len(course.photos))
        with _PhotoWorkers(course, model, count, threads) as working:
            yield from working.events()
    while film := course.next(course.films):
        with closing(attempt(film, model, way=way, before=course.before(film))) as steps:
            for progress in steps:
                yield progress
                if progress.state is JobState.RUNNING and way.asked():
                    return
    if course.suspects:
        yield from _done_apart(course.suspects, threads, way)


class _Course:
    """Which job is next. Several threads may ask."""

    def __init__(self, jobs: Iterable[Job], way: Way) -> None:
        jobs = list(jobs)
        self.photos = deque(job for job in jobs if job.kind is Kind.PHOTO)
        self.films = deque(job for job in jobs if job.kind is Kind.FILM)
        self.suspects: list[Job] = []
        """Jobs at whose targets a process died."""
        self.way = way
        self._before = {job.target: stamp(job) for job in jobs}
        self._put_off: set[Path] = set()

    def before(self, job: Job) -> Stamp:
        """Return what the target of a job was when the run began."""
        return self._before[job.target]

    def next(self, waiting: deque[Job]) -> Job | None:
        """Take the next job; one whose target another run has is put off once, to the end."""
        while waiting and not self.way.asked():
            try:
                job = waiting.popleft()
            except IndexError:  # another thread took the last one
                return None
            hold = look(job.target)
            if hold is Hold.LEFT and self.way.apart:
                self.suspects.append(job)
            elif hold is Hold.HELD and waiting and job.target not in self._put_off:
                self._put_off.add(job.target)
                waiting.append(job)
            else:
                return job
        return None


def _done_apart(jobs: Iterable[Job], threads: int, way: Way) -> Generator[Progress, None, None]:
    """Do jobs that may have ended an earlier run; their claims stay until they end well."""
    with Apart() as apart:
        for job in jobs:
            if way.asked():
                return
            _log.info("%s was in work when an earlier run died: it is done apart", job.source)
            alone = threads if job.kind is Kind.PHOTO else None
            with closing(apart.run(job, threads=alone)) as steps:
                for progress in steps:
                    if progress.state is not JobState.RUNNING:
                        way.record(progress)
                    yield progress
                    if progress.state is JobState.RUNNING and way.asked():
                        return


def photos_at_once(device: torch.device) -> int:
    """Return how many photos are done at once by default where the network is on `device`."""
    return min(cpu_cores(), MOST_ON_CPU if device.type == "cpu" else MOST_ON_GPU)


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

    def __init__(self, course: _Course, model: ColorModel, count: int, threads: int) -> None:
        self._course = course
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
            while not self._stop.is_set() and (job := self._course.next(self._course.photos)):
                self._do(job)
        except Exception as error:  # a full disk: told to the caller
            self._events.put(error)
        finally:
            self._events.put(None)

    def _do(self, job: Job) -> None:
        way, before = self._course.way, self._course.before(job)
        with self._room.hold(megapixels(job)):
            steps = attempt(job, self._model, self._gather, way=way, before=before)
            with closing(steps):
                for progress in steps:
                    # Without the frame: its planes are freed before the next photo's are made.
                    self._events.put(replace(progress, frame=None))
                    # A photo whose last page is written needs only its name.
                    stopped = self._stop.is_set() or way.asked()
                    if stopped and not all_but_named(progress):
                        return


def megapixels(job: Job) -> float:
    """Return the size of a photo by its header, 0 where it has none that can be read."""
    facts = facts_of(job.source)
    return facts["width"] * facts["height"] / 1e6 if facts else 0.0
