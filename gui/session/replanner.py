"""Settings on which the names of results depend: the worker plans again before rows get them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from colorizer.archive.planning.results import name_key
from colorizer.settings import Settings
from gui.session.changes import ChangeRows
from gui.session.engine import Engine
from gui.session.queue_model import QueueModel
from gui.session.rows import Groups

_OF_FILES = ("sequence", "accept_gaps")
"""Settings that make other files of the inputs; rows that exist keep theirs."""


class Replanner(QObject):
    """Changes settings and targets together, as one step that can be undone.

    Args:
        model: the queue.
        engine: plans.
        undo: takes the changes.
        out: gives the folder of the results.
    """

    failed = Signal(object)
    """Why nothing was changed."""

    def __init__(
        self,
        model: QueueModel,
        engine: Engine,
        undo: QUndoStack,
        out: Callable[[], Path],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._engine, self._undo, self._out = model, engine, undo, out

    def push(self, words: str, new: Groups) -> None:
        """Change settings of rows once the worker knows the names of their results."""
        new = [(rows, _without_files(changes)) for rows, changes in new]
        groups = self._model.alike(new)
        jobs, rows, all_settings = [], [], list[Settings]()
        for numbers, fields in groups:
            for number in numbers:
                job = self._model.entry(number).job
                jobs.append([str(job.source), str(job.target), str(job.kind), len(all_settings)])
                rows.append(number)
            all_settings.append(fields["settings"])

        def handle(event: dict[str, Any]) -> None:
            if "error" in event:
                self.failed.emit(event["error"])
            else:
                targets = dict(zip(rows, map(Path, event["targets"]), strict=True))
                self._push(words, new, targets)

        settings = [one.as_dict() for one in all_settings]
        out = str(self._out())
        self._engine.ask("replan", handle, jobs=jobs, settings=settings, out=out)

    def _push(self, words: str, new: Groups, targets: dict[int, Path]) -> None:
        present = [
            ([row for row in rows if self._model.has(row)], changes) for rows, changes in new
        ]
        targets = {row: target for row, target in targets.items() if self._model.has(row)}
        self._undo.push(ChangeRows(words, self._model, present, self._free(targets)))

    def _free(self, targets: dict[int, Path]) -> dict[int, Path]:
        """Return the targets with numbers where another row has that name."""
        held = {name_key(e.job.target) for e in self._model.entries if e.id not in targets}
        free = {}
        for row, wanted in targets.items():
            target, number = wanted, 2
            while name_key(target) in held or (number > 2 and os.path.lexists(target)):
                target = wanted.with_name(f"{wanted.stem}_{number}{wanted.suffix}")
                number += 1
            held.add(name_key(target))
            free[row] = target
        return free


def _without_files(changes: Any) -> dict[str, Any]:
    kept = {n: value for n, value in changes["settings"].items() if n not in _OF_FILES}
    return {**changes, "settings": kept}
