"""The strip of a film: small pictures, shots, what they were taken for, the part that is run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from colorizer.engine.queue import Entry
from gui.session.engine import Engine
from gui.session.thumbnails import picture_of
from gui.shots.shot_kinds import COLOURS, Mark
from gui.words.text import as_tip

_HEIGHT, _BAND = 52, 8
"""Of the strip, and of the band below the pictures that says what shots were taken for."""
_FLAG = 9
"""Width and height of the flags at the ends of the part that is run."""


class Strip(QWidget):
    """Small pictures along the film; press and drag to go there."""

    chosen = Signal(float)
    """Seconds."""
    part_chosen = Signal(float, float)
    """Seconds at which the part begins and ends that is to be run."""
    menu_asked = Signal(object)
    """Where on the screen."""

    def __init__(self, engine: Engine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(self.tr("Strip of the film"))
        self.setMouseTracking(True)
        self._engine = engine
        self._entry: Entry | None = None
        self._seconds = self._time = 0.0
        self._count = 0
        self._pictures: dict[int, QImage] = {}
        self._marks: list[Mark] = []
        self._part = (0.0, 0.0)
        self._reached: list[tuple[float, float, float]] = []
        self._held = ""
        """What the mouse drags: "time", "begin" or "end"."""
        self._settling = QTimer(self, interval=250, singleShot=True)
        self._settling.timeout.connect(self._ask_all)

    # What is shown

    def set_film(self, entry: Entry, seconds: float) -> None:
        """Show another film."""
        if self._entry is None or entry.job.source != self._entry.job.source:
            self._pictures.clear()
            self._count = 0
            self._settling.start()
        self._entry, self._seconds = entry, seconds
        self.set_part(0.0, seconds)

    def set_time(self, seconds: float) -> None:
        """Mark a time."""
        self._time = seconds
        self.update()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Mark where shots begin, and what they were taken for."""
        self._marks = list(marks)
        self.update()

    def set_reached(self, parts: Sequence[tuple[float, float, float]]) -> None:
        """Mark what a reference reached: begin and end in seconds, and the share of each part."""
        self._reached = list(parts)
        self.update()

    def set_part(self, begin: float, end: float) -> None:
        """Mark the part that is run, from and to so many seconds."""
        self._part = (begin, end)
        self.update()

    # Pictures

    def _ask_all(self) -> None:
        """Ask for as many pictures as fit, one after another."""
        count = max(1, self.width() // 62)
        if self._entry is None or count == self._count or not self._seconds:
            return
        self._count = count
        self._pictures.clear()
        self._ask(self._entry, 0)

    def _ask(self, entry: Entry, number: int) -> None:
        if entry is not self._entry or number >= self._count:
            return
        count = self._count

        def handle(event: dict[str, Any]) -> None:
            if self._entry is None or self._entry.job.source != entry.job.source:
                return
            if count == self._count and "error" not in event:
                self._pictures[number] = picture_of(event)
                self.update()
                self._ask(self._entry, number + 1)

        self._engine.ask(
            "thumbnail",
            handle,
            source=str(entry.job.source),
            kind=str(entry.job.kind),
            time=(number + 0.5) * self._seconds / count,
            longest=160,
        )

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures, the shots, the part that is run and the time."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self.palette().midlight())
        height = self.height() - _BAND
        for number, image in self._pictures.items():
            left = number * self.width() / self._count
            width = self.width() / self._count
            part = QSize(round(width), height).scaled(
                image.size(), Qt.AspectRatioMode.KeepAspectRatio
            )
            source = QRectF(0, 0, part.width(), part.height())
            source.moveCenter(QRectF(image.rect()).center())
            painter.drawImage(QRectF(left, 0, width - 1, height), image, source)
        if not self._seconds:
            return
        self._draw_reached(painter)
        self._draw_shots(painter)
        self._draw_part(painter)
        painter.setPen(QPen(self.palette().accent().color(), 3))
        x = self._place(self._time)
        painter.drawLine(x, 0, x, self.height())

    def _draw_shots(self, painter: QPainter) -> None:
        """Draw a line at every cut, what shots are below, and a bar over the shot of the time."""
        height, top = self.height(), self.height() - _BAND
        number = self._number_at(self._time)
        for place, mark in enumerate(self._marks):
            left, right = self._place(mark.begin), self._place(mark.end)
            each = _BAND / max(1, len(mark.kinds))
            for row, kind in enumerate(mark.kinds):
                band = QRectF(left, top + row * each, right - left, each)
                painter.fillRect(band, COLOURS[kind])
            if place == number:
                painter.fillRect(QRectF(left, top - 3, right - left, 3), self.palette().accent())
        for mark in self._marks[1:]:
            x = self._place(mark.begin)
            painter.fillRect(x - 2, 0, 5, height, QColor(0, 0, 0, 170))
            painter.fillRect(x, 0, 1, height, QColor("white"))
            painter.fillRect(x - 4, 0, 9, 4, QColor("white"))

    def _draw_reached(self, painter: QPainter) -> None:
        """Draw a bar at the top of the shots a reference reached, as high as its share."""
        for begin, end, share in self._reached:
            height = max(3, round(min(share, 1.0) * (self.height() - _BAND)))
            left, right = self._place(begin), self._place(end)
            painter.fillRect(left, 0, right - left, height, QColor(24, 160, 88, 150))

    def _draw_part(self, painter: QPainter) -> None:
        """Shade what is not run, and draw a flag at either end of what is."""
        begin, end = self._part
        left, right = self._place(begin), self._place(end)
        shade = QColor(0, 0, 0, 150)
        painter.fillRect(0, 0, left, self.height(), shade)
        painter.fillRect(right, 0, self.width() - right, self.height(), shade)
        for x, way, shown in ((left, 1, begin > 0), (right, -1, end < self._seconds)):
            if shown:
                self._draw_flag(painter, x, way)

    def _draw_flag(self, painter: QPainter, x: int, way: int) -> None:
        edge = x if way > 0 else x - 2
        painter.fillRect(edge, 0, 2, self.height(), self.palette().highlight())
        corners = ((x, 0), (x + way * _FLAG, 0), (x, _FLAG))
        flag = QPolygonF([QPointF(*corner) for corner in corners])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().highlight())
        painter.drawPolygon(flag)

    def _place(self, seconds: float) -> int:
        return round(seconds / self._seconds * self.width())

    def _number_at(self, seconds: float) -> int:
        return bisect_right([mark.begin for mark in self._marks], seconds + 1e-6) - 1

    # The mouse

    def _time_at(self, x: float) -> float:
        return min(max(x / max(1, self.width()), 0.0), 1.0) * self._seconds

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the time under the mouse, or take hold of an end of the part that is run."""
        if not self._seconds or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        self._held = self._flag_at(at.x(), at.y()) or "time"
        self._drag(at.x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        at = event.position()
        if self._held:
            self._drag(at.x())
        elif self._flag_at(at.x(), at.y()):
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; an end of the part that was moved counts from now on."""
        held, self._held = self._held, ""
        if held in ("begin", "end"):
            self.part_chosen.emit(*self._part)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done at the time under the mouse."""
        if self._seconds:
            self.chosen.emit(self._time_at(event.x()))
            self.menu_asked.emit(event.globalPos())

    def _drag(self, x: float) -> None:
        seconds, (begin, end) = self._time_at(x), self._part
        if self._held == "time":
            self.chosen.emit(seconds)
        elif self._held == "begin":
            self.set_part(min(seconds, end), end)
        else:
            self.set_part(begin, max(seconds, begin))

    def _flag_at(self, x: float, y: float) -> str:
        """Return the end of the part under the mouse, where its flag is."""
        if y > _FLAG + 2 or not self._seconds:
            return ""
        begin, end = self._part
        if begin > 0 and 0 <= x - self._place(begin) <= _FLAG + 2:
            return "begin"
        return "end" if end < self._seconds and 0 <= self._place(end) - x <= _FLAG + 2 else ""

    def event(self, event: QEvent) -> bool:
        """Say what the shot under the mouse was taken for."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), as_tip(self.tip_at(event.x())), self)
            return True
        return super().event(event)

    def tip_at(self, x: float) -> str:
        """Return the words about a place of the strip."""
        if not self._seconds:
            return ""
        number = self._number_at(self._time_at(x))
        return self._marks[number].words if number >= 0 else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for more or fewer pictures once the size is settled."""
        self._settling.start()
