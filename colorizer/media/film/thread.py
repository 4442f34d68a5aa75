"""A thread that takes frames one by one, and whose errors come back to the one who hands them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread

from colorizer.frame import Frame

QUEUE_DEPTH = 8
"""Frames waiting to be taken, at most."""
_TICK = 0.1
"""Seconds after which a wait looks whether the other side still lives."""


class _Stopped(Exception):
    """No one wants the rest."""


class FrameThread:
    """One thread with a bounded queue before it; stop it in any case."""

    def __init__(self, consume: Callable[[Iterator[Frame]], None], *, name: str) -> None:
        """Make the thread; `start` starts it.

        Args:
            consume: takes all frames in order; its iterator ends after the last one, or raises
                when the thread is stopped.
            name: of the thread.
        """
        self._consume = consume
        self._queue: Queue[Frame | None] = Queue(QUEUE_DEPTH)
        self._stop = Event()
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to take frames."""
        self._thread.start()

    def put(self, frame: Frame) -> None:
        """Hand over a frame; waits while the queue is full.

        Raises:
            BaseException: what ended the thread.
        """
        self._put(frame)

    def finish(self) -> None:
        """Wait until every frame is taken.

        Raises:
            BaseException: what ended the thread.
        """
        self._put(None)
        while self._thread.is_alive():
            self._thread.join(_TICK)
        self._raise()

    def stop(self) -> None:
        """End the thread; frames that wait are dropped."""
        self._stop.set()
        self._thread.join()

    def _put(self, frame: Frame | None) -> None:
        while True:
            self._raise()
            try:
                return self._queue.put(frame, timeout=_TICK)
            except Full:
                continue

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._consume(self._frames())
        except _Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by put or finish
            self._error = error

    def _frames(self) -> Iterator[Frame]:
        while not self._stop.is_set():
            try:
                frame = self._queue.get(timeout=_TICK)
            except Empty:
                continue
            if frame is None:
                return
            yield frame
        raise _Stopped
