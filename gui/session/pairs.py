"""Pictures of the grid: a file before, and after where its result exists."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.session.engine import Engine
from gui.session.thumbnails import Thumbnails, picture_of

LONGEST = 192
"""Long side of a picture, in device-independent pixels."""
_KEPT = 300
"""Pairs in memory; on a display of 200 % each is half a megabyte."""


@dataclass(frozen=True)
class Pair:
    """Before in gray, and after in its colours; null images where there are none."""

    before: QImage = field(default_factory=QImage)
    after: QImage = field(default_factory=QImage)


class Pairs(Thumbnails[Pair]):
    """Asks the worker for both pictures of the rows a person sees."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(engine, _pair_of, kept=_KEPT, parent=parent)

    def question(self, entry: Entry) -> dict[str, Any]:
        """Ask for the result too, once it exists."""
        asked = {**super().question(entry), "longest": 2 * LONGEST}
        if entry.state is JobState.DONE:
            asked["result"] = str(entry.job.target)
        return asked

    def key(self, entry: Entry) -> str:
        """Return another key for each result of a file."""
        when = entry.ended if entry.state is JobState.DONE else ""
        return f"{entry.job.source}\0{when}"


def _pair_of(event: dict[str, Any] | None) -> Pair:
    if event is None:
        return Pair()
    after = QImage()
    if "rgb" in event:
        width, height = event["width"], event["height"]
        codes = base64.b64decode(event["rgb"])
        after = QImage(codes, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    return Pair(picture_of(event), after)
