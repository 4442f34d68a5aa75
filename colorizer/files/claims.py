"""One writer for a target at a time: a small locked file next to it is the claim.

The system unlocks the file however its process ends, so a crash blocks no one; the file itself
stays then and tells the next run that a process died while it made this target. A claim of another
machine counts while it changes, whatever locks say, see `heartbeat`. A library that
reads files may crash on one of them: such a target is tried apart, see `colorizer.engine.runner`.
A power cut leaves the same files, which costs little. filelock would lock the file too, but what it
says of its owner and of a crash would stay here.
"""

from __future__ import annotations

import logging
import os
import socket
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from colorizer.errors import TargetError
from colorizer.files import heartbeat
from colorizer.files.claim_words import MOST_BYTES, Beats, is_alive, told_of
from colorizer.files.durable import (
    PLANTED,
    NoLocksError,
    lock,
    open_no_link,
    remove_parts,
)
from colorizer.files.name_forms import normal_form
from colorizer.files.strangers import open_regular
from colorizer.notes import note

_log = logging.getLogger(__name__)

PREFIX = ".colorize-claim-"
"""Of the names of claims; 16 hex digits follow, made of the target's name."""
_LOOK_SECONDS = 0.1
"""Time between two tries to get a claim."""
_lockless: set[Path] = set()
"""Folders on drives without locks."""


class Hold(Enum):
    """How a target stands."""

    FREE = auto()
    HELD = auto()
    """Somebody makes it, in this process or another."""
    LEFT = auto()
    """A process died while it made it."""


class Claim:
    """The right to write one target and its side files.

    Args:
        target: its folder is created by `take` where it does not exist.

    Attributes:
        is_lost: whether another machine took it, since this one stood still for too long.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._file = claim_file(target)
        self._opened: IO[bytes] | None = None
        self._beats: Beats | None = None
        self.is_lost = False
        self._made: list[Path] = []

    def take(self) -> bool:
        """Take the claim, at once or not at all; remove what a process that died left unfinished.

        Returns:
            whether it is ours now.

        Raises:
            TargetError: the folder can't be written to.
        """
        try:
            while True:
                self._make_folder()
                with suppress(FileNotFoundError):  # its folder was removed just now
                    self._opened = _locked(self._file, create=True)
                    break
            if self._opened is None:
                return False
            mark = told_of(self._opened).get("part")
            if mark and self._file.parent not in _lockless:
                remove_parts(self._target, mark)
            self._beats = Beats(self._opened, self._target)
            heartbeat.begin(self, self._beat)
        except OSError as error:
            self.release()
            raise TargetError(
                self._target, note("file.cannot_write", why=error.strerror)
            ) from error
        return True

    def release(self, *, died: bool = False) -> None:
        """Let others have the target.

        Args:
            died: leave it to the next run as one at which a process died.
        """
        heartbeat.end(self)
        with suppress(OSError):
            self._look()
        opened, self._opened, self._beats = self._opened, None, None
        if opened is None:
            return
        died = died or self.is_lost  # whose it is now removes it
        if not died and os.name != "nt":
            _remove(self._file)  # while it is locked: no one else's file has this name
        with suppress(OSError):
            opened.close()
        if not died and os.name == "nt":
            _remove(self._file)
        while self._made:
            with suppress(OSError):  # others have written there
                self._made.pop().rmdir()

    def _beat(self) -> None:
        self._look()
        if self.is_lost:
            heartbeat.end(self)
        elif self._beats is not None:
            self._beats.write()

    def _look(self) -> None:
        """See whether another machine has taken the claim."""
        if self._beats is not None and not self.is_lost:
            self.is_lost = not self._beats.are_last()

    def holder(self) -> str:
        """Say who has the target."""
        told: dict[str, Any] = {}
        with suppress(OSError), open_regular(self._file) as opened:
            told = told_of(opened)
        number, host = told.get("process"), told.get("host")
        if number is None:
            return note("claim.another_process")
        if host == socket.gethostname():
            return note("claim.process", number=number)
        return note("claim.process_on", number=number, host=host)

    def _make_folder(self) -> None:
        folder = self._target.parent
        missing: list[Path] = []
        while not folder.is_dir() and folder != folder.parent:
            missing.append(folder)
            folder = folder.parent
        while not self._target.parent.is_dir():
            try:
                self._target.parent.mkdir(parents=True, exist_ok=True)
            except FileExistsError as error:  # or another claim removed it just now
                if os.path.lexists(error.filename) and not Path(error.filename).is_dir():
                    raise
        self._made += reversed(missing)


def claim_file(target: Path) -> Path:
    """Return the claim of a target; names that a file system may take for one share it."""
    name = normal_form(target.name).casefold()
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return target.parent / f"{PREFIX}{digest[:16]}"


def look(target: Path) -> Hold:
    """Tell how a target stands, without taking it."""
    try:
        opened = _locked(claim_file(target), create=False)
    except OSError:  # mostly: no such file
        return Hold.FREE
    if opened is None:
        return Hold.HELD
    with opened:
        return Hold.LEFT if os.fstat(opened.fileno()).st_size else Hold.FREE


def clear_left(targets: Iterable[Path]) -> None:
    """Remove the claims of processes that died just after their results had got their names."""
    for target in targets:
        if look(target) is Hold.LEFT:
            claim = Claim(target)
            with suppress(TargetError):  # it is not in the way
                claim.take()
            claim.release()


@contextmanager
def held(target: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Keep all others from writing a target.

    Args:
        target: a file.
        wait: for so many seconds.

    Raises:
        TargetError: another process has it, or the folder can't be written to.
    """
    claim, end = Claim(target), time.monotonic() + wait
    while not claim.take():
        if time.monotonic() >= end:
            raise TargetError(target, note("target.being_written", holder=claim.holder()))
        time.sleep(_LOOK_SECONDS)
    try:
        yield
    finally:
        claim.release()


