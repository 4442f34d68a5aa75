"""The engine that works for the window: `colorizer --worker`.

Commands come as JSON lines on standard input, events go as JSON lines to standard output, logs to
standard error. The process ends when its input closes, so it never outlives the window.

    {"do": "run", "job": 7, "source": ..., "target": ..., "kind": ..., "settings": {}, "hints": [],
     "out": FOLDER of run log and manifest, "apart": false in a process for suspects}
    {"do": "cancel", "job": 7}   {"do": "pause"}   {"do": "resume"}
    {"do": "plan", "id": 1, "inputs": [...], "out": ..., "settings": {}}
    {"do": "replan", "id": 1, "jobs": [...], "out": ..., "settings": [{}]}   names of results
    {"do": "arrived", "id": 2, "inputs": FOLDERS, "out": ..., "ended": [...], ...}   one look
    {"do": "watch", "out": FOLDER}   gives "frame" events, each with a picture to be deleted
    {"do": "find_shots" | "follow", "id": 2, ...}   answered bit by bit, as long as somebody asks
    {"do": "play", "id": 2, ...}   frames of a short time, written to a file to be deleted
    {"do": "forget", "question": 2}   its answer is wanted no more
    {"do": "look" | "alternatives" | "probe" | "thumbnail" | "device" | "doctor", "id": 2, ...}

Events of a job carry "job", answers to questions "id"; see `Worker` and `colorizer.engine.desk`.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from colorizer.engine.ending import ENDS
from colorizer.engine.questions import Questions
from colorizer.engine.records import Records
from colorizer.engine.wire import end_event, job_from
from colorizer.errors import ColorizerError
from colorizer.files.native_prints import private_for_good
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.notes import note
from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.engine.runner import Runner

_log = logging.getLogger(__name__)

EVENT_SECONDS = 0.2
"""Least time between two progress events of one job."""
GRACE_SECONDS = 10.0
"""How long the current frames may take when the process is to end."""
_TICK_SECONDS = 0.1
SHOW_SECONDS = 1.0
"""Least time between two pictures of frames just finished."""
MOST_JOBS = 16
_UNREAD = Job(Path(), Path(), Kind.PHOTO, Settings())
"""Stands for a job whose command can't be read."""


