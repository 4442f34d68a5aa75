"""Ctrl-C: the first stops after the current picture, the second at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Self

from colorizer.commands.report import ExitCode

_STOPPING = b"\nstopping after the current picture; Ctrl-C again stops at once\n"


class Interrupt:
    """Notes Ctrl-C and SIGTERM instead of raising in the middle of a write. A context manager.

    Args:
        unfinished: gives the targets being written, whose `.part` a second Ctrl-C deletes.
    """

    asked = False
    """Whether the run is to stop."""

    def __init__(self, unfinished: Callable[[], Iterable[Path]]) -> None:
        self._unfinished = unfinished
        self._before: dict[int, Any] = {}
        self._remove: Callable[[Path], object]
        self._errors = 2

    def __enter__(self) -> Self:
        from colorizer.media.film.unfinished import remove_parts

        self._remove = remove_parts  # a signal's handler must not import
        with suppress(OSError, ValueError, AttributeError):  # a stream in memory, or none
            self._errors = sys.stderr.fileno()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            # Not sys.stderr: it may be in the middle of a write.
            with suppress(OSError):  # no one may read it
                os.write(self._errors, _STOPPING)
            return
        for target in self._unfinished():
            self._remove(target)
        os._exit(ExitCode.INTERRUPTED)
