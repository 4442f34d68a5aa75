"""The queue as a table: every change goes to disk, the view hears of it ten times a second."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal

from colorizer.engine.queue import REMOVED, Entry, Queue
from colorizer.engine.queue_json import export_json, import_json
from colorizer.jobs import Job, JobState, Progress, is_there
from gui.session.dragging import DraggedRows, Index
from gui.session.queue_cells import COLUMNS, Column, align, heading, tip, words
from gui.session.rows import Groups, Rows
from gui.session.thumbnails import Thumbnails

ENTRY = Qt.ItemDataRole.UserRole
"""Role that gives the whole `Entry`."""
_TELL_MS = 100
_SAVE_SECONDS = 1.0
"""Least time between two saves of the progress of one job; every other change is saved at once."""
_FEW = 10
"""Runs of rows that the view is told of one by one; for more it is built again."""


class QueueModel(DraggedRows):
    """All rows of the queue. The only one that writes the queue file."""

    counts_changed = Signal()
    facts_known = Signal(int)
    """Row whose size, length and rate came."""

    def __init__(self, queue: Queue, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._thumbnails = thumbnails
        self._rows = Rows(queue.entries())
        self._dirty: set[int] = set()
        self._paused = False
        self._saved: dict[int, float] = {}
        self._teller = QTimer(self, interval=_TELL_MS, singleShot=True)
        self._teller.timeout.connect(self._tell)
        thumbnails.loaded.connect(self._handle_thumbnail)

    # What the queue holds

    @property
    def entries(self) -> Sequence[Entry]:
        """All rows in their order."""
        return self._rows.entries

    @property
    def counts(self) -> Counter[JobState]:
        """How many rows are in each state."""
        return self._rows.counts

    def entry(self, number: int) -> Entry:
        """Return a row by its id; KeyError where it is gone."""
        return self._rows[number]

    def has(self, number: int) -> bool:
        """Whether a row of that id exists."""
        return number in self._rows

    def row_of(self, number: int) -> int:
        """Return the place of a row by its id."""
        return self._rows.place(number)

    # Changes

    def add(
        self, jobs: Iterable[Job], state: JobState = JobState.WAITING, reason: str = ""
    ) -> list[int]:
        """Append jobs and return their ids."""
        ids = self._queue.add(jobs, state, reason)
        self._append(ids)
        return ids

    def import_json(self, file: Any) -> list[int]:
        """Append the jobs of an exported file; see `queue_json`."""
        ids = import_json(self._queue, file)
        self._append(ids)
        return ids

    def export_json(self, file: Any) -> int:
        """Write the jobs that are not done; see `queue_json`."""
        return export_json(self._queue, file)

    def change(self, number: int, **changes: Any) -> None:
        """Change fields of a row, on disk too; see `Queue.update`."""
        if not self.has(number):
            return
        only_progress = changes.keys() <= {"done", "total", "seconds", "begun"}
        self._take([number], changes)
        now = time.monotonic()
        if only_progress and now - self._saved.get(number, 0.0) < _SAVE_SECONDS:
            return
        self._saved[number] = now
        kept = {name: value for name, value in changes.items() if name != "begun"}
        self._queue.update(number, **kept)

    def change_many(self, numbers: Iterable[int], **changes: Any) -> None:
        """Change the same fields of many rows in one step."""
        known = self._rows.known(numbers)
        self._queue.update_many(known, **changes)
        self._take(known, changes)

    def alike(self, groups: Groups) -> Groups:
        """Return the groups split into rows that get equal fields, with all their settings."""
        return list(self._rows.split(groups))

    def wish(self, groups: Groups, targets: Mapping[int, Path] | None = None) -> None:
        """Change settings, hints and targets of rows, all in one step; rows that are gone stay so.

        Args:
            groups: ids and their changes.
            targets: new targets by id.
        """
        split = list(self._rows.split(groups))
        known = {n: (targets or {})[n] for n in self._rows.idle(targets or {})}
        self._queue.update_each(split, known)
        for numbers, changes in split:
            self._take(numbers, changes)
        self._rows.retarget(known)
        self._take(list(known), {})

    def set_paused(self, paused: bool) -> None:
        """Let rows in progress say that work is paused, or no more."""
        if paused is not self._paused:
            self._paused = paused
            running = [e.id for e in self.entries if e.state is JobState.RUNNING]
            self._take(running, {})

    def look_again(self, ends: Mapping[int, Progress]) -> None:
        """Fail those of the rows that are done and whose results exist no more."""
        done = [n for n in ends if self.has(n) and self.entry(n).state is JobState.DONE]
        gone = [number for number in done if not is_there(ends[number])]
        self.change_many(gone, state=JobState.FAILED, reason=REMOVED)

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget rows; files are not touched. `put_back` brings them back."""
        gone = self._rows.known(numbers)
        parts = _in_a_row(sorted(map(self.row_of, gone)))
        self._queue.remove(gone)
        if len(parts) > _FEW:
            self.beginResetModel()
            self._rows.drop(gone)
            self.endResetModel()
            parts = []
        for first, last in reversed(parts):
            self.beginRemoveRows(QModelIndex(), first, last)
            self._rows.drop([entry.id for entry in self.entries[first : last + 1]])
            self.endRemoveRows()
        self.counts_changed.emit()

    def put_back(self, removed: Mapping[int, Entry]) -> None:
        """Bring removed rows back.

        Args:
            removed: they as they were, by the place that each had.
        """
        self._queue.put_back([entry.id for entry in removed.values()])
        parts = _in_a_row(sorted(removed))
        if len(parts) > _FEW:
            self.beginResetModel()
            self._rows.merge(removed)
            self.endResetModel()
            parts = []
        for first, last in parts:
            start = min(first, len(self.entries))
            self.beginInsertRows(QModelIndex(), start, start + last - first)
            new = {start + n: removed[first + n] for n in range(last - first + 1)}
            self._rows.merge(new)
            self.endInsertRows()
        self._queue.reorder([entry.id for entry in self.entries])
        self.counts_changed.emit()

    def order_with(self, numbers: Iterable[int], before: int | None) -> list[int]:
        """Return the ids of all rows, were some put before another one, or at the end for None."""
        return self._rows.order_with(numbers, before)

    def reorder(self, order: Sequence[int]) -> None:
        """Give all rows the order of these ids; rows that are not among them come last."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        held = [(self.entries[index.row()].id, index.column()) for index in old]
        self._rows.reorder(order)
        self._queue.reorder([entry.id for entry in self.entries])
        new = [self.index(self.row_of(number), column) for number, column in held]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()
        self.counts_changed.emit()

    def _append(self, ids: list[int]) -> None:
        if not ids:
            return
        new = self._queue.entries(first=min(ids))
        start = len(self.entries)
        self.beginInsertRows(QModelIndex(), start, start + len(new) - 1)
        self._rows.append(new)
        self.endInsertRows()
        self.counts_changed.emit()

    def _take(self, numbers: Sequence[int], changes: Mapping[str, Any]) -> None:
        if changes:
            self._rows.change(numbers, changes)
        self._dirty.update(numbers)
        if numbers and not self._teller.isActive():
            self._teller.start()

    def _tell(self) -> None:
        """Tell the view what changed since the last time."""
        places = sorted(self.row_of(number) for number in self._rows.known(self._dirty))
        self._dirty.clear()
        last = len(COLUMNS) - 1
        if len(places) > 200:
            self.dataChanged.emit(self.index(places[0], 0), self.index(places[-1], last))
        else:
            for place in places:
                self.dataChanged.emit(self.index(place, 0), self.index(place, last))
        self.counts_changed.emit()

    def _handle_thumbnail(self, number: int, facts: dict[str, Any]) -> None:
        if self.has(number) and facts:
            self.change(number, facts=facts)
            self.facts_known.emit(number)
        elif self.has(number):
            self._dirty.add(number)
            self._teller.start()

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


def _in_a_row(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last of each run of places that follow each other."""
    parts: list[tuple[int, int]] = []
    for place in places:
        if parts and parts[-1][1] == place - 1:
            parts[-1] = parts[-1][0], place
        else:
            parts.append((place, place))
    return parts
