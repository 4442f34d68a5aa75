"""Prefetch: read ahead in one thread, so that decoding and the network overlap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")
_TICK = 0.1
"""Seconds after which a wait looks around: Windows can't interrupt a wait with Ctrl-C."""


class Stopped(BaseException):
    """No more is wanted; what is open is closed, as for GeneratorExit."""


class Prefetch(Generic[T]):
    """An iterator read ahead by one thread into a bounded queue; a context manager.

    Order is kept. What the iterator raises is raised by `next`. On exit, at any point, the thread
    has ended and the iterator is closed: nothing reads a source after its prefetch.
    """

    def __init__(
        self, iterator: Iterator[T], depth: int = 4, stop: Callable[[], bool] = lambda: False
    ) -> None:
        """Take an iterator, read from entry to exit by the thread alone.

        Args:
            iterator: what is read.
            depth: items that may wait.
            stop: tells that no more is wanted: the next item is then `Stopped`. A stage may ask
                for hundreds of items before it gives its first, and can't be closed in between.
        """
        self._iterator, self._stopped = iterator, stop
        self._queue: Queue[tuple[T | None, BaseException | None]] = Queue(depth)
        self._stop = Event()
        self._ended = False
        self._thread = Thread(target=self._read, name="prefetch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._ended = True
        self._thread.join()
        while not self._queue.empty():  # frees the items, which may be large
            self._queue.get_nowait()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        while not self._ended:
            if self._stopped():
                raise Stopped
            try:
                item, error = self._queue.get(timeout=_TICK)
            except Empty:
                continue
            if error is None:
                return item  # type: ignore[return-value]
            self._ended = True
            if not isinstance(error, StopIteration):
                raise error
        if self._stop.is_set():
            raise Stopped
        raise StopIteration

    def _read(self) -> None:
        """Fill the queue; the last entry holds the error or StopIteration that ended it."""
        last: BaseException = StopIteration()
        try:
            for item in self._iterator:
                if not self._put((item, None)):
                    break
        except BaseException as error:  # noqa: BLE001 - handed to the consumer
            last = error
        finally:
            close: Any = getattr(self._iterator, "close", None)
            if close is not None:
                close()
        self._put((None, last))

    def _put(self, entry: tuple[T | None, BaseException | None]) -> bool:
        """Wait for room; False when no one wants more."""
        while not self._stop.is_set():
            try:
                self._queue.put(entry, timeout=_TICK)
            except Full:
                continue
            return True
        return False
