"""Whether After is the finished file or a preview of what it would become, and the way to it."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from colorizer.engine.queue import Entry
from colorizer.engine.queue_entry import is_other
from colorizer.guidance.cut_list import cut_file, override_file
from colorizer.jobs import JobState, Kind
from gui.picture.canvas import Canvas
from gui.session.session import Session
from gui.shots.film_panel import FilmPanel


class Saved(QPushButton):
    """Says what After shows; a button where the file is not what is wished any more.

    Args:
        session: colorizes again.
        view: the picture, whose caption it sets.
        film: tells whether the part that was run shows the frame.
    """

    def __init__(
        self, session: Session, view: Canvas, film: FilmPanel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._view, self._film = session, view, film
        self._row: int | None = None
        self._missed: int | None = None
        """Row whose file can't be shown."""
        self.setText(self.tr("Colorize again"))
        self.setToolTip(self.tr("The file was made without your changes: make it again with them"))
        self.clicked.connect(self._handle_clicked)
        self.hide()

    def show_entry(self, entry: Entry | None) -> None:
        """Tell about a row, or the same after a change."""
        row = entry.id if entry is not None else None
        if row != self._row:
            self._row, self._missed = row, None
        done = entry is not None and entry.state is JobState.DONE
        words = self.tr("After")
        if entry is not None and done:
            words = self.tr("After: the file")
            if not self.is_file(entry):
                words = self.tr("After: preview, not saved")
        self._view.set_words(after=words)
        self.setVisible(entry is not None and done and _is_changed(entry))

    def miss(self, row: int) -> None:
        """Show the preview of a row whose file can't be read."""
        self._missed = row

    def is_file(self, entry: Entry) -> bool:
        """Tell whether After can be the file: it is what is wished, and it is one."""
        if entry.state is not JobState.DONE or entry.id == self._missed or _is_changed(entry):
            return False
        return entry.job.target.is_file() and self._film.is_in_part(entry)

    def _handle_clicked(self) -> None:
        if self._row is not None:
            self._session.retry([self._row])


def _is_changed(entry: Entry) -> bool:
    """Tell whether a result is not what is wished any more, its shots counted too."""
    if is_other(entry) or entry.job.kind is not Kind.FILM or entry.job.settings.shots is None:
        return is_other(entry)
    cuts = cut_file(entry.job.settings.shots, entry.job.source)
    files = [file for file in (cuts, override_file(cuts)) if file is not None and file.exists()]
    return any(file.stat().st_mtime > (entry.ended or 0.0) for file in files)
