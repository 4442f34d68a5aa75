"""A label that shortens its text where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.style.plain import PlainLabel
from gui.words.text import as_tip


class ElidedLabel(PlainLabel):
    """A label that shortens its text where it does not fit, and shows it as a tip.

    Args:
        text: shown whole where it fits.
        cut: what is left out of it elsewhere.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        cut: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        super().__init__("", parent)
        self._cut = cut
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.setToolTip(as_tip(text))
        self.setAccessibleName(text)
        self._elide()

    def resizeEvent(self, event: object) -> None:
        """Shorten again."""
        self._elide()

    def _elide(self) -> None:
        fits = self.fontMetrics().elidedText(self._text, self._cut, max(0, self.width() - 2))
        super().setText(fits)
