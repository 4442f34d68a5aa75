"""The queue file, written by a thread of its own: no disk holds up the window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from colorizer.engine.queue import Queue
from colorizer.errors import ColorizerError
from gui.session.garbage import Collector

T = TypeVar("T")


class QueueDisk(QObject):
    """Does what it is told to one after another; what is read knows all that was written before.

    Args:
        queue: the open file, which no one else uses.
    """

    failed = Signal(object)
    """Why something could not be written, as a note."""
    _answered = Signal(object)

    def __init__(self, queue: Queue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._thread = ThreadPoolExecutor(1, "queue file")
        self._collector = Collector(self)
        self._answered.connect(self._give)

    def write(self, action: Callable[[Queue], object]) -> None:
        """Change the file soon; what is handed over is changed by no one afterwards."""
        self._thread.submit(action, self._queue).add_done_callback(self._handle_written)

    def ask(self, action: Callable[[Queue], T]) -> T:
        """Return what the file gives, after all that was to be written.

        Raises:
            ColorizerError: the file can't be used.
        """
        return self._thread.submit(action, self._queue).result()

    def ask_soon(self, action: Callable[[Queue], T], then: Callable[[T], object]) -> None:
        """Call `then`, in the thread of the window, with what `ask` would return."""

        def work(queue: Queue) -> None:
            given = action(queue)
            self._answered.emit(lambda: then(given))

        self.write(work)

    def close(self) -> None:
        """Wait until all is written, and close the file."""
        self._thread.submit(self._queue.close)
        self._thread.shutdown()
        self._collector.stop()

    def _give(self, answer: Callable[[], object]) -> None:
        answer()

    def _handle_written(self, written: Future[object]) -> None:
        error = written.exception()
        if isinstance(error, ColorizerError):
            self.failed.emit(str(error))
        elif error is not None:
            raise error
