"""Small pictures of single frames of films, asked of the worker for the shots a person sees."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon

from colorizer.engine.queue import Entry
from gui.session.engine import Engine
from gui.session.thumbnails import icon_of

KEPT = 1000
WAITING = 20
"""Shots that scrolled by longer ago are asked for again when they come back."""
_LONGEST = 160


class ShotStills(QObject):
    """Keeps the last pictures and asks for those that are missing, newest wish first."""

    loaded = Signal()

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._pictures: OrderedDict[tuple[str, int], QIcon] = OrderedDict()
        self._wanted: OrderedDict[tuple[str, int], Entry] = OrderedDict()
        self._asked: tuple[str, int] | None = None
        self._blank = icon_of(None)

    def picture(self, entry: Entry, frame: int) -> QIcon:
        """Return the picture of a frame, a blank one until it has arrived."""
        key = (str(entry.job.source), frame)
        if key in self._pictures:
            return self._pictures[key]
        if key != self._asked:
            self._wanted[key] = entry
            self._wanted.move_to_end(key)
            while len(self._wanted) > WAITING:
                self._wanted.popitem(last=False)
            self._ask()
        return self._blank

    def _ask(self) -> None:
        if self._asked is not None or not self._wanted:
            return
        key, entry = self._wanted.popitem(last=True)
        self._asked = key
        self._engine.ask(
            "thumbnail",
            lambda event: self._handle_answer(key, event),
            source=key[0],
            kind=str(entry.job.kind),
            time=key[1] / float(entry.facts.get("rate") or 25.0),
            longest=_LONGEST,
        )

    def _handle_answer(self, key: tuple[str, int], event: dict[str, Any]) -> None:
        self._asked = None
        self._pictures[key] = icon_of(None if "error" in event else event)
        while len(self._pictures) > KEPT:
            self._pictures.popitem(last=False)
        self.loaded.emit()
        self._ask()
