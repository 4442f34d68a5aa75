"""Words over a picture, on a dark box that can be read on any of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

_ROOM = (16, 8)
"""Around the words, both sides together."""


def draw_box(
    painter: QPainter, words: str, corner: QPointF, *, right: bool = False, below: bool = True
) -> None:
    """Draw words in a box.

    Args:
        painter: of the picture.
        words: one line.
        corner: of the box.
        right: it is the right corner, not the left one.
        below: it is the top corner, not the bottom one.
    """
    metrics = painter.fontMetrics()
    box = QRectF(0, 0, metrics.horizontalAdvance(words) + _ROOM[0], metrics.height() + _ROOM[1])
    box.moveLeft(corner.x() - (box.width() if right else 0))
    box.moveTop(corner.y() - (0 if below else box.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor("white"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
