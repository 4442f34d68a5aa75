"""Pictures for the preview, asked of the worker: one at a time, always the newest wish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTemporaryDir, Signal

from colorizer.jobs import Job
from colorizer.places.hint import as_lists
from gui.session.engine import Engine

LONGEST = 1400
"""Pixels of the long side; where a person zooms in, `gui.picture.tiles` shows more."""


@dataclass(frozen=True)
class Wish:
    """One picture that is wanted."""

    row: int
    job: Job
    time: float = 0.0
    longest: int = LONGEST
    confidence: bool = False
    saved: bool = False
    """The colours of the finished result are wanted, not those the job would give."""
    begin: float = 0.0
    """Seconds of the film at which the result begins."""

    @property
    def result(self) -> dict[str, Any]:
        """What names the finished result to the worker; empty where it is not wanted."""
        named = {"result": str(self.job.target), "result_from": self.begin}
        return named if self.saved else {}


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture that came."""

    wish: Wish
    gray: np.ndarray
    """sRGB gray codes, (H, W) uint8."""
    ab: np.ndarray | None
    """CIELAB a and b at vividness 0 and 1, (2, 2, H, W) float16; None of a saved result."""
    rgb: np.ndarray | None
    """A saved result in its colours, sRGB (H, W, 3) uint8."""
    confidence: np.ndarray
    """(h, w) uint8, empty where not asked for."""
    size: tuple[int, int]
    """(height, width) of the source."""
    places: tuple[tuple[float, float] | None, ...]
    """Where each hint of the wish is in the picture; None where it is not, or not yet known."""
    whole: bool
    """Whether all is known of the hints."""
    index: int
    """Of the frame, as the worker counts."""


class Looks(QObject):
    """Asks for one picture after another."""

    seen = Signal(object)
    """A `Seen`."""
    failed = Signal(object, object)
    """The `Wish` and why."""
    busy_changed = Signal(bool)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._folder = QTemporaryDir()
        self._asked: Wish | None = None
        self._question = 0
        """Number of what is asked; answers of others are not wanted."""
        self._files = 0
        self._next: Wish | None = None
        self._followed: Wish | None = None
        """Hints of this wish are being followed to its frame."""
        self._known: Wish | None = None
        """They were followed there."""

    @property
    def is_busy(self) -> bool:
        """Whether a picture is on its way."""
        return self._asked is not None or self._followed is not None

    def want(self, wish: Wish) -> None:
        """Ask for a picture; a wish that still waits is forgotten for it."""
        if self._asked is not None and self._asked.row == wish.row:
            self._next = wish
            return
        self._give_up()
        self._asked, self._followed = wish, None
        self.busy_changed.emit(True)
        self._files += 1
        self._question = self._engine.ask(
            "look",
            lambda event: self._handle_answer(wish, event),
            out=self._folder.filePath(f"look-{self._files}.npz"),
            longest=wish.longest,
            confidence=wish.confidence,
            **wish.result,
            **question(wish.job, wish.time),
        )

    def forget(self) -> None:
        """Nothing is wanted any more; a picture that is being read is not waited for."""
        was_busy, self._next = self.is_busy, None
        self._give_up()
        self._followed = None
        if was_busy:
            self.busy_changed.emit(False)

    def _give_up(self) -> None:
        if self._asked is not None:
            self._asked = None
            self._engine.forget(self._question)

    def _handle_answer(self, wish: Wish, event: dict[str, Any]) -> None:
        if wish is not self._asked:
            if "out" in event:
                Path(event["out"]).unlink(missing_ok=True)
            return
        self._asked = None
        if "error" in event:
            self.failed.emit(wish, event["error"])
        else:
            seen = _read(wish, event)
            self.seen.emit(seen)
            idle = self._asked is None and self._next is None
            if idle and not seen.whole and wish is not self._known:
                self._followed = wish
                self._follow(wish, seen.index)
        if self._next is not None:
            following, self._next = self._next, None
            self.want(following)
        elif not self.is_busy:
            self.busy_changed.emit(False)

    def _follow(self, wish: Wish, index: int) -> None:
        """Let the worker follow the hints to a frame, then ask for its picture again."""

        def handle(event: dict[str, Any]) -> None:
            if wish is not self._followed:
                return
            if "error" in event:
                self._followed = None
                self.failed.emit(wish, event["error"])
                self.busy_changed.emit(False)
            elif event["whole"]:
                self._known = wish
                self.want(wish)
            else:
                self._follow(wish, index)

        self._engine.ask("follow", handle, index=index, **question(wish.job, wish.time))


def colours_of(job: Job) -> tuple[Any, ...]:
    """Return what a picture depends on besides strength and vividness."""
    return (replace(job.settings, strength=1.0, vividness=0.5), job.hints)


def question(job: Job, time: float) -> dict[str, Any]:
    """Return the arguments that name a picture to the worker."""
    # Strength and vividness are applied here, so one look serves them all.
    settings = replace(job.settings, strength=1.0, vividness=0.5)
    return {
        "source": str(job.source),
        "kind": str(job.kind),
        "time": time,
        "settings": settings.as_dict(),
        "hints": as_lists(job.hints),
    }


def _read(wish: Wish, event: dict[str, Any]) -> Seen:
    file = Path(event["out"])
    with np.load(file) as planes:
        height, width = event["size"]
        places = tuple(None if place is None else tuple(place) for place in event["places"])
        seen = Seen(
            wish,
            planes["gray"],
            planes.get("ab"),
            planes.get("rgb"),
            planes["confidence"],
            (height, width),
            places,
            event["whole"],
            event["index"],
        )
    file.unlink(missing_ok=True)
    return seen
