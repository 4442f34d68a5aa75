"""The runner: `run`, `queue run`, `watch`, the window and the Python interface do their jobs here.

What happens to a job
    It waits until no one else writes its target (a claim, `colorizer.files.claims`). A result that
    exists is left as the settings say. A photo waits for room in memory. Errors that may pass are
    waited out and the job is tried again, see `attempt`; any other error is its end, FAILED, and
    the rest is done. Only a full disk or a missing model ends all. The end is recorded while the
    target is still claimed.

What a crash does
    A library that reads files may end the whole process. The claim of every job in progress stays
    on the disk then. A runner that meets such a claim - of the same command started again, of the
    worker that the window starts in place of the dead one - does the job in a process of its own,
    after all others. If that process dies too, the job has FAILED, its message names the signal,
    and the rest is done. The claim stays, so later tries are made apart as well until one succeeds.
    No one else counts crashes: claims are all that is remembered of them.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import torch

from colorizer.engine.apart import Apart
from colorizer.engine.attempt import Stamp, claimed, reason, recorded, stamp, tried
from colorizer.engine.closes import Closes
from colorizer.engine.networks import loaded
from colorizer.engine.parts import parts_of, run_parts
from colorizer.engine.room import Room, megapixels
from colorizer.engine.side_by_side import SideBySide, Steps, until_stopped
from colorizer.errors import ColorizerError
from colorizer.files.claims import Hold, look
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.models.base import ColourModel
from colorizer.notes import note
from colorizer.stages.device import choose_device, cpu_cores
from colorizer.stages.gather import Gather, gather_on

_log = logging.getLogger(__name__)

MOST_ON_CPU, MOST_ON_GPU = 4, 16
"""Photos at once by default; with a GPU the cores have only files and colours to do."""
_TURN_SECONDS = 0.5
"""Time between two looks whether the process for suspects is free."""


@dataclass(frozen=True, slots=True)
class Handling:
    """How the caller of a runner is told of ends, and how it stops a run."""

    record: Callable[[Progress], object] = lambda _: None
    """Called with the end of every job while no one else may write its target, in any thread."""
    stop: Callable[[], bool] = lambda: False
    """Tells that the run should stop: photos in progress, and a frame of a film, are finished."""
    apart: bool = True
    """Whether jobs during which a process died get a process of their own. That process loads the
    network that the settings name: False where the caller's network is another."""


def run_jobs(
    jobs: Iterable[Job],
    model: ColourModel | None = None,
    *,
    workers: int | None = None,
    handling: Handling | None = None,
) -> Generator[Progress, None, None]:
    """Do all jobs, photos first; closing the generator stops after the frames in progress.

    The steps of several photos may be mixed; every job ends with DONE, SKIPPED or FAILED. A
    job whose target another run is writing comes last; a result that it makes counts.

    Args:
        jobs: what to do.
        model: the model all share; None loads for each job the one its settings name.
        workers: photos at once; None chooses by the number of cores.
        handling: how they are handled.

    Raises:
        TargetError: the disk is full or read-only, which would fail every further job too.
        ModelNotFound, WeightsError, DeviceError: `model` is None and can't be loaded.
    """
    with Runner(model, workers=workers) as runner:
        yield from runner.run_all(jobs, handling or Handling())


