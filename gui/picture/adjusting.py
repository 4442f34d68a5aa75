"""Strength and vividness of rows, as a person moves their sliders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoStack

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.app.runner import PENDING
from gui.app.undo import ChangeRows
from gui.picture.adjust_panel import AdjustPanel
from gui.queue.queue_model import QueueModel


class Adjusting(QObject):
    """Turns moves of sliders into settings of the rows that are selected or shown.

    Args:
        model: the queue.
        undo: takes the changes.
        panel: the sliders.
        entry: gives the row that is shown.
    """

    def __init__(
        self,
        model: QueueModel,
        undo: QUndoStack,
        panel: AdjustPanel,
        entry: Callable[[], Entry | None],
    ) -> None:
        super().__init__(panel)
        self.selected: Callable[[], list[int]] = list
        """Gives the rows that are selected."""
        self._model, self._undo, self._entry = model, undo, entry
        panel.changed.connect(self._handle_value)
        panel.spread.connect(self._handle_spread)

    def _handle_value(self, name: str, value: float) -> None:
        entry = self._entry()
        rows = {*self.selected(), *([entry.id] if entry is not None else [])}
        self._change(sorted(filter(self._may_change, rows)), {name: value}, name)

    def _handle_spread(self) -> None:
        entry = self._entry()
        if entry is None:
            return
        settings = entry.job.settings
        values = {"strength": settings.strength, "vividness": settings.vividness}
        rows = [other.id for other in self._model.entries if other.state in PENDING]
        self._change(rows, values, "")

    def _change(self, rows: list[int], values: dict[str, float], merge: str) -> None:
        new = {row: replace(self._model.entry(row).job.settings, **values) for row in rows}
        if new:
            words = self.tr("Change of colour")
            self._undo.push(ChangeRows(words, self._model, "settings", new, merge))

    def _may_change(self, row: int) -> bool:
        return self._model.has(row) and self._model.entry(row).state is not JobState.RUNNING
