"""The main window: puts the parts together and passes their signals on."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QUndoStack,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMainWindow,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from colorizer.engine.queue import Queue
from gui.app.commands import Commands
from gui.app.drop_area import DropArea, local_paths, takes
from gui.app.engine import Engine
from gui.app.output_bar import OutputBar
from gui.app.program_commands import ProgramCommands
from gui.app.runner import Runner
from gui.app.text import said
from gui.app.view_commands import ViewCommands
from gui.app.watch_commands import WatchCommands
from gui.picture.look_panel import LookPanel
from gui.queue.adding import Adder
from gui.queue.details import Details
from gui.queue.queue_model import QueueModel
from gui.queue.queue_panel import QueuePanel
from gui.queue.thumbnails import Thumbnails
from gui.settings.preferences import Preferences

SAMPLES = Path(__file__).parents[2] / "colorizer" / "samples"


class Window(QMainWindow):
    """Drop, look, start.

    Args:
        preferences: what is remembered.
        queue: the open queue file.
    """

    def __init__(self, preferences: Preferences, queue: Queue) -> None:
        super().__init__()
        self.preferences = preferences
        self.engine = Engine(self)
        self.thumbnails = Thumbnails(self.engine, self)
        self.model = QueueModel(queue, self.thumbnails, self)
        self.runner = Runner(self.model, self.engine, self)
        self.adder = Adder(self.model, self.engine, self)
        self.undo = QUndoStack(self)
        self.ask_before_closing = True
        self.devices: list[tuple[str, str]] = []
        """What the network can run on: name of the setting and words."""
        self._faults: set[str] = set()
        self._queue = queue
        self.setWindowTitle("Colorizer")
        self.setAcceptDrops(True)
        self._create_parts()
        self.commands = Commands(self)
        self._create_right()
        self._connect_parts()
        self._restore_geometry()
        self._handle_counts()
        self.engine.start()

    def add(self, paths: Sequence[Path]) -> None:
        """Add files and folders to the queue."""
        self.adder.add(paths, self.output.out, self.preferences.settings)

    def _create_parts(self) -> None:
        self.drop_area = DropArea()
        self.queue_panel = QueuePanel(self.model)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.drop_area)
        self.pages.addWidget(self.queue_panel)
        self.output = OutputBar(self.preferences.out)
        self.runner.out = self.preferences.out
        self.details = Details()
        self.look_panel = LookPanel(self.model, self.engine, self.undo)
        self.look_panel.adjusting.selected = self.queue_panel.selected
        self.device_label = QLabel(self.tr("Device: being looked for…"))
        self.statusBar().addPermanentWidget(self.device_label)
        left = QWidget()
        layout = QVBoxLayout(left)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.details)
        layout.addWidget(self.output)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.setCentralWidget(self.splitter)

    def _create_right(self) -> None:
        """Make the picture's side; its bar needs the actions."""
        self._view_commands = ViewCommands(self, self.commands.actions)
        self._view_commands.create_menus()
        self.program = ProgramCommands(self, self.commands.actions)
        self.program.create_menus()
        self.watch = WatchCommands(self, self.commands.actions)
        settings = self.commands.actions["settings"]
        self.commands.file_menu.insertAction(self.commands.actions["quit"], settings)
        self.commands.file_menu.insertSeparator(self.commands.actions["quit"])
        self.commands.toolbar.addSeparator()
        self.commands.toolbar.addAction(settings)
        self.commands.actions.paint(self)
        self.right = QWidget()
        layout = QVBoxLayout(self.right)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._view_commands.create_toolbar())
        layout.addWidget(self.look_panel, 1)
        self.splitter.addWidget(self.right)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)

    def _connect_parts(self) -> None:
        self.drop_area.files_asked.connect(self.ask_files)
        self.drop_area.folder_asked.connect(self.ask_folder)
        self.drop_area.samples_asked.connect(lambda: self.add([SAMPLES]))
        self.adder.added.connect(self._handle_added)
        self.adder.failed.connect(self._handle_trouble)
        self.adder.busy_changed.connect(self._handle_busy)
        self.model.counts_changed.connect(self._handle_counts)
        self.queue_panel.current_changed.connect(self.look_panel.show_entry)
        self.queue_panel.current_changed.connect(self.details.show_entry)
        self.output.out_changed.connect(self._handle_out)
        self.engine.ready.connect(self.ask_device)
        self.runner.halted.connect(self._handle_trouble)
        recent = self.look_panel.hinting.recent
        recent.restore(self.preferences.get("recent_colours", []))
        recent.changed.connect(lambda names: self.preferences.put("recent_colours", names))

    def ask_files(self) -> None:
        """Let the person choose files to add."""
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Add photos and films"))
        if names:
            self.add([Path(name) for name in names])

    def ask_folder(self) -> None:
        """Let the person choose a folder to add."""
        name = QFileDialog.getExistingDirectory(self, self.tr("Add a folder with all below it"))
        if name:
            self.add([Path(name)])

    def report_fault(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Put what no one expected into the log and say it, each kind once."""
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text)
        self.engine.note(text)
        if str(error) not in self._faults:
            self._faults.add(str(error))
            self._handle_trouble(str(error) or kind.__name__)

    def _handle_added(self, ids: list[int], notes: list[str]) -> None:
        words = self.tr("Added: %1").replace("%1", str(len(ids)))
        self.statusBar().showMessage(" · ".join([words, *map(said, notes)]), 15_000)
        if not ids and notes:
            self._handle_trouble("\n".join(map(said, notes)))
        elif ids and self.queue_panel.current() is None:
            self.queue_panel.select(ids[0])
            self.queue_panel.table.setFocus()  # in the search field, keys would be letters
        self.runner.wake()

    def _handle_busy(self, busy: bool) -> None:
        if busy:
            self.statusBar().showMessage(self.tr("Searching…"))

    def _handle_counts(self) -> None:
        has_rows = self.model.rowCount() > 0
        self.pages.setCurrentIndex(1 if has_rows else 0)
        self.right.setVisible(has_rows)
        self.details.setVisible(has_rows)
        self.details.show_entry(self.queue_panel.current())
        self.commands.refresh()

    def _handle_out(self, out: Path) -> None:
        old = self.preferences.out
        self.runner.out = out
        self.preferences.out = out
        self.commands.retarget(old, out)

    def ask_device(self) -> None:
        """Ask the worker what it computes with, and whether the model is in place."""
        settings = self.preferences.settings.as_dict()
        self.engine.ask("device", self._handle_device, settings=settings)

    def _handle_device(self, event: dict[str, Any]) -> None:
        if "error" in event:
            self.device_label.setText(said(str(event["error"])))
            return
        words = self.tr("Device: %1").replace("%1", said(str(event["words"])))
        self.device_label.setText(words)
        self.drop_area.set_device("\n".join([words, *self._first_words(event)]))
        self.devices = [(str(name), str(about)) for name, about in event["devices"]]
        self.runner.slots = int(str(event["slots"]))
        if "model_error" in event:
            self._handle_trouble(event["model_error"])

    def _first_words(self, event: dict[str, Any]) -> list[str]:
        """Return what a first run should know of speed, graphics card and model, in lines."""
        lines = []
        if event["fix"]:
            words = self.tr("This would make it use the graphics card: %1")
            lines.append(words.replace("%1", event["fix"]))
        if "model" in event:
            words = self.tr("Model: %1, in order, SHA-256 %2…; about %3 s for a picture")
            seconds = QLocale().toString(max(0.01, event["seconds"]), "g", 2)
            words = words.replace("%1", event["model"]["name"]).replace("%3", seconds)
            lines.append(words.replace("%2", event["model"]["sha256"][:12]))
        return lines

    def _handle_trouble(self, message: str) -> None:
        """Say what went wrong without stopping anything."""
        box = QMessageBox(QMessageBox.Icon.Warning, "Colorizer", said(message), parent=self)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _restore_geometry(self) -> None:
        self.resize(1280, 800)
        self.restoreGeometry(self.preferences.bytes_of("geometry"))
        self.splitter.restoreState(self.preferences.bytes_of("splitter"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files dropped anywhere in the window."""
        self.drop_area.set_hot(takes(event))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The files went elsewhere."""
        self.drop_area.set_hot(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        self.drop_area.set_hot(False)
        if takes(event):
            self.add(local_paths(event.mimeData()))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the colours of the system."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "commands"):
            self.commands.actions.paint(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is in progress for the next time."""
        if self.runner.running and self.ask_before_closing and not self._may_close():
            event.ignore()
            return
        self.preferences.put_bytes("geometry", self.saveGeometry())
        self.preferences.put_bytes("splitter", self.splitter.saveState())
        self.runner.suspend()
        self.engine.stop()
        self._queue.close()
        event.accept()

    def _may_close(self) -> bool:
        question = self.tr(
            "Files are in progress. Close the window? They are begun again, and films continued, "
            "when you press Start the next time."
        )
        buttons = QMessageBox.StandardButton
        return QMessageBox.question(self, "Colorizer", question) == buttons.Yes