class Worker:
    """Runs jobs in threads and answers questions next to them.

    Args:
        out: where events are written.
    """

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._out_lock = threading.Lock()
        self._going = threading.Event()
        self._going.set()
        self._cancelled: dict[int, threading.Event] = {}
        self._watch: Path | None = None
        self._showing = threading.Lock()
        self._shown, self._shows = 0.0, 0
        self._records = Records()
        self._making = threading.Lock()
        self._made: Runner | None = None
        self._jobs = ThreadPoolExecutor(MOST_JOBS, "job")
        self._questions = Questions(self.tell)

    def serve(self, lines: Iterable[str]) -> None:
        """Obey commands until the input ends, then stop after the current frames."""
        self.tell(event="ready", process=os.getpid())
        for line in lines:
            try:
                self._obey(json.loads(line))
            except Exception as error:  # a command that makes no sense must not end the jobs
                _log.exception("bad command")
                self.tell(event="error", message=f"bad command: {error}")
        self.stop()

    def stop(self) -> None:
        """Cancel everything and wait until no job has a file open."""
        for cancelled in self._cancelled.values():
            cancelled.set()
        self._going.set()
        self._jobs.shutdown(wait=True, cancel_futures=True)
        if self._made is not None:
            self._made.close()
        self._records.close()
        self._questions.stop()

    def tell(self, **event: Any) -> None:
        """Write one event; where no one reads them any more, every job is cancelled."""
        line = json.dumps(event)
        try:
            with self._out_lock:
                self._out.write(line + "\n")
                self._out.flush()
        except (OSError, ValueError):  # the process that started this one is gone
            for cancelled in list(self._cancelled.values()):
                cancelled.set()
            self._going.set()

    def _obey(self, command: Mapping[str, Any]) -> None:
        match command["do"]:
            case "run":
                self._cancelled[command["job"]] = threading.Event()
                self._jobs.submit(self._run, command)
            case "cancel":
                if command["job"] in self._cancelled:
                    self._cancelled[command["job"]].set()
            case "pause" | "resume" as name:
                self._pause(name == "pause")
                self.tell(event=f"{name}d")
            case "watch":
                self._watch = Path(command["out"]) if command["out"] else None
            case "forget":
                self._questions.forget(command["question"])
            case name if name in self._questions:
                self._questions.ask(name, command)
            case other:
                raise ValueError(f"unknown command {other!r}")

    def _pause(self, wanted: bool) -> None:
        self._going.clear() if wanted else self._going.set()
        if self._made is not None:
            self._made.pause(wanted)

    def _run(self, command: Mapping[str, Any]) -> None:
        """Do one job, in a job thread; it always ends with one event of an end."""
        number, clock = command["job"], _Clock()
        job, cancelled = _UNREAD, self._cancelled[number]
        try:
            job = job_from(command)
            self._wait(cancelled, clock)
            end, fatal = self._do(job, command, clock), False
        except ColorizerError as error:
            # Not the file's fault: a full disk, a model that does not exist. Others would fail too.
            end, fatal = Progress(job, JobState.FAILED, message=str(error)), True
        except Exception as error:
            _log.exception("job %s failed", number)
            message = note("error.unexpected", kind=type(error).__name__, why=error)
            end, fatal = Progress(job, JobState.FAILED, message=message), False
        finally:
            self._cancelled.pop(number, None)
        self.tell(**end_event(number, end, clock.seconds, fatal=fatal))

    def _do(self, job: Job, command: Mapping[str, Any], clock: _Clock) -> Progress:
        """Do one job with the runner of this process and return its end."""
        from colorizer.engine.runner import Handling

        number, out = command["job"], command.get("out")
        cancelled = self._cancelled[number]
        told, begun = 0.0, None
        handling = Handling(
            lambda end: self._records.take(out, end), cancelled.is_set, command.get("apart", True)
        )
        with closing(self._runner(command.get("workers")).run(job, handling)) as steps:
            for progress in steps:
                if begun is None:  # not before: an event says that the process does its work
                    begun = progress.done
                    self.tell(event="start", job=number)
                self._wait(cancelled, clock)
                if progress.state is not JobState.RUNNING:
                    return progress
                self._show(number, progress)
                if time.monotonic() - told >= EVENT_SECONDS or progress.done == progress.total:
                    told = time.monotonic()
                    self._step(number, progress, begun, clock.seconds)
        return Progress(job, JobState.CANCELLED)

    def _runner(self, workers: int | None) -> Runner:
        """Return the runner of this process, made by the first job that needs it."""
        from colorizer.engine.runner import Runner

        with self._making:
            if self._made is None:
                self._made = Runner(workers=workers)
                self._made.pause(not self._going.is_set())
            return self._made

    def _wait(self, cancelled: threading.Event, clock: _Clock) -> None:
        """Stand still while paused; the clock stands still too."""
        if self._going.is_set():
            return
        began = time.monotonic()
        while not (self._going.wait(0.1) or cancelled.is_set()):
            pass
        clock.paused += time.monotonic() - began

    def _show(self, number: int, progress: Progress) -> None:
        """Write the frame just finished where somebody looks, if the last one was taken."""
        out, now = self._watch, time.monotonic()
        if out is None or progress.frame is None or now - self._shown < SHOW_SECONDS:
            return
        with self._showing:
            file = out / f"shown-{self._shows}.npz"
            if file.exists() or now - self._shown < SHOW_SECONDS:
                return
            self._shown, self._shows = now, self._shows + 1
            try:
                from colorizer.engine import desk

                told = desk.show(progress.frame, out / f"shown-{self._shows}.npz")
            except OSError as error:  # a picture is not worth a job
                _log.warning("the frame can't be shown: %s", error)
                return
        self.tell(event="frame", of=number, done=progress.done, **told)

    def _step(self, number: int, progress: Progress, begun: int, seconds: float) -> None:
        facts = {"done": progress.done, "total": progress.total, "begun": begun}
        self.tell(event="progress", job=number, **facts, seconds=round(seconds, 3))


class _Clock:
    """Time worked, pauses left out."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.paused = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began - self.paused


def _private_output() -> IO[str]:
    """Return standard output for events alone; what libraries print there or to 2 is dropped."""
    sys.stdout.flush()
    private = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    private_for_good()
    os.dup2(2, sys.stdout.fileno())
    return os.fdopen(private, "w", encoding="utf-8")


def main() -> NoReturn:
    """Serve the commands of standard input, then end the process."""
    out = _private_output()
    # These reach the whole group; the process that started this one stops it by closing its input.
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stderr)
    worker = Worker(out)
    lines = open(sys.stdin.fileno(), encoding="utf-8", closefd=False)  # noqa: SIM115, PTH123
    ending = threading.Thread(target=_end_soon, daemon=True)
    worker.serve(_until_end(lines, ending.start))
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(0)  # a question may still be loading torch; no one waits for its answer


def _end_soon() -> NoReturn:
    """End the process after its grace; time in which it stood still does not count."""
    for _ in range(round(GRACE_SECONDS / _TICK_SECONDS)):
        time.sleep(_TICK_SECONDS)
    os._exit(1)


def _until_end(lines: Iterable[str], at_end: Callable[[], object]) -> Iterable[str]:
    """Yield lines and call `at_end` after the last one."""
    yield from lines
    at_end()


if __name__ == "__main__":
    main()