class Runner(Closes):
    """Does jobs, one or many; several threads may use one. A context manager.

    Args:
        model: the network of all jobs; None loads for each job the one its settings name.
        workers: photos at once; None chooses by the number of cores.
    """

    def __init__(self, model: ColourModel | None = None, *, workers: int | None = None) -> None:
        self._model, self._workers = model, workers
        self._room = Room()
        self._apart, self._apart_turn = Apart(), threading.Lock()
        self._gathers: dict[torch.device, Gather | None] = {}
        self._torch_threads = torch.get_num_threads()

    def close(self) -> None:
        """End the process for suspects, if one was needed."""
        self._apart.close()

    def pause(self, wanted: bool) -> None:
        """Let the process for suspects stand still or continue.

        Jobs of this process stand still while no one asks for their next step.
        """
        self._apart.pause(wanted)

    def run(self, job: Job, handling: Handling) -> Steps:
        """Do one job by this thread; apart where a process died at it.

        Raises:
            ColorizerError: what would fail every further job too; see `run_jobs`.
        """
        if handling.apart and look(job.target) is Hold.LEFT:
            yield from until_stopped(self._run_apart(job, handling), handling.stop)
        else:
            yield from until_stopped(self._run_here(job, handling, stamp(job)), handling.stop)

    def run_all(self, jobs: Iterable[Job], handling: Handling) -> Steps:
        """Do many jobs; see `run_jobs`."""
        course = _Course(jobs, handling)

        def here(job: Job) -> Steps:
            return self._run_here(job, handling, course.before[job.target])

        if course.photos:
            count = min(self._at_once(self._device(course.photos[0])), len(course.photos))
            try:
                with SideBySide(course.next_photo, here, handling.stop, count) as working:
                    yield from working.events()
            finally:
                # The threads have changed it for the process.
                torch.set_num_threads(self._torch_threads)
        while film := course.next(course.films):
            yield from until_stopped(here(film), handling.stop)
        for job in course.suspects:
            if handling.stop():
                return
            yield from until_stopped(self._run_apart(job, handling), handling.stop)

    def _run_here(self, job: Job, handling: Handling, before: Stamp) -> Steps:
        """Do a job in this process, or each part of a film that changes inside."""
        record = handling.record

        def alone(one: Job) -> Steps:
            return recorded(self._colorize(one, handling.stop), record)

        def part(one: Job) -> Steps:
            return claimed(one, record, lambda: alone(one), None)

        def whole() -> Steps:
            try:
                parts = parts_of(job)
            except ColorizerError as error:
                failed = Progress(job, JobState.FAILED, message=reason(error, job))
                return recorded(iter([failed]), record)
            return alone(parts[0]) if len(parts) == 1 else run_parts(job, parts, part)

        return claimed(job, record, whole, before)

    def _colorize(self, job: Job, stop: Callable[[], bool]) -> Steps:
        """Do a job whose target is claimed, when memory has room for it."""
        model, photo = self._model or loaded(job.settings), job.kind is Kind.PHOTO
        device = self._device(job)
        with self._room.hold(megapixels(job)):
            # Not by the number of photos: a run that continues with the last ones must compute
            # the same.
            each = max(1, cpu_cores() // self._at_once(device))
            torch.set_num_threads(each if photo else self._torch_threads)
            yield from tried(job, model, self._gather(device) if photo else None, stop)

    def _run_apart(self, job: Job, handling: Handling) -> Steps:
        """Do a job at which a process died in one of its own; its claim stays if that dies too."""
        while not self._apart_turn.acquire(timeout=_TURN_SECONDS):
            waits = note("job.waits_for_process")
            yield Progress(job, JobState.RUNNING, message=waits)
        try:
            _log.info("%s was in progress when a process died: it is done apart", job.source)
            with closing(self._apart.run(job, self._workers)) as steps:
                yield from recorded(steps, handling.record)
        finally:
            self._apart_turn.release()

    def _device(self, job: Job) -> torch.device:
        """Return what the network of a job runs on; it need not be loaded for that."""
        if self._model is None:
            return choose_device(job.settings.device)
        return next(self._model.parameters()).device

    def _at_once(self, device: torch.device) -> int:
        return self._workers or photos_at_once(device)

    def _gather(self, device: torch.device) -> Gather | None:
        """Return the networks of a device as all threads share them."""
        # setdefault is one step: two threads that come at the same time get the same.
        return self._gathers.setdefault(device, gather_on(device, self._at_once(device)))


class _Course:
    """Which job of a list is next. Several threads may ask."""

    def __init__(self, jobs: Iterable[Job], handling: Handling) -> None:
        jobs = list(jobs)
        self.photos = deque(job for job in jobs if job.kind is Kind.PHOTO)
        self.films = deque(job for job in jobs if job.kind is Kind.FILM)
        self.suspects: list[Job] = []
        """Jobs at whose targets a process died."""
        self.before = {job.target: stamp(job) for job in jobs}
        """What each target was when the run began."""
        self._handling = handling
        self._put_off: set[Path] = set()

    def next_photo(self) -> Job | None:
        """Take the next photo; see `next`."""
        return self.next(self.photos)

    def next(self, waiting: deque[Job]) -> Job | None:
        """Take the next job; one whose target another run has is put off once, to the end."""
        while waiting and not self._handling.stop():
            try:
                job = waiting.popleft()
            except IndexError:  # another thread took the last one
                return None
            hold = look(job.target)
            if hold is Hold.LEFT and self._handling.apart:
                self.suspects.append(job)
            elif hold is Hold.HELD and waiting and job.target not in self._put_off:
                self._put_off.add(job.target)
                waiting.append(job)
            else:
                return job
        return None


def photos_at_once(device: torch.device) -> int:
    """Return how many photos are done at once by default where the network is on `device`."""
    return min(cpu_cores(), MOST_ON_CPU if device.type == "cpu" else MOST_ON_GPU)
