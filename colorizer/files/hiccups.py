"""Drives that fail for a moment: which errors pass by themselves, and trying again.

Network drives answer with these while a server restarts or a cable is plugged in again. A file
that is really damaged gives another error, and a disk that is dying fails again after the waits.
"""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")

WAITS = (1.0, 4.0, 15.0)
"""Seconds before the second, third and last try."""
_PASSING = frozenset(
    getattr(errno, name)
    for name in (
        *("EIO", "EREMOTEIO", "ETIMEDOUT", "ESTALE", "ENOLINK", "ECOMM", "ENOTCONN", "ESHUTDOWN"),
        *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ENETRESET"),
        *("ECONNRESET", "ECONNABORTED", "ECONNREFUSED"),
    )
    if hasattr(errno, name)  # Windows and macOS lack some
)
_PASSING_ON_WINDOWS = frozenset((53, 54, 55, 59, 64, 121, 1231, 1236))
"""ERROR_BAD_NETPATH, NETWORK_BUSY, DEV_NOT_EXIST, UNEXP_NET_ERR, NETNAME_DELETED, SEM_TIMEOUT,
NETWORK_UNREACHABLE, CONNECTION_ABORTED."""


def is_passing(error: BaseException | None) -> bool:
    """Tell whether an error, or its cause, is of a drive that may answer again."""
    while error is not None:
        if isinstance(error, OSError) and (
            error.errno in _PASSING or getattr(error, "winerror", None) in _PASSING_ON_WINDOWS
        ):
            return True
        error = error.__cause__
    return False


def retried(call: Callable[[], _Answer]) -> _Answer:
    """Return what `call` returns, calling again after a while when its drive does not answer.

    Raises:
        OSError: another error, or the last try failed too.
    """
    for wait in WAITS:
        try:
            return call()
        except OSError as error:
            if not is_passing(error):
                raise
            _log.warning("%s; trying again in %.0f s", error, wait)
        time.sleep(wait)
    return call()


def pauses(seconds: float) -> Iterator[None]:
    """Wait in slices of a quarter of a second, so that anyone who asks can stop in between."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(0.25, left))
        yield
