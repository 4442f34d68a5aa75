"""Works the queue off: which job is next, and what follows from each event.

After a crash the jobs in progress are given to the next worker process, whose runner tells by their
claims what to do with them: see `colorizer.engine.runner`.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from colorizer.archive.planning.disk import check_room
from colorizer.engine.queue import REMOVED, Entry
from colorizer.engine.wire import item_of, progress_from
from colorizer.errors import TargetError
from colorizer.jobs import JobState, Kind, Progress
from colorizer.notes import note
from gui.session.activity import PENDING, Activity
from gui.session.engine import Engine, Life, NoWorker
from gui.session.pace import Clock, most_bytes
from gui.session.queue_model import QueueModel
from gui.words.text import said, shown

CANCEL_MS = 10_000
"""How long a cancelled job may take to stop before the worker is killed."""


class Runner(QObject):
    """Feeds the worker with jobs. Photos go side by side, films one at a time."""

    activity_changed = Signal()
    began = Signal(int)
    """Row whose work begins."""
    finished = Signal()
    """Nothing is left to do."""
    stopped = Signal()
    """What was in progress ended, and no other was begun, as asked for."""
    halted = Signal(object)
    """Work stopped for a reason that every further job would meet, in words."""

    def __init__(self, model: QueueModel, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.activity = Activity.IDLE
        self.slots = 1
        """Photos in progress at once."""
        self._model = model
        self._engine = engine
        self._running: set[int] = set()
        self._cancelling: set[int] = set()
        self.ended: dict[int, Progress] = {}
        """Ends of this run or, after it, of the last one, by row."""
        self.seconds_of_last = 0.0
        self._clock = Clock()
        self.out: Path | None = None
        """Folder of the results, where run log and manifest are kept."""
        self.keep_records = True
        self.pause_reason = ""
        """Why work is held, where it was not the person; in words."""
        self.lacks_room: tuple[Path, int] | None = None
        """Result for which its disk had too little room, and the bytes it needs at most."""
        self._halted = False
        """Why work stopped was said."""
        self._connect_engine()

    @property
    def is_active(self) -> bool:
        """Whether jobs are in progress or about to be."""
        return self.activity is not Activity.IDLE

    @property
    def is_running(self) -> bool:
        """Whether jobs are in progress and not paused."""
        return self.activity in (Activity.RUNNING, Activity.STOPPING)

    @property
    def running(self) -> frozenset[int]:
        """Rows in progress."""
        return frozenset(self._running)

    def seconds_left(self) -> float | None:
        """Return how long the queue takes at the pace so far, None before anything was done."""
        if not self.is_active:
            return None
        open_ = sum(self._model.counts[state] for state in (*PENDING, JobState.RUNNING))
        return self._clock.left(self._model.entries, open_)

    def seconds_worked(self) -> float:
        """Return how long the queue has been worked on since Start, pauses left out."""
        return self._clock.worked() if self.is_active else 0.0

    def start(self) -> None:
        """Begin, or continue after a pause; a worker that was given up is started again."""
        if self._engine.life is Life.GIVEN_UP:
            self._engine.start_again()
        self.lacks_room, self.pause_reason, self._halted = None, "", False
        if self.activity is Activity.PAUSED:
            self._clock.resume()
            self._engine.tell(do="resume")
        if self.activity is Activity.IDLE:
            self._clock, self.ended = Clock(), {}
        self._become(Activity.RUNNING)
        self._fill()

    def pause(self, reason: str = "") -> None:
        """Hold the jobs in progress where they are."""
        if self.is_running:
            self.pause_reason = reason
            self._clock.hold()
            self._engine.tell(do="pause")
            self._become(Activity.PAUSED)

    def stop_after_this(self, wanted: bool = True) -> None:
        """Let the jobs in progress end and begin no other."""
        if wanted and self.activity is Activity.RUNNING:
            self._become(Activity.STOPPING)
        elif not wanted and self.activity is Activity.STOPPING:
            self._become(Activity.RUNNING)
            self._fill()

    def cancel(self, numbers: list[int]) -> None:
        """Cancel jobs; a waiting one at once, a running one after its current frames."""
        waiting = list(self._model.in_state(*PENDING, among=numbers))
        self._model.change_many(waiting, state=JobState.CANCELLED, reason="")
        for number in self._running.intersection(numbers):
            self._cancelling.add(number)
            self._engine.tell(do="cancel", job=number)
            QTimer.singleShot(CANCEL_MS, self, lambda number=number: self._insist(number))

    def retry(self, numbers: list[int]) -> None:
        """Put ended jobs back into the queue."""
        ended = [n for n in numbers if n not in self._running]
        self._model.change_many(
            ended, state=JobState.WAITING, reason="", warnings=(), done=0, seconds=0.0
        )
        if self.activity is Activity.RUNNING:
            self._fill()

    def suspend(self) -> None:
        """Mark what is in progress as interrupted, before the window closes."""
        self._model.change_many(
            list(self._running), state=JobState.INTERRUPTED, reason=note("queue.window_closed")
        )
        self._running.clear()
        self.lacks_room = None  # nothing continues by itself in a closed window
        self._become(Activity.IDLE)

    def wake(self) -> None:
        """Look for work again: jobs were added or moved."""
        self._fill()

    def _connect_engine(self) -> None:
        self._engine.job_event.connect(self._handle_event)
        self._engine.died.connect(self._handle_death)
        self._engine.broken.connect(self._handle_broken)

    def _become(self, activity: Activity) -> None:
        if activity is not self.activity:
            self.activity = activity
            self.activity_changed.emit()

    def _fill(self) -> None:
        """Begin jobs until the worker has its hands full."""
        while self.activity is Activity.RUNNING:
            entry = self._next()
            if entry is None:
                break
            if obstacle := self._obstacle(entry):
                self._halt(obstacle)
                return
            try:
                self._begin(entry)
            except NoWorker as error:
                self._halt(str(error))
                return
        nothing_left = self.activity is Activity.RUNNING and not any(
            self._model.counts[state] for state in PENDING
        )
        if not self._running and (nothing_left or self.activity is Activity.STOPPING):
            for row in self._model.look_again(self.ended):
                self.ended[row] = replace(self.ended[row], state=JobState.FAILED, message=REMOVED)
            self.seconds_of_last = self.seconds_worked()
            self._become(Activity.IDLE)
            (self.finished if nothing_left else self.stopped).emit()

    def _next(self) -> Entry | None:
        """Return the job to begin now, None where the first waiting one has to wait longer."""
        entry = self._model.first(*PENDING)
        if entry is None or not self._running:
            return entry
        alone = [self._model.entry(number) for number in self._running]
        if any(other.job.kind is Kind.FILM for other in [entry, *alone]):
            return None
        return entry if len(self._running) < self.slots else None

    def _obstacle(self, entry: Entry, needed: int = 1) -> str:
        """Return why no result of so many bytes can be written now, empty where it can."""
        folder = next((f for f in entry.job.target.parents if f.exists()), None)
        if folder is None:
            return ""
        if not os.access(folder, os.W_OK):
            return self.tr("Results can't be written to %1").replace("%1", shown(folder))
        try:
            check_room(entry.job.target, needed)
        except TargetError as error:
            self.lacks_room = entry.job.target, needed
            return str(error)
        return ""

    def _begin(self, entry: Entry) -> None:
        job = entry.job
        out = self._records_folder(job.target)
        self._engine.send(do="run", job=entry.id, out=out, **item_of(job))
        self._running.add(entry.id)
        self._model.change(
            entry.id, state=JobState.RUNNING, reason="", warnings=(), done=0, total=None,
            seconds=0.0, begun=0, started=time.time(),
        )  # fmt: skip
        self.began.emit(entry.id)

    def _records_folder(self, target: Path) -> str | None:
        """Return where run log and manifest of a result are kept; None keeps none."""
        if not self.keep_records:
            return None
        inside = self.out is not None and target.is_relative_to(self.out)
        return str(self.out if inside else target.parent)

    def _handle_event(self, event: dict[str, Any]) -> None:
        number = event["job"]
        if number not in self._running:
            return
        if event["event"] == "progress":
            keys = ("done", "total", "seconds", "begun")
            self._model.change(number, **{key: event[key] for key in keys})
        elif event["event"] != "start":
            self._handle_end(number, event)

    def _handle_end(self, number: int, event: dict[str, Any]) -> None:
        self._running.discard(number)
        self._cancelling.discard(number)
        if not self._model.has(number):
            self._fill()
            return
        if event["fatal"]:
            self._model.change(number, state=JobState.WAITING, reason=event["message"])
            entry = self._model.entry(number)
            self._obstacle(entry, most_bytes(entry))  # notes a disk without room
            self._halt(event["message"])
            return
        end = self.ended[number] = progress_from(self._model.entry(number).job, event)
        known = {"total": end.total} if end.total else {}
        self._model.change(
            number,
            state=end.state,
            reason=end.message,
            warnings=end.warnings,
            done=end.done,
            seconds=event["seconds"],
            ended=time.time(),
            **known,
        )
        self._clock.pace.take(self._model.entry(number))
        self._fill()

    def _handle_death(self, words: str) -> None:
        """The worker ended with jobs in progress; the next one continues them."""
        reason = note("queue.worker_ended", why=words)
        cancelled = self._running & self._cancelling
        self._model.change_many(cancelled, state=JobState.CANCELLED, reason="")
        self._model.change_many(
            self._running - cancelled, state=JobState.INTERRUPTED, reason=reason
        )
        self._running.clear()
        self._cancelling.clear()
        if self.activity is Activity.PAUSED:
            # A new worker knows nothing of the pause; nothing begins before Start.
            return
        QTimer.singleShot(0, self, self._fill)

    def _handle_broken(self, words: str) -> None:
        self._handle_death(words)
        self._halt(self.tr("The worker process does not start (%1)").replace("%1", said(words)))

    def _halt(self, message: str) -> None:
        """Stop beginning jobs and say why."""
        self._become(Activity.STOPPING if self._running else Activity.IDLE)
        if not self._halted:  # the others in progress met the same
            self._halted = True
            self.halted.emit(message)

    def _insist(self, number: int) -> None:
        if number in self._cancelling:
            self._engine.kill()
