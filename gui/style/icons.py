"""Icons in the colour of the text, so that they fit light and dark windows at any scale."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_SIDES = (16, 24, 32, 48, 64)
"""Pixel sizes made of each icon."""


def icon(name: str, colour: QColor) -> QIcon:
    """Return an icon of `gui/icons` by name, with a faded form for disabled use."""
    result = QIcon()
    for mode, opacity in ((QIcon.Mode.Normal, 1.0), (QIcon.Mode.Disabled, 0.35)):
        for side in _SIDES:
            result.addPixmap(_drawn(name, side, colour.name(), opacity), mode)
    return result


def app_icon() -> QIcon:
    """Return the program's own icon: a disc, gray on its left, in colour on its right."""
    result = QIcon()
    for side in (*_SIDES, 128, 256):
        result.addPixmap(app_pixmap(side))
    return result


def app_pixmap(side: int) -> QPixmap:
    """Return the same as a picture of so many pixels."""
    return _drawn("colorizer", side)


def _drawn(name: str, side: int, colour: str = "", opacity: float = 1.0) -> QPixmap:
    """Draw an SVG file; its `currentColor` is the colour given."""
    text = (files("gui") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(opacity)
    drawing = QSvgRenderer(text.replace("currentColor", colour or "black").encode())
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap
