"""Readings that are given up as soon as no question wants them any more."""

from __future__ import annotations

import pickle
import subprocess
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, wait
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from colorizer.engine.apart import worker_command
from colorizer.errors import MediaError
from colorizer.jobs import Kind
from colorizer.notes import note
from colorizer.settings import Reading

if TYPE_CHECKING:
    from colorizer.frame import Frame

T = TypeVar("T")

LARGE = 16_000_000
"""Bytes of a photo from which on it is read in a process of its own, `engine.reader`."""
_PATIENCE = 0.1
"""Seconds after which is asked whether what is being read is still wanted."""


class NotWanted(Exception):
    """The answer of a question is wanted no more."""


def check_wanted(command: Mapping[str, Any]) -> None:
    """Raise NotWanted where the window has asked for something else since."""
    if not command.get("is_wanted", lambda: True)():
        raise NotWanted


class Task:
    """One reading in a thread of its own, for all the questions that wait for it."""

    def __init__(self) -> None:
        self.result: Future[Any] = Future()
        self._lock = Lock()
        self._askers = 0
        self._process: subprocess.Popen[bytes] | None = None

    def join(self) -> None:
        """Let one more question wait for it."""
        with self._lock:
            self._askers += 1

    def leave(self) -> None:
        """Let a question wait no more; after the last one the reading is given up."""
        with self._lock:
            self._askers -= 1
            if not self._askers and self._process is not None:
                self._process.kill()

    def check(self) -> None:
        """Raise NotWanted where no question waits any more."""
        if not self._askers:
            raise NotWanted

    def owns(self, process: subprocess.Popen[bytes] | None) -> None:
        """Name the process that reads, which is ended where no question waits any more."""
        with self._lock:
            self._process = process
            if process is not None and not self._askers:
                process.kill()


class Readings(Generic[T]):
    """Each reading is done once for all who ask at the same time; the last result is kept."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tasks: dict[Hashable, Task] = {}
        self._last: tuple[Hashable, T] | None = None

    def of(self, key: Hashable, read: Callable[[Task], T], command: Mapping[str, Any]) -> T:
        """Return what `read` gives for a key, once for all who ask.

        Args:
            key: of what is read.
            read: is called in a thread; it calls `Task.check` between its steps.
            command: the question.

        Raises:
            NotWanted: the question was forgotten.
        """
        while True:
            with self._lock:
                if self._last is not None and self._last[0] == key:
                    return self._last[1]
                begins = key not in self._tasks
                task = self._tasks.setdefault(key, Task())
                task.join()
            if begins:
                Thread(target=self._do, args=(key, task, read), daemon=True).start()
            try:
                while not wait([task.result], _PATIENCE).done:
                    check_wanted(command)
                return task.result.result()
            except NotWanted:
                check_wanted(command)  # else it was given up just before this question came
            finally:
                task.leave()

    def _do(self, key: Hashable, task: Task, read: Callable[[Task], T]) -> None:
        try:
            found = read(task)
        except BaseException as error:
            self._end(key)
            task.result.set_exception(error)
        else:
            self._end(key, (key, found))
            task.result.set_result(found)

    def _end(self, key: Hashable, last: tuple[Hashable, T] | None = None) -> None:
        with self._lock:
            del self._tasks[key]
            self._last = last or self._last


def read_picture(
    path: Path,
    kind: Kind,
    task: Task,
    *,
    side: int,
    time: float = 0.0,
    reading: Reading = Reading(),
) -> Frame:
    """Decode a picture as `look.picture.open_picture` does, as long as it is wanted.

    Raises:
        MediaError: it can't be read.
        NotWanted: no question waits for it any more.
    """
    task.check()
    if kind is Kind.PHOTO and path.is_file() and path.stat().st_size >= LARGE:
        return _read_apart(path, task, side, reading)
    from colorizer.look.picture import open_picture

    return open_picture(path, kind, side=side, time=time, reading=reading)


def _read_apart(path: Path, task: Task, side: int, reading: Reading) -> Frame:
    program, arguments = worker_command("--reader")
    try:
        with subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            found = _asked(process, task, (path, side, reading))
    except (EOFError, OSError, pickle.UnpicklingError) as error:
        task.check()
        raise MediaError(path, note("worker.crashed")) from error
    if isinstance(found, str):
        raise MediaError(path, found)
    return found


def _asked(process: subprocess.Popen[bytes], task: Task, question: object) -> Any:
    """Return what a reading process answers; it has ended then."""
    assert process.stdin is not None
    assert process.stdout is not None
    task.owns(process)
    try:
        pickle.dump(question, process.stdin)
        process.stdin.flush()
        return pickle.load(process.stdout)
    finally:
        task.owns(None)
        process.kill()
