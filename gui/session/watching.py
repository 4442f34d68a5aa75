"""Watched folders: the worker looks at them again and again, what comes in is queued."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from gui.session.activity import PENDING
from gui.session.engine import Engine
from gui.session.queue_model import QueueModel
from gui.words.text import said

_LEAST_MS = 5000
_STABLE = 10.0
"""Seconds for which a whole file does not change."""
_OPEN = (*PENDING, JobState.RUNNING)


class Watching(QObject):
    """Asks the worker for what came in, and tells it what became of it."""

    changed = Signal()
    """Other folders are watched, or what is wrong with them."""
    came = Signal(list)
    """Ids of new rows."""

    def __init__(
        self,
        model: QueueModel,
        engine: Engine,
        wishes: Callable[[], tuple[Path, Settings]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.folders: tuple[Path, ...] = ()
        self.trouble = ""
        """Why nothing comes in, in words; empty where all is well."""
        self.stable = _STABLE
        self._model, self._engine, self._wishes = model, engine, wishes
        self._given: dict[int, Path] = {}
        self._asked = False
        self._began = 0.0
        self.timer = QTimer(self, interval=_LEAST_MS, singleShot=True)
        self.timer.timeout.connect(self._ask)

    def watch(self, folders: tuple[Path, ...]) -> None:
        """Watch these folders from now on; none ends it."""
        self.folders, self.trouble = folders, ""
        self.changed.emit()
        self._ask()

    def _ask(self) -> None:
        """Look once; the answer sets the time of the next look."""
        if self._asked:
            return
        self._asked, self._began = True, time.monotonic()
        out, settings = self._wishes()
        self._engine.ask(
            "arrived",
            lambda event, asked=self.folders: self._handle_answer(event, asked, settings),
            inputs=[str(folder) for folder in self.folders],
            out=str(out),
            settings=settings.as_dict(),
            stable=self.stable,
            ended=self._ended(),
        )

    def _handle_answer(
        self, event: dict[str, Any], asked: tuple[Path, ...], settings: Settings
    ) -> None:
        self._asked = False
        if asked != self.folders:
            self._ask()
            return
        if not self.folders:
            return
        self._say(event.get("error") or "\n".join(map(said, event.get("notes", []))))
        if jobs := self._new(event.get("jobs", []), settings):
            ids = self._model.add(jobs)
            self._given.update(zip(ids, (job.source for job in jobs), strict=True))
            self.came.emit(ids)
        # A look at a hundred thousand files takes seconds; it shall not fill them.
        looked = round((time.monotonic() - self._began) * 1000)
        self.timer.start(max(self.timer.interval(), 5 * looked))

    def _new(self, rows: list[list[str]], settings: Settings) -> list[Job]:
        """Return the jobs that are not in the queue already, as after a crash of the worker."""
        if not rows:
            return []
        there = {e.job.source: e.id for e in self._model.entries if e.state in _OPEN}
        jobs = [Job(Path(s), Path(t), Kind(kind), settings) for s, t, kind in rows]
        self._given.update((there[job.source], job.source) for job in jobs if job.source in there)
        return [job for job in jobs if job.source not in there]

    def _ended(self) -> list[tuple[str, bool]]:
        """Return the sources given out that have ended since the last look, and whether badly."""
        ended = []
        for number, source in list(self._given.items()):
            state = self._model.entry(number).state if self._model.has(number) else JobState.SKIPPED
            if state not in _OPEN:
                ended.append((str(source), state is JobState.FAILED))
                del self._given[number]
        return ended

    def _say(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self.changed.emit()
