"""The part of a picture that is in view, as sharp as its file; asked of the worker."""

from __future__ import annotations

from functools import partial
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTemporaryDir, QTimer
from PySide6.QtGui import QImage

from colorizer.engine.queue import Entry
from gui.picture.canvas import Canvas, Tile
from gui.picture.colouring import Colouring
from gui.picture.looks import Seen, question
from gui.picture.shader import Shader
from gui.picture.shading import full_size, gray_image, rgb_image, shade
from gui.session.engine import Engine

_REST_MS = 120
_MARGIN = 0.2
"""Of the view, to every side of it, that is asked for too."""
_SHARPER = 1.1
"""Times as many pixels on the screen as the picture has, from which tiles are asked for."""


class Tiles(QObject):
    """Watches zoom and place of a view.

    Args:
        engine: the worker.
        view: shows tiles.
        colouring: gives their colours.
    """

    def __init__(self, engine: Engine, view: Canvas, colouring: Colouring) -> None:
        super().__init__(view)
        self._engine, self._view, self._colouring = engine, view, colouring
        self._folder = QTemporaryDir()
        self._files = 0
        self._entry: Entry | None = None
        self._seen: Seen | None = None
        self._question: int | None = None
        self._held: tuple[QRectF, float, np.ndarray, np.ndarray | None] | None = None
        """Part, pixels of the tile for one of the source, gray, and colours of a file."""
        self._resting = QTimer(self, interval=_REST_MS, singleShot=True)
        self._resting.timeout.connect(self._handle_rest)
        view.moved.connect(self._resting.start)
        colouring.shaded.connect(self._resting.start)
        self._shader = Shader(self)
        self._shader.shaded.connect(self._handle_shaded)
        colouring.shaded.connect(self._shader.forget)

    @property
    def is_busy(self) -> bool:
        """Whether a tile is on its way, or going to be asked for."""
        on_way = self._question is not None or self._shader.is_busy
        return on_way or self._resting.isActive()

    def show(self, entry: Entry, seen: Seen) -> None:
        """Follow another picture."""
        self.forget()
        self._entry, self._seen = entry, seen
        self._resting.start()

    def recolour(self, entry: Entry) -> None:
        """Follow other strength or vividness of the same picture."""
        if self._entry is not None and self._entry.id == entry.id:
            self._entry = entry

    def forget(self) -> None:
        """No picture is shown."""
        self._entry = self._seen = self._held = None
        self._resting.stop()
        self._shader.forget()
        if self._question is not None:
            self._engine.forget(self._question)
            self._question = None

    def _handle_rest(self) -> None:
        entry, seen, view = self._entry, self._seen, self._view
        if entry is None or seen is None or view.visible().isEmpty():
            return
        width = full_size(entry, seen.size).width()
        if view.width_held >= seen.size[1] or view.drawn * width < _SHARPER * view.width_held:
            return
        scale = min(1.0, view.drawn)
        held = self._held
        if held and held[1] >= 0.99 * scale and held[0].contains(view.visible()):
            self._lay()
            return
        self._ask(entry, seen, scale)

    def _ask(self, entry: Entry, seen: Seen, scale: float) -> None:
        aspect = full_size(entry, seen.size).width() / seen.size[1]
        part = self._view.visible()
        dx, dy = part.width() * _MARGIN, part.height() * _MARGIN
        part = part.adjusted(-dx, -dy, dx, dy)
        height, width = seen.size
        left, right = floor(part.left() / aspect), ceil(part.right() / aspect)
        region = [max(0, left), max(0, floor(part.top())), min(width, right),
                  min(height, ceil(part.bottom()))]  # fmt: skip
        if self._question is not None:
            self._engine.forget(self._question)
        self._files += 1
        x, y = region[0] * aspect, region[1]
        place = QRectF(x, y, (region[2] - region[0]) * aspect, region[3] - region[1])
        number = self._engine.ask(
            "tile",
            lambda event: self._handle_answer(number, (place, scale), event),
            out=self._folder.filePath(f"tile-{self._files}.npz"),
            region=region,
            scale=scale,
            **seen.wish.result,
            **question(seen.wish.job, seen.wish.time),
        )
        self._question = number

    def _handle_answer(
        self, number: int, held: tuple[QRectF, float], event: dict[str, Any]
    ) -> None:
        file = Path(event.get("out", ""))
        if number == self._question:
            self._question = None
            if "error" not in event:
                with np.load(file) as planes:
                    self._held = (*held, planes["gray"], planes.get("rgb"))
                self._lay()
        if "out" in event:
            file.unlink(missing_ok=True)

    def _lay(self) -> None:
        """Show what is held, in the colours of now."""
        entry, seen = self._entry, self._seen
        assert self._held is not None
        assert entry is not None
        assert seen is not None
        part, _, gray, rgb = self._held
        self._view.set_tile(
            Tile(part, gray_image(gray), QImage() if rgb is None else rgb_image(rgb))
        )
        if rgb is None and seen.ab is not None:
            full = full_size(entry, seen.size)
            places = (
                part.top() / full.height(),
                part.bottom() / full.height(),
                part.left() / full.width(),
                part.right() / full.width(),
            )
            amounts = self._colouring.amounts(entry, seen)
            self._shader.want(partial(_shaded, gray, seen.ab, places, amounts))

    def _handle_shaded(self, image: QImage) -> None:
        if self._held is not None:
            self._view.set_tile(Tile(self._held[0], gray_image(self._held[2]), image))


def _shaded(
    gray: np.ndarray,
    ab: np.ndarray,
    places: tuple[float, float, float, float],
    amounts: tuple[float, float],
) -> np.ndarray:
    """Colour a part of a picture by ab of the whole of it, at `places` as in `enlarged`."""
    strength, vividness = amounts
    cautious, vivid = ab.astype(np.float32)
    mixed = enlarged(cautious + (vivid - cautious) * vividness, places, gray.shape)
    return shade(gray, np.stack([mixed, mixed]), strength, 0.0)


def enlarged(
    planes: np.ndarray, places: tuple[float, float, float, float], size: tuple[int, ...]
) -> np.ndarray:
    """Return a part of planes (n, h, w) at another size, interpolated between centres of pixels.

    Args:
        planes: of the whole picture.
        places: top, bottom, left and right of the part, as shares of height and width.
        size: height and width of the result.
    """
    top, bottom, left, right = places
    for axis, (begin, end, count) in ((1, (top, bottom, size[0])), (2, (left, right, size[1]))):
        length = planes.shape[axis]
        at = (begin + (np.arange(count) + 0.5) * (end - begin) / count) * length - 0.5
        low = np.clip(np.floor(at).astype(int), 0, length - 1)
        high = np.minimum(low + 1, length - 1)
        share = np.clip(at - low, 0, 1).astype(np.float32)
        share = share[:, np.newaxis] if axis == 1 else share
        first, second = np.take(planes, low, axis), np.take(planes, high, axis)
        planes = first + (second - first) * share
    return planes
