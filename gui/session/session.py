"""Everything the window works with and all it can do, without a single widget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QUndoStack

from colorizer.engine.queue import Entry, Queue
from colorizer.errors import ColorizerError
from colorizer.jobs import JobState
from colorizer.places.hint import Guide
from colorizer.settings import Settings, planned
from gui.session.adding import Adder
from gui.session.awake import Awake
from gui.session.changes import ChangeRows, MoveRows, RemoveRows
from gui.session.engine import Engine
from gui.session.guard import Guard
from gui.session.look import Look
from gui.session.preferences import Preferences
from gui.session.queue_model import QueueModel
from gui.session.replanner import Replanner
from gui.session.runner import PENDING, Activity, Runner
from gui.session.thumbnails import Thumbnails
from gui.session.watching import Watching
from gui.words.text import count

OVER = (JobState.DONE, JobState.SKIPPED)
"""States of files whose results exist."""
AGAIN = (JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED, *OVER)
"""States from which a file can be put back into the queue."""
_MANY = 200
"""Selected rows that are not looked at one by one, ten times a second."""


class Session(QObject):
    """Queue, engine, runner, undo, preferences, selection and look; its verbs take ids of rows.

    Args:
        preferences: what is remembered.
        queue: the open queue file.
    """

    selected_changed = Signal()
    shown_changed = Signal(object)
    """The `Entry` that is shown is another one, or None."""
    pointed = Signal(int)
    """A row is to be selected."""
    out_changed = Signal(object)
    """The folder of the results is another one, a `Path`."""
    look_changed = Signal()
    settings_changed = Signal()
    """New files get other settings."""
    changed = Signal()
    """What can be done may be different: work, rows, selection, look."""
    told = Signal(str)
    """Something to be read in passing."""
    troubled = Signal(object)
    """What went wrong, in words or as a note; nothing stops for it."""

    def __init__(
        self, preferences: Preferences, queue: Queue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.preferences = preferences
        self.engine = Engine(self)
        self.thumbnails = Thumbnails(self.engine, self)
        self.model = QueueModel(queue, self.thumbnails, self)
        self.runner = Runner(self.model, self.engine, self)
        self.adder = Adder(self.model, self.engine, self)
        self.undo = QUndoStack(self)
        self.look = Look()
        self.selected: tuple[int, ...] = ()
        """Ids of the selected rows, in their order."""
        self.shown: int | None = None
        """Id of the row that is shown."""
        self.devices: list[tuple[str, str]] = []
        """What the network can run on: name of the setting and words."""
        self._queue = queue
        self._awake = Awake()
        self._replanner = Replanner(self.model, self.engine, self.undo, lambda: self.out, self)
        self.watching = Watching(self.model, self.engine, self._wishes, self)
        self.guard = Guard(self.runner, lambda: self.is_on("pause_on_battery"))
        self.runner.out = preferences.out
        self.runner.keep_records = self.is_on("keep_records")
        self._connect_parts()

    def _connect_parts(self) -> None:
        self.runner.halted.connect(self.troubled)
        self.adder.failed.connect(self.troubled)
        self._replanner.failed.connect(self.troubled)
        self.model.dropped.connect(self.put_before)
        self.watching.came.connect(self._handle_came)
        self.runner.activity_changed.connect(self._handle_activity)
        for signal in (
            self.model.counts_changed,
            self.selected_changed,
            self.shown_changed,
            self.look_changed,
            self.undo.indexChanged,
            self.watching.changed,
        ):
            signal.connect(self._tell)

    def _tell(self) -> None:
        self.changed.emit()

    def begin(self) -> None:
        """Start the worker, and watch the folders that were watched the last time."""
        kept = self.preferences.get("watched", [])
        folders = tuple(Path(name) for name in kept if isinstance(name, str) and "\0" not in name)
        if folders:
            once = Qt.ConnectionType.SingleShotConnection
            self.engine.ready.connect(lambda: self.watching.watch(folders), once)
        self.engine.start()

    def close(self) -> None:
        """Keep what is in progress for the next time and end the worker."""
        self.runner.suspend()
        self.engine.stop()
        self._queue.close()
        for part in (self, self.undo):  # what is destroyed tells of changes no one is to follow
            part.blockSignals(True)

    # Looking

    def select(self, rows: Iterable[int], shown: int | None) -> None:
        """Take what is selected in the queue, and which row is shown."""
        selected = tuple(rows)
        if selected != self.selected:
            self.selected = selected
            self.selected_changed.emit()
        if shown != self.shown:
            self.shown = shown
            self.shown_changed.emit(self.shown_entry())

    def shown_entry(self) -> Entry | None:
        """Return the row that is shown."""
        if self.shown is None or not self.model.has(self.shown):
            return None
        return self.model.entry(self.shown)

    def states_of_selected(self) -> set[JobState]:
        """Return the states of the selected rows; of very many, all there are."""
        if len(self.selected) > _MANY:
            return {state for state in JobState if self.model.counts[state]}
        return {self.model.entry(row).state for row in self.selected if self.model.has(row)}

    def set_look(self, **changes: Any) -> None:
        """Look at files in another way; see `Look`."""
        look = replace(self.look, **changes)
        if look != self.look:
            self.look = look
            self.look_changed.emit()

    # Files

    @property
    def out(self) -> Path:
        """Folder of the results."""
        return self.preferences.out

    def add(self, paths: Sequence[Path]) -> None:
        """Add files and folders to the queue."""
        self.adder.add(paths, self.out, self.preferences.settings)

    def watch(self, folders: tuple[Path, ...]) -> None:
        """Watch these folders, after a restart too; none ends it."""
        folders = tuple(dict.fromkeys(folders))
        self.preferences.put("watched", [str(folder) for folder in folders])
        self.watching.watch(folders)

    def export(self, file: Path) -> None:
        """Write what is not done as a list."""
        self._try(lambda: self.model.export_json(file))

    def import_(self, file: Path) -> None:
        """Add the files of a list."""
        self._try(lambda: self.model.import_json(file))

    def retarget(self, out: Path) -> None:
        """Let results go to another folder, those of files that wait to the same place below it."""
        old = self.out
        if out == old:
            return
        waiting = [entry for entry in self.model.entries if entry.state in PENDING]
        inside = {
            entry.id: out / entry.job.target.relative_to(old)
            for entry in waiting
            if entry.job.target.is_relative_to(old)
        }
        self.preferences.out = self.runner.out = out
        if inside:
            words = self.tr("Other folder for the results")
            self.undo.push(ChangeRows(words, self.model, [], inside))
        self.out_changed.emit(out)

    # The work

    def start_or_pause(self) -> None:
        """Start, continue or pause."""
        if self.runner.is_running:
            self.runner.pause()
        else:
            self.runner.start()

    def cancel(self, rows: Iterable[int]) -> None:
        """Cancel files that wait or are in progress."""
        self.runner.cancel(list(rows))

    def retry(self, rows: Iterable[int]) -> None:
        """Put ended files back; a result of before is replaced, as the person asked."""
        again = [row for row in rows if self.model.entry(row).state in AGAIN]
        over = [row for row in again if self.model.entry(row).state in OVER]
        self.model.wish([(over, {"settings": {"existing": "overwrite"}})])
        self.runner.retry(again)

    def retry_failed(self) -> None:
        """Put all failed files back."""
        self.runner.retry(self._in_state(JobState.FAILED))

    def is_on(self, switch: str) -> bool:
        """Whether something is done by itself: start_watched, pause_on_battery or keep_records."""
        return bool(self.preferences.get(switch, True))

    def toggle(self, switch: str) -> None:
        """Switch that on or off."""
        self.preferences.put(switch, not self.is_on(switch))
        self.runner.keep_records = self.is_on("keep_records")
        self.guard.look()

    # Rows

    def remove(self, rows: Iterable[int]) -> None:
        """Forget rows that are not in progress; their files are not touched."""
        gone = [row for row in rows if row not in self.runner.running]
        if gone:
            self.undo.push(RemoveRows(self.tr("Removal from the queue"), self.model, gone))

    def clear_over(self) -> None:
        """Forget the rows whose results exist."""
        self.remove(self._in_state(*OVER))

    def move(self, rows: Sequence[int], where: str) -> None:
        """Move rows together: to the top, up, down or to the bottom."""
        if not rows:
            return
        order = [entry.id for entry in self.model.entries]
        places = [self.model.row_of(row) for row in rows]
        place = {"top": 0, "up": max(0, min(places) - 1), "down": max(places) + 2}.get(
            where, len(order)
        )
        self.put_before(rows, order[place] if place < len(order) else None)

    def put_before(self, rows: Iterable[int], before: int | None) -> None:
        """Put rows before another one, or at the end for None."""
        order = self.model.order_with(rows, before)
        if order != [entry.id for entry in self.model.entries]:
            self.undo.push(MoveRows(self.tr("Move in the queue"), self.model, order))

    def change(
        self, rows: Iterable[int], settings: Mapping[str, Any], words: str, merge: str = ""
    ) -> None:
        """Change some settings of rows that are not in progress.

        Args:
            rows: ids.
            settings: the changed ones by name.
            words: shown in the Undo action.
            merge: key of changes that are one step together, empty for none.
        """
        idle = [row for row in rows if self.may_change(row)]
        if not idle or not settings:
            return
        new = [(idle, {"settings": dict(settings)})]
        if settings.keys() & set(planned()):
            self._replanner.push(words, new)
        else:
            self.undo.push(ChangeRows(words, self.model, new, merge=merge))

    def give_hints(self, row: int, hints: tuple[Guide, ...], words: str) -> None:
        """Give a row other hints."""
        if self.may_change(row):
            self.undo.push(ChangeRows(words, self.model, [([row], {"hints": hints})]))

    def may_change(self, row: int) -> bool:
        """Whether a row exists and is not in progress."""
        return self.model.has(row) and self.model.entry(row).state is not JobState.RUNNING

    def waiting(self) -> list[int]:
        """Return the ids of the rows that wait."""
        return self._in_state(*PENDING)

    def use_settings(self, settings: Settings, rows: Iterable[int]) -> None:
        """Remember settings for new files, and give rows those that are other than before."""
        old = self.preferences.settings
        changed = {
            item.name: getattr(settings, item.name)
            for item in fields(Settings)
            if getattr(settings, item.name) != getattr(old, item.name)
        }
        self.preferences.settings = settings
        self.settings_changed.emit()
        self.change(rows, changed, self.tr("Change of settings"))

    def _wishes(self) -> tuple[Path, Settings]:
        return self.out, self.preferences.settings

    def _handle_came(self, ids: list[int]) -> None:
        self.told.emit(self.tr("Came in: %1").replace("%1", count(len(ids))))
        if self.shown is None:
            self.pointed.emit(ids[0])
        if self.is_on("start_watched") and self.runner.activity is Activity.IDLE:
            self.runner.start()
        else:
            self.runner.wake()

    def _handle_activity(self) -> None:
        self._awake.hold(self.runner.is_running)
        self.changed.emit()

    def _in_state(self, *states: JobState) -> list[int]:
        return [entry.id for entry in self.model.entries if entry.state in states]

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except ColorizerError as error:
            self.troubled.emit(str(error))
