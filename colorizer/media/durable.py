"""Files that outlast a crash: on the disk when they are said to be, and written by one process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO


def lock(file: IO[bytes]) -> None:
    """Lock a file for this process, at once or not at all; the system unlocks it at any end.

    Raises:
        OSError: another process has it.
    """
    try:
        import fcntl
    except ImportError:
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def flush(file: Path) -> None:
    """Wait until what was written to a file is on the disk."""
    with file.open("r+b") as opened:
        os.fsync(opened.fileno())


def flush_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_whole(file: Path, data: bytes) -> None:
    """Give a file new content that is there whole or not at all, through `FILE.part`.

    Raises:
        OSError: it can't be written; nothing is left of it.
    """
    part = file.with_name(file.name + ".part")
    try:
        part.unlink(missing_ok=True)  # it may be a link to another file
        with part.open("xb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
