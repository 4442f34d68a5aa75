"""Changes of rows that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QUndoCommand, QUndoStack

from colorizer.errors import ColorizerError
from colorizer.guidance.shot_plan import ShotPlan, plan_of, save_plan
from colorizer.jobs import JobState
from gui.queue.queue_model import QueueModel


class ChangeRows(QUndoCommand):
    """Changes one field of some rows; changes of one slider in a row are one step.

    Args:
        words: shown in the Undo action.
        model: the queue.
        field: settings or hints.
        new: value by row.
        merge: key of what may be joined into one step, empty for none.
    """

    def __init__(
        self, words: str, model: QueueModel, field: str, new: Mapping[int, Any], merge: str = ""
    ) -> None:
        super().__init__(words)
        self._model = model
        self._field = field
        self._new = dict(new)
        self._old = {number: self._value(number) for number in new}
        self._merge = merge

    def id(self) -> int:
        """Return the same number for commands that may be joined."""
        return hash((self._merge, tuple(self._new))) & 0x7FFFFFFF if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over the newer values of the same rows."""
        if not isinstance(other, ChangeRows) or other._new.keys() != self._new.keys():
            return False
        self._new = other._new
        return True

    def redo(self) -> None:
        """Give the rows their new values."""
        self._set(self._new)

    def undo(self) -> None:
        """Give the rows their old values."""
        self._set(self._old)

    def _value(self, number: int) -> Any:
        entry = self._model.entry(number)
        return entry.job.settings if self._field == "settings" else entry.job.hints

    def _set(self, values: Mapping[int, Any]) -> None:
        for number, value in values.items():
            self._model.change(number, **{self._field: value})


class ChangeShots(QUndoCommand):
    """Changes the shots of a film: the files they are kept in, and that its job obeys them.

    Args:
        words: shown in the Undo action.
        model: the queue.
        stack: that it is pushed to.
        row: the film.
        file: the cut list.
        old: the plan before, None where there was no list.
        new: the plan after.
        tell: is given why files can't be written.
        merge: key of what may be joined into one step, empty for none.
    """

    def __init__(
        self,
        words: str,
        model: QueueModel,
        stack: QUndoStack,
        row: int,
        file: Path,
        old: ShotPlan | None,
        new: ShotPlan,
        tell: Callable[[str], object],
        merge: str = "",
    ) -> None:
        super().__init__(words)
        self._model, self._row, self._file, self._tell = model, row, file, tell
        self._stack, self._refused = stack, False
        self._old, self._new = old, new
        self._old_name = model.entry(row).job.settings.shots
        self._merge = f"{row} {merge}" if merge else ""

    def id(self) -> int:
        """Return the same number for commands that may be joined."""
        return hash(self._merge) & 0x7FFFFFFF if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over the newer plan."""
        if not isinstance(other, ChangeShots) or other._merge != self._merge:
            return False
        self._new = other._new
        return True

    def redo(self) -> None:
        """Write the new plan."""
        if not self._is_refused(self._stack.undo):
            self._set(self._old, self._new, self._old_name or self._file)

    def undo(self) -> None:
        """Write the old plan, or remove the list that was not there."""
        if not self._is_refused(self._stack.redo):
            self._set(self._new, self._old, self._old_name)

    def _is_refused(self, back: Callable[[], object]) -> bool:
        """Leave a film in progress alone, and bring the stack back to where it was."""
        if self._refused:
            self._refused = False
            return True
        if self._model.has(self._row) and self._model.entry(self._row).state is JobState.RUNNING:
            self._refused = True
            self._tell(_tr("A film in progress keeps its shots."))
            QTimer.singleShot(0, back)
        return self._refused

    def _set(self, expected: ShotPlan | None, plan: ShotPlan | None, name: Path | None) -> None:
        if not self._model.has(self._row):
            return
        job, why = self._model.entry(self._row).job, ""
        try:
            if plan_of(job, float(self._new.rate)) == expected:
                save_plan(plan, self._file, job.source)
            else:
                why = _tr("The shots were changed elsewhere; they are left as they are.")
        except ColorizerError as error:
            why = str(error)
        if why:
            self._tell(why)
            self.setObsolete(True)  # what it would take back is no longer there
        else:
            self._model.change(self._row, settings=replace(job.settings, shots=name))


def _tr(text: str) -> str:
    return QCoreApplication.translate("undo", text)
