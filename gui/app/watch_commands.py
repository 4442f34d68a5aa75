"""Watching folders from the menu: begin, end, whether what comes in starts at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from gui.app.actions import Actions
from gui.app.runner import Activity
from gui.app.text import count, said, shown
from gui.app.watching import Watching

if TYPE_CHECKING:
    from gui.app.window import Window

_LABEL = 280
"""Width of the words in the status bar, in device-independent pixels."""


class WatchCommands(QObject):
    """Makes the actions and shows in the status bar what is watched."""

    def __init__(self, window: Window, actions: Actions) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        self.watching = Watching(
            window.model, window.engine, lambda: (window.output.out, window.preferences.settings)
        )
        self.watching.setParent(self)
        self.label = QLabel()
        window.statusBar().insertPermanentWidget(0, self.label)
        self._create_actions()
        self.watching.changed.connect(self._handle_changed)
        self.watching.came.connect(self._handle_came)
        kept = window.preferences.get("watched", [])
        folders = tuple(Path(name) for name in kept if isinstance(name, str) and "\0" not in name)
        if folders:
            window.engine.ready.connect(
                lambda: self.watching.watch(folders), Qt.ConnectionType.SingleShotConnection
            )
        self._handle_changed()

    def ask_folder(self) -> None:
        """Let the person choose a folder to watch."""
        words = self.tr("Watch a folder: what comes into it is colorized")
        name = QFileDialog.getExistingDirectory(self._window, words)
        if name:
            self.watch((*self.watching.folders, Path(name)))

    def watch(self, folders: tuple[Path, ...]) -> None:
        """Watch these folders, after a restart too; none ends it."""
        folders = tuple(dict.fromkeys(folders))
        self._window.preferences.put("watched", [str(folder) for folder in folders])
        self.watching.watch(folders)

    def _create_actions(self) -> None:
        make, window = self._actions.make, self._window
        watch = make(window, "watch", self.tr("&Watch a folder…"), "Ctrl+Shift+W")
        watch.triggered.connect(lambda: self.ask_folder())
        end = make(window, "unwatch", self.tr("Stop watchin&g"))
        end.triggered.connect(lambda: self.watch(()))
        tip = self.tr("Files that come into a watched folder need no Start, unless work is paused")
        start = make(window, "start_watched", self.tr("Sta&rt what comes in"), tip=tip,
                     checkable=True)  # fmt: skip
        start.setChecked(bool(window.preferences.get("start_watched", True)))
        start.toggled.connect(lambda wanted: window.preferences.put("start_watched", wanted))
        menu, before = window.commands.file_menu, self._actions["import"]
        menu.insertActions(before, [watch, end, start])
        menu.insertSeparator(before)

    def _handle_changed(self) -> None:
        folders, trouble = self.watching.folders, self.watching.trouble
        self._actions["unwatch"].setEnabled(bool(folders))
        self.label.setVisible(bool(folders))
        if not folders:
            return
        names = ", ".join(shown(folder) for folder in folders)
        words = self.tr("Watching: %1").replace("%1", names)
        trouble = shown(said(trouble))
        self.label.setText(
            self.label.fontMetrics().elidedText(
                f"⚠ {trouble}" if trouble else words, Qt.TextElideMode.ElideMiddle, _LABEL
            )
        )
        self.label.setToolTip(f"{words}\n{trouble}".strip())
        self.label.setAccessibleName(self.label.toolTip())

    def _handle_came(self, ids: list[int]) -> None:
        words = self.tr("Came in: %1").replace("%1", count(len(ids)))
        self._window.statusBar().showMessage(words, 10_000)
        if self._window.queue_panel.current() is None:
            self._window.queue_panel.select(ids[0])
        runner = self._window.runner
        if self._actions["start_watched"].isChecked() and runner.activity is Activity.IDLE:
            runner.start()
        else:
            runner.wake()
