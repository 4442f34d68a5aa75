"""Ctrl-C, SIGTERM and a hang-up: the first stops after the current picture, a second at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Self

from colorizer.commands.report import ExitCode
from colorizer.engine.ending import ENDS, HANG_UP

_STOPPING = b"\nstopping after the current picture; Ctrl-C again stops at once\n"


@contextmanager
def signals_as_ctrl_c() -> Iterator[None]:
    """Let all signals that ask a program to end raise KeyboardInterrupt, as Ctrl-C does."""
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        defaults = [one for one in ENDS if signal.getsignal(one) is signal.SIG_DFL]
        before = {number: signal.signal(number, _raise) for number in defaults}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(number: int, frame: FrameType | None) -> None:
    if number == HANG_UP:
        signal.signal(number, signal.SIG_IGN)
    signal.default_int_handler(number, frame)


class Interrupt:
    """Notes Ctrl-C, SIGTERM and a hang-up; none raises in the middle of a write. A context manager.

    Shell and system may both send a hang-up, so it never counts as the second signal; started under
    nohup it is ignored, and stays so.

    Args:
        unfinished: gives the targets being written, whose `.part` a second signal deletes.
    """

    asked = False
    """Whether the run is to stop."""
    name = ""
    """What asked it to: Ctrl-C, or the name of a signal."""

    def __init__(self, unfinished: Callable[[], Iterable[Path]]) -> None:
        self._unfinished = unfinished
        self._before: dict[int, Any] = {}
        self._remove: Callable[[Path], object]
        self._errors = 2
        self._counted = False

    def __enter__(self) -> Self:
        from colorizer.media.film.unfinished import remove_parts

        self._remove = remove_parts  # a signal's handler must not import
        with suppress(OSError, ValueError, AttributeError):  # a stream in memory, or none
            self._errors = sys.stderr.fileno()
        if threading.current_thread() is threading.main_thread():
            for number in ENDS:
                if number != HANG_UP or signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            told = self.asked and number == HANG_UP  # the summary is still to be written
            signal.signal(number, signal.SIG_IGN if told else handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._counted and number != HANG_UP:
            for target in self._unfinished():
                self._remove(target)
            os._exit(ExitCode.INTERRUPTED)
        self._counted |= number != HANG_UP
        if not self.asked:
            self.asked = True
            self.name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
            # Not sys.stderr: it may be in the middle of a write.
            with suppress(OSError):  # no one may read it
                os.write(self._errors, _STOPPING)
