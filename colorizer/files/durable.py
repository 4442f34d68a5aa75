"""Files that outlast a crash: on the disk when they are said to be, and written by one process."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO, BinaryIO

from colorizer.errors import TargetError
from colorizer.notes import note

PART_MARK = os.urandom(4).hex()
"""In the name of every unfinished file of this process: no other process writes to it."""
MARK_LENGTH = len(PART_MARK)
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP)
PLANTED = (errno.ELOOP, errno.EMLINK, errno.ENXIO)
"""Errors of opening what somebody put where a file of ours is to be: a link or a pipe."""
_MOST_TRIES = 10
_WINDOWS_PLACE = 1 << 30
"""Byte that is locked on Windows, where a locked one can't be read: far beyond all content."""


class NoLocksError(OSError):
    """The drive of a file knows no locks."""


def lock(file: IO[bytes]) -> None:
    """Lock a file for this process, at once or not at all; the system unlocks it at any end.

    Two opened files of one process exclude each other too.

    Raises:
        BlockingIOError: another one has it.
        NoLocksError: its drive has no locks.
        OSError: it can't be locked for another reason.
    """
    try:
        import fcntl
    except ImportError:
        _lock_on_windows(file)
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise NoLocksError(error.errno, error.strerror) from error
        if error.errno == errno.EACCES:  # of network drives, for a lock that another has
            raise BlockingIOError(error.errno, error.strerror) from error
        raise


def _lock_on_windows(file: IO[bytes]) -> None:
    import msvcrt

    place = file.tell()
    file.seek(_WINDOWS_PLACE)
    try:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError as error:
        raise BlockingIOError(errno.EAGAIN, str(error)) from error
    finally:
        file.seek(place)


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


def part_of(file: Path) -> Path:
    """Return the name that a file has while this process writes it: no other file has that."""
    return file.with_name(f"{file.name}.{PART_MARK}.part")


def create_part(part: Path) -> BinaryIO:
    """Create an unfinished file; never opens one that exists, nor writes through a link.

    Raises:
        OSError: it can't be created.
    """
    part.unlink(missing_ok=True)  # left by a try of this process that failed
    return part.open("x+b")


def check_writable(file: Path) -> None:
    """See that a file can be written, without touching it.

    Raises:
        TargetError: it can't.
    """
    part = part_of(file)
    try:
        create_part(part).close()
        part.unlink()
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    except OSError as error:
        raise TargetError(file, note("file.cannot_write", why=error.strerror or error)) from error


def open_no_link(file: Path, *, create: bool) -> IO[bytes]:
    """Open a file for reading and writing, unbuffered; never follows a link nor waits for a pipe.

    Raises:
        OSError: it can't be opened; where it is a link or a pipe, with one of PLANTED.
    """
    flags = os.O_RDWR | (os.O_CREAT if create else 0)
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    return os.fdopen(os.open(file, flags, 0o666), "r+b", buffering=0)


def open_own(file: Path) -> IO[bytes]:
    """Open a file of ours for reading and writing, created where it is missing.

    A link, of either kind, or a pipe that somebody has put there is replaced, never written to.

    Raises:
        OSError: it can't be opened.
    """
    for _ in range(_MOST_TRIES):
        with suppress(FileNotFoundError):
            facts = file.lstat()
            if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1:
                file.unlink()
        try:
            opened = open_no_link(file, create=True)
        except OSError as error:
            if error.errno not in PLANTED:
                raise
            continue
        facts = os.fstat(opened.fileno())
        if stat.S_ISREG(facts.st_mode) and facts.st_nlink <= 1:
            return opened
        opened.close()
    raise OSError(errno.ELOOP, note("file.link_again"))


def remove_parts(target: Path, mark: str = PART_MARK) -> None:
    """Delete the unfinished files of a target and its side files that one process has left."""
    with suppress(OSError):
        for part in target.parent.glob(f"{escape(target.name)}.*{mark}.part*"):
            with suppress(OSError):
                part.unlink()


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """Open new content for a file, which is whole under its name or does not change.

    Raises:
        OSError: it can't be written; nothing is left of it.
    """
    part = part_of(file)
    try:
        with create_part(part) as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def write_whole(file: Path, data: bytes) -> None:
    """Give a file new content, which is whole under its name or does not change.

    Raises:
        OSError: it can't be written; nothing is left of it.
    """
    with replacing(file) as opened:
        opened.write(data)
