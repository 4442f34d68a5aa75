"""A list with words and two buttons above it, as on the pages below the queue."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.style.plain import PlainLabel


class ListPage(QWidget):
    """A list of which several can be chosen; its rows are the business of a subclass.

    Args:
        name: of the list, for screen readers.
        icons: size of its pictures.
        button: words of the button before Remove.
    """

    def __init__(self, name: str, icons: QSize, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setIconSize(icons)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setMinimumHeight(48)
        self.words = PlainLabel()
        self.words.setWordWrap(True)
        self.button = QPushButton(button)
        self.remove = QPushButton(self.tr("Remove"))
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        row.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.list, 1)

    def on_remove(self, action: Callable[[], object]) -> None:
        """Do something at the button and at the key for removing."""
        self.remove.clicked.connect(lambda: action())
        QShortcut(
            QKeySequence.StandardKey.Delete,
            self.list,
            action,
            context=Qt.ShortcutContext.WidgetShortcut,
        )

    def rows(self) -> list[int]:
        """Return the chosen rows in order."""
        return sorted(index.row() for index in self.list.selectedIndexes())
