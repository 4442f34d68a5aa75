"""The queue as a person sees it: filter, table, menu of a row."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QTimer,
    Signal,
)
from PySide6.QtCore import QSortFilterProxyModel as ProxyModel
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.queue.queue_grid import QueueGrid
from gui.queue.queue_table import QueueTable
from gui.session.queue_model import QueueModel
from gui.session.session import Session
from gui.style.choosing import choose
from gui.words.text import state_words

_FILTER_MS = 150


class _Filter(ProxyModel):
    """Leaves out rows by name and state; the order is the queue's."""

    def __init__(self, model: QueueModel) -> None:
        super().__init__()
        self._model = model
        self.state: JobState | None = None
        self.part = ""
        self.is_on = False
        """Whether rows are left out."""
        self._found: set[int] | None = None
        self.setDynamicSortFilter(False)

    def apply(self, part: str, state: JobState | None) -> None:
        """Show rows with `part` in their path and of one state, or of all for None."""
        # Without a filter no row has to be asked, whenever it changes.
        is_on = bool(part) or state is not None
        self.setDynamicSortFilter(is_on)
        self.part, self.state, self.is_on = part.casefold(), state, is_on
        # Qt asks for each row at once, which takes longer than to look at all of them here.
        self._found = self._matching() if is_on else None
        self.invalidate()
        self.rowCount()
        self._found = None

    def _matching(self) -> set[int]:
        rows, part, state = self._model.entries, self.part, self.state
        return {
            place for place in range(len(rows))
            if (state is None or rows.state(place) is state)
            and (not part or part in str(rows.source(place)).casefold())
        }  # fmt: skip

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Decide on one row."""
        if not self.is_on:
            return True
        if self._found is not None:
            return row in self._found
        rows = self._model.entries
        if self.state is not None and rows.state(row) is not self.state:
            return False
        return not self.part or self.part in str(rows.source(row)).casefold()


class QueuePanel(QWidget):
    """Table of all jobs."""

    opened = Signal()
    """The row that is shown was double-clicked or entered."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = session.model
        self._filter = _Filter(self._model)
        self._filter.setSourceModel(self._model)
        self.menu_actions: list[QAction | None] = []
        """Of a row's menu; None is a line."""
        self.table = QueueTable(self._filter)
        self.grid = QueueGrid(self.table.selectionModel(), session.pairs)
        self._views = QStackedWidget()
        self._views.addWidget(self.table)
        self._views.addWidget(self.grid)
        session.pointed.connect(self.select)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._head = self._create_filter()
        layout.addLayout(self._head)
        layout.addWidget(self._views)
        self._connect_views()
        self.show_grid(session.preferences.get("grid", False))

    @property
    def view(self) -> QAbstractItemView:
        """Table or grid, which of them is shown."""
        return self.grid if self.shows_grid else self.table

    @property
    def shows_grid(self) -> bool:
        """Whether pictures are shown in place of the list."""
        return self._views.currentWidget() is self.grid

    def show_grid(self, wanted: bool) -> None:
        """Show pictures in place of the list, or the list; the selection stays."""
        had_keys = self.view.hasFocus()
        self._views.setCurrentWidget(self.grid if wanted else self.table)
        self._session.preferences.put("grid", wanted)
        self._show_current()
        if had_keys:
            self.view.setFocus()

    def add_tool(self, action: QAction) -> None:
        """Add a button next to the filter."""
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        self._head.addWidget(button)

    def selected(self) -> list[int]:
        """Return the ids of the selected rows, in their order."""
        parts = self.table.selectionModel().selection()
        rows: set[int] = set()
        for number in range(parts.size()):
            part = parts.at(number)
            rows.update(range(part.top(), part.bottom() + 1))
        if not self._filter.is_on:
            ids = self._model.ids()
            return [ids[row] for row in sorted(rows)]
        return [self._entry_at(row).id for row in sorted(rows)]

    def current(self) -> Entry | None:
        """Return the row under the cursor."""
        index = self.table.currentIndex()
        return self._entry_at(index.row()) if index.isValid() else None

    def _entry_at(self, row: int) -> Entry:
        """Return the entry of a row that the filter shows."""
        if not self._filter.is_on:
            return self._model.entries[row]
        return self._model.entries[self._filter.mapToSource(self._filter.index(row, 0)).row()]

    def select(self, number: int) -> None:
        """Put the cursor on a row, if the filter shows it."""
        source = self._model.index(self._model.row_of(number), 0)
        index = self._filter.mapFromSource(source)
        if index.isValid():
            choose(self.table, index)
            self.view.scrollTo(index)

    def show_state(self, state: str) -> None:
        """Show the files in a state alone."""
        self.search.clear()
        self.states.setCurrentIndex(self.states.findData(state))
        self._handle_filter()
        choose(self.table, self._filter.index(0, 0))
        self.view.setFocus()

    def set_hot(self, hot: bool) -> None:
        """Show that something is about to be dropped."""
        self.table.set_hot(hot)

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

    def _connect_views(self) -> None:
        self.table.selectionModel().selectionChanged.connect(self._handle_selection)
        self.table.selectionModel().currentRowChanged.connect(self._handle_selection)
        self._filter.modelReset.connect(self._handle_selection)
        self._filter.layoutChanged.connect(self._handle_selection)
        self._filter.layoutChanged.connect(self._show_current)
        for view in (self.table, self.grid):
            view.customContextMenuRequested.connect(self._handle_menu)
            view.activated.connect(lambda _: self.opened.emit())

    def _handle_filter(self) -> None:
        part, chosen = self.search.text().strip(), self.states.currentData()
        self._filter.apply(part, JobState(chosen) if chosen else None)  # Qt keeps plain text
        filtered = bool(part or chosen)
        # Between filtered rows no one can say where a row was dropped.
        mode = QAbstractItemView.DragDropMode
        self.table.setDragDropMode(mode.NoDragDrop if filtered else mode.InternalMove)

    def _show_current(self) -> None:
        """Scroll to the row under the cursor, wherever it was moved."""
        self.view.scrollTo(self.table.currentIndex())

    def _handle_selection(self) -> None:
        entry = self.current()
        self._session.select(self.selected(), entry.id if entry is not None else None)

    def _handle_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        for action in self.menu_actions:
            menu.addSeparator() if action is None else menu.addAction(action)
        menu.exec(self.view.viewport().mapToGlobal(place))
