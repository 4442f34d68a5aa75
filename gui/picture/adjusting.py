"""Strength and vividness of files or shots, as a person moves their sliders."""

from __future__ import annotations

from PySide6.QtCore import QObject

from colorizer.engine.queue import Entry
from colorizer.jobs import Kind
from gui.picture.adjust_panel import AdjustPanel
from gui.session.session import Session
from gui.shots.film_panel import FilmPanel
from gui.words.text import count


class Adjusting(QObject):
    """Turns moves of sliders into settings of the selected rows, or of the chosen shots.

    Args:
        session: whose rows change.
        panel: the sliders.
        film: whose shots may be meant.
    """

    def __init__(self, session: Session, panel: AdjustPanel, film: FilmPanel) -> None:
        super().__init__(panel)
        self._session, self._panel, self._film = session, panel, film
        self._entry: Entry | None = None
        panel.changed.connect(self._handle_value)
        panel.spread.connect(self._handle_spread)
        panel.target.activated.connect(self._show)
        film.list.chosen_changed.connect(self._show)

    def show(self, entry: Entry | None) -> None:
        """Show the values of a row, or of its chosen shots."""
        self._entry = entry
        self._panel.setEnabled(entry is not None)
        self._show()

    def allow(self, may: bool) -> None:
        """Let a person move the sliders; a row in progress is made with what it has."""
        self._panel.set_movable(may)
        self._show()

    def _show(self) -> None:
        entry, chosen = self._entry, self._chosen()
        if entry is None:
            self._panel.offer_shots("")
            return
        words = self.tr("%1 shots").replace("%1", count(len(chosen)))
        if len(chosen) == 1:
            words = self.tr("Shot %1").replace("%1", count(chosen[0] + 1))
        self._panel.offer_shots(words if chosen else "")
        settings = self._session.model.entry(entry.id).job.settings
        strength, vividness = settings.strength, settings.vividness
        if self._panel.acts_on_shots:
            strength, vividness = self._film.shots.look_at(self._film.shots.firsts[chosen[0]])
        self._panel.set_values({"strength": strength, "vividness": vividness})

    def _chosen(self) -> list[int]:
        """Return the chosen shots of the film that is shown."""
        entry, shots = self._entry, self._film.shots
        if entry is None or not self._session.model.has(entry.id):
            return []
        if entry.job.kind is not Kind.FILM or shots.plan is None or not shots.may_change:
            return []
        return [number for number in self._film.list.selected() if number < len(shots.firsts)]

    def _handle_value(self, name: str, value: float) -> None:
        if self._panel.acts_on_shots:
            self._film.shots.give(self._chosen(), name, value)
            return
        rows = self._session.selected
        self._session.change(rows, {name: value}, self.tr("Change of colour"), merge=name)

    def _handle_spread(self) -> None:
        entry = self._session.shown_entry()
        if entry is not None:
            settings = entry.job.settings
            values = {"strength": settings.strength, "vividness": settings.vividness}
            rows = self._session.waiting()
            self._session.change(rows, values, self.tr("Change of colour"))
