"""Run log and manifest of what the worker makes, as the command line keeps them."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import ColorizerError
from colorizer.jobs import JobState, Progress

if TYPE_CHECKING:
    from colorizer.archive.records.ledger import Ledger

_log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two writings of a manifest while work continues."""
REST = 3.0
"""Seconds without an end of a job after which it is written."""


class Records:
    """One ledger for each output folder. What can't be written is logged: the results exist.

    Args:
        log: keep run logs.
        manifest: keep manifests.
    """

    def __init__(self, *, log: bool = True, manifest: bool = True) -> None:
        self._kept = {"log": log, "manifest": manifest}
        self._lock = threading.Lock()
        self._ledgers: dict[Path, Ledger] = {}
        self._written = time.monotonic()
        self._rest: threading.Timer | None = None

    def take(self, out: str | None, progress: Progress) -> None:
        """Take the end of a job whose result lies below `out`; None keeps no records."""
        if not out or progress.state is JobState.RUNNING:
            return
        from colorizer.archive.records.ledger import Ledger  # brings the media libraries

        with self._lock:
            try:
                root = Path(out)
                if root.is_dir():  # else nothing was written there
                    if root not in self._ledgers:
                        self._ledgers[root] = Ledger(root, **self._kept)
                    self._ledgers[root].take(progress)
            except ColorizerError as error:
                _log.warning("%s", error)
            if time.monotonic() - self._written >= EVERY:
                self._write()
            self._write_at_rest()

    def close(self) -> None:
        """Write what is not written yet and close the files."""
        with self._lock:
            if self._rest is not None:
                self._rest.cancel()
            self._write(closing=True)
            self._ledgers.clear()

    def _write_at_rest(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self._rest = threading.Timer(REST, self._handle_rest)
        self._rest.daemon = True
        self._rest.start()

    def _handle_rest(self) -> None:
        with self._lock:
            self._write()

    def _write(self, *, closing: bool = False) -> None:
        self._written = time.monotonic()
        for ledger in self._ledgers.values():
            try:
                ledger.close() if closing else ledger.write_manifest()
            except ColorizerError as error:
                _log.warning("%s", error)
