"""Holds the work while the computer runs on battery, and continues when a disk has room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtCore import QObject, QTimer

from colorizer.archive.planning.disk import check_room
from colorizer.errors import TargetError
from gui.session.activity import Activity
from gui.session.runner import Runner

_LOOK_MS = 15_000


class Guard(QObject):
    """Looks at battery and disk now and then.

    Args:
        runner: what is held and continues.
        battery_counts: whether the person wants work to be held on battery.
    """

    def __init__(self, runner: Runner, battery_counts: Callable[[], bool]) -> None:
        super().__init__(runner)
        self._runner, self._battery_counts = runner, battery_counts
        self._holds = self._overruled = False
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        runner.activity_changed.connect(self._handle_activity)

    def look(self) -> None:
        """Hold or continue, as battery and disk are now."""
        runner = self._runner
        if runner.activity is Activity.IDLE:
            if runner.lacks_room is not None and _has_room(*runner.lacks_room):
                runner.start()
            return
        empties = self._battery_counts() and on_battery()
        if not empties:
            self._overruled = False
            if self._holds and runner.activity is Activity.PAUSED:
                runner.start()
            self._holds = False
        elif not self._overruled and runner.is_running:
            self._holds = True
            runner.pause(self.tr("on battery"))

    def _handle_activity(self) -> None:
        """Begin with a look at once; a Start against the guard counts until there is power."""
        activity = self._runner.activity
        if activity is Activity.RUNNING and self._holds:
            self._holds, self._overruled = False, True
        elif activity is Activity.RUNNING:
            QTimer.singleShot(0, self, self.look)
        elif activity is Activity.IDLE:
            self._holds = self._overruled = False


def _has_room(target: Path, needed: int) -> bool:
    """Tell whether a result may be begun, by the rule that the work itself has."""
    try:
        check_room(target, needed)
    except TargetError:
        return False
    return True


def on_battery() -> bool:
    """Tell whether the battery is being emptied; False where it has none or nothing tells."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is not None and battery.power_plugged is False
