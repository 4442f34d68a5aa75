"""Which folder next to a film holds its segments, and whether this program has made it."""

from __future__ import annotations

import os
import stat
from fnmatch import fnmatch
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from colorizer.files.checksum import file_hash
from colorizer.files.durable import open_own
from colorizer.files.name_forms import on_disk
from colorizer.files.strangers import check_regular, open_regular
from colorizer.notes import note

LOCK, JOURNAL, JOINED = "lock", "journal.jsonl", "joined"
MARK = b"work folder of Colorizer\n"
"""What the lock of a work folder holds; those of the first version are known by the journal."""
_OLD_MARK = b'{"schema": '
_MOST_STATE = 4 << 30
"""Bytes of what the stages remember: a few frames."""
PIECES = "piece_[0-9][0-9][0-9][0-9][0-9]"
"""Names of the folders of pieces inside a work folder."""
_FOREIGN = note("work.no_work_folder")


def work_folder(target: Path) -> Path:
    """Return the folder next to a target in which its segments are kept."""
    return on_disk(target.with_name(f".{target.name}.colorize"))


def piece_folder(target: Path, number: int) -> Path:
    """Return the folder in which the segments of a piece of a film are kept."""
    return work_folder(target) / f"piece_{number:05}"


def state_file(folder: Path, number: int) -> Path:
    """Return the file of what the stages remember before a segment."""
    return folder / f"state_{number:05}.npz"


def mark_folder(folder: Path) -> None:
    """Mark a work folder as one that this program has made.

    Raises:
        OSError: it can't be written to.
    """
    with open_own(folder / LOCK) as file:
        file.write(MARK)


def why_not_ours(folder: Path, *, making: bool = False) -> str:
    """Say why a folder of the name of a work folder was not made by this program; empty if it was.

    Nothing in such a folder is read, written or removed.

    Args:
        folder: the one.
        making: folders of pieces alone may be in it, of a run that makes it.
    """
    try:
        facts, above = folder.lstat(), folder.parent.stat()
        if not stat.S_ISDIR(facts.st_mode):
            return note("work.link") if stat.S_ISLNK(facts.st_mode) else note("work.no_folder")
        if os.name == "posix" and facts.st_uid not in (os.geteuid(), above.st_uid):
            return note("work.other_user")
        with os.scandir(folder) as entries:
            names = {entry.name for entry in entries}
        if making:
            names = {name for name in names if not fnmatch(name, PIECES)}
        if names <= {LOCK, f"{JOURNAL}.part"}:  # a run was ended while it made the folder
            return ""
        if _head(folder / LOCK) == MARK or _head(folder / JOURNAL).startswith(_OLD_MARK):
            return ""
    except FileNotFoundError:  # there is nothing yet
        return ""
    except OSError as error:
        return note("file.cannot_read_so", why=error.strerror)
    return _FOREIGN


def _head(file: Path) -> bytes:
    """Return how a regular file begins; nothing of others."""
    try:
        facts = file.lstat()
        if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1:
            return b""
        with open_regular(file) as opened:
            return opened.read(len(MARK))
    except OSError:
        return b""


def holds_state(file: Path, digest: str) -> bool:
    """Tell whether a file holds arrays that can be read, and is the one that was written.

    Args:
        file: what the stages remember before a segment, as `numpy.savez` writes it.
        digest: its SHA-256 by the journal; empty where an earlier version noted none.
    """
    try:
        check_regular(file)
        if digest and file_hash(file) != digest:
            return False
        with ZipFile(file) as packed:
            if sum(item.file_size for item in packed.infolist()) > _MOST_STATE:
                return False
        with np.load(file) as saved:
            return all(array.dtype != object for array in saved.values())
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, MemoryError):
        return False
