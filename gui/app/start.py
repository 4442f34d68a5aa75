"""From nothing to an open window: application, lock, queue, theme."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLockFile, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from colorizer import __version__
from colorizer.engine.ending import ENDS
from colorizer.engine.queue import Queue
from colorizer.engine.queue_lock import LOCK
from colorizer.errors import ColorizerError
from colorizer.files.bundle import forget_own_folders
from gui.app.second_start import OtherStarts, hand_over
from gui.app.window import Window
from gui.session.preferences import Preferences
from gui.session.session import Session
from gui.style.icons import app_icon
from gui.style.plain import warn
from gui.style.theme import apply_theme
from gui.words.language import use_language
from gui.words.text import said

_TRIES = 10
"""How often a second start looks for the window; one just opening listens a moment later."""


def run(inputs: Sequence[Path], profile: Path | None = None) -> int:
    """Show the window until it is closed.

    Args:
        inputs: files and folders to add at once.
        profile: folder of queue and preferences; None is the person's own.
    """
    app = create_app()
    preferences = Preferences(profile)
    apply_theme(app, preferences.get("theme", "system"))
    use_language(app, preferences.get("language", "system"))
    preferences.data_folder.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(str(preferences.data_folder / LOCK))
    files = [path.absolute() for path in inputs]
    tries = 0
    while not lock.tryLock(200):
        if hand_over(preferences.data_folder, files):
            return 0
        tries += 1
        if tries == _TRIES:
            QMessageBox.information(
                None, "Colorizer", app.tr("Colorizer is open already; its queue is in use.")
            )
            return 1
    others = OtherStarts(preferences.data_folder)
    window = Window(Session(preferences, open_queue(preferences.queue_file)))
    sys.excepthook = window.report_fault
    window.session.log.take_faults()
    window.show()
    if files:
        window.add(files)
    others.give_to(partial(come_forward, window))
    close_on_signals(window)
    ticks = QTimer()  # lets Python see a signal
    ticks.start(300)
    try:
        return app.exec()
    finally:
        others.close()


def close_on_signals(window: Window) -> None:
    """Let Ctrl-C close the window; the end of the session or a closed terminal ask no question."""

    def close(number: int, _: object) -> None:
        window.ask_before_closing &= number == signal.SIGINT
        window.close()

    for number in ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, close)


def come_forward(window: Window, files: Sequence[Path]) -> None:
    """Bring the window to the front and add the files of another start."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()
    if files:
        window.add(files)


def create_app() -> QApplication:
    """Return the application, making it if it does not exist yet."""
    app = QApplication.instance() or QApplication(["colorizer-gui"])
    assert isinstance(app, QApplication)
    app.setApplicationName("Colorizer")
    app.setApplicationDisplayName("Colorizer")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("org.colorizer.Colorizer")
    app.setWindowIcon(app_icon())
    forget_own_folders()
    return app


def open_queue(file: Path) -> Queue:
    """Open the queue; one that can't be read is put aside and an empty one begun."""
    try:
        return Queue(file)
    except ColorizerError as error:
        aside = file.with_name(f"{file.name}.damaged-{int(time.time())}")
        if file.exists():
            file.replace(aside)
        warn(f"{said(str(error))}\n→ {aside}", None)
        return Queue(file)
