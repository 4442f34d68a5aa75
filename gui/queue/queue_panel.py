"""The queue as a person sees it: filter, table, menu of a row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QTimer, Signal
from PySide6.QtCore import QSortFilterProxyModel as ProxyModel
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.app.text import state_words
from gui.queue.queue_model import ENTRY, QueueModel
from gui.queue.queue_table import QueueTable

_FILTER_MS = 150
_MANY = 200
"""Selected rows that are not looked at one by one, ten times a second."""


class _Filter(ProxyModel):
    """Leaves out rows by name and state; the order is the queue's."""

    def __init__(self) -> None:
        super().__init__()
        self.state: JobState | None = None
        self.part = ""

    def apply(self, part: str, state: JobState | None) -> None:
        """Show rows with `part` in their path and of one state, or of all for None."""
        self.part, self.state = part.casefold(), state
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Decide on one row."""
        if not self.part and self.state is None:
            return True
        entry: Entry = self.sourceModel().index(row, 0, parent).data(ENTRY)
        if self.state is not None and entry.state is not self.state:
            return False
        return self.part in str(entry.job.source).casefold()


class QueuePanel(QWidget):
    """Table of all jobs."""

    current_changed = Signal(object)
    """The `Entry` under the cursor, or None."""
    opened = Signal(object)
    """An `Entry` that was double-clicked or entered."""

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._filter = _Filter()
        self._filter.setSourceModel(model)
        self.menu_actions: Callable[[], list[QAction | None]] = list
        """Gives the actions of a row's menu; None is a line."""
        self.table = QueueTable(self._filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._create_filter())
        layout.addWidget(self.table)
        self._connect_table()

    def selected(self) -> list[int]:
        """Return the ids of the selected rows, in their order."""
        rows = self.table.selectionModel().selectedRows()
        return [index.data(ENTRY).id for index in sorted(rows, key=lambda index: index.row())]

    def count(self) -> int:
        """Return the number of selected rows."""
        parts = self.table.selectionModel().selection()
        return sum(parts.at(number).height() for number in range(parts.size()))

    def selected_states(self) -> set[JobState]:
        """Return the states of the selected rows; of very many, all there are."""
        if self.count() > _MANY:
            return {state for state in JobState if self._model.counts[state]}
        rows = self.table.selectionModel().selectedRows()
        return {index.data(ENTRY).state for index in rows}

    def current(self) -> Entry | None:
        """Return the row under the cursor."""
        index = self.table.currentIndex()
        return index.data(ENTRY) if index.isValid() else None

    def select(self, number: int) -> None:
        """Put the cursor on a row, if the filter shows it."""
        source = self._model.index(self._model.row_of(number), 0)
        index = self._filter.mapFromSource(source)
        if index.isValid():
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)

    def _create_filter(self) -> QHBoxLayout:
        self.search = QLineEdit(placeholderText=self.tr("Find a file by name or folder"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(self.tr("Find a file by name or folder"))
        self.states = QComboBox()
        self.states.setAccessibleName(self.tr("Show files in this state"))
        self.states.addItem(self.tr("All states"), None)
        for state in JobState:
            self.states.addItem(state_words(state), state)
        row = QHBoxLayout()
        row.addWidget(self.search, 1)
        row.addWidget(self.states)
        self._typing = QTimer(self, interval=_FILTER_MS, singleShot=True)
        self._typing.timeout.connect(self._handle_filter)
        self.search.textChanged.connect(lambda: self._typing.start())
        self.states.currentIndexChanged.connect(self._handle_filter)
        return row

    def _connect_table(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(self._handle_current)
        self._model.modelReset.connect(self._handle_current)
        self.table.customContextMenuRequested.connect(self._handle_menu)
        self.table.activated.connect(lambda index: self.opened.emit(index.data(ENTRY)))

    def _handle_filter(self) -> None:
        part, chosen = self.search.text().strip(), self.states.currentData()
        self._filter.apply(part, JobState(chosen) if chosen else None)  # Qt keeps plain text
        filtered = bool(part or chosen)
        # Between filtered rows no one can say where a row was dropped.
        mode = QAbstractItemView.DragDropMode
        self.table.setDragDropMode(mode.NoDragDrop if filtered else mode.InternalMove)

    def _handle_current(self) -> None:
        self.current_changed.emit(self.current())

    def _handle_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        for action in self.menu_actions():
            menu.addSeparator() if action is None else menu.addAction(action)
        menu.exec(self.table.viewport().mapToGlobal(place))
