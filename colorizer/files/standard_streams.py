"""Standard streams where a process has none, as a program without a console on Windows."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO


def give_streams() -> None:
    """Give this process the standard streams that it lacks; they read and write nothing."""
    # A file opened under a free number of these would get what libraries print.
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = _nothing("r")
    if sys.stdout is None:
        sys.stdout = _nothing("w")
    if sys.stderr is None:
        sys.stderr = _nothing("w")


def _nothing(mode: str) -> TextIO:
    return Path(os.devnull).open(mode, encoding="utf-8")  # type: ignore[return-value]
