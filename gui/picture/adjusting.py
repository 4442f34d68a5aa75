"""Strength and vividness of rows, as a person moves their sliders."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gui.picture.adjust_panel import AdjustPanel
from gui.session.session import Session


class Adjusting(QObject):
    """Turns moves of sliders into settings of the rows that are selected.

    Args:
        session: whose rows change.
        panel: the sliders.
    """

    def __init__(self, session: Session, panel: AdjustPanel) -> None:
        super().__init__(panel)
        self._session = session
        panel.changed.connect(self._handle_value)
        panel.spread.connect(self._handle_spread)

    def _handle_value(self, name: str, value: float) -> None:
        rows = self._session.selected
        self._session.change(rows, {name: value}, self.tr("Change of colour"), merge=name)

    def _handle_spread(self) -> None:
        entry = self._session.shown_entry()
        if entry is not None:
            settings = entry.job.settings
            values = {"strength": settings.strength, "vividness": settings.vividness}
            rows = self._session.waiting()
            self._session.change(rows, values, self.tr("Change of colour"))
