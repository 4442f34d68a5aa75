"""Changes of rows that can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtGui import QUndoCommand

from gui.queue_model import QueueModel


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
        return entry.job.settings if self._field == "settings" else entry.hints

    def _set(self, values: Mapping[int, Any]) -> None:
        for number, value in values.items():
            self._model.change(number, **{self._field: value})
