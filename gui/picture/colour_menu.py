"""Choosing the colour of a hint: what the network finds likely, recent ones, any other."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from gui.picture.colour_names import colour_name
from gui.picture.shading import ab_of

RECENT = 8
SWATCH = 28


class RecentColours(QObject):
    """The colours a person chose last, newest first."""

    changed = Signal(list)
    """Their names, such as #b5895a."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.colours: list[QColor] = []

    def restore(self, names: Iterable[object]) -> None:
        """Take the colours of an earlier session; what is none is left out."""
        colours = (QColor(str(name)) for name in names)
        self.colours = [colour for colour in colours if colour.isValid()][:RECENT]

    def add(self, colour: QColor) -> None:
        """Put a colour first."""
        alike = [known for known in self.colours if known.name() != colour.name()]
        self.colours = [colour, *alike][:RECENT]
        self.changed.emit([known.name() for known in self.colours])


class ColourMenu(QMenu):
    """A menu of colours for one place. `chosen` gives a and b in CIELAB units."""

    chosen = Signal(float, float)

    def __init__(self, recent: Iterable[QColor], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._head = self.addAction(self.tr("Likely here: being looked for…"))
        self._head.setEnabled(False)
        self._line = self.addSeparator()
        for colour in recent:
            words = f"{colour_name(*ab_of(colour))} · {colour.name()}"
            self._add(colour, self.tr("Recent: %1").replace("%1", words), ab_of(colour))
        self.addSeparator()
        self.addAction(self.tr("Other colour…")).triggered.connect(self._handle_other)

    def set_likely(self, colours: list[tuple[QColor, float, float, float]]) -> None:
        """Show what the network finds likely: colour, share, a and b of each."""
        self._head.setText(self.tr("Likely here") if colours else self.tr("No other is likely"))
        for colour, share, a, b in colours:
            action = QAction(swatch(colour), f"{colour_name(a, b)} · {share:.0%}", self)
            action.triggered.connect(lambda _=False, a=a, b=b: self.chosen.emit(a, b))
            self.insertAction(self._line, action)

    def _add(self, colour: QColor, words: str, ab: tuple[float, float]) -> None:
        action = self.addAction(swatch(colour), words)
        action.triggered.connect(lambda: self.chosen.emit(*ab))

    def _handle_other(self) -> None:
        colour = QColorDialog.getColor(QColor("#b5895a"), self.parentWidget())
        if colour.isValid():
            self.chosen.emit(*ab_of(colour))


def swatch(colour: QColor) -> QIcon:
    """Return a colour as an icon."""
    pixmap = QPixmap(QSize(SWATCH, SWATCH))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(colour)
    painter.setPen(QColor(128, 128, 128))
    painter.drawRoundedRect(1, 1, SWATCH - 2, SWATCH - 2, 5, 5)
    painter.end()
    return QIcon(pixmap)
