"""The processes of workers of a test's own cluster."""

import os
import signal
import threading
import time
from collections.abc import Callable

import psutil


def workers() -> list[psutil.Process]:
    """Return the workers that machines of this process run; other tests have theirs."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if process.cmdline()[:1] and process.cmdline()[0].startswith("ray::ClusterWorker"):
                found.append(process)
        except psutil.Error:  # it ended just now
            continue
    return found


class KillsOne:
    """Kills one worker as soon as something is true; a context manager that waits for it."""

    def __init__(self, when: Callable[[], object]) -> None:
        self._when = when
        self.killed = 0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "KillsOne":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._when():
            time.sleep(0.01)
        for process in workers()[:1]:
            os.kill(process.pid, signal.SIGKILL)
            self.killed = process.pid
