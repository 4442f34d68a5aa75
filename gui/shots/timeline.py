"""Time in a film: the strip, a slider, single frames, J-K-L, the part that is run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from colorizer.engine.queue import Entry
from colorizer.places.timecode import later_timecode
from gui.session.engine import Engine
from gui.shots.legend import Legend
from gui.shots.shot_kinds import Mark
from gui.shots.strip import Strip
from gui.style.icons import icon
from gui.words.text import clock, moment

FASTEST = 8
"""Seconds of film per second of running, at most."""


class Timeline(QWidget):
    """Chooses a time of a film."""

    time_changed = Signal(float)
    """Seconds; not while the film runs."""
    speed_changed = Signal(int)
    """Seconds of film per second, negative backwards; 0: the film stands still."""
    part_chosen = Signal(int, int)
    """First frame that is to be run, and the first that is not any more."""
    place_asked = Signal()
    """A person wants to name the place to go to."""

    def __init__(self, engine: Engine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rate, self._frames, self.speed = 25.0, 1, 0
        self._timecode = ""
        self._firsts: list[int] = []
        self.strip = Strip(engine)
        self.legend = Legend()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName(self.tr("Time in the film"))
        self._where = QToolButton()
        self._where.setAutoRaise(True)
        self._where.setToolTip(self.tr("Go to a frame, time or time code (G)"))
        self._where.clicked.connect(self.place_asked)
        self.tools = QHBoxLayout()
        """Room for buttons of actions, left of the slider."""
        self._create_layout()
        self.strip.chosen.connect(self._handle_chosen)
        self.strip.part_chosen.connect(self._handle_part)
        self._slider.valueChanged.connect(self._handle_value)
        self._slider.sliderPressed.connect(lambda: self.shuttle(0))
        self._show()

    @property
    def time(self) -> float:
        """Seconds from the start."""
        return self._slider.value() / self._rate

    @property
    def rate(self) -> float:
        """Frames per second."""
        return self._rate

    @property
    def timecode(self) -> str:
        """Time code of the first frame, empty where the film has none."""
        return self._timecode

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
        self.shuttle(0)
        self._rate = float(entry.facts.get("rate") or 25.0)
        self._frames = int(entry.facts.get("frames") or 1)
        self._timecode = str(entry.facts.get("timecode") or "")
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(0, self._frames - 1))
            self._slider.setPageStep(max(1, round(self._rate)))
            self._slider.setValue(0)
        self.strip.set_film(entry, self._frames / self._rate)
        self._show()

    def set_shots(self, firsts: list[int], marks: Sequence[Mark] = ()) -> None:
        """Mark the first frames of the shots, and what they were taken for."""
        self._firsts = firsts
        if not marks:
            ends = [*firsts[1:], self._frames]
            pairs = zip(firsts, ends, strict=True) if firsts else ()
            marks = [Mark(a / self._rate, b / self._rate, (), "") for a, b in pairs]
        self.strip.set_marks(marks)
        self.legend.show_kinds({kind for mark in marks for kind in mark.kinds})

    def set_part(self, begin: int, end: int | None) -> None:
        """Mark the part that is run: its first frame, and the first after it or None."""
        last = self._frames if end is None else min(end, self._frames)
        self.strip.set_part(begin / self._rate, last / self._rate)

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
        self.pass_by(frame)

    def pass_by(self, frame: int) -> None:
        """Mark a frame that is shown already, while the film runs."""
        with QSignalBlocker(self._slider):
            self._slider.setValue(frame)
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
        same = way * self.speed > 0
        speed = max(-FASTEST, min(FASTEST, self.speed * 2)) if same else way
        if speed == self.speed:
            return
        self.speed = speed
        self.speed_changed.emit(speed)
        if not speed:  # what ran by is asked for now
            self.time_changed.emit(self.time)

    def play(self) -> None:
        """Run on at the film's own speed, or stand still."""
        if not self.speed and self.frame == self.last:
            self.pass_by(0)
        self.shuttle(0 if self.speed else 1)

    def add_tools(self, actions: Iterable[QAction]) -> None:
        """Show buttons of actions left of the slider."""
        before: QWidget = self._on
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            self.tools.addWidget(button)
            self.setTabOrder(before, button)
            before = button

    def _create_layout(self) -> None:
        back, on = QToolButton(), QToolButton()
        self._on = on
        for button, shape, words, way in (
            (back, "step_back", self.tr("One frame back (,)"), -1),
            (on, "step_on", self.tr("One frame on (.)"), 1),
        ):
            button.setIcon(icon(shape, self.palette().buttonText().color()))
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.setAutoRepeat(True)
            button.clicked.connect(lambda _=False, way=way: self.step(way))
        row, below = QHBoxLayout(), QHBoxLayout()
        for widget in (back, on):
            row.addWidget(widget)
        row.addLayout(self.tools)
        row.addWidget(self._slider)
        below.addWidget(self.legend, 1)
        below.addWidget(self._where)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.strip)
        layout.addLayout(row)
        layout.addLayout(below)

    def _handle_value(self) -> None:
        self._show()
        if not self.speed:
            self.time_changed.emit(self.time)

    def _handle_chosen(self, seconds: float) -> None:
        self.go_to(round(seconds * self._rate))

    def _handle_part(self, begin: float, end: float) -> None:
        first = round(begin * self._rate)
        self.part_chosen.emit(first, max(first + 1, round(end * self._rate)))

    def _show(self) -> None:
        whole = clock(self._frames / self._rate) if self._frames > 1 else ""
        words = [
            f"{moment(self.time)} / {whole}",
            self.tr("Frame %1").replace("%1", f"{self.frame}"),
        ]
        if self._timecode:
            rate = Fraction(self._rate).limit_denominator(100_000)
            words.append(later_timecode(self._timecode, self.frame, rate))
        text = " · ".join(words) if whole else ""
        self._where.setText(text)
        self._where.setAccessibleName(text or self.tr("Place in the film"))
        self.strip.set_time(self.time)
