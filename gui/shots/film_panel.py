"""What a film has under its picture: time and part; its shots; references, of photos too."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from colorizer.engine.queue import Entry
from colorizer.jobs import Kind
from gui.session.session import Session
from gui.shots.go_to import ask_place
from gui.shots.part import Part
from gui.shots.reference_list import ReferenceList
from gui.shots.references import References
from gui.shots.shot_list import ShotList
from gui.shots.shot_stills import ShotStills
from gui.shots.shots import Shots
from gui.shots.timeline import Timeline


class FilmPanel(QWidget):
    """Timeline of the film that is shown, hidden for photos; the list lies where the window is."""

    time_changed = Signal(float)
    """Seconds."""
    list_toggled = Signal()
    """The list of shots is wanted, or not any more."""
    files_dropped = Signal(object)
    """Pictures that are to be colorized, as a list of paths."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = session.preferences
        self.shots = Shots(session, self)
        self.part = Part(session, self.shots)
        self.timeline = Timeline(session.engine)
        self.list = ShotList(self.shots, ShotStills(session.engine, self))
        self.references = References(session, self.shots)
        self.reference_list = ReferenceList(self.references, session.engine)
        self._film: Entry | None = None
        self.menu_actions: list[QAction] = []
        """Of the menu of the strip."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.timeline)
        self.timeline.time_changed.connect(self._handle_time)
        self.timeline.part_chosen.connect(self.part.choose)
        self.timeline.place_asked.connect(lambda: ask_place(self.timeline))
        self.timeline.strip.menu_asked.connect(self._handle_menu)
        self.part.failed.connect(self.shots.failed)
        self.shots.changed.connect(self._handle_shots)
        self.list.chosen.connect(self.timeline.go_to)
        self.reference_list.reach_shown.connect(self.timeline.strip.set_reached)
        self.reference_list.dropped.connect(self.offer_references)

    @property
    def is_film(self) -> bool:
        """Whether a film is shown."""
        return self._film is not None

    @property
    def shows_list(self) -> bool:
        """Whether the list of shots is wanted."""
        return bool(self._preferences.get("shots", True))

    def toggle_list(self) -> None:
        """Show the list of shots, or hide it."""
        self._preferences.put("shots", not self.shows_list)
        self.list_toggled.emit()

    def show_entry(self, entry: Entry | None) -> None:
        """Show another row; one that is not a film hides the panel."""
        self._film = film = entry if entry is not None and entry.job.kind is Kind.FILM else None
        self.setVisible(film is not None)
        if film is not None:
            self._show_length(film)
        else:
            self.timeline.shuttle(0)
        self.references.show(entry)
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

    def pass_by(self, frame: int) -> None:
        """Mark a frame of the film that runs."""
        self.timeline.pass_by(frame)
        self.list.set_frame(frame)

    def look_at(self, seconds: float) -> tuple[float, float]:
        """Return strength and vividness that the film will have at a time."""
        return self.shots.look_at(round(seconds * self.timeline.rate))

    def is_in_part(self, entry: Entry) -> bool:
        """Tell whether the part of a row that is run shows what is looked at; photos always do."""
        if entry.job.kind is not Kind.FILM:
            return True
        begin, end = self.part.ends(entry)
        return begin <= self.timeline.frame and (end is None or self.timeline.frame < end)

    def begins(self, entry: Entry) -> float:
        """Return the seconds of a film at which its part begins."""
        return self.part.ends(entry)[0] / self.timeline.rate

    def begin_here(self) -> None:
        """Run the film from the frame that is shown."""
        self.part.begin_at(self.timeline.frame)

    def end_here(self) -> None:
        """Run the film to the frame that is shown."""
        self.part.end_after(self.timeline.frame)

    def offer_references(self, files: list[Path]) -> None:
        """Ask what pictures that were dropped are: references, or files for the queue."""
        QTimer.singleShot(0, self, lambda: self.reference_menu(files).popup(QCursor.pos()))

    def reference_menu(self, files: list[Path]) -> QMenu:
        """Return the menu of what pictures can be."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        seconds, frame = self.timeline.time, self.timeline.frame
        anywhere = self.tr("Reference wherever it shows the same")
        if not self.is_film:
            anywhere = self.tr("Reference of this photo")
        menu.addAction(anywhere).triggered.connect(lambda: self.references.add(files))
        if len(files) == 1 and self.is_film:
            here = self.tr("Reference of this frame (%1)").replace("%1", str(frame))
            menu.addAction(here).triggered.connect(lambda: self.references.add(files, seconds))
        menu.addSeparator()
        queue = self.tr("Colorize it: add to the queue")
        menu.addAction(queue).triggered.connect(lambda: self.files_dropped.emit(files))
        menu.addAction(self.tr("Cancel"))
        return menu

    def _handle_menu(self, where: QPoint) -> None:
        QMenu.exec(self.menu_actions, where)

    def _show_length(self, entry: Entry) -> None:
        self.timeline.set_film(entry)
        self.list.model.set_frames(self.timeline.last + 1)

    def _handle_time(self, seconds: float) -> None:
        self.list.set_frame(self.timeline.frame)
        self.time_changed.emit(seconds)

    def _handle_shots(self) -> None:
        self.timeline.set_shots(self.shots.firsts, self.shots.marks)
        entry = self.shots.entry()
        if entry is not None:
            self.timeline.set_part(*self.part.ends(entry))
