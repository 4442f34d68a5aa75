"""A second start hands its files to the window that is open, such as "Open with" does.

macOS starts no second program for that: it sends an event to the one that runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from colorizer.files.strangers import parse_json

_MOST_BYTES = 1 << 24
"""Of the names that one start hands over."""
_WAIT = 10_000
"""Milliseconds within which the open window answers; it may have been started a moment ago."""
_TAKEN = b"taken\n"


class OtherStarts(QObject):
    """Waits for further starts with the same queue, and keeps their files until there is a window.

    Args:
        folder: of the queue; the starts find each other by it.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._early: list[list[Path]] = []
        self._take: Callable[[list[Path]], object] = self._early.append
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        # The lock of the queue is ours: a name that is left is that of a window that crashed.
        QLocalServer.removeServer(_name(folder))
        self._server.newConnection.connect(self._greet)
        self._server.listen(_name(folder))
        if (app := QCoreApplication.instance()) is not None:
            app.installEventFilter(self)

    def give_to(self, take: Callable[[list[Path]], object]) -> None:
        """Call `take` with the files of every other start, maybe none, by the window's thread."""
        self._take = take
        while self._early:
            take(self._early.pop(0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take the file that macOS asks to open."""
        if not isinstance(event, QFileOpenEvent):
            return False
        if event.file():
            self._take([Path(event.file())])
        return True

    def close(self) -> None:
        """Wait for no more."""
        self._server.close()

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(socket.deleteLater)
            self._take_line(socket)

    def _read(self) -> None:
        socket = self.sender()  # a lambda that held it would outlive it
        assert isinstance(socket, QLocalSocket)
        self._take_line(socket)

    def _take_line(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > _MOST_BYTES:
            socket.abort()
        if not socket.canReadLine():
            return
        try:
            names = parse_json(bytes(socket.readLine().data()).decode())
        except ValueError:
            names = None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            socket.abort()
            return
        socket.write(_TAKEN)
        socket.flush()
        self._take([Path(name) for name in names])


def hand_over(folder: Path, files: Sequence[Path]) -> bool:
    """Give files to the window that is open, and let it come to the front.

    Args:
        folder: of its queue.
        files: absolute paths.

    Returns:
        Whether it took them.
    """
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    if not socket.waitForConnected(_WAIT):
        return False
    socket.write(json.dumps([str(file) for file in files]).encode() + b"\n")
    socket.flush()
    taken = socket.waitForReadyRead(_WAIT) and bytes(socket.readLine().data()) == _TAKEN
    socket.disconnectFromServer()
    return taken


def _name(folder: Path) -> str:
    return f"colorizer-{sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
