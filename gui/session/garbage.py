"""Python's garbage, collected by the window's thread alone.

Python collects it in whichever thread happens to ask for memory; there may be objects of Qt in it,
which only their own thread may let go of.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_TURN_MS = 500


class Collector(QObject):
    """Collects in place of Python, from its making until `stop`, as long as events are handled."""

    _number = 0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        Collector._number += 1
        gc.disable()
        self._timer = QTimer(self, interval=_TURN_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def stop(self) -> None:
        """Let Python collect again: no other thread is left."""
        if self._timer.isActive():
            self._timer.stop()
            Collector._number -= 1
            if not Collector._number:
                gc.enable()

    def collect(self) -> None:
        """Collect the oldest generation that Python would, by the counts that it keeps."""
        limits = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [number for number, (count, limit) in enumerate(limits) if count > limit]
        if due:
            gc.collect(due[-1])
