"""Jobs done in a worker process of their own, whose crash harms no one else."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from colorizer.engine.closes import Closes
from colorizer.engine.wire import item_of, progress_from
from colorizer.files.bundle import is_bundle
from colorizer.jobs import Job, JobState, Progress
from colorizer.notes import note

_log = logging.getLogger(__name__)

_END_SECONDS = 12.0
"""How long a process may take to end when it is told to; it finishes its current frames."""


class Apart(Closes):
    """One worker process, started when it is needed, that does job after job. A context manager."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._number = 0
        self._saying = threading.Lock()
        self._paused = False

    def run(self, job: Job, workers: int | None = None) -> Generator[Progress, None, None]:
        """Do one job; a crash is yielded as FAILED, and the next job gets a new process.

        Args:
            job: what to do.
            workers: photos that the runner does at once, see there; each has its share of cores.

        Raises:
            TargetError: the disk is full or read-only.
        """
        process = self._process = self._process or self._start()
        if self._paused:
            self._say(process, do="pause")
        self._number += 1
        ended = False
        try:
            for event in self._events(process, job, workers):
                progress = progress_from(job, event)
                ended = progress.state is not JobState.RUNNING
                yield progress
                if ended:
                    return
        finally:
            if not ended:  # it crashed, or no one wants the rest
                self.close()
        yield Progress(job, JobState.FAILED, message=_crash_words(process.returncode))

    def _start(self) -> subprocess.Popen[str]:
        program, arguments = worker_command()
        return subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=_errors() if _log.isEnabledFor(logging.INFO) else subprocess.DEVNULL,
            encoding="utf-8",
        )

    def _events(
        self, process: subprocess.Popen[str], job: Job, workers: int | None
    ) -> Iterator[dict[str, Any]]:
        """Give the job to the process and yield its events until it, or the process, has ended."""
        assert process.stdout is not None
        told = {"job": self._number, "workers": workers, "apart": False, **item_of(job)}
        self._say(process, do="run", **told)
        for line in process.stdout:
            event = json.loads(line)
            if event.get("job") == self._number:
                yield event

    def pause(self, wanted: bool) -> None:
        """Let the job in progress, and later ones, stand still or continue; from any thread."""
        self._paused = wanted
        if process := self._process:
            self._say(process, do="pause" if wanted else "resume")

    def _say(self, process: subprocess.Popen[str], **command: Any) -> None:
        assert process.stdin is not None
        # A process that has ended is told by the end of its events; ValueError: it is being closed.
        with self._saying, suppress(OSError, ValueError):
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()

    def close(self) -> None:
        """Let the process end; it stops after its current frames."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _crash_words(code: int) -> str:
    """Say that a process ended that should not have."""
    return note("worker.crashed_twice", how=how_ended(code))


def how_ended(code: int) -> str:
    """Return the signal that ended a process, or its exit code, in words."""
    if code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return note("worker.exit_code", number=code)


def worker_command(role: str = "--worker") -> tuple[str, list[str]]:
    """Return program and arguments of the worker, or of another process of the command's.

    In a bundle the window starts the command.
    """
    if is_bundle():
        own = Path(sys.executable)
        return str(own.with_name(f"colorizer{own.suffix}")), [role]
    return sys.executable, ["-m", "colorizer", role]


def _errors() -> int | None:
    """Return where standard error of this program is written, which may not be descriptor 2."""
    try:
        return sys.stderr.fileno()
    except (OSError, ValueError, AttributeError):  # of a stream in memory, or none
        return None
