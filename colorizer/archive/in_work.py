"""Which files are in work, on disk: so that the next run knows whom a crash may be owed to.

A library that reads files may crash on one of them and take the whole process along. What was in
work then is done apart by the next run, in a process of its own, where a second crash harms
nothing else; see `colorizer.apart`. A power cut leaves the same names, which costs little.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from colorizer.jobs import Job
from colorizer.media.durable import lock

_log = logging.getLogger(__name__)

NAME = ".colorize-in-work.jsonl"
WAIT_SECONDS = 12.0
"""How long a run waits for one that was killed, whose process apart may have a file in hand."""
_MOST_LINES = 2000
"""Lines of the file before it is written anew."""


class InWork:
    """The files in work of one run. A context manager; several threads may use it.

    Nothing is flushed to the disk: what is written outlasts the process, and whatever ends the
    computer too is no crash of ours. Where the file can't be written or another run has it, nothing
    is noted and nobody is a suspect.

    Args:
        folder: of the results; must be there.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file: IO[bytes] | None = None
        self._writing = threading.Lock()
        self._open: dict[str, str] = {}
        self._suspects: dict[str, str] = {}
        self._lines = 0

    def __enter__(self) -> Self:
        try:
            self._file = self._path.open("a+b", buffering=0)
            self._file.seek(0)  # Windows locks from there
            _lock(self._file)
            self._file.seek(0)
            self._suspects = _unfinished(self._file.read())
            self._write_anew()
        except OSError as error:
            another = isinstance(error, BlockingIOError)
            _log.log(logging.INFO if another else logging.WARNING, "%s: %s", self._path, error)
            if self._file is not None:
                self._file.close()
            self._file = None
            self._suspects = {}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        left = {s: t for s, t in self._suspects.items() if _is_due(s, t)}
        self._suspects, self._open = left, {}
        with suppress(OSError):
            if not left and os.name != "nt":
                self._path.unlink()
            else:
                self._write_anew()
        self._file.close()
        if not left and os.name == "nt":
            with suppress(OSError):
                self._path.unlink()

    @property
    def handle(self) -> int | None:
        """The open file, for a process that shall keep the next run waiting too."""
        return None if self._file is None or os.name == "nt" else self._file.fileno()

    def is_suspect(self, job: Job) -> bool:
        """Tell whether a source was in work when an earlier run died."""
        return _key(job.source) in self._suspects

    @contextmanager
    def noted(self, job: Job) -> Iterator[None]:
        """Note a job before its source is opened, and its end, whatever that is but a crash."""
        key = _key(job.source)
        self._note("begin", key, _key(job.target))
        try:
            yield
        finally:
            self._note("end", key)

    def clear(self, job: Job) -> None:
        """Forget a suspect that ended as a file should, done or failed."""
        key = _key(job.source)
        if self._suspects.pop(key, None) is not None:
            self._note("end", key)

    def _note(self, what: str, source: str, target: str = "") -> None:
        with self._writing:
            if what == "begin":
                self._open[source] = target
            else:
                self._open.pop(source, None)
            if self._file is None:
                return
            try:
                if self._lines >= _MOST_LINES:
                    self._write_anew()
                else:
                    self._file.write(_line(what, source, target))
                    self._lines += 1
            except OSError as error:  # a full disk ends the run for better reasons
                _log.warning("%s: %s", self._path, error)

    def _write_anew(self) -> None:
        """Leave in the file what is in work now, and the suspects."""
        assert self._file is not None
        kept = {**self._suspects, **self._open}
        lines = [_line("begin", *pair) for pair in kept.items()]
        self._file.truncate(0)
        self._file.write(b"".join([json.dumps({"run": str(os.getpid())}).encode() + b"\n", *lines]))
        self._lines = len(lines)


def _lock(file: IO[bytes]) -> None:
    """Lock the journal, waiting a while where only the process apart of a dead run has it.

    Raises:
        OSError: another run goes on.
    """
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return lock(file)
        except OSError:
            if time.monotonic() > end or _is_kept(file):
                raise
        time.sleep(0.1)


def _is_kept(file: IO[bytes]) -> bool:
    """Tell whether the run that wrote a journal is alive."""
    file.seek(0)
    numbers = [line["run"] for line in _parsed(file.read().splitlines()) if "run" in line]
    if os.name == "nt" or not numbers:
        return True
    try:
        os.kill(int(numbers[-1]), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        return True
    return True


def _line(what: str, source: str, target: str) -> bytes:
    line = {what: source} | ({"target": target} if target else {})
    return json.dumps(line).encode() + b"\n"


def _unfinished(text: bytes) -> dict[str, str]:
    """Return target by source of what was begun and not ended; the last line may be cut off."""
    found: dict[str, str] = {}
    for line in _parsed(text.splitlines()):
        if source := line.get("begin"):
            found[source] = line.get("target", "")
        found.pop(line.get("end", ""), None)
    return found


def _parsed(lines: Iterable[bytes]) -> Iterator[dict[str, str]]:
    for line in lines:
        with suppress(ValueError):
            read = json.loads(line)
            if isinstance(read, dict):
                yield read


def _is_due(source: str, target: str) -> bool:
    """Tell whether a suspect may still come: it is there, and its result is not."""
    return os.path.lexists(source) and not os.path.lexists(target)


def _key(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - links are to stay as they are
