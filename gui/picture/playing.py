"""A film that runs in the picture: before and, where it is finished, after, at its own speed.

The worker decodes short stretches ahead; a clock says which frame is due. Frames that come too late
are left out, so that the speed is true on a slow machine as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QSizeF, QTemporaryDir, QTimer, Signal
from PySide6.QtGui import QImage

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.picture.canvas import Canvas
from gui.picture.shading import full_size, gray_image, rgb_image
from gui.session.session import Session
from gui.shots.film_panel import FilmPanel

LONGEST = 960
"""Pixels of the long side of the pictures of a film that runs."""
_STRETCH = 0.4
"""Seconds of running that are asked for at once."""
_MOST_A_SECOND = 30
"""Pictures shown in a second, at most."""
_TICK_MS = 10


@dataclass(frozen=True, eq=False)
class Passing:
    """One frame that runs by."""

    gray: np.ndarray
    rgb: np.ndarray | None
    """Of the finished film; None before it is finished."""


class Playing(QObject):
    """Obeys the speed of a timeline.

    Args:
        session: whose worker reads the film.
        view: shows it.
        film: of the row that is shown.
    """

    began = Signal()
    """Pictures of the film that runs are going to be shown."""

    def __init__(self, session: Session, view: Canvas, film: FilmPanel) -> None:
        super().__init__(view)
        self._session, self._engine, self._view, self._film = session, session.engine, view, film
        self._line = film.timeline
        self._folder = QTemporaryDir()
        self._files = 0
        self._due: dict[int, Passing] = {}
        self._size = QSizeF()
        self._origin, self._speed = 0, 0
        self._clock, self._asking = QElapsedTimer(), QElapsedTimer()
        self._question: int | None = None
        self._next = self._late = 0.0
        self._ended = False
        self.passed: list[int] = []
        """Frames that were shown since it began."""
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self._handle_tick)
        self._line.speed_changed.connect(self._handle_speed)

    @property
    def _now(self) -> float:
        """The frame that is due."""
        elapsed = self._clock.elapsed() / 1000 if self._clock.isValid() else 0.0
        return self._origin + self._speed * elapsed * self._line.rate

    def _handle_speed(self, speed: int) -> None:
        self._ticks.stop()
        self._clock.invalidate()
        self._due.clear()
        if self._question is not None:
            self._engine.forget(self._question)
            self._question = None
        if not speed:
            self._speed = 0
            self._engine.tell(do="play", id=0, stop=True)
            return
        if not self._speed:
            self.passed = []
            self._tell_what_runs()
        self.began.emit()
        self._origin, self._speed, self._ended = self._line.frame, speed, False
        self._next, self._late = self._line.time, 0.0
        self._view.set_hints([])
        self._view.set_cover(QImage())
        self._ask()

    def _tell_what_runs(self) -> None:
        entry = self._film.shots.entry()
        if entry is not None and not self._result(entry):
            self._session.told.emit(
                self.tr(
                    "The result plays once the film is colorized: for a trial, mark a short part"
                    " with I and O and start. While paused (K), a preview is shown"
                )
            )

    # What is asked

    def _ask(self) -> None:
        entry = self._film.shots.entry()
        if self._question is not None or self._ended or entry is None:
            return
        rate, stretch = self._line.rate, _STRETCH * abs(self._speed)
        due = self._now / rate
        if self._speed > 0:  # what is late when it comes is not worth reading
            begin = max(self._next, due + self._late * self._speed) if self._late else self._next
            end = begin + stretch
        else:
            end = min(self._next, due + self._late * self._speed) if self._late else self._next
            end, begin = end + 0.5 / rate, end - stretch
        self._next = end if self._speed > 0 else begin
        self._ended = begin >= (self._line.last + 1) / rate or end <= 0
        if self._ended:
            return
        self._files += 1
        self._asking.start()
        question = self._engine.ask(
            "play",
            lambda event: self._handle_answer(question, entry, event),
            source=str(entry.job.source),
            settings=entry.job.settings.as_dict(),
            out=self._folder.filePath(f"play-{self._files}.npz"),
            longest=LONGEST,
            begin=begin,
            end=end,
            step=max(1 / rate, abs(self._speed) / _MOST_A_SECOND),
            **self._result(entry),
        )
        self._question = question

    def _result(self, entry: Entry) -> dict[str, Any]:
        """Return the finished film of a row, and where it begins in the source."""
        if entry.state is not JobState.DONE or not entry.job.target.is_file():
            return {}
        begin, _ = self._film.part.ends(entry)
        return {"result": str(entry.job.target), "offset": begin / self._line.rate}

    def _handle_answer(self, question: int, entry: Entry, event: dict[str, Any]) -> None:
        if question != self._question:
            if "out" in event:
                Path(event["out"]).unlink(missing_ok=True)
            return
        self._question = None
        if "error" in event:
            self._line.shuttle(0)
            return
        self._take(event)
        height, width = event["size"]
        self._size = full_size(entry, (height, width))
        self._late = self._asking.elapsed() / 1000 if self._clock.isValid() else 0.0
        if self._late < _STRETCH / 2:
            self._late = 0.0
        if not self._clock.isValid():
            self._clock.start()
            self._ticks.start()
        self._ask_ahead()

    def _take(self, event: dict[str, Any]) -> None:
        """Keep the frames of an answer until they are due."""
        rate, file = self._line.rate, Path(event["out"])
        after = {round(time * rate): n for n, time in enumerate(event["after"])}
        with np.load(file) as planes:
            for n, time in enumerate(event["times"]):
                number = round(time * rate)
                rgb = planes[f"rgb{after[number]}"] if number in after else None
                self._due[number] = Passing(planes[f"gray{n}"], rgb)
        file.unlink(missing_ok=True)

    def _ask_ahead(self) -> None:
        ahead = (self._next - self._now / self._line.rate) * (1 if self._speed > 0 else -1)
        if ahead < 2 * _STRETCH * abs(self._speed):
            self._ask()

    # What is shown

    def _handle_tick(self) -> None:
        now, way = self._now, 1 if self._speed > 0 else -1
        over = sorted((n for n in self._due if (now - n) * way >= 0), key=lambda n: n * way)
        if over:
            self._show(over[-1], self._due[over[-1]])
            for number in over:
                del self._due[number]
        at_end = now >= self._line.last if way > 0 else now <= 0
        if at_end and (self._ended or not self._due) and self._question is None:
            self._line.pass_by(self._line.last if way > 0 else 0)
            self._line.shuttle(0)
            return
        self._ask_ahead()

    def _show(self, number: int, one: Passing) -> None:
        gray = gray_image(one.gray)
        words = self.tr("After: the file")
        if one.rgb is None:
            words = self.tr("After: not colorized yet")
        self._view.set_words(after=words)
        self._view.set_message("")
        self._view.set_pictures(gray, gray if one.rgb is None else rgb_image(one.rgb), self._size)
        self.passed.append(number)
        self._film.pass_by(number)
