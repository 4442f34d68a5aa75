"""Hints: colours a person gives to places of a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor, QUndoStack

from colorizer.color.cielab import luma_to_L
from colorizer.engine.queue import Entry
from colorizer.guidance.hints.file import Hint, packed
from colorizer.jobs import JobState, Kind
from gui.app.engine import Engine
from gui.app.undo import ChangeRows
from gui.picture.colour_menu import ColourMenu, RecentColours
from gui.picture.compare_view import CompareView
from gui.picture.looks import Hints, Seen, question
from gui.picture.shading import colour_of
from gui.queue.queue_model import QueueModel

SAME_MOMENT = 0.005
"""Seconds by which the time of a frame may be rounded, as the worker takes it."""


class Hinting(QObject):
    """Turns clicks on the picture into hints of the row that is shown."""

    def __init__(
        self, model: QueueModel, engine: Engine, undo: QUndoStack, view: CompareView
    ) -> None:
        super().__init__(view)
        self._model, self._engine, self._undo, self._view = model, engine, undo, view
        self._row: int | None = None
        self._seen: Seen | None = None
        self._shown: list[int] = []
        """Of the row's hints, those whose place is in the picture."""
        self.recent = RecentColours(self)
        view.clicked.connect(self._handle_place)
        view.hint_moved.connect(self._handle_moved)
        view.hint_removed.connect(self._handle_removed)

    def show(self, entry: Entry, seen: Seen) -> None:
        """Draw the hints of a row on its picture."""
        self._row, self._seen = entry.id, seen
        places = [place_of(hint, seen) for hint in entry.hints]
        self._shown = [number for number, place in enumerate(places) if place is not None]
        dots = [(place, hint) for place, hint in zip(places, entry.hints, strict=True) if place]
        self._view.set_hints(
            [(x, y, colour_of(lightness(seen, x, y), *hint[2:4])) for (x, y), hint in dots]
        )

    def forget(self) -> None:
        """No row is shown."""
        self._row = self._seen = None

    def add(self, x: float, y: float, a: float, b: float) -> None:
        """Give a place a colour; in a film from the moment that is shown."""
        entry, seen = self._entry(), self._seen
        if entry is not None and seen is not None:
            colour = colour_of(65.0, a, b)
            self.recent.add(colour)
            film = entry.job.kind is Kind.FILM
            hint: Hint = (x, y, a, b, seen.wish.time) if film else (x, y, a, b)
            self._set((*entry.hints, hint), self.tr("New hint"))

    def _entry(self) -> Entry | None:
        """Return the row that is shown, None where it can't be changed."""
        if self._row is None or not self._model.has(self._row):
            return None
        entry = self._model.entry(self._row)
        return None if entry.state is JobState.RUNNING else entry

    def _handle_place(self, x: float, y: float) -> None:
        entry, seen = self._entry(), self._seen
        if entry is None or seen is None:
            return
        menu = ColourMenu(self.recent.colours, self._view)
        menu.chosen.connect(lambda a, b: self.add(x, y, a, b))
        L = lightness(seen, x, y)

        def offer(event: dict[str, Any]) -> None:
            found = [(c["a"], c["b"], c["share"]) for c in event.get("colours", [])]
            menu.set_likely([(colour_of(L, a, b), share, a, b) for a, b, share in found])

        asked = question(entry.job, entry.hints, seen.wish.time)
        self._engine.ask("alternatives", _while_alive(menu, offer), place=(x, y), **asked)
        menu.popup(QCursor.pos())

    def _handle_moved(self, number: int, x: float, y: float) -> None:
        entry, seen = self._entry(), self._seen
        if entry is not None and seen is not None and number < len(self._shown):
            hints, place = list(entry.hints), self._shown[number]
            when = hints[place][4:]
            # Where it was followed to was wrong: from now on it is of this moment.
            when = when if is_at(hints[place], seen.wish.time) else (seen.wish.time,)
            (hints[place],) = packed([(x, y, *hints[place][2:4], *when)])
            self._set(tuple(hints), self.tr("Moved hint"))

    def _handle_removed(self, number: int) -> None:
        entry = self._entry()
        if entry is not None and number < len(self._shown):
            place = self._shown[number]
            self._set(entry.hints[:place] + entry.hints[place + 1 :], self.tr("Removed hint"))

    def _set(self, hints: Hints, words: str) -> None:
        assert self._row is not None
        self._undo.push(ChangeRows(words, self._model, "hints", {self._row: hints}))


def is_at(hint: Hint, time: float) -> bool:
    """Tell whether a hint belongs to a moment; one of a photo always does."""
    if len(hint) == 5:
        return isinstance(hint[4], float) and abs(hint[4] - time) < SAME_MOMENT
    return len(hint) == 4


def place_of(hint: Hint, seen: Seen) -> tuple[float, float] | None:
    """Return where a hint is in a picture, None where it is not or nobody knows yet."""
    asked = dict(zip(seen.wish.hints, seen.places, strict=True))
    if hint in asked:
        return asked[hint]
    if len(hint) < 4 or not is_at(hint, seen.wish.time):  # a reference is no place
        return None
    return hint[0], hint[1]


def lightness(seen: Seen, x: float, y: float) -> float:
    """Return L at a place, kept where colours can be told apart."""
    height, width = seen.gray.shape
    code = seen.gray[min(int(y * height), height - 1), min(int(x * width), width - 1)]
    return float(np.clip(luma_to_L(np.array([[code]]), 8, True)[0, 0], 25, 85))


def _while_alive(menu: ColourMenu, handle: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return the handler, silent once the menu is gone."""
    gone: list[bool] = []
    menu.destroyed.connect(lambda: gone.append(True))
    return lambda event: None if gone else handle(event)
