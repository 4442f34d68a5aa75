"""Time in a film: a strip of small pictures, a slider, single frames, J-K-L."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from colorizer.engine.queue import Entry
from gui.session.engine import Engine
from gui.session.thumbnails import picture_of
from gui.style.icons import icon
from gui.style.plain import PlainLabel
from gui.words.text import clock

_STRIP_HEIGHT = 44
_SHUTTLE_MS = 400
_FASTEST = 8
"""Seconds of film per second of shuttle, at most."""


class Strip(QWidget):
    """Small pictures along the film; a click goes there."""

    chosen = Signal(float)
    """Seconds."""

    def __init__(self, engine: Engine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_STRIP_HEIGHT)
        self._engine = engine
        self._entry: Entry | None = None
        self._seconds = self._time = 0.0
        self._count = 0
        self._pictures: dict[int, QImage] = {}
        self._shots: list[float] = []
        self._settling = QTimer(self, interval=250, singleShot=True)
        self._settling.timeout.connect(self._ask_all)

    def set_film(self, entry: Entry, seconds: float) -> None:
        """Show another film."""
        if self._entry is None or entry.job.source != self._entry.job.source:
            self._pictures.clear()
            self._count = 0
            self._settling.start()
        self._entry, self._seconds = entry, seconds

    def set_time(self, seconds: float) -> None:
        """Mark a time."""
        self._time = seconds
        self.update()

    def set_shots(self, seconds: list[float]) -> None:
        """Mark where shots begin."""
        self._shots = seconds
        self.update()

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures and the mark of the time."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self.palette().midlight())
        for number, image in self._pictures.items():
            left = number * self.width() / self._count
            width = self.width() / self._count
            part = QSize(round(width), self.height()).scaled(
                image.size(), Qt.AspectRatioMode.KeepAspectRatio
            )
            source = QRectF(0, 0, part.width(), part.height())
            source.moveCenter(QRectF(image.rect()).center())
            painter.drawImage(QRectF(left, 0, width - 1, self.height()), image, source)
        if self._seconds:
            self._draw_shots(painter)
            painter.setPen(QPen(self.palette().accent().color(), 3))
            x = self._place(self._time)
            painter.drawLine(x, 0, x, self.height())

    def _draw_shots(self, painter: QPainter) -> None:
        """Draw a line at every cut, and a bar under the shot of the time."""
        number = bisect_right(self._shots, self._time + 1e-6)
        if number:
            end = self._shots[number] if number < len(self._shots) else self._seconds
            left = self._place(self._shots[number - 1])
            bar = QRectF(left, self.height() - 4, self._place(end) - left, 4)
            painter.fillRect(bar, self.palette().accent())
        height = self.height()
        for seconds in self._shots[1:]:
            x = self._place(seconds)
            painter.fillRect(x - 2, 0, 5, height, QColor(0, 0, 0, 170))
            painter.fillRect(x, 0, 1, height, QColor("white"))
            painter.fillRect(x - 4, 0, 9, 4, QColor("white"))

    def _place(self, seconds: float) -> int:
        return round(seconds / self._seconds * self.width())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the time under the mouse."""
        if self._seconds:
            share = min(max(event.position().x() / max(1, self.width()), 0.0), 1.0)
            self.chosen.emit(share * self._seconds)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for more or fewer pictures once the size is settled."""
        self._settling.start()


class Timeline(QWidget):
    """Chooses a time of a film."""

    time_changed = Signal(float)
    """Seconds."""

    def __init__(self, engine: Engine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rate, self._frames, self._speed = 25.0, 1, 0
        self._firsts: list[int] = []
        self._strip = Strip(engine)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName(self.tr("Time in the film"))
        self._label = PlainLabel()
        self._label.setMinimumWidth(
            self.fontMetrics().horizontalAdvance("0:00:00 / 0:00:00 · Frame 000000 ")
        )
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._create_layout()
        self._shuttle = QTimer(self, interval=_SHUTTLE_MS)
        self._shuttle.timeout.connect(self._handle_shuttle)
        self._strip.chosen.connect(self.go)
        self._slider.valueChanged.connect(self._handle_value)

    @property
    def time(self) -> float:
        """Seconds from the start."""
        return self._slider.value() / self._rate

    @property
    def rate(self) -> float:
        """Frames per second."""
        return self._rate

    @property
    def frame(self) -> int:
        """Number of the frame that is shown, counted from 0."""
        return self._slider.value()

    @property
    def last(self) -> int:
        """Number of the last frame, counted from 0."""
        return self._slider.maximum()

    def set_film(self, entry: Entry) -> None:
        """Show another film, at its first frame."""
        self._shuttle.stop()
        self._rate = float(entry.facts.get("rate") or 25.0)
        self._frames = int(entry.facts.get("frames") or 1)
        self._slider.blockSignals(True)
        self._slider.setRange(0, max(0, self._frames - 1))
        self._slider.setPageStep(max(1, round(self._rate)))
        self._slider.setValue(0)
        self._slider.blockSignals(False)
        self._strip.set_film(entry, self._frames / self._rate)
        self._show()

    def set_shots(self, firsts: list[int]) -> None:
        """Mark the first frames of the shots."""
        self._firsts = firsts
        self._strip.set_shots([first / self._rate for first in firsts])

    def go(self, seconds: float) -> None:
        """Go to a time."""
        self._slider.setValue(round(seconds * self._rate))

    def go_to(self, frame: int) -> None:
        """Go to a frame and stand still there."""
        self.shuttle(0)
        self._slider.setValue(frame)

    def show_frame(self, frame: int) -> None:
        """Mark a frame that is shown already."""
        self.shuttle(0)
        self._slider.blockSignals(True)
        self._slider.setValue(frame)
        self._slider.blockSignals(False)
        self._show()

    def jump(self, way: int) -> None:
        """Go to the next shot (1), or back (-1): to the start of this one, then further."""
        if way > 0:
            ahead = [first for first in self._firsts if first > self.frame]
        else:
            ahead = [first for first in reversed(self._firsts) if first < self.frame]
        if ahead:
            self.go_to(ahead[0])

    def step(self, frames: int) -> None:
        """Go some frames on, or back."""
        self.shuttle(0)
        self._slider.setValue(self._slider.value() + frames)

    def shuttle(self, way: int) -> None:
        """Run on (1) or back (-1), faster with every call; 0 stands still."""
        same = way * self._speed > 0
        self._speed = max(-_FASTEST, min(_FASTEST, self._speed * 2)) if same else way
        self._shuttle.start() if self._speed else self._shuttle.stop()

    def _create_layout(self) -> None:
        back, on = QToolButton(), QToolButton()
        for button, shape, words, way in (
            (back, "step_back", self.tr("One frame back (,)"), -1),
            (on, "step_on", self.tr("One frame on (.)"), 1),
        ):
            button.setIcon(icon(shape, self.palette().buttonText().color()))
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.setAutoRepeat(True)
            button.clicked.connect(lambda _=False, way=way: self.step(way))
        row = QHBoxLayout()
        for widget in (back, on, self._slider, self._label):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._strip)
        layout.addLayout(row)

    def _handle_value(self) -> None:
        self._show()
        self.time_changed.emit(self.time)

    def _handle_shuttle(self) -> None:
        before = self._slider.value()
        self._slider.setValue(before + round(self._speed * self._rate * _SHUTTLE_MS / 1000))
        if self._slider.value() == before:  # an end of the film
            self.shuttle(0)

    def _show(self) -> None:
        whole = clock(self._frames / self._rate) if self._frames > 1 else ""
        frame = self.tr("Frame %1").replace("%1", str(self.frame))
        self._label.setText(f"{clock(self.time)} / {whole} · {frame}" if whole else "")
        self._strip.set_time(self.time)
