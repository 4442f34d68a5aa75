"""A label that shortens its text where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.style.plain import PlainLabel
from gui.words.text import as_tip


class ElidedLabel(PlainLabel):
    """A label that shortens its text where it does not fit, and shows it as a tip.

    Args:
        text: shown whole where it fits, without its middle elsewhere.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._text = self._core = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str, core: str = "") -> None:
        """Show another text; where it does not fit, its core alone, such as the name of a path."""
        self._text, self._core = text, core or text
        self.setToolTip(as_tip(text))
        self.setAccessibleName(text)
        self._elide()

    def resizeEvent(self, event: object) -> None:
        """Shorten again."""
        self._elide()

    def _elide(self) -> None:
        room, metrics = max(0, self.width() - 2), self.fontMetrics()
        fits = metrics.horizontalAdvance(self._text) <= room
        text = self._text if fits else self._core
        super().setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room))
