"""The lock of a queue: the window and the command line never change it at the same time."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from colorizer.errors import ColorizerError, TargetError
from colorizer.files.durable import NoLocksError, lock, open_own
from colorizer.notes import note

_log = logging.getLogger(__name__)

LOCK = "window.lock"
_LOCK_HEAD = 64


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Keep the window, and other runs, out of a queue.

    Raises:
        ColorizerError: one of them has it.
        TargetError: its folder can't be written to.
    """
    place = file.parent / LOCK
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = open_own(place)
    except PermissionError as error:
        raise TargetError(place, note("queue.not_writable_or_open")) from error
    except OSError as error:
        raise TargetError(place, note("file.cannot_write", why=error.strerror)) from error
    with opened:
        try:
            lock(opened)
        except NoLocksError as error:
            _log.warning(
                "%s: its drive has no locks (%s); start one run at a time", file, error.strerror
            )
        except OSError as error:
            raise ColorizerError(note("queue.in_use", file=file)) from error
        if not _is_lock(opened.read(_LOCK_HEAD)):
            raise TargetError(place, note("queue.no_lock"))
        opened.seek(0)
        opened.truncate(0)
        # The form of Qt's lock files: without it the window would take this one for a left-over.
        opened.write(f"{os.getpid()}\ncolorizer\n\n".encode())
        opened.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                place.unlink()


def _is_lock(head: bytes) -> bool:
    """Tell whether a file is a lock as Qt and this program write them: a process, its program."""
    return not head or head.partition(b"\n")[0].strip().isdigit()
