"""Log, keyboard shortcuts, about, and the text of Copy diagnostics."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, qVersion
from PySide6.QtGui import QAction, QFontDatabase, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from colorizer import __version__
from colorizer.files.bundle import licences_folder
from gui.session.engine import LOG_LINES, Engine

_PATH = re.compile(r"(?<![\w<./])(?:/|[A-Za-z]:[\\/])[^\n\"'<>]+?(?=:? *$|: |; |, |[\"'])")
"""A whole path, which may hold blanks: to the end of the line, a quotation mark or what is said."""
_LAST_LINES = 60
"""Of the log in the diagnostics."""


class LogWindow(QDialog):
    """What the worker writes, as it writes it."""

    def __init__(
        self, engine: Engine, earlier: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Log"))
        self.resize(760, 440)
        self._text = QPlainTextEdit(readOnly=True, maximumBlockCount=LOG_LINES)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setAccessibleName(self.tr("Log of the worker"))
        self._text.setPlaceholderText(self.tr("Nothing has been logged."))
        self._text.setPlainText("\n".join(earlier or engine.log))
        copy = QPushButton(self.tr("Copy all"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text.toPlainText()))
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(copy)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)
        layout.addLayout(row)
        engine.logged.connect(self._text.appendPlainText)


class TextWindow(QDialog):
    """A title and rich text with a Close button."""

    def __init__(self, title: str, html: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        label = QLabel(html)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        label.setMinimumWidth(460)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(label)
        layout.addWidget(buttons)


def shortcuts_html(actions: Iterable[QAction]) -> str:
    """Return a table of all keys."""
    rows = [
        f"<tr><td><b>{key}</b>&nbsp;&nbsp;&nbsp;</td><td>{_plain(action.text())}</td></tr>"
        for action in actions
        if (key := action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
    ]
    arrows = _tr("Arrows move the picture, Shift and arrows the line, the wheel zooms.")
    return f"<table>{''.join(rows)}</table><p>{arrows}</p>"


def about_html() -> str:
    """Return what the program is, its promises and licences."""
    promise = _tr(
        "Originals are never written to. Everything runs on this computer: nothing is sent, "
        "nothing is counted, no network is used. Colours are guesses, and every result says so."
    )
    parts = _tr(
        "Licence: Apache-2.0, code and weights. Built with Qt and PySide6 (LGPL 3), PyTorch "
        "(BSD), FFmpeg through PyAV with x264 and x265 (GPL), OpenCV (Apache-2.0), Pillow, "
        "tifffile and NumPy (BSD, HPND)."
    )
    text = f"<h2>Colorizer {__version__}</h2><p>{promise}</p><p>{parts}</p>"
    if folder := licences_folder():
        told = _tr("The licences, and the offer of the sources of GPL programs, are in %1.")
        text += f"<p>{told.replace('%1', escape(str(folder)))}</p>"
    return text


def diagnostics(engine: Engine, device: str, findings: list[dict[str, object]]) -> str:
    """Return what a report of a fault needs; names of the person's files are left out."""
    lines = [
        f"Colorizer {__version__}",
        f"Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}",
        device,
        *(f"{finding['name']}: {finding['found']}" for finding in findings),
        "--- log",
        *map(without_paths, list(engine.log)[-_LAST_LINES:]),
    ]
    return "\n".join(lines).replace(str(Path.home()), "~")


def without_paths(line: str) -> str:
    """Return a line of the log with the kind of each file in place of its path.

    Lines of a traceback keep theirs, which name the program's files.
    """
    if line.lstrip().startswith('File "'):
        return line
    return _PATH.sub(lambda found: f"<path>{Path(found[0]).suffix}", line)


def _plain(text: str) -> str:
    return text.replace("&", "").replace("<", "&lt;")


def _tr(text: str) -> str:
    return QCoreApplication.translate("help", text)
