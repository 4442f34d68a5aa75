"""What is known about one row, in two columns that fold: the file, and its settings in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from colorizer.engine.queue import Entry
from colorizer.places.hint import Hint
from gui.session.session import Session
from gui.words.setting_words import told_settings
from gui.words.text import clock, count, moment, said, shown, size_words, state_words

_HEAD = """
QToolButton { border: none; padding: 3px; font-weight: 600; }
QToolButton:focus, QToolButton:hover { text-decoration: underline; }
"""
_LINES = 6
_FEWEST = 2
"""Where the window is as small as it gets."""


class Details(QWidget):
    """Shows one row as text; what is folded is remembered."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._compact = session, False
        session.changed.connect(lambda: self.show_entry(session.shown_entry()))
        self.columns = [
            _Column(self.tr("File"), self.tr("Details of the selected file")),
            _Column(self.tr("Settings"), self.tr("Settings of the selected file")),
        ]
        self._copy = QPushButton(self.tr("Copy"))
        self._copy.setToolTip(self.tr("Copy file and settings as text"))
        self._copy.clicked.connect(self._handle_copy)
        heads = QHBoxLayout()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(2)
        for place, column in enumerate(self.columns):
            layout.addWidget(column.head, 0, place)
            is_last = place == len(self.columns) - 1
            layout.addWidget(column.text, 1, place, 1, 3 if is_last else 1)
            layout.setColumnStretch(place, 1)
        heads.addWidget(self._copy)
        layout.addLayout(heads, 0, len(self.columns) + 1)
        layout.setRowStretch(1, 1)
        for place, column in enumerate(self.columns):
            column.head.setChecked(self._session.preferences.get(f"details_{place}", True))
        for column in self.columns:
            column.head.toggled.connect(self._handle_toggled)
        self._handle_fold()
        self.show_entry(None)

    @property
    def words(self) -> str:
        """All that is told, as it is copied."""
        return "\n".join(column.text.toPlainText() for column in self.columns).strip()

    def show_entry(self, entry: Entry | None) -> None:
        """Show another row, or the same after a change."""
        texts = ("", "") if entry is None else (details_of(entry), settings_of(entry))
        for column, words in zip(self.columns, texts, strict=True):
            if words != column.text.toPlainText():
                column.text.setPlainText(words)
        self._copy.setEnabled(entry is not None)
        number = len(self._session.selected)
        title = self.tr("File · %1 selected").replace("%1", count(number))  # all get what is set
        self.columns[0].head.setText(title if number > 1 else self.tr("File"))

    def set_compact(self, compact: bool) -> None:
        """Fold both columns where the window is small, and show them again where it is not."""
        if compact is self._compact:
            return
        self._compact = compact
        for place, column in enumerate(self.columns):
            kept = self._session.preferences.get(f"details_{place}", True)
            column.head.blockSignals(True)
            column.head.setChecked(kept and not compact)
            column.head.blockSignals(False)
        self._handle_fold()

    def _handle_toggled(self) -> None:
        if not self._compact:
            for place, column in enumerate(self.columns):
                self._session.preferences.put(f"details_{place}", column.head.isChecked())
        self._handle_fold()

    def _handle_fold(self) -> None:
        """Give the open columns the width, and no height where none is open."""
        layout = self.layout()
        assert isinstance(layout, QGridLayout)
        for place, column in enumerate(self.columns):
            is_open = column.head.isChecked()
            column.text.setVisible(is_open)
            column.head.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
            layout.setColumnStretch(place, 1000 if is_open else 0)
        layout.setColumnStretch(len(self.columns), 1)  # else the button would grow
        any_open = any(column.head.isChecked() for column in self.columns)
        vertical = QSizePolicy.Policy.Preferred if any_open else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self.setMaximumHeight(
            self._most() if any_open else self.columns[0].head.sizeHint().height()
        )

    def _most(self) -> int:
        line = self.fontMetrics().lineSpacing()
        return line * _LINES + 12 + self.columns[0].head.sizeHint().height()

    def _handle_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.words)


class _Column:
    """A head that folds, and a text below it."""

    def __init__(self, title: str, purpose: str) -> None:
        self.head = QToolButton()
        self.head.setText(title)
        self.head.setCheckable(True)
        self.head.setStyleSheet(_HEAD)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.head.setAccessibleName(purpose)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(purpose)
        self.text.setPlaceholderText(_tr("Choose a file to see its details here."))
        self.text.setMinimumHeight(self.text.fontMetrics().lineSpacing() * _FEWEST + 12)


def details_of(entry: Entry) -> str:
    """Return all that is known of the file of a row, reason first."""
    job = entry.job
    lines = [state_words(entry.state) + (f": {said(entry.reason)}" if entry.reason else "")]
    lines += [f"! {said(warning)}" for warning in entry.warnings]
    lines += [_tr("Original: %1").replace("%1", str(job.source))]
    lines += [_tr("Result: %1").replace("%1", str(job.target))]
    if size := size_words(entry.facts):
        lines.append(_tr("Size: %1").replace("%1", size))
    if (time := clock(entry.seconds or 0.0)) != clock(0):
        lines.append(_tr("Time: %1").replace("%1", time))
    hints = [guide for guide in entry.job.hints if isinstance(guide, Hint)]
    if pictures := len(entry.job.hints) - len(hints):
        lines.append(_tr("References: %1").replace("%1", count(pictures)))
    if hints:
        times = sorted({hint.when for hint in hints if hint.when is not None}, key=str)
        at = ", ".join(moment(time) if isinstance(time, float) else str(time) for time in times)
        number = f"{len(hints)} ({at})" if at else str(len(hints))
        lines.append(_tr("Hints: %1").replace("%1", number))
    return "\n".join(map(shown, lines))


def settings_of(entry: Entry) -> str:
    """Return the settings of a row that are not the usual ones, a line each."""
    lines = [f"{name}: {value}" for name, value in told_settings(entry.job.settings)]
    return "\n".join(map(shown, lines or [_tr("All as usual")]))


def _tr(text: str) -> str:
    return QCoreApplication.translate("details", text)
