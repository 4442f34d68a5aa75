"""What a film has under its picture: time, shots."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from colorizer.engine.queue import Entry
from colorizer.jobs import Kind
from gui.session.session import Session
from gui.shots.shot_list import ShotList
from gui.shots.shot_stills import ShotStills
from gui.shots.shots import Shots
from gui.shots.timeline import Timeline


class FilmPanel(QWidget):
    """Timeline and shot list of the film that is shown; hidden for photos."""

    time_changed = Signal(float)
    """Seconds."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = session.preferences
        self.shots = Shots(session, self)
        self.timeline = Timeline(session.engine)
        self.list = ShotList(self.shots, ShotStills(session.engine, self))
        self.list.setVisible(self.shows_list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.timeline)
        layout.addWidget(self.list)
        self.timeline.time_changed.connect(self._handle_time)
        self.shots.changed.connect(self._handle_shots)
        self.list.chosen.connect(self.timeline.go_to)

    @property
    def shows_list(self) -> bool:
        """Whether the list of shots is wanted."""
        return bool(self._preferences.get("shots", True))

    def toggle_list(self) -> None:
        """Show the list of shots, or hide it."""
        self._preferences.put("shots", not self.shows_list)
        self.list.setVisible(self.shows_list)

    def show_entry(self, entry: Entry | None) -> None:
        """Show another row; one that is no film hides the panel."""
        film = entry if entry is not None and entry.job.kind is Kind.FILM else None
        self.setVisible(film is not None)
        if film is not None:
            self._show_length(film)
        self.shots.show(film)

    def take_facts(self, entry: Entry) -> None:
        """Take what the worker found out about the film that is shown."""
        self._show_length(entry)
        self.shots.reload()

    def show_frame(self, number: int) -> None:
        """Mark a frame that is shown already, counted from the first one that is coloured."""
        begin = self.shots.plan.begin if self.shots.plan else 0
        self.timeline.show_frame(begin + number)
        self.list.set_frame(self.timeline.frame)

    def look_at(self, seconds: float) -> tuple[float, float]:
        """Return strength and vividness that the film will have at a time."""
        return self.shots.look_at(round(seconds * self.timeline.rate))

    def _show_length(self, entry: Entry) -> None:
        self.timeline.set_film(entry)
        self.list.model.set_frames(self.timeline.last + 1)

    def _handle_time(self, seconds: float) -> None:
        self.list.set_frame(self.timeline.frame)
        self.time_changed.emit(seconds)

    def _handle_shots(self) -> None:
        self.timeline.set_shots(self.shots.firsts)
