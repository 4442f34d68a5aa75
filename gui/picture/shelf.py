"""What lies below the queue: shots of a film, references and hints of the file that is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget

from colorizer.engine.queue import Entry
from gui.picture.hint_list import HintList
from gui.session.session import Session
from gui.shots.film_panel import FilmPanel
from gui.words.text import count


class Shelf(QTabWidget):
    """Pages for the file that is shown; hidden where it has none, or the lists are switched off.

    Args:
        session: whose file is shown.
        film: has the lists of shots and references.
        hints: the list of hints.
    """

    def __init__(
        self, session: Session, film: FilmPanel, hints: HintList, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._film, self._hints = session, film, hints
        self.setDocumentMode(True)
        self.setAccessibleName(self.tr("Shots, references and hints"))
        self.addTab(film.list, self.tr("Shots"))
        self.addTab(film.reference_list, self.tr("References"))
        self.addTab(hints, self.tr("Hints"))
        film.references.changed.connect(self._refresh)
        film.list_toggled.connect(self._show)
        session.look_changed.connect(self._handle_look)
        session.undo.indexChanged.connect(self._refresh)
        session.model.counts_changed.connect(self._refresh)
        self._hinting = False
        self._entry: Entry | None = None
        self.show_entry(None)

    def show_entry(self, entry: Entry | None) -> None:
        """Show the pages of another file."""
        self._entry = entry
        self._refresh()

    def _refresh(self) -> None:
        entry = self._entry
        if entry is not None:
            known = self._session.model.has(entry.id)
            self._entry = self._session.model.entry(entry.id) if known else None
        self._hints.show_entry(self._entry)
        self._name_pages()
        self._show()

    def _handle_look(self) -> None:
        """Bring the list of hints to the front when clicks begin to place them."""
        began = self._session.look.hints and not self._hinting
        if self._hinting is not self._session.look.hints:
            self._hinting = self._session.look.hints
            self._hints.show_entry(self._entry)
        self._show()
        if began:
            self.setCurrentWidget(self._hints)

    def _show(self) -> None:
        film = self._film.is_film
        comes = film and not self.isTabVisible(0)
        self.setTabVisible(0, film)
        if comes:
            self.setCurrentIndex(0)
        guided = self._hints.list.count() > 0 or bool(self._film.references.all)
        wanted = self._film.shows_list and (film or guided or self._session.look.hints)
        self.setVisible(self._entry is not None and wanted)

    def _name_pages(self) -> None:
        numbers = {1: len(self._film.references.all), 2: self._hints.list.count()}
        names = {1: self.tr("References"), 2: self.tr("Hints")}
        for page, number in numbers.items():
            self.setTabText(page, f"{names[page]} ({count(number)})" if number else names[page])
