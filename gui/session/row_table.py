"""The rows of the queue as a table that is looked at; `queue_model` is what changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QIcon

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.session.dragging import DraggedRows, Index
from gui.session.queue_cells import COLUMNS, Column, align, heading, tip, words
from gui.session.rows import Rows
from gui.session.thumbnails import Thumbnails

ENTRY = Qt.ItemDataRole.UserRole
"""Role that gives the whole `Entry`."""
_TELL_MS = 100


class RowTable(DraggedRows):
    """Rows, found by id, and what their cells say; the view hears of changes ten times a second.

    Args:
        rows: all of them.
        thumbnails: gives their pictures.
    """

    counts_changed = Signal()

    def __init__(
        self, rows: Rows, thumbnails: Thumbnails[QIcon], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._rows, self._thumbnails = rows, thumbnails
        self._dirty: set[int] = set()
        self._paused = False
        self._teller = QTimer(self, interval=_TELL_MS, singleShot=True)
        self._teller.timeout.connect(self._tell)

    # What the queue holds

    @property
    def entries(self) -> Rows:
        """All rows in their order."""
        return self._rows

    @property
    def counts(self) -> Counter[JobState]:
        """How many rows are in each state."""
        return self._rows.counts

    def entry(self, number: int) -> Entry:
        """Return a row by its id; KeyError where it is gone."""
        return self._rows.entry(number)

    def has(self, number: int) -> bool:
        """Whether a row of that id exists."""
        return self._rows.has(number)

    def ids(self) -> list[int]:
        """Return the ids of all rows in their order."""
        return self._rows.ids()

    def in_state(self, *states: JobState, among: Iterable[int] | None = None) -> Iterator[int]:
        """Yield ids of rows in one of some states: of these ids, or of all in their order."""
        return self._rows.in_state(states, None if among is None else self._rows.known(among))

    def first(self, *states: JobState) -> Entry | None:
        """Return the first row in one of some states, None where no row is."""
        number = next(self.in_state(*states), None)
        return None if number is None else self.entry(number)

    def idle(self, numbers: Iterable[int]) -> list[int]:
        """Return those ids whose rows exist and are not in progress."""
        return self._rows.idle(numbers)

    def value(self, number: int, name: str) -> Any:
        """Return a field of a row or of its job; a target is a text."""
        return self._rows.value(number, name)

    def same(self, numbers: Iterable[int], *names: str) -> list[list[int]]:
        """Return ids in groups of rows in which these fields are the same objects."""
        return self._rows.alike(numbers, *names)

    def row_of(self, number: int) -> int:
        """Return the place of a row by its id."""
        return self._rows.place(number)

    def set_paused(self, paused: bool) -> None:
        """Let rows in progress say that work is paused, or no more."""
        if paused is not self._paused:
            self._paused = paused
            self._take(list(self.in_state(JobState.RUNNING)), {})

    def _take(self, numbers: Collection[int], changes: Mapping[str, Any]) -> None:
        if changes:
            self._rows.change(numbers, changes)
        self._dirty.update(numbers)
        if numbers and not self._teller.isActive():
            self._teller.start()

    def _tell(self) -> None:
        """Tell the view what changed since the last time."""
        places = self._rows.places(self._dirty)
        self._dirty.clear()
        last = len(COLUMNS) - 1
        if len(places) > 200:
            self.dataChanged.emit(self.index(places[0], 0), self.index(places[-1], last))
        else:
            for place in places:
                self.dataChanged.emit(self.index(place, 0), self.index(place, last))
        self.counts_changed.emit()

    # What the view asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of jobs."""
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return heading(COLUMNS[section])
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return align(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        entry, column = self.entries[index.row()], COLUMNS[index.column()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return words(entry, column, paused=self._paused)
        if role == Qt.ItemDataRole.DecorationRole and column is Column.NAME:
            return self._thumbnails.picture(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(entry, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return align(column)
        return None
