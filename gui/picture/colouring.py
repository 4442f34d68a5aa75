"""The coloured picture of what was looked at: quickly while a slider moves, whole when it rests."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from colorizer.engine.queue import Entry
from colorizer.jobs import Kind
from gui.picture.looks import Seen
from gui.picture.shading import rgb_image, shade
from gui.shots.film_panel import FilmPanel

_QUICK_PIXELS = 250_000
"""Shaded at once while a slider moves; the rest follows when it rests."""
_REST_MS = 150


class Colouring(QObject):
    """Shades pictures with the strength and vividness of their file or shot.

    Args:
        film: tells those of shots.
    """

    shaded = Signal(object)
    """Another `QImage` of what is shown."""

    def __init__(self, film: FilmPanel) -> None:
        super().__init__(film)
        self._film = film
        self._last: tuple[Entry, Seen] | None = None
        self._resting = QTimer(self, interval=_REST_MS, singleShot=True)
        self._resting.timeout.connect(self._handle_rest)

    def forget(self) -> None:
        """Nothing is shown."""
        self._last = None
        self._resting.stop()

    def amounts(self, entry: Entry, seen: Seen) -> tuple[float, float]:
        """Return strength and vividness of what is shown."""
        settings = entry.job.settings
        if entry.job.kind is Kind.FILM:
            return self._film.look_at(seen.wish.time)
        return settings.strength, settings.vividness

    def picture(self, entry: Entry, seen: Seen, step: int = 1) -> QImage:
        """Return the coloured picture, of every `step`-th pixel."""
        if seen.ab is None:
            assert seen.rgb is not None
            return rgb_image(seen.rgb)
        gray, ab = seen.gray[::step, ::step], seen.ab[:, :, ::step, ::step]
        return rgb_image(shade(gray, ab, *self.amounts(entry, seen)))

    def quickly(self, entry: Entry, seen: Seen) -> None:
        """Show the picture with other values, and all of its pixels when they rest."""
        if seen.ab is None:
            return
        step = max(1, round((seen.gray.size / _QUICK_PIXELS) ** 0.5))
        self.shaded.emit(self.picture(entry, seen, step))
        if step > 1:
            self._last = entry, seen
            self._resting.start()

    def _handle_rest(self) -> None:
        if self._last is not None:
            self.shaded.emit(self.picture(*self._last))
