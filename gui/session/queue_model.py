"""The queue as a table: every change goes to disk, the view hears of it ten times a second.

What a slider changes goes to disk when the slider rests, or with the next other change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, TypeVar

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal
from PySide6.QtGui import QIcon

from colorizer.engine.queue import REMOVED, Entry, Queue
from colorizer.engine.queue_json import export_json, import_json
from colorizer.jobs import Job, JobState, Progress, is_there
from gui.session.queue_disk import QueueDisk
from gui.session.row_table import RowTable
from gui.session.rows import Groups, Rows
from gui.session.thumbnails import Thumbnails

T = TypeVar("T")
_SAVE_SECONDS = 1.0
"""Least time between two saves of the progress of one job; every other change is saved at once."""
_SOON_MS = 300
"""After the last step of a slider its value is saved."""
_FEW = 10
"""Runs of rows that the view is told of one by one; for more it is built again."""


class QueueModel(RowTable):
    """All rows of the queue. The only one that writes the queue file."""

    facts_known = Signal(int)
    """Row whose size, length and rate came."""

    def __init__(
        self, queue: Queue, thumbnails: Thumbnails[QIcon], parent: QObject | None = None
    ) -> None:
        super().__init__(Rows(queue.entries()), thumbnails, parent)
        self.disk = QueueDisk(queue, self)
        self._saved: dict[int, float] = {}
        self._unsaved: list[tuple[list[int], dict[str, Any]]] = []
        self._saver = QTimer(self, interval=_SOON_MS, singleShot=True)
        self._saver.timeout.connect(self.save)
        thumbnails.loaded.connect(self._handle_thumbnail)

    def add(
        self, jobs: Iterable[Job], state: JobState = JobState.WAITING, reason: str = ""
    ) -> list[int]:
        """Append jobs and return their ids."""
        jobs = list(jobs)
        return self._append(self._ask(lambda file: file.add(jobs, state, reason)))

    def add_soon(self, jobs: Iterable[Job], then: Callable[[list[int]], object]) -> None:
        """Append jobs when the disk has them, and call `then` with their ids."""
        jobs = list(jobs)

        def work(file: Queue) -> list[Entry]:
            ids = file.add(jobs)
            return file.entries(first=min(ids)) if ids else []

        self.save()
        self.disk.ask_soon(work, lambda new: then(self._show_new(new)))

    def import_json(self, file: Any) -> list[int]:
        """Append the jobs of an exported file; see `queue_json`."""
        return self._append(self._ask(lambda queue: import_json(queue, file)))

    def export_json(self, file: Any) -> int:
        """Write the jobs that are not done; see `queue_json`."""
        return self._ask(lambda queue: export_json(queue, file))

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
        self._write(lambda file: file.update(number, **kept))

    def change_many(self, numbers: Iterable[int], **changes: Any) -> None:
        """Change the same fields of many rows in one step."""
        known = self._rows.known(numbers)
        self._write(lambda file: file.update_many(known, **changes))
        self._take(known, changes)

    def alike(self, groups: Groups) -> Groups:
        """Return the groups split into rows that get equal fields, with all their settings."""
        return list(self._rows.split(groups))

    def wish(
        self,
        groups: Groups,
        targets: Mapping[int, str | PathLike[str]] | None = None,
        *,
        moves: bool = False,
    ) -> None:
        """Change settings, hints and targets of rows, all in one step; rows that are gone stay so.

        Args:
            groups: ids and their changes.
            targets: new targets by id.
            moves: more of the same follows at once, as from a slider: saved when it rests.
        """
        split = list(self._rows.split(groups))
        known = {n: (targets or {})[n] for n in self._rows.idle(targets or {})}
        if moves and not known:
            self._save_soon(split)
        else:
            self._write(lambda file: file.update_each(split, known))
        for numbers, changes in split:
            self._take(numbers, changes)
        self._rows.retarget(known)
        self._take(list(known), {})

    def save(self) -> None:
        """Write what a slider changed; everything else is written already."""
        self._saver.stop()
        unsaved, self._unsaved = self._unsaved, []
        if unsaved:
            self.disk.write(lambda file: file.update_each(unsaved))

    def _write(self, action: Callable[[Queue], object]) -> None:
        """Change the file, after all that was changed before."""
        self.save()
        self.disk.write(action)

    def _ask(self, action: Callable[[Queue], T]) -> T:
        """Return what the file gives, after all that was changed before."""
        self.save()
        return self.disk.ask(action)

    def _save_soon(self, split: list[tuple[list[int], dict[str, Any]]]) -> None:
        if [(n, c.keys()) for n, c in self._unsaved] != [(n, c.keys()) for n, c in split]:
            self.save()
        self._unsaved = split
        self._saver.start()

    def look_again(self, ends: Mapping[int, Progress]) -> list[int]:
        """Fail those of the rows that are done and whose results exist no more; return them."""
        done = [n for n in ends if self.has(n) and self.entry(n).state is JobState.DONE]
        gone = [number for number in done if not is_there(ends[number])]
        self.change_many(gone, state=JobState.FAILED, reason=REMOVED)
        return gone

    def remove(self, numbers: Iterable[int]) -> dict[int, int]:
        """Forget rows; files are not touched.

        Returns:
            their ids by the place that each had, as `put_back` wants them.
        """
        gone, ids = self._rows.known(numbers), self.ids()
        places = {place: ids[place] for place in self._rows.places(gone)}
        parts = _in_a_row(list(places))
        self._write(lambda file: file.remove(gone))
        if len(parts) > _FEW:
            self.beginResetModel()
            self._rows.drop(gone)
            self.endResetModel()
            parts = []
        for first, last in reversed(parts):
            self.beginRemoveRows(QModelIndex(), first, last)
            self._rows.drop([places[place] for place in range(first, last + 1)])
            self.endRemoveRows()
        self.counts_changed.emit()
        return places

    def put_back(self, removed: Mapping[int, int]) -> None:
        """Bring removed rows back: ids by the places that they had."""
        back = list(removed.values())
        self._write(lambda file: file.put_back(back))
        parts = _in_a_row(sorted(removed))
        if len(parts) > _FEW:
            self.beginResetModel()
            self._rows.merge(removed)
            self.endResetModel()
            parts = []
        for first, last in parts:
            start = min(first, len(self.entries))
            self.beginInsertRows(QModelIndex(), start, start + last - first)
            self._rows.merge({start + n: removed[first + n] for n in range(last - first + 1)})
            self.endInsertRows()
        self._write_order()
        self.counts_changed.emit()

    def order_with(self, numbers: Iterable[int], before: int | None) -> list[int]:
        """Return the ids of all rows, were some put before another one, or at the end for None."""
        return self._rows.order_with(numbers, before)

    def reorder(self, order: Sequence[int]) -> None:
        """Give all rows the order of these ids; rows that are not among them come last."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        ids = self.ids()
        held = [(ids[index.row()], index.column()) for index in old]
        self._rows.reorder(order)
        self._write_order()
        new = [self.index(self.row_of(number), column) for number, column in held]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()
        self.counts_changed.emit()

    def _write_order(self) -> None:
        ids = self.ids()
        self._write(lambda file: file.reorder(ids))

    def _append(self, ids: list[int]) -> list[int]:
        return self._show_new(self._ask(lambda file: file.entries(first=min(ids)))) if ids else ids

    def _show_new(self, new: list[Entry]) -> list[int]:
        new = [entry for entry in new if not self.has(entry.id)]
        if new:
            start = len(self.entries)
            self.beginInsertRows(QModelIndex(), start, start + len(new) - 1)
            self._rows.append(new)
            self.endInsertRows()
            self.counts_changed.emit()
        return [entry.id for entry in new]

    def _handle_thumbnail(self, number: int, facts: dict[str, Any]) -> None:
        if self.has(number) and facts:
            self.change(number, facts=facts)
            self.facts_known.emit(number)
        elif self.has(number):
            self._dirty.add(number)
            self._teller.start()


def _in_a_row(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last of each run of places that follow each other."""
    parts: list[tuple[int, int]] = []
    for place in places:
        if parts and parts[-1][1] == place - 1:
            parts[-1] = parts[-1][0], place
        else:
            parts.append((place, place))
    return parts
