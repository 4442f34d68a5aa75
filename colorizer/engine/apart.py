"""Jobs done in a worker process of their own, whose crash harms no one else."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from colorizer.errors import TargetError
from colorizer.jobs import Job, JobState, Progress
from colorizer.places.hint import as_lists

_log = logging.getLogger(__name__)

_END_SECONDS = 12.0
"""How long a process may take to end when it is told to; it has frames in hand."""


class Apart:
    """One worker process, started when it is needed, that does job after job. A context manager.

    Attributes:
        crashed: whether the last job ended the process.
    """

    def __init__(self) -> None:
        self.crashed = False
        self._process: subprocess.Popen[str] | None = None
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def run(self, job: Job, *, threads: int | None = None) -> Generator[Progress, None, None]:
        """Do one job; a crash is yielded as FAILED, and the next job gets a new process.

        Args:
            job: what to do.
            threads: of torch; None is as usual.

        Raises:
            TargetError: the disk is full or read-only.
        """
        process = self._process = self._process or self._start()
        self._number += 1
        self.crashed = ended = False
        try:
            for event in self._events(process, job, threads):
                progress = _progress(job, event)
                ended = progress.state is not JobState.RUNNING
                yield progress
                if ended:
                    return
        finally:
            if not ended:  # it crashed, or no one wants the rest
                self._end()
        self.crashed = True
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
        self, process: subprocess.Popen[str], job: Job, threads: int | None
    ) -> Iterator[dict[str, Any]]:
        """Give the job to the process and yield its events until it, or the process, has ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        command = {
            "do": "run",
            "job": self._number,
            "source": str(job.source),
            "target": str(job.target),
            "kind": str(job.kind),
            "settings": job.settings.as_dict(),
            "hints": as_lists(job.hints),
            "threads": threads,
        }
        with suppress(BrokenPipeError):  # told by the end of its events
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
        for line in process.stdout:
            event = json.loads(line)
            if event.get("job") == self._number:
                yield event

    def _end(self) -> None:
        """Let the process end; it stops after the frames in hand."""
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


def _progress(job: Job, event: dict[str, Any]) -> Progress:
    """Return an event of the worker as what it was there.

    Raises:
        TargetError: it would fail every further job too.
    """
    if event["event"] == "start":
        return Progress(job, JobState.RUNNING)
    if event["event"] == "progress":
        return Progress(job, JobState.RUNNING, event["done"], event["total"])
    if event["fatal"]:
        raise TargetError(job.target, event["message"])
    return Progress(
        job,
        JobState(event["event"]),
        event["done"],
        event["total"],
        event["message"],
        tuple(event["warnings"]),
        sha256=event["sha256"],
        content=event["content"],
        results=tuple(map(Path, event["results"])),
    )


def _crash_words(code: int) -> str:
    """Say how a process ended that should not have."""
    how = f"exit code {code}"
    if code < 0:
        with suppress(ValueError):
            how = signal.Signals(-code).name
    return (
        f"the process ended twice while this file was in work ({how}); a library that reads files"
        " crashes on it"
    )


def worker_command() -> tuple[str, list[str]]:
    """Return program and arguments of the worker, in a frozen build the program itself."""
    if getattr(sys, "frozen", False):
        return sys.executable, ["--worker"]
    return sys.executable, ["-m", "colorizer.engine.worker"]


def _errors() -> int | None:
    """Return where standard error of this program is written, which may not be descriptor 2."""
    try:
        return sys.stderr.fileno()
    except (OSError, ValueError, AttributeError):  # of a stream in memory, or none
        return None
