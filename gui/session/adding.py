"""From what was dropped to rows of the queue: the worker plans, the queue keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from gui.session.engine import Engine
from gui.session.queue_model import QueueModel

_AT_ONCE = 500
"""Rows added between two turns of the event loop, so that the window stays alive."""


class Adder(QObject):
    """Searches dropped folders in the worker and adds what it finds."""

    progress = Signal(int, int)
    """Rows added and rows found, 0 and 0 while it is still searched."""
    added = Signal(list, list, object)
    """Ids of new rows, those of rows that had the files already, and notes: what was left out."""
    failed = Signal(object)

    def __init__(self, model: QueueModel, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._engine = engine

    def add(self, paths: Sequence[Path], out: Path, settings: Settings) -> None:
        """Search files and folders and add them; `added` or `failed` comes at the end."""
        self.progress.emit(0, 0)
        self._engine.ask(
            "plan",
            lambda event: self._handle_plan(event, settings),
            inputs=[str(path) for path in paths],
            out=str(out),
            settings=settings.as_dict(),
        )

    def _handle_plan(self, event: dict[str, Any], settings: Settings) -> None:
        if "error" in event:
            self.failed.emit(event["error"])
            return
        settled = [
            (_job(row, settings), JobState(state), reason)
            for *row, state, reason in event["settled"]
        ]
        self._add_some(_Found(event["jobs"], settings, settled, event["notes"]))

    def _add_some(self, found: _Found) -> None:
        part = found.jobs[found.taken : found.taken + _AT_ONCE]
        jobs = [_job(row, found.settings) for row in part]
        self._model.add_soon(jobs, lambda ids: self._handle_added(found, len(part), ids))

    def _handle_added(self, found: _Found, taken: int, ids: list[int]) -> None:
        found.taken += taken
        found.ids += ids
        self.progress.emit(found.taken, len(found.jobs))
        if found.taken < len(found.jobs):
            self._add_some(found)
            return
        for (state, reason), group in _grouped(found.settled).items():
            found.ids += self._model.add(group, state, reason)
        self.added.emit(found.ids, self._present(found), found.notes)

    def _present(self, found: _Found) -> list[int]:
        """Return the rows that had files of a search before it."""
        if len(found.ids) == len(found.jobs) + len(found.settled):
            return []
        sources, new = {source for source, *_ in found.jobs}, set(found.ids)
        rows = self._model.entries
        there = [n for place, n in enumerate(rows.ids()) if str(rows.source(place)) in sources]
        return [number for number in there if number not in new]


@dataclass
class _Found:
    """What a search found, and how much of it is rows already."""

    jobs: list[Sequence[str]]
    """Source, target and kind of each; 40,000 of them are made jobs bit by bit."""
    settings: Settings
    settled: list[tuple[Job, JobState, str]]
    notes: list[str]
    ids: list[int] = field(default_factory=list)
    taken: int = 0


def _grouped(
    settled: list[tuple[Job, JobState, str]],
) -> dict[tuple[JobState, str], list[Job]]:
    groups: dict[tuple[JobState, str], list[Job]] = {}
    for job, state, reason in settled:
        groups.setdefault((state, reason), []).append(job)
    return groups


def _job(row: Sequence[str], settings: Settings) -> Job:
    source, target, kind = row
    return Job(Path(source), Path(target), Kind(kind), settings)
