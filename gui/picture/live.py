"""Frames that a job has just finished, while somebody wants to see them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTemporaryDir, Signal

from gui.session.engine import Engine
from gui.session.runner import Runner


@dataclass(frozen=True, eq=False)
class Finished:
    """One frame as it was written."""

    row: int
    done: int
    """Frames finished of its job, this one with them."""
    gray: np.ndarray
    """sRGB gray codes, (H, W) uint8."""
    rgb: np.ndarray
    """sRGB, (H, W, 3) uint8."""
    size: tuple[int, int]
    """(height, width) of the source."""


class Live(QObject):
    """Lets the worker send pictures, one per second at most, and none while no one looks."""

    came = Signal(object)
    """A `Finished`."""
    ended = Signal()
    """Nothing is in progress any more."""

    def __init__(self, engine: Engine, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine, self._runner = engine, runner
        self._folder = QTemporaryDir()
        self._wanted = False
        engine.frame_done.connect(self._handle_frame)
        engine.ready.connect(self._tell)
        runner.activity_changed.connect(self._handle_activity)

    def want(self, wanted: bool) -> None:
        """Begin or end to watch."""
        self._wanted = wanted
        self._tell()

    def _tell(self) -> None:
        if self._engine.is_running:
            self._engine.tell(do="watch", out=self._folder.path() if self._wanted else "")

    def _handle_activity(self) -> None:
        if self._wanted and not self._runner.is_active:
            self.ended.emit()

    def _handle_frame(self, event: dict[str, Any]) -> None:
        file = Path(event["out"])
        try:
            with np.load(file) as planes:
                gray, rgb = planes["gray"], planes["rgb"]
        except OSError:  # of a worker that ended
            return
        file.unlink(missing_ok=True)  # until then no other is written
        if self._wanted and event["of"] in self._runner.running:
            height, width = event["size"]
            self.came.emit(Finished(event["of"], event["done"], gray, rgb, (height, width)))
