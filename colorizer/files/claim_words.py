"""What a claim says: whose it is, which unfinished files are its, and that its holder lives."""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path
from typing import IO, Any

from colorizer.files.durable import MARK_LENGTH, PART_MARK

MOST_BYTES = 4096
_MARK = re.compile(rf"[0-9a-f]{{{MARK_LENGTH}}}")


class Beats:
    """Writes what a claim says, with a higher number each time.

    Args:
        opened: the claim, which is ours.
        target: what is claimed.
    """

    def __init__(self, opened: IO[bytes], target: Path) -> None:
        self._opened, self._number = opened, 0
        told = {"target": target.name, "process": os.getpid(), "host": socket.gethostname()}
        self._told = told | {"part": PART_MARK}
        opened.truncate(0)
        self.write()

    def are_last(self) -> bool:
        """Tell whether the claim says what we wrote last; else another machine has taken it.

        Raises:
            OSError: it can't be read.
        """
        self._opened.seek(0)
        return self._opened.read(MOST_BYTES) == self._words()

    def _words(self) -> bytes:
        return json.dumps(self._told | {"beat": f"{self._number:010}"}).encode()

    def write(self) -> None:
        """Write it in one step and in the same length, so that it can be read at any time.

        Raises:
            OSError: it can't be written.
        """
        self._number += 1
        self._opened.seek(0)
        self._opened.write(self._words())
        self._opened.flush()
        os.fsync(self._opened.fileno())


def told_of(opened: IO[bytes]) -> dict[str, Any]:
    """Return what a claim says, as far as it has the right form; it may be anybody's file."""
    opened.seek(0)
    try:
        told = json.loads(opened.read(MOST_BYTES))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    process, host, mark = (told.get(name) for name in ("process", "host", "part"))
    found: dict[str, Any] = {}
    if isinstance(process, int) and isinstance(host, str) and host.isprintable():
        found |= {"process": process, "host": host[:80]}
    if isinstance(mark, str) and _MARK.fullmatch(mark):
        found["part"] = mark
    return found


def is_alive(told: dict[str, Any]) -> bool:
    """Tell whether a claim is of a process of this computer that runs: where locks don't tell."""
    number = told.get("process", 0)
    if told.get("host") != socket.gethostname() or number <= 0 or os.name == "nt":
        return False
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
