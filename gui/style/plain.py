"""Text that is never taken for HTML: names of files may hold any sign."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget


class PlainLabel(QLabel):
    """A label that shows its text as it is."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)


def message_box(words: str, parent: QWidget | None, kind: QMessageBox.Icon) -> QMessageBox:
    """Return a box with words that can be copied, shown as they are."""
    box = QMessageBox(kind, "Colorizer", words, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return box


def warn(words: str, parent: QWidget | None) -> None:
    """Say what went wrong and wait until it was read."""
    message_box(words, parent, QMessageBox.Icon.Warning).exec()
