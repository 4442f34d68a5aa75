"""Standard error for this program alone: what native libraries print there is dropped.

LibRaw, libtiff and the codec of JPEG XR print of damaged files on descriptor 2, among the lines of
this program and into its progress bar. The messages of a crash inside a library go with them.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

_STDERR = 2
_lock = threading.Lock()
_users = 0
"""Threads inside `without_native_prints`."""
_left: list[Any] = []
"""What the first of them entered, for the last one to leave."""


@contextmanager
def private_stream(stream: Any) -> Iterator[Any]:
    """Give a stream that writes where `stream` wrote, while descriptor 2 goes nowhere.

    Args:
        stream: standard error; any other one, as in memory, is given back as it is.
    """
    if not _is_usual(stream):
        yield stream
        return
    stream.flush()
    own = os.dup(_STDERR)
    _drop()
    written = open_lines(own)
    try:
        yield written
    finally:
        with suppress(OSError, ValueError):
            written.flush()
        os.dup2(own, _STDERR)
        with suppress(OSError, ValueError):
            written.close()


@contextmanager
def without_native_prints() -> Iterator[None]:
    """Drop what native libraries print while this runs, in any number of threads.

    Python's own standard error, and the handlers of `logging` that write to it, are kept. Nothing
    is dropped where somebody asked `logging` for everything (DEBUG).
    """
    if logging.getLogger().isEnabledFor(logging.DEBUG):
        yield
        return
    _enter()
    try:
        yield
    finally:
        _leave()


def private_for_good() -> None:
    """Do what `private_stream` does until the process ends, for `sys.stderr`."""
    if _is_usual(sys.stderr):
        sys.stderr.flush()
        own = os.dup(_STDERR)
        _drop()
        sys.stderr = open_lines(own)


def open_lines(descriptor: int) -> TextIO:
    """Open a descriptor for text whose every line is written at once, whatever names hold."""
    return open(  # noqa: SIM115, PTH123
        descriptor, "w", buffering=1, encoding="utf-8", errors="surrogateescape"
    )


def _is_usual(stream: Any) -> bool:
    try:
        return stream is not None and stream.fileno() == _STDERR
    except (OSError, ValueError, AttributeError):  # a stream in memory
        return False


def _drop() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, _STDERR)
    os.close(nothing)


def _enter() -> None:
    global _users
    with _lock:
        _users += 1
        if _users == 1 and _is_usual(sys.stderr):
            before, private = sys.stderr, private_stream(sys.stderr)
            own = private.__enter__()
            sys.stderr = own
            _left[:] = [before, own, private]
            _redirect(before, own)


def _leave() -> None:
    global _users
    with _lock:
        _users -= 1
        if _users or not _left:
            return
        before, own, private = _left
        _left.clear()
        _redirect(own, before)
        if sys.stderr is own:
            sys.stderr = before
        private.__exit__(None, None, None)


def _redirect(old: Any, new: Any) -> None:
    """Let handlers of `logging` that write to one stream write to another."""
    known = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    for logger in known:
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler, logging.StreamHandler) and handler.stream is old:
                handler.setStream(new)
