"""Rows of the queue that are dragged to another place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from colorizer.engine.queue import Entry

_BETWEEN = Qt.ItemFlag.ItemIsDropEnabled
_OF_ROW = (
    Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)
"""Made once: Qt asks for those of 40,000 rows."""
_MIME = "application/x-colorizer-rows"

Index = QModelIndex | QPersistentModelIndex


class DraggedRows(QAbstractTableModel):
    """A table whose rows can be dragged, and dropped between others."""

    dropped = Signal(list, object)
    """Ids of dragged rows, and that of the row they are to stand before, None for the end."""

    @property
    def entries(self) -> Sequence[Entry]:
        """All rows in their order."""
        raise NotImplementedError

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be dragged, and dropped between others."""
        return _OF_ROW if index.isValid() else _BETWEEN

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved, never copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Return the one kind of data that is dragged inside the table."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Carry the ids of the dragged rows."""
        numbers = sorted({self.entries[index.row()].id for index in indexes})
        data = QMimeData()
        data.setData(_MIME, QByteArray(",".join(map(str, numbers)).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for the dragged rows to be put before the row they were dropped on or above."""
        if not data.hasFormat(_MIME):
            return False
        numbers = [int(part) for part in bytes(data.data(_MIME).data()).split(b",")]
        place = row if row >= 0 else parent.row() if parent.isValid() else len(self.entries)
        before = self.entries[place].id if place < len(self.entries) else None
        self.dropped.emit(numbers, before)
        return False  # True would make the view remove the dragged rows
