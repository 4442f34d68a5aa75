"""What the colours below the strip mean, of those that occur."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.shots.shot_kinds import COLOURS, KINDS, kind_words

_SIDE, _GAP = 9, 14


class Legend(QWidget):
    """A line of coloured squares and words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_kinds(self, kinds: AbstractSet[str]) -> None:
        """Explain these."""
        self.kinds = [kind for kind in KINDS if kind in kinds]
        words = ", ".join(map(kind_words, self.kinds))
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a line."""
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw squares and words, as many as fit."""
        painter, x = QPainter(self), 0.0
        metrics = self.fontMetrics()
        for kind in self.kinds:
            words = kind_words(kind)
            middle = self.height() / 2
            painter.fillRect(QRectF(x, middle - _SIDE / 2, _SIDE, _SIDE), COLOURS[kind])
            place = QRectF(x + _SIDE + 4, 0, self.width() - x - _SIDE - 4, self.height())
            fits = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, fits)
            x += _SIDE + 4 + metrics.horizontalAdvance(words) + _GAP
            if x > self.width():
                return
