"""The queue as a table: every change goes to disk, the view hears of it ten times a second."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from colorizer.engine.queue import REMOVED, Entry, Queue
from colorizer.engine.queue_json import export_json, import_json
from colorizer.jobs import Job, JobState, Progress, is_there
from gui.queue.queue_cells import COLUMNS, Column, align, heading, tip, words
from gui.queue.thumbnails import Thumbnails

ENTRY = Qt.ItemDataRole.UserRole
"""Role that gives the whole `Entry`."""
_TELL_MS = 100
_SAVE_SECONDS = 1.0
"""Least time between two saves of the progress of one job; every other change is saved at once."""
_MIME = "application/x-colorizer-rows"

Index = QModelIndex | QPersistentModelIndex


class QueueModel(QAbstractTableModel):
    """All rows of the queue. The only one that writes the queue file."""

    counts_changed = Signal()
    facts_known = Signal(int)
    """Row whose size, length and rate came."""

    def __init__(self, queue: Queue, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._thumbnails = thumbnails
        self._rows: list[Entry] = queue.entries()
        self._places: dict[int, int] = {}
        self._dirty: set[int] = set()
        self._saved: dict[int, float] = {}
        self.counts: Counter[JobState] = Counter(entry.state for entry in self._rows)
        self._number()
        self._teller = QTimer(self, interval=_TELL_MS, singleShot=True)
        self._teller.timeout.connect(self._tell)
        thumbnails.loaded.connect(self._handle_thumbnail)

    # What there is

    @property
    def entries(self) -> Sequence[Entry]:
        """All rows in their order."""
        return self._rows

    def entry(self, number: int) -> Entry:
        """Return a row by its id; KeyError where it is gone."""
        return self._rows[self._places[number]]

    def has(self, number: int) -> bool:
        """Whether a row of that id is there."""
        return number in self._places

    def row_of(self, number: int) -> int:
        """Return the place of a row by its id."""
        return self._places[number]

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
        if (
            "settings" in changes
            and changes["settings"].shots != self.entry(number).job.settings.shots
        ):
            changes["new_list"] = True  # a person chose it here
        only_progress = changes.keys() <= {"done", "total", "seconds", "begun"}
        self._take(number, changes)
        now = time.monotonic()
        if only_progress and now - self._saved.get(number, 0.0) < _SAVE_SECONDS:
            return
        self._saved[number] = now
        kept = {name: value for name, value in changes.items() if name != "begun"}
        self._queue.update(number, **kept)

    def change_many(self, numbers: Iterable[int], **changes: Any) -> None:
        """Change the same fields of many rows in one step."""
        known = [number for number in numbers if self.has(number)]
        self._queue.update_many(known, **changes)
        for number in known:
            self._take(number, changes)

    def look_again(self, ends: Mapping[int, Progress]) -> None:
        """Fail those of the rows that are done and whose results exist no more."""
        done = [n for n in ends if self.has(n) and self.entry(n).state is JobState.DONE]
        gone = [number for number in done if not is_there(ends[number])]
        self.change_many(gone, state=JobState.FAILED, reason=REMOVED)

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget rows; files are not touched."""
        gone = {number for number in numbers if self.has(number)}
        if not gone:
            return
        self._queue.remove(gone)
        self.beginResetModel()
        self._rows = [entry for entry in self._rows if entry.id not in gone]
        self._number()
        self.counts = Counter(entry.state for entry in self._rows)
        self.endResetModel()
        self.counts_changed.emit()

    def move(self, numbers: Sequence[int], before: int | None) -> None:
        """Put rows before another one, or at the end for None."""
        self._queue.move(numbers, before)
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        held = [(self._rows[index.row()].id, index.column()) for index in old]
        self._rows = self._sorted(set(numbers), before)
        self._number()
        new = [self.index(self._places[number], column) for number, column in held]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _sorted(self, moved: set[int], before: int | None) -> list[Entry]:
        while before in moved:
            place = self._places[before] + 1 if before is not None else 0
            before = self._rows[place].id if place < len(self._rows) else None
        kept = [entry for entry in self._rows if entry.id not in moved]
        places = {entry.id: place for place, entry in enumerate(kept)}
        place = len(kept) if before is None else places[before]
        return [
            *kept[:place],
            *(entry for entry in self._rows if entry.id in moved),
            *kept[place:],
        ]

    def _append(self, ids: list[int]) -> None:
        if not ids:
            return
        new = self._queue.entries(first=min(ids))
        start = len(self._rows)
        self.beginInsertRows(QModelIndex(), start, start + len(new) - 1)
        self._rows += new
        self._places.update({entry.id: start + place for place, entry in enumerate(new)})
        self.counts.update(entry.state for entry in new)
        self.endInsertRows()
        self.counts_changed.emit()

    def _take(self, number: int, changes: dict[str, Any]) -> None:
        place = self._places[number]
        old, values = self._rows[place], dict(changes)
        names = ("target", "settings", "hints", "new_list")
        of_job = {name: values.pop(name) for name in names if name in values}
        job = replace(old.job, **of_job) if of_job else old.job
        self._rows[place] = new = replace(old, job=job, **values)
        if new.state is not old.state:
            self.counts[old.state] -= 1
            self.counts[new.state] += 1
        self._dirty.add(number)
        if not self._teller.isActive():
            self._teller.start()

    def _number(self) -> None:
        self._places = {entry.id: place for place, entry in enumerate(self._rows)}

    def _tell(self) -> None:
        """Tell the view what changed since the last time."""
        places = sorted(self._places[number] for number in self._dirty if self.has(number))
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
        return 0 if parent.isValid() else len(self._rows)

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
        entry, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return words(entry, column)
        if role == Qt.ItemDataRole.DecorationRole and column is Column.NAME:
            return self._thumbnails.picture(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(entry, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return align(column)
        return None

    # Dragging rows

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be dragged, and dropped between others."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved, never copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Return the one kind of data that is dragged inside the table."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Carry the ids of the dragged rows."""
        numbers = sorted({self._rows[index.row()].id for index in indexes})
        data = QMimeData()
        data.setData(_MIME, QByteArray(",".join(map(str, numbers)).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Move the dragged rows before the row they were dropped on or above."""
        if not data.hasFormat(_MIME):
            return False
        numbers = [int(part) for part in bytes(data.data(_MIME).data()).split(b",")]
        place = row if row >= 0 else parent.row() if parent.isValid() else len(self._rows)
        self.move(numbers, self._rows[place].id if place < len(self._rows) else None)
        return False  # True would make the view remove the dragged rows
