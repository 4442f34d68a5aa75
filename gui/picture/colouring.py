"""The coloured picture of what was looked at: some of its pixels at once, soon all of them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from colorizer.engine.queue import Entry
from colorizer.jobs import Kind
from gui.picture.looks import Seen
from gui.picture.shader import Shader
from gui.picture.shading import rgb_image, shade
from gui.shots.film_panel import FilmPanel

_QUICK_PIXELS = 250_000
"""Shaded at once; the rest follows, and while a slider moves when it rests."""
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
        self._shader = Shader(self)
        self._shader.shaded.connect(self.shaded)

    @property
    def is_busy(self) -> bool:
        """Whether all pixels of a picture are on their way."""
        return self._shader.is_busy

    def forget(self) -> None:
        """Nothing is shown."""
        self._last = None
        self._resting.stop()
        self._shader.forget()

    def amounts(self, entry: Entry, seen: Seen) -> tuple[float, float]:
        """Return strength and vividness of what is shown."""
        settings = entry.job.settings
        if entry.job.kind is Kind.FILM:
            return self._film.look_at(seen.wish.time)
        return settings.strength, settings.vividness

    def begin(self, entry: Entry, seen: Seen) -> QImage:
        """Return the coloured picture as quickly as can be; all of its pixels follow."""
        self.forget()
        if seen.ab is None:
            assert seen.rgb is not None
            return rgb_image(seen.rgb)
        if _step(seen) > 1:
            self._whole(entry, seen)
        return self._quick(entry, seen)

    def quickly(self, entry: Entry, seen: Seen) -> None:
        """Show the picture with other values, and all of its pixels when they rest."""
        if seen.ab is None:
            return
        self._shader.forget()
        self.shaded.emit(self._quick(entry, seen))
        if _step(seen) > 1:
            self._last = entry, seen
            self._resting.start()

    def _quick(self, entry: Entry, seen: Seen) -> QImage:
        assert seen.ab is not None
        step = _step(seen)
        gray, ab = seen.gray[::step, ::step], seen.ab[:, :, ::step, ::step]
        return rgb_image(shade(gray, ab, *self.amounts(entry, seen)))

    def _whole(self, entry: Entry, seen: Seen) -> None:
        assert seen.ab is not None
        self._shader.want(partial(shade, seen.gray, seen.ab, *self.amounts(entry, seen)))

    def _handle_rest(self) -> None:
        if self._last is not None:
            self._whole(*self._last)


def _step(seen: Seen) -> int:
    """Return that every so-manieth row and column of a picture is shaded at once."""
    return max(1, round((seen.gray.size / _QUICK_PIXELS) ** 0.5))
