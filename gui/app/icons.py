"""Icons drawn in the colour of the text, so that they fit light and dark windows at any scale."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

_SIDES = (16, 24, 32, 48, 64)
"""Pixel sizes made of each icon."""

_SECTORS = (
    (90, 60, "#d7d7d9"), (150, 60, "#8d8e93"), (210, 60, "#4a4b50"),
    (30, 60, "#f2b134"), (330, 60, "#e0523f"), (270, 60, "#2a7fb8"),
)  # fmt: skip
"""Start and span in degrees from three o'clock, and colour, of the icon's sectors."""

Draw = Callable[[QPainter], None]


def icon(name: str, colour: QColor) -> QIcon:
    """Return an icon by name, drawn on a grid of 24 units, with a faded form for disabled use."""
    result = QIcon()
    faded = QColor(colour)
    faded.setAlphaF(0.35)
    for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, faded)):
        for side in _SIDES:
            result.addPixmap(_drawn(_SHAPES[name], ink, side), mode)
    return result


def app_icon() -> QIcon:
    """Return the program's own icon: a disc, gray on its left, in colour on its right."""
    result = QIcon()
    for side in (*_SIDES, 128, 256):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        disc = QRectF(0.06 * side, 0.06 * side, 0.88 * side, 0.88 * side)
        for start, span, colour in _SECTORS:
            painter.setBrush(QColor(colour))
            painter.drawPie(disc, start * 16, span * 16)
        painter.end()
        result.addPixmap(pixmap)
    return result


def _drawn(draw: Draw, ink: QColor, side: int) -> QPixmap:
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / 24, side / 24)
    pen = QPen(ink, 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    draw(painter)
    painter.end()
    return pixmap


def _fill(painter: QPainter) -> None:
    painter.setBrush(painter.pen().color())


def _polygon(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points]))


def _polyline(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def _play(painter: QPainter) -> None:
    _fill(painter)
    _polygon(painter, (7, 5), (19, 12), (7, 19))


def _pause(painter: QPainter) -> None:
    _fill(painter)
    painter.drawRect(QRectF(6.5, 5, 3.5, 14))
    painter.drawRect(QRectF(14, 5, 3.5, 14))


def _last(painter: QPainter) -> None:
    _fill(painter)
    _polygon(painter, (5, 5), (14, 12), (5, 19))
    painter.drawRect(QRectF(17, 5, 1.5, 14))


def _file(painter: QPainter) -> None:
    _polyline(painter, (14, 3), (5.5, 3), (5.5, 21), (18.5, 21), (18.5, 7.5), (14, 3), (14, 7.5),
              (18.5, 7.5))  # fmt: skip
    _polyline(painter, (12, 11), (12, 17))
    _polyline(painter, (9, 14), (15, 14))


def _folder(painter: QPainter) -> None:
    _polygon(painter, (3, 19), (3, 5), (9.5, 5), (11.5, 8), (21, 8), (21, 19))


def _settings(painter: QPainter) -> None:
    for y, x in ((6, 15), (12, 8), (18, 13)):
        painter.drawLine(QPointF(3.5, y), QPointF(20.5, y))
        painter.save()
        _fill(painter)
        painter.drawEllipse(QPointF(x, y), 2.1, 2.1)
        painter.restore()


def _split(painter: QPainter) -> None:
    painter.drawRect(QRectF(3.5, 5, 17, 14))
    painter.drawLine(QPointF(12, 2.5), QPointF(12, 21.5))
    painter.fillRect(QRectF(12, 5.5, 8, 13), painter.pen().color())


def _side_by_side(painter: QPainter) -> None:
    painter.drawRect(QRectF(2.5, 6, 8.3, 12))
    painter.fillRect(QRectF(13.2, 6, 8.3, 12), painter.pen().color())
    painter.drawRect(QRectF(13.2, 6, 8.3, 12))


def _before(painter: QPainter) -> None:
    painter.drawRect(QRectF(3.5, 5, 17, 14))


def _after(painter: QPainter) -> None:
    _fill(painter)
    painter.drawRect(QRectF(3.5, 5, 17, 14))


def _fit(painter: QPainter) -> None:
    for x, dx in ((4, 5), (20, -5)):
        for y, dy in ((5, 4), (19, -4)):
            _polyline(painter, (x + dx, y), (x, y), (x, y + dy))


def _step_back(painter: QPainter) -> None:
    _fill(painter)
    _polygon(painter, (15, 6), (8, 12), (15, 18))


def _step_on(painter: QPainter) -> None:
    _fill(painter)
    _polygon(painter, (9, 6), (16, 12), (9, 18))


def _hint(painter: QPainter) -> None:
    _polyline(painter, (4, 20), (5, 16.5), (13.5, 8), (16, 10.5), (7.5, 19), (4, 20))
    _fill(painter)
    _polygon(painter, (14.5, 7), (17.5, 4), (20, 6.5), (17, 9.5))


_SHAPES: dict[str, Draw] = {
    "play": _play,
    "pause": _pause,
    "last": _last,
    "file": _file,
    "folder": _folder,
    "settings": _settings,
    "split": _split,
    "side": _side_by_side,
    "before": _before,
    "after": _after,
    "fit": _fit,
    "step_back": _step_back,
    "step_on": _step_on,
    "hint": _hint,
}
