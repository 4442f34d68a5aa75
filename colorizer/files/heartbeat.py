"""Claims of other machines live as long as they change: where locks of a drive don't reach so far.

Some drives have no locks, others keep them from the other machines without a word (NFS mounted with
nolock). So who holds a claim writes it again every few seconds, with a higher number, and who wants
a claim that another machine wrote waits until it has not changed for a while. That is measured by
the clock of the one who waits; clocks, and times of change, of other machines are never compared.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

BEAT_SECONDS = 10.0
"""Time between two beats."""
EXPIRY_SECONDS = 60.0
"""Time without a beat after which a claim has expired: more than NFS shows old contents, and than
a drive that is overloaded delays a beat."""

_seen: dict[Path, tuple[bytes, float]] = {}
"""What claims said last, and when that was first seen here."""
_beating: dict[object, Callable[[], object]] = {}
_turn = threading.RLock()
_threads: list[threading.Thread] = []


def is_beating(file: Path, content: bytes) -> bool:
    """Tell whether a claim of another machine may live; one that is first seen may.

    Args:
        file: the claim.
        content: what it says now.
    """
    now = time.monotonic()
    with _turn:
        known = _seen.get(file)
        if known is None or known[0] != content:
            _seen[file] = known = (content, now)
        if now - known[1] < EXPIRY_SECONDS:
            return True
        del _seen[file]
    return False


def begin(claim: object, beat: Callable[[], object]) -> None:
    """Call `beat` every few seconds until `end` is called of the same claim."""
    with _turn:
        _beating[claim] = beat
        if not any(thread.is_alive() for thread in _threads):
            _threads[:] = [threading.Thread(target=_run, name="claims", daemon=True)]
            _threads[0].start()


def end(claim: object) -> None:
    """Call the beat of a claim no more; it is not being called when this returns."""
    with _turn:
        _beating.pop(claim, None)


def _run() -> None:
    while True:
        time.sleep(BEAT_SECONDS)
        for claim in list(_beating):
            with _turn, suppress(OSError, ValueError):  # the drive is away for a while
                if beat := _beating.get(claim):
                    beat()
