"""Words over a picture, on a dark box that can be read on any of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

_ROOM = (16, 8)
"""Around the words, both sides together."""


def draw_box(
    painter: QPainter,
    words: str,
    corner: QPointF,
    *,
    right: bool = False,
    below: bool = True,
    most: float = 0.0,
) -> QRectF:
    """Draw words in a box and return it.

    Args:
        painter: of the picture.
        words: broken into lines where `most` asks for it.
        corner: of the box.
        right: it is the right corner, not the left one.
        below: it is the top corner, not the bottom one.
        most: width of the box, at most; 0 for any.
    """
    room = QRectF(0, 0, max(1.0, most - _ROOM[0]) if most else 1e5, 1e5)
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
    text = painter.fontMetrics().boundingRect(room.toRect(), int(flags), words)
    box = QRectF(0, 0, text.width() + _ROOM[0], text.height() + _ROOM[1])
    box.moveLeft(corner.x() - (box.width() if right else 0))
    box.moveTop(corner.y() - (0 if below else box.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor("white"))
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
    painter.drawText(box, int(flags), words)
    return box
