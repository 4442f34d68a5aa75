"""Pictures for the preview, asked of the worker: one at a time, always the newest wish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTemporaryDir, Signal

from colorizer.hint_file import Hint
from colorizer.jobs import Job
from gui.engine import Engine

LONGEST = 1400
"""Pixels of the long side first asked for; enough for the usual pane."""
LONGEST_SHARP = 4000
"""Asked for when a person zooms in; more would take gigabytes."""

Hints = tuple[Hint, ...]


@dataclass(frozen=True)
class Wish:
    """One picture that is wanted."""

    row: int
    job: Job
    hints: Hints = ()
    time: float = 0.0
    longest: int = LONGEST
    confidence: bool = False


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture that came."""

    wish: Wish
    gray: np.ndarray
    """sRGB gray codes, (H, W) uint8."""
    ab: np.ndarray
    """CIELAB a and b at vividness 0 and 1, (2, 2, H, W) float16."""
    confidence: np.ndarray
    """(h, w) uint8, empty where not asked for."""
    size: tuple[int, int]
    """(height, width) of the source."""


class Looks(QObject):
    """Asks for one picture after another."""

    seen = Signal(object)
    """A `Seen`."""
    failed = Signal(object, str)
    """The `Wish` and why."""
    busy_changed = Signal(bool)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._folder = QTemporaryDir()
        self._asked: Wish | None = None
        self._next: Wish | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a picture is on its way."""
        return self._asked is not None

    def want(self, wish: Wish) -> None:
        """Ask for a picture; a wish that still waits is forgotten for it."""
        if self._asked is not None:
            self._next = wish
            return
        self._asked = wish
        self.busy_changed.emit(True)
        self._engine.ask(
            "look",
            lambda event: self._handle_answer(wish, event),
            out=self._folder.filePath("look.npz"),
            longest=wish.longest,
            confidence=wish.confidence,
            **question(wish.job, wish.hints, wish.time),
        )

    def forget(self) -> None:
        """Nothing is wanted any more."""
        self._next = None

    def _handle_answer(self, wish: Wish, event: dict[str, Any]) -> None:
        self._asked = None
        if "error" in event:
            self.failed.emit(wish, event["error"])
        else:
            self.seen.emit(_read(wish, event))
        self.busy_changed.emit(False)
        if self._next is not None:
            following, self._next = self._next, None
            self.want(following)


def question(job: Job, hints: Hints, time: float) -> dict[str, Any]:
    """Return the arguments that name a picture to the worker."""
    # Strength and vividness are applied here, so one look serves them all.
    settings = replace(job.settings, strength=1.0, vividness=0.5)
    return {
        "source": str(job.source),
        "kind": str(job.kind),
        "time": time,
        "settings": settings.as_dict(),
        "hints": hints,
    }


def _read(wish: Wish, event: dict[str, Any]) -> Seen:
    file = Path(event["out"])
    with np.load(file) as planes:
        height, width = event["size"]
        seen = Seen(wish, planes["gray"], planes["ab"], planes["confidence"], (height, width))
    file.unlink(missing_ok=True)
    return seen
