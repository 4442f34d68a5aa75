"""What there is to know about one row: paths, state, reason, warnings; to be copied."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from colorizer.archive.records.preset_files import changed
from colorizer.engine.queue import Entry
from gui.session.session import Session
from gui.words.text import clock, said, shown, size_words, state_words

_LINES = 7
_FEWEST = 2
"""Where the window is as small as it gets."""


class Details(QWidget):
    """Shows one row as text."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        session.changed.connect(lambda: self.show_entry(session.shown_entry()))
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(self.tr("Details of the selected file"))
        self.text.setPlaceholderText(self.tr("Choose a file to see its details here."))
        line = self.text.fontMetrics().lineSpacing()
        self.text.setMinimumHeight(line * _FEWEST + 12)
        self.setMaximumHeight(line * _LINES + 12)
        copy = QPushButton(self.tr("Copy"))
        copy.clicked.connect(self._handle_copy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
        layout.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)

    def show_entry(self, entry: Entry | None) -> None:
        """Show another row, or the same after a change."""
        words = details_of(entry) if entry is not None else ""
        if words != self.text.toPlainText():
            self.text.setPlainText(words)

    def _handle_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())


def details_of(entry: Entry) -> str:
    """Return all that is known of a row, reason first."""
    job = entry.job
    lines = [state_words(entry.state) + (f": {said(entry.reason)}" if entry.reason else "")]
    lines += [f"! {said(warning)}" for warning in entry.warnings]
    lines += [_tr("Original: %1").replace("%1", str(job.source))]
    lines += [_tr("Result: %1").replace("%1", str(job.target))]
    if size := size_words(entry.facts):
        lines.append(_tr("Size: %1").replace("%1", size))
    if entry.seconds:
        lines.append(_tr("Time: %1").replace("%1", clock(entry.seconds)))
    if hints := entry.job.hints:
        times = sorted({hint.when for hint in hints if hint.when is not None}, key=str)
        at = ", ".join(f"{time:.2f} s" if isinstance(time, float) else str(time) for time in times)
        number = f"{len(hints)} ({at})" if at else str(len(hints))
        lines.append(_tr("Hints: %1").replace("%1", number))
    settings = ", ".join(f"{name} {value}" for name, value in changed(job.settings).items())
    lines.append(_tr("Settings: %1").replace("%1", settings or _tr("all as usual")))
    return "\n".join(map(shown, lines))


def _tr(text: str) -> str:
    return QCoreApplication.translate("details", text)
