"""Jobs done side by side in threads, whose steps come to one place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from queue import Empty, Queue
from typing import Self

from colorizer.jobs import Job, JobState, Progress, all_but_named
from colorizer.stages.prefetch import Stopped

Steps = Generator[Progress, None, None]


def until_stopped(steps: Steps, stop: Callable[[], bool]) -> Steps:
    """Pass on the steps of a job until it should stop; the current frame of a film is finished.

    A photo whose last page is written needs only its name, and gets it.
    """
    with closing(steps), suppress(Stopped):
        for progress in steps:
            yield progress
            if progress.state is JobState.RUNNING and stop() and not all_but_named(progress):
                return


class SideBySide:
    """Threads that take jobs until there are none. A context manager: joined on exit.

    Args:
        take: gives the next job, None after the last one; called in every thread.
        run: does a job, in the thread that has taken it.
        stop: tells that the current jobs are the last ones.
        count: threads.
    """

    def __init__(
        self,
        take: Callable[[], Job | None],
        run: Callable[[Job], Steps],
        stop: Callable[[], bool],
        count: int,
    ) -> None:
        self._take, self._run, self._asked = take, run, stop
        self._left = threading.Event()
        self._events: Queue[Progress | Exception | None] = Queue(maxsize=2 * count)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        for thread in self._threads:
            while thread.is_alive():  # it may be waiting to hand over an event
                while not self._events.empty():
                    self._events.get_nowait()
                thread.join(timeout=0.05)

    def events(self) -> Iterator[Progress]:
        """Yield the steps of all jobs, mixed, until the last one has ended.

        Raises:
            Exception: what ended a thread, such as a full disk.
        """
        alive = len(self._threads)
        while alive:
            try:
                # With a timeout, or Windows would not see Ctrl-C here.
                event = self._events.get(timeout=0.5)
            except Empty:
                continue
            if isinstance(event, Exception):
                raise event
            if event is None:
                alive -= 1
            else:
                yield event

    def _work(self) -> None:
        """Take jobs until there are none, in a thread."""
        try:
            while not self._stopped() and (job := self._take()):
                for progress in until_stopped(self._run(job), self._stopped):
                    # Without the frame: its planes are freed before the next photo's are made.
                    self._events.put(replace(progress, frame=None))
        except Exception as error:
            self._events.put(error)
        finally:
            self._events.put(None)

    def _stopped(self) -> bool:
        return self._left.is_set() or self._asked()
