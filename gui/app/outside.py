"""Programs of the system that the window starts."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from colorizer.files.bundle import system_libraries


def open_outside(url: QUrl) -> None:
    """Open a file, folder or web page with the system's program for it."""
    with system_libraries():
        QDesktopServices.openUrl(url)


def start_program(command: Sequence[str]) -> None:
    """Start a program and don't wait for its end."""
    with system_libraries():
        subprocess.Popen(command)
