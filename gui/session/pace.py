"""How long the queue takes from here: work is weighed by frames and megapixels, not by files."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from colorizer.archive.planning.disk import segments_bytes
from colorizer.engine.queue import Entry
from colorizer.jobs import JobState, Kind

_CONSTANT = 0.3
"""Megapixels that stand for what every frame takes: the network always sees one size."""
_GUESS = {Kind.PHOTO: 8.0, Kind.FILM: 3000.0}
"""Weight of files of which nothing is known, where no file of their kind is known."""
_PHOTO_BYTES = 6e6
"""Bytes of a megapixel of 16-bit RGB."""
_LOOK_SECONDS = 1.0
"""Least time between two looks at how much is left."""
_LOOK_MOST = 10.0


@dataclass
class Pace:
    """What was done of each kind, in megapixels, and in how many seconds."""

    done: dict[Kind, float] = field(default_factory=lambda: dict.fromkeys(Kind, 0.0))
    film_seconds: float = 0.0
    """Films are done alone; the rest of the time is that of photos, several at a time."""

    def take(self, entry: Entry) -> None:
        """Count a row that ended."""
        share = 1.0 - entry.begun / entry.total if entry.total else 1.0
        if entry.state is JobState.DONE:
            self.done[entry.job.kind] += share * (weight(entry) or _GUESS[entry.job.kind])
        if entry.job.kind is Kind.FILM:
            self.film_seconds += entry.seconds

    def left(self, entries: Iterable[Entry], waiting: int, worked: float) -> float | None:
        """Return the seconds that rows take, None before anything was done.

        Args:
            entries: of the queue; those that wait or are in progress count.
            waiting: number of those, after which no other is looked for.
            worked: seconds since the start, pauses left out.
        """
        left, done = dict.fromkeys(Kind, 0.0), dict(self.done)
        unknown: dict[Kind, int] = dict.fromkeys(Kind, 0)
        known: dict[Kind, list[float]] = {kind: [] for kind in Kind}
        film_seconds = self.film_seconds
        for entry in entries:
            kind, size = entry.job.kind, weight(entry)
            if size is not None:
                known[kind].append(size)
            if entry.state is JobState.RUNNING:
                size = size or _GUESS[kind]
                share = entry.done / entry.total if entry.total else 0.0
                left[kind] += size * (1 - share)
                done[kind] += size * share * (1 - entry.begun / max(1, entry.done))
                film_seconds += entry.seconds if kind is Kind.FILM else 0.0
            elif entry.state in (JobState.WAITING, JobState.INTERRUPTED):
                share = entry.done / entry.total if entry.total else 0.0
                if size is None:
                    unknown[kind] += 1
                else:
                    left[kind] += size * (1 - share)
            else:
                continue
            waiting -= 1
            if waiting <= 0:
                break
        for kind, number in unknown.items():
            sizes = known[kind]
            left[kind] += number * (sum(sizes) / len(sizes) if sizes else _GUESS[kind])
        seconds = {Kind.FILM: film_seconds, Kind.PHOTO: max(0.0, worked - film_seconds)}
        return _seconds(left, done, seconds)


class Clock:
    """The time since Start, pauses left out, and how long the rest takes."""

    def __init__(self) -> None:
        self.pace = Pace()
        self._began = time.monotonic()
        self._held: float | None = None
        self._left: float | None = None
        self._look_at = 0.0

    def hold(self) -> None:
        """Stand still: a pause says nothing about the pace."""
        self._held = time.monotonic()

    def resume(self) -> None:
        """Run again after `hold`."""
        if self._held is not None:
            self._began += time.monotonic() - self._held
            self._held = None

    def worked(self) -> float:
        """Return the seconds of work."""
        return (time.monotonic() if self._held is None else self._held) - self._began

    def left(self, entries: Iterable[Entry], waiting: int) -> float | None:
        """Return the seconds that rows take, as of the last second; see `Pace.left`."""
        now, begun = time.monotonic(), time.thread_time()
        if now >= self._look_at:
            self._left = self.pace.left(entries, waiting, self.worked())
            took = time.thread_time() - begun  # a look at 40,000 rows must not fill the seconds
            self._look_at = now + min(max(_LOOK_SECONDS, 20 * took), _LOOK_MOST)
        return self._left


def weight(entry: Entry) -> float | None:
    """Return the megapixels of all frames of a file, None where its size is not known."""
    facts = entry.facts
    if not facts.get("width") or not facts.get("height"):
        return None
    pixels = facts["width"] * facts["height"] / 1e6 + _CONSTANT
    if entry.job.kind is Kind.PHOTO:
        return pixels
    frames = entry.total or facts.get("frames")
    return pixels * frames if frames else None


def most_bytes(entry: Entry) -> int:
    """Return how many bytes a result needs next at most, as far as is known without reading it."""
    if entry.job.kind is Kind.FILM:  # its segments are there and are joined
        return max(1, segments_bytes(entry.job.target))
    return round(_PHOTO_BYTES * (weight(entry) or _GUESS[Kind.PHOTO]))


def _seconds(
    left: dict[Kind, float], done: dict[Kind, float], seconds: dict[Kind, float]
) -> float | None:
    """Return the time for what is left at the pace of what is done, of its own kind if possible."""
    if not sum(done.values()):
        return None
    common = sum(seconds.values()) / sum(done.values())
    return sum(left[kind] * (seconds[kind] / done[kind] if done[kind] else common) for kind in Kind)
