"""Keeps the computer from falling asleep while files are in progress."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys

from PySide6.QtCore import QObject, QProcess

_CONTINUOUS, _SYSTEM_REQUIRED = 0x80000000, 0x00000001
"""Flags of Windows' SetThreadExecutionState."""


class Awake(QObject):
    """Switches the system's sleep off and on again; silent where the system offers no way."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._holder: QProcess | None = None

    def hold(self, wanted: bool) -> None:
        """Keep the computer awake, or let it sleep again."""
        if sys.platform == "win32":
            flags = _CONTINUOUS | (_SYSTEM_REQUIRED if wanted else 0)
            ctypes.windll.kernel32.SetThreadExecutionState(flags)
        elif wanted and self._holder is None:
            self._start()
        elif not wanted and self._holder is not None:
            self._holder.kill()
            self._holder.waitForFinished(1000)
            self._holder = None

    def _start(self) -> None:
        """Start a program that forbids sleep as long as it lives, and no longer than this one."""
        if sys.platform == "darwin":
            command = ["caffeinate", "-i", "-w", str(os.getpid())]
        else:
            held = ["tail", f"--pid={os.getpid()}", "-f", "/dev/null"]
            command = ["systemd-inhibit", "--what=sleep:idle", "--who=Colorizer", *held]
        program = shutil.which(command[0])
        if program is None:
            return
        self._holder = QProcess(self)
        self._holder.start(program, command[1:])
