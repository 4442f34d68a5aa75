"""The log of the worker on disk, in files of bounded size, and whether the last window crashed."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from colorizer.files.strangers import read_text

_MOST = 1 << 20
"""Bytes of one file; with the one before it twice as many are kept."""


class KeptLog:
    """Appends lines; what can't be written is lost, as the log window has it too.

    Attributes:
        crashed: whether the window before this one ended without closing.

    Args:
        folder: where the files lie.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "colorizer.log"
        self._before = folder / "colorizer.1.log"
        self._open = folder / "open"
        self.crashed = self._open.exists()
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            self._open.write_text(str(os.getpid()), "ascii")

    def add(self, line: str) -> None:
        """Keep one line."""
        with suppress(OSError):
            if self.file.exists() and self.file.stat().st_size > _MOST:
                self.file.replace(self._before)
            with self.file.open("a", encoding="utf-8", errors="replace") as log:
                log.write(line.rstrip("\n") + "\n")

    def take_faults(self) -> None:
        """Let what crashes this process write its trace into the file."""
        with suppress(OSError):
            self._faults = self.file.open("a")
            faulthandler.enable(self._faults)

    def lines(self) -> Sequence[str]:
        """Return the lines of this and earlier windows, oldest first."""
        found: list[str] = []
        for file in (self._before, self.file):
            with suppress(OSError, ValueError):
                found += read_text(file, 2 * _MOST).splitlines()
        return found

    def close(self) -> None:
        """Say that this window ended as it should."""
        self._open.unlink(missing_ok=True)
