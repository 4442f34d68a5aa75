"""Everything the window works with and all it can do, without a single widget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from colorizer.engine.queue import Queue
from colorizer.errors import ColorizerError
from colorizer.jobs import JobState
from colorizer.settings import Settings
from gui.session.activity import Activity
from gui.session.adding import Adder
from gui.session.awake import Awake
from gui.session.edits import OVER, Edits
from gui.session.guard import Guard
from gui.session.kept_log import KeptLog
from gui.session.look import Look
from gui.session.preferences import Preferences
from gui.session.watching import Watching
from gui.words.text import count

AGAIN = (JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED, *OVER)
"""States from which a file can be put back into the queue."""
_MANY = 200
"""Selected rows that are not looked at one by one, ten times a second."""


class Session(Edits):
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
    look_changed = Signal()
    changed = Signal()
    """What can be done may be different: work, rows, selection, look."""
    told = Signal(str)
    """Something to be read in passing."""

    def __init__(
        self, preferences: Preferences, queue: Queue, parent: QObject | None = None
    ) -> None:
        super().__init__(preferences, queue, parent)
        self.adder = Adder(self.model, self.engine, self)
        self.look = Look()
        self.selected: tuple[int, ...] = ()
        """Ids of the selected rows, in their order."""
        self.devices: list[tuple[str, str]] = []
        """What the network can run on: name of the setting and words."""
        self._awake = Awake()
        self.log = KeptLog(preferences.data_folder)
        self.engine.logged.connect(self.log.add)
        self.watching = Watching(self.model, self.engine, self._wishes, self)
        self.guard = Guard(self.runner, lambda: self.is_on("pause_on_battery"))
        self.runner.keep_records = self.is_on("keep_records")
        self._connect_parts()

    def _connect_parts(self) -> None:
        self.runner.halted.connect(self.troubled)
        self.model.disk.failed.connect(self.troubled)
        self.adder.failed.connect(self.troubled)
        self.watching.came.connect(self._handle_came)
        self.runner.activity_changed.connect(self._handle_activity)
        self.runner.began.connect(self._follow)
        for signal in (
            self.model.counts_changed,
            self.selected_changed,
            self.shown_changed,
            self.look_changed,
            self.undo.indexChanged,
            self.watching.changed,
            self.engine.life_changed,
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
        if self.log.crashed:
            words = self.tr("The window did not close the last time; the queue is as it was.")
            more = self.tr("Help, Log may show why")  # who kills it leaves nothing there
            self.told.emit(f"{words} {more}" if self.log.lines() else words)

    def close(self) -> None:
        """Keep what is in progress for the next time and end the worker."""
        self.runner.suspend()
        self.engine.stop()
        self.model.save()
        self.let_go()
        self.model.disk.close()
        self.log.close()
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

    def states_of_selected(self) -> set[JobState]:
        """Return the states of the selected rows; of very many, all there are."""
        if len(self.selected) > _MANY:
            return {state for state in JobState if self.model.counts[state]}
        return {self.model.entry(row).state for row in self.selected if self.model.has(row)}

    def set_look(self, **changes: Any) -> None:
        """Look at files in another way; see `Look`."""
        look = replace(self.look, **changes)
        if look != self.look:
            begins = look.follows and not self.look.follows
            self.look = look
            self.look_changed.emit()
            if begins and (running := self.model.first(JobState.RUNNING)):
                self._follow(running.id)

    # Files

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
        again = list(self.model.in_state(*AGAIN, among=rows))
        over = list(self.model.in_state(*OVER, among=again))
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

    def _wishes(self) -> tuple[Path, Settings]:
        return self.out, self.preferences.settings

    def _follow(self, row: int) -> None:
        if self.look.follows:
            self.pointed.emit(row)

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
        self.model.set_paused(self.runner.activity is Activity.PAUSED)
        self.changed.emit()

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except ColorizerError as error:
            self.troubled.emit(str(error))
