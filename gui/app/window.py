"""The main window: builds the widgets and lets them follow the session."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QMessageBox,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.app.action_table import Parts, table
from gui.app.actions import Actions
from gui.app.asking import Asking
from gui.app.choices import Choices
from gui.app.device_words import DeviceWords
from gui.app.drop_area import DropArea, local_paths, takes
from gui.app.menus import ROW_MENU, STRIP_MENU, fill_menus, main_toolbar, picture_toolbar
from gui.app.output_bar import OutputBar
from gui.app.program import Program
from gui.app.progress_words import ProgressWords
from gui.app.watch_label import WatchLabel
from gui.picture.look_panel import LookPanel
from gui.queue.details import Details
from gui.queue.queue_panel import QueuePanel
from gui.session.session import Session
from gui.shots.space_key import SpaceKey
from gui.style.plain import PlainLabel, message_box
from gui.words.text import count, plural, said

SAMPLES = Path(__file__).parents[2] / "colorizer" / "samples"
_READ_MS = 15_000
"""How long words stay in the status bar."""
_EDGE = {False: 8, True: 3}
"""Room left and right of what the window shows, by whether it is small."""
_COMPACT = 660
"""Height, in device-independent pixels, below which details fold."""


class Window(QMainWindow):
    """Drop, look, start.

    Args:
        session: what the window shows and obeys; closed with it.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.ask_before_closing = True
        self._faults: set[str] = set()
        self.setWindowTitle("Colorizer")
        self.setAcceptDrops(True)
        self._create_parts()
        self._create_actions()
        self._arrange()
        self._connect_parts()
        self._restore_geometry()
        self._handle_counts()
        (self.queue_panel.view if session.model.rowCount() else self.drop_area).setFocus()
        session.begin()

    def _create_parts(self) -> None:
        session = self.session
        self.drop_area = DropArea()
        self.queue_panel = QueuePanel(session)
        self.details = Details(session)
        self.output = OutputBar(session)
        self.look_panel = LookPanel(session)
        self.program = Program(session, self)
        self.asking = Asking(session, self)
        self.device = DeviceWords(session, self)
        self.progress = ProgressWords(session, self.output)

    def _create_actions(self) -> None:
        choices = Choices(self.session, self.program.at_end)
        parts = Parts(
            session=self.session,
            asking=self.asking,
            program=self.program,
            choices=choices,
            queue=self.queue_panel,
            picture=self.look_panel,
        )
        self.acts = Actions(self, table(parts))
        fill_menus(self.menuBar(), self.acts, choices)
        self.toolbar = main_toolbar(self.acts)
        self.addToolBar(self.toolbar)
        self.acts.paint()
        self.program.keys = lambda: list(self.acts.by_name.values())
        self.queue_panel.add_tool(self.acts["grid"])
        self.queue_panel.menu_actions = [self.acts[name] if name else None for name in ROW_MENU]
        film, acts = self.look_panel.film, self.acts
        film.list.add_actions(acts[name] for name in ("cut", "join", "move_cut"))
        film.timeline.add_tools(acts[name] for name in ("play", "part_begin", "part_end"))
        film.menu_actions = [acts[name] for name in STRIP_MENU]
        film.timeline.speed_changed.connect(acts.refresh)

    def _arrange(self) -> None:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.drop_area)
        self.pages.addWidget(self.queue_panel)
        left = QWidget()
        layout = self._left = QVBoxLayout(left)
        self.shelf = QSplitter(Qt.Orientation.Vertical)
        self.shelf.setChildrenCollapsible(False)
        self.shelf.addWidget(self.pages)
        self.shelf.addWidget(self.look_panel.shelf)
        self.shelf.setStretchFactor(0, 1)
        self.shelf.setStretchFactor(1, 1)
        layout.addWidget(self.shelf, 1)
        layout.addWidget(self.details)
        layout.addWidget(self.output)
        self.right = QWidget()
        layout = QVBoxLayout(self.right)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(picture_toolbar(self.acts))
        layout.addWidget(self.look_panel, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(3)
        for place, part in enumerate((left, self.right)):
            self.splitter.addWidget(part)
            self.splitter.setStretchFactor(place, 1)
        self.splitter.setSizes([10_000, 10_000])  # halves, whatever their widgets wish
        self.setCentralWidget(self.splitter)
        self.watch_label = WatchLabel(self.session.watching)
        self.device_label = PlainLabel(self.tr("Device: being looked for…"))
        self.statusBar().addPermanentWidget(self.watch_label)
        self.statusBar().addPermanentWidget(self.device_label)

    def _connect_parts(self) -> None:
        session, area = self.session, self.drop_area
        area.files_asked.connect(self.asking.add_files)
        area.folder_asked.connect(self.asking.add_folder)
        area.samples_asked.connect(lambda: session.add([SAMPLES]))
        self.look_panel.film.files_dropped.connect(session.add)
        session.told.connect(lambda words: self.statusBar().showMessage(words, _READ_MS))
        session.troubled.connect(self._handle_trouble)
        session.adder.added.connect(self._handle_added)
        session.adder.progress.connect(self._handle_adding)
        session.model.counts_changed.connect(self._handle_counts)
        session.changed.connect(self.acts.refresh)
        self.look_panel.shots.changed.connect(self.acts.refresh)
        SpaceKey(self)
        self.output.state_asked.connect(self.queue_panel.show_state)
        self.output.end.folder_asked.connect(lambda: self.asking.open_folder(session.out))
        self.queue_panel.opened.connect(self.asking.open_result)
        self.device.changed.connect(self._handle_device)

    def report_fault(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Put what no one expected into the log and say it, each kind once."""
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text)
        self.session.engine.note(text)
        if str(error) not in self._faults:
            self._faults.add(str(error))
            self._handle_trouble(str(error) or kind.__name__)

    def _handle_added(self, ids: list[int], present: list[int], notes: list[str]) -> None:
        """Say what was added, and show the first of it."""
        words = [plural(self.tr("1 file added"), self.tr("%1 files added"), len(ids))]
        if not (ids or present or notes):
            words = [self.tr("No photos or films were found there")]
        if present:
            one, many = self.tr("1 is in the queue already"), self.tr("%1 are in the queue already")
            words.append(plural(one, many, len(present)))
        self.statusBar().showMessage(" · ".join([*words, *map(said, notes)]), _READ_MS)
        if not ids and not present and notes:
            self._handle_trouble("\n".join(map(said, notes)))
        elif first := [*ids, *present][:1]:
            self.queue_panel.select(first[0])
            self.queue_panel.view.setFocus()  # in the search field, keys would be letters
        self.session.runner.wake()

    def _handle_adding(self, done: int, total: int) -> None:
        words = self.tr("Searching…")
        if total:
            words = self.tr("Adding: %1 of %2").replace("%1", count(done))
            words = words.replace("%2", count(total))
        self.statusBar().showMessage(words)

    def _handle_counts(self) -> None:
        has_rows = self.session.model.rowCount() > 0
        self.pages.setCurrentIndex(1 if has_rows else 0)
        # What is not shown takes no room.
        policy = QSizePolicy.Policy.Ignored if has_rows else QSizePolicy.Policy.Preferred
        self.drop_area.setSizePolicy(policy, policy)
        self.right.setVisible(has_rows)
        self.details.setVisible(has_rows)
        self._set_edges()

    def _handle_device(self) -> None:
        self.device_label.setText(self.device.words)
        self.program.device_words = self.device.words
        self.drop_area.set_device(self.device.first_words)

    def _handle_trouble(self, message: str) -> None:
        """Say what went wrong without stopping anything; it may have ended what the bar says."""
        self.statusBar().clearMessage()
        box = message_box(said(message), self, QMessageBox.Icon.Warning)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _restore_geometry(self) -> None:
        preferences = self.session.preferences
        self.resize(1280, 800)
        self.restoreGeometry(preferences.bytes_of("geometry"))
        self.splitter.restoreState(preferences.bytes_of("splitter"))
        self.shelf.restoreState(preferences.bytes_of("shelf"))

    def add(self, paths: Sequence[Path]) -> None:
        """Add files and folders to the queue."""
        self.session.add(paths)

    def _show_drop(self, comes: bool) -> None:
        """Show that files would be taken, with rows in the queue and without."""
        self.drop_area.set_hot(comes)
        self.queue_panel.set_hot(comes)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files dropped anywhere in the window."""
        self._show_drop(takes(event))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The files went elsewhere."""
        self._show_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        self._show_drop(False)
        if takes(event):
            self.add(local_paths(event.mimeData()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        compact = self.height() < _COMPACT
        self.output.set_compact(compact)
        self.details.set_compact(compact)
        self._left.setSpacing(2 if compact else 6)
        self._set_edges()

    def _set_edges(self) -> None:
        """Leave as much room on the right as on the left; the handle is between the halves."""
        compact = self.height() < _COMPACT
        edge, inner = _EDGE[compact], 1 if compact else 4
        right = edge if self.right.isHidden() else inner
        self._left.setContentsMargins(edge, inner, right, inner)
        self.look_panel.setContentsMargins(inner, 0, edge, 0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the colours of the system."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "acts"):
            self.acts.paint()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is in progress for the next time."""
        session = self.session
        if session.runner.running and self.ask_before_closing and not self._may_close():
            event.ignore()
            return
        session.preferences.put_bytes("geometry", self.saveGeometry())
        session.preferences.put_bytes("splitter", self.splitter.saveState())
        session.preferences.put_bytes("shelf", self.shelf.saveState())
        session.close()
        event.accept()

    def _may_close(self) -> bool:
        question = self.tr(
            "Files are in progress. Close the window? They are begun again, and films continued, "
            "when you press Start the next time."
        )
        buttons = QMessageBox.StandardButton
        return QMessageBox.question(self, "Colorizer", question) == buttons.Yes
