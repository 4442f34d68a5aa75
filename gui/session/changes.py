"""Changes of rows that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QUndoCommand, QUndoStack

from colorizer.errors import ColorizerError
from colorizer.guidance.shot_plan import ShotPlan
from colorizer.guidance.shot_plan_files import plan_of, save_plan
from colorizer.jobs import JobState
from gui.session.queue_model import QueueModel
from gui.session.rows import Groups


class ChangeRows(QUndoCommand):
    """Changes settings, hints or targets of rows; moves of one slider are one step.

    What is kept of settings are those that change, so that taking them back leaves the others.

    Args:
        words: shown in the Undo action.
        model: the queue.
        new: ids and their changes, see `gui.session.rows.Groups`.
        targets: new targets by id.
        merge: key of what may be joined into one step, empty for none.
    """

    def __init__(
        self,
        words: str,
        model: QueueModel,
        new: Groups,
        targets: Mapping[int, str | PathLike[str]] | None = None,
        merge: str = "",
    ) -> None:
        super().__init__(words)
        self._model = model
        self._new, self._new_targets = new, dict(targets or {})
        self._old = [part for rows, changes in new for part in _now(model, rows, changes)]
        self._old_targets = {row: model.value(row, "target") for row in self._new_targets}
        self._merge = merge

    def id(self) -> int:
        """Return the same number for commands that may be joined."""
        if not self._merge:
            return -1
        rows = tuple(tuple(rows) for rows, _ in self._new)
        return hash((self._merge, rows)) & 0x7FFFFFFF

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over the newer values of the same rows."""
        if not isinstance(other, ChangeRows) or other._merge != self._merge:
            return False
        if [list(rows) for rows, _ in other._new] != [list(rows) for rows, _ in self._new]:
            return False
        self._new = other._new
        return True

    def redo(self) -> None:
        """Give the rows their new values."""
        self._model.wish(self._new, self._new_targets, moves=bool(self._merge))

    def undo(self) -> None:
        """Give the rows their old values."""
        self._model.wish(self._old, self._old_targets)


def _now(model: QueueModel, rows: Sequence[int], changes: Mapping[str, Any]) -> Groups:
    """Return what rows have now of what is to change, equal ones together."""
    names = tuple(changes.get("settings", ()))
    fields = ("settings", "hints") if "hints" in changes else ("settings",)
    found: list[tuple[list[int], dict[str, Any]]] = []
    for alike in model.same(rows, *fields):
        old: dict[str, Any] = {}
        if "hints" in changes:
            old["hints"] = model.value(alike[0], "hints")
        if names:
            settings = model.value(alike[0], "settings")
            old["settings"] = {name: getattr(settings, name) for name in names}
        found.append((alike, old))
    return found


class RemoveRows(QUndoCommand):
    """Removes rows from the queue; files are not touched.

    Args:
        words: shown in the Undo action.
        model: the queue.
        rows: their ids.
    """

    def __init__(self, words: str, model: QueueModel, rows: Iterable[int]) -> None:
        super().__init__(words)
        self._model, self._rows = model, list(rows)
        self._removed: dict[int, int] = {}

    def redo(self) -> None:
        """Remove them."""
        self._removed = self._model.remove(self._rows)

    def undo(self) -> None:
        """Bring them back as they were."""
        self._model.put_back(self._removed)
        self._removed = {}


class MoveRows(QUndoCommand):
    """Gives the rows of the queue another order.

    Args:
        words: shown in the Undo action.
        model: the queue.
        order: all ids.
    """

    def __init__(self, words: str, model: QueueModel, order: Sequence[int]) -> None:
        super().__init__(words)
        self._model, self._new = model, order
        self._old = model.ids()

    def redo(self) -> None:
        """Take the new order."""
        self._model.reorder(self._new)

    def undo(self) -> None:
        """Take the old order; rows that came in since stay last."""
        self._model.reorder(self._old)


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
        """Write the old plan, or remove the list that did not exist."""
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
            if plan_of(job, float(self._new.rate), self._new.timecode) == expected:
                save_plan(plan, self._file, job.source)
            else:
                why = _tr("The shots were changed elsewhere; they are left as they are.")
        except ColorizerError as error:
            why = str(error)
        if why:
            self._tell(why)
            self.setObsolete(True)  # what it would take back is no longer there
        else:
            self._model.wish([([self._row], {"settings": {"shots": name}})])


def _tr(text: str) -> str:
    return QCoreApplication.translate("undo", text)