def _locked(file: Path, *, create: bool) -> IO[bytes] | None:
    """Open and lock a claim; None where another has it.

    Raises:
        FileNotFoundError: the file, or its folder, does not exist.
        OSError: it can't be opened.
    """
    while True:
        try:
            opened = open_no_link(file, create=create)
        except OSError as error:
            if not _is_planted(file, error):
                raise
            file.unlink()
            continue
        try:
            lock(opened)
        except BlockingIOError:
            opened.close()
            return None
        except NoLocksError as error:
            _tell_once(file.parent, error)
            if is_alive(told_of(opened)) or _is_of_another_machine(opened, file):
                opened.close()
                return None
            return opened
        if _is_file(opened, file):
            if not _is_of_another_machine(opened, file):
                return opened
            opened.close()  # its lock, if it has one, does not reach here
            return None
        opened.close()  # it was released between opening and locking, or is a hard link


def _is_planted(file: Path, error: OSError) -> bool:
    """Tell whether somebody put a link or a pipe where a claim is to be."""
    return error.errno in PLANTED and not stat.S_ISREG(file.lstat().st_mode)


def _is_file(opened: IO[bytes], file: Path) -> bool:
    """Tell whether an open file is the one of a name, and has no other; others lose the name."""
    facts = os.fstat(opened.fileno())
    try:
        there = file.lstat()
    except FileNotFoundError:
        return False
    if (facts.st_dev, facts.st_ino) != (there.st_dev, there.st_ino):
        return False
    if facts.st_nlink <= 1 and stat.S_ISREG(facts.st_mode):
        return True
    _remove(file)
    return False


def _is_of_another_machine(opened: IO[bytes], file: Path) -> bool:
    """Tell whether a claim is of another machine and may live."""
    told = told_of(opened)
    if told.get("host", socket.gethostname()) == socket.gethostname():
        return False
    opened.seek(0)
    return heartbeat.is_beating(file, opened.read(MOST_BYTES))


def _remove(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


def _tell_once(folder: Path, error: OSError) -> None:
    if folder not in _lockless:
        _lockless.add(folder)
        _log.warning("%s: its drive has no locks (%s); start one run at a time", folder, error)
