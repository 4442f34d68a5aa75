"""Pictures shaded in a thread, so that the window answers meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
from PySide6.QtCore import QObject, QThreadPool, Signal
from PySide6.QtGui import QImage

from gui.picture.shading import rgb_image


class Shader(QObject):
    """Shades one picture after another; what a newer wish overtakes is dropped."""

    shaded = Signal(object)
    """A `QImage`."""
    _made = Signal(int, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._number = 0
        self.is_busy = False
        """Whether a picture is on its way."""
        self._made.connect(self._handle_made)

    def want(self, make: Callable[[], np.ndarray]) -> None:
        """Ask for a picture: `make` gives its sRGB, (H, W, 3) uint8, in another thread."""
        self.forget()
        self.is_busy, number = True, self._number

        def run() -> None:
            with suppress(RuntimeError):  # the window was closed
                self._made.emit(number, rgb_image(make()))

        QThreadPool.globalInstance().start(run)

    def forget(self) -> None:
        """Drop what is on its way."""
        self._number += 1
        self.is_busy = False

    def _handle_made(self, number: int, image: QImage) -> None:
        if number == self._number:
            self.is_busy = False
            self.shaded.emit(image)
