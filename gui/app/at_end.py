"""What happens when the queue is done: a notification, and sleep or shut-down if asked for."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox, QSystemTrayIcon, QWidget

from gui.app.outside import start_program

WISHES = ("nothing", "quit", "sleep", "off")

_COMMANDS = {
    "sleep": {
        "linux": ["systemctl", "suspend"],
        "darwin": ["pmset", "sleepnow"],
        "win32": ["rundll32.exe", "powrprof.dll,SetSuspendState", "0,1,0"],
    },
    "off": {
        "linux": ["systemctl", "poweroff"],
        "darwin": ["osascript", "-e", 'tell app "System Events" to shut down'],
        "win32": ["shutdown", "/s", "/t", "0"],
    },
}
_SECONDS = 60
_GO = 1000
"""Answer of a box that no one cancelled."""


class AtEnd(QObject):
    """Tells the person; acts only as they asked for this time."""

    def __init__(self, window: QWidget, icon: QIcon) -> None:
        super().__init__(window)
        self.wish = "nothing"
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._tray = QSystemTrayIcon(icon, self)

    def tell(self, words: str) -> None:
        """Notify and do what was asked for."""
        QApplication.alert(self._window)
        if self._tray is not None:
            self._tray.show()
            self._tray.showMessage("Colorizer", words)
        wish, self.wish = self.wish, "nothing"
        if wish == "quit":
            self._window.close()
        elif wish in _COMMANDS and self._may(wish):
            command = _COMMANDS[wish].get(sys.platform)
            if command:
                start_program(command)

    def _may(self, wish: str) -> bool:
        """Give the person a minute to keep the computer on."""
        text = self.tr("All files are done. The computer goes to sleep in a minute.")
        if wish == "off":
            text = self.tr("All files are done. The computer is shut down in a minute.")
        kind = QMessageBox.Icon.Information
        box = QMessageBox(kind, "Colorizer", text, QMessageBox.StandardButton.Cancel, self._window)
        QTimer.singleShot(_SECONDS * 1000, box, lambda: box.done(_GO))
        return box.exec() == _GO
