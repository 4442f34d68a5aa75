"""Room in memory for the photos in progress."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from colorizer.archive.planning.disk import facts_of
from colorizer.jobs import Job, Kind

ROOM_MEGAPIXELS = 60.0
"""Photos in progress together hold at most this many megapixels."""
ALONE_MEGAPIXELS = 30.0
"""A photo above this is worked on alone."""


class Room:
    """Admits photos to memory in the order they come; a huge one waits until it is alone."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._used = 0.0

    @contextmanager
    def hold(self, megapixels: float) -> Iterator[None]:
        """Wait for room for a photo of this size and keep it until the block ends."""
        need = ROOM_MEGAPIXELS if megapixels > ALONE_MEGAPIXELS else megapixels
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._used + need <= ROOM_MEGAPIXELS)
            self._used += need
        try:
            yield
        finally:
            with self._changed:
                self._used -= need
                self._changed.notify_all()


def megapixels(job: Job) -> float:
    """Return the size of a photo by its header; 0 of a film, and where no header can be read."""
    facts = facts_of(job.source) if job.kind is Kind.PHOTO else None
    return facts["width"] * facts["height"] / 1e6 if facts else 0.0
