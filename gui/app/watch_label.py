"""The words of the status bar about watched folders."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gui.session.watching import Watching
from gui.style.plain import PlainLabel
from gui.words.text import as_tip, said, shown

_WIDTH = 280
"""In device-independent pixels."""


class WatchLabel(PlainLabel):
    """Says what is watched, or why nothing comes in."""

    def __init__(self, watching: Watching, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._watching = watching
        watching.changed.connect(self._handle_changed)
        self._handle_changed()

    def _handle_changed(self) -> None:
        folders, trouble = self._watching.folders, shown(said(self._watching.trouble))
        self.setVisible(bool(folders))
        if not folders:
            return
        names = ", ".join(shown(folder) for folder in folders)
        words = self.tr("Watching: %1").replace("%1", names)
        line = f"⚠ {trouble}" if trouble else words
        middle = Qt.TextElideMode.ElideMiddle
        self.setText(self.fontMetrics().elidedText(line, middle, _WIDTH))
        told = f"{words}\n{trouble}".strip()
        self.setToolTip(as_tip(told))
        self.setAccessibleName(told)
