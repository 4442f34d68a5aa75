"""Standard output and error that no one may read: what can't be written ends no work."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from colorizer.files.native_prints import private_stream
from colorizer.files.standard_streams import give_streams

_GONE = (errno.EPIPE, errno.EBADF, errno.ESHUTDOWN, errno.EINVAL)
"""Errors of a stream whose reader went away, as of `| head`; Windows says EINVAL."""


class Lasting:
    """A text stream that takes everything, even when it can't be written any more.

    Attributes:
        is_lost: whether something was to be kept, in a file on a full disk, and is not.
    """

    _was_seen = False

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._works = True
        with suppress(ValueError):  # it is closed
            self._was_seen = stream.isatty()
        self.is_lost = False

    def write(self, text: str) -> int:
        """Write text, or drop it."""
        if self._works:
            try:
                self._stream.write(text)
            except (OSError, ValueError) as error:
                self._give_up(error)
        return len(text)

    def flush(self) -> None:
        """Hand over what is written."""
        if self._works:
            try:
                self._stream.flush()
            except (OSError, ValueError) as error:
                self._give_up(error)

    def isatty(self) -> bool:
        """Tell whether a person sees it at once."""
        return self._works and self._stream.isatty()

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Write through a descriptor of its own; see `private_stream`."""
        before = self._stream
        with private_stream(before if self._works else None) as own:
            self._stream = own if own is not None else before
            try:
                yield
            finally:
                self.flush()
                self._stream = before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _give_up(self, error: OSError | ValueError) -> None:
        self._works = False
        # A closed terminal says EIO, as a broken disk does.
        gone = self._was_seen or not isinstance(error, OSError) or error.errno in _GONE
        self.is_lost = not gone
        with suppress(OSError, ValueError, AttributeError):
            # What is in its buffer goes nowhere, or the end of the process would fail on it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


@contextmanager
def lasting_streams() -> Iterator[list[Lasting]]:
    """Let standard output and error of this process last."""
    give_streams()
    before = sys.stdout, sys.stderr
    for stream in before:  # file names may hold anything
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    streams = [Lasting(stream) for stream in before]
    sys.stdout, sys.stderr = streams  # type: ignore[assignment]
    try:
        yield streams
    finally:
        for stream in streams:
            stream.flush()
        sys.stdout, sys.stderr = before
