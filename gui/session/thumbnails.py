"""Small pictures of the sources, asked of the worker for the rows a person sees."""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.session.engine import Engine

KEPT = 2000
"""Thumbnails in memory; each is 20 KB."""
IN_FLIGHT = 4
WAITING = 60
"""Rows that scrolled by longer ago are asked for again when they come back."""
SIZE = (48, 36)
"""Width and height in the table, in device-independent pixels."""
_LONGEST = 192


Picture = TypeVar("Picture")


class Thumbnails(QObject, Generic[Picture]):
    """Keeps the last pictures and asks for those that are missing, newest wish first.

    Args:
        engine: is asked.
        made: makes a picture of an answer, and a blank one of None.
        kept: pictures in memory.
    """

    loaded = Signal(int, dict)
    """Row and what the worker found out about the file."""

    def __init__(
        self,
        engine: Engine,
        made: Callable[[dict[str, Any] | None], Picture],
        *,
        kept: int = KEPT,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._made, self._kept = engine, made, kept
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._wanted: OrderedDict[int, Entry] = OrderedDict()
        self._asked: set[int] = set()
        self._blank = made(None)
        engine.ready.connect(self._ask)

    @property
    def is_idle(self) -> bool:
        """Whether no picture is on its way."""
        return not self._asked

    def question(self, entry: Entry) -> dict[str, Any]:
        """Return what is asked for a row."""
        job = entry.job
        return {"source": str(job.source), "kind": str(job.kind), "longest": _LONGEST}

    def key(self, entry: Entry) -> str:
        """Return what a row's picture is kept under."""
        return str(entry.job.source)

    def picture(self, entry: Entry) -> Picture:
        """Return the picture of a row, a blank one until it has arrived."""
        key = self.key(entry)
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        if entry.id not in self._asked and entry.state is not JobState.FAILED:
            self._wanted[entry.id] = entry
            self._wanted.move_to_end(entry.id)
            while len(self._wanted) > WAITING:
                self._wanted.popitem(last=False)
            self._ask()
        return self._blank

    def _ask(self) -> None:
        while self._wanted and len(self._asked) < IN_FLIGHT and self._engine.is_running:
            number, entry = self._wanted.popitem(last=True)
            self._asked.add(number)
            self._engine.ask(
                "thumbnail",
                lambda event, entry=entry: self._handle_answer(entry, event),
                **self.question(entry),
            )

    def _handle_answer(self, entry: Entry, event: dict[str, Any]) -> None:
        self._asked.discard(entry.id)
        picture = self._blank if "error" in event else self._made(event)
        self._pictures[self.key(entry)] = picture
        while len(self._pictures) > self._kept:
            self._pictures.popitem(last=False)
        self.loaded.emit(entry.id, event.get("facts", {}))
        self._ask()


def picture_of(event: dict[str, Any]) -> QImage:
    """Build the gray picture of a thumbnail's answer."""
    codes = base64.b64decode(event["pixels"])
    width, height = event["width"], event["height"]
    image = QImage(codes, width, height, width, QImage.Format.Format_Grayscale8)
    return image.copy()  # the bytes go away


def icon_of(event: dict[str, Any] | None) -> QIcon:
    """Return a thumbnail's answer as an icon that looks the same in a selected row; None: blank."""
    if event is None:
        pixmap = QPixmap(*SIZE)
        pixmap.fill(QColor(128, 128, 128, 40))
    else:
        pixmap = _boxed(picture_of(event))
    result = QIcon(pixmap)
    result.addPixmap(pixmap, QIcon.Mode.Selected)
    return result


def _boxed(image: QImage) -> QPixmap:
    """Fill the table's box with the middle of a picture, sharp on displays of two or three dpr."""
    width, height = (3 * side for side in SIZE)
    scaled = image.scaled(
        width,
        height,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (scaled.width() - width) // 2, (scaled.height() - height) // 2
    pixmap = QPixmap.fromImage(scaled.copy(left, top, width, height))
    pixmap.setDevicePixelRatio(3)
    return pixmap
