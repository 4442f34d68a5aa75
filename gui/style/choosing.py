"""Rows of lists that the program chooses, whatever keys a person holds."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex
from PySide6.QtWidgets import QAbstractItemView

_FLAGS = QItemSelectionModel.SelectionFlag


def choose(view: QAbstractItemView, index: QModelIndex) -> None:
    """Select the row of an index, and no other; nothing happens where it has no row.

    Qt's own ways, such as `selectRow`, look at the keys that are held: with Ctrl, as after Ctrl+O
    or Ctrl+Z, they add to what is selected or take away from it.
    """
    if index.isValid():
        view.selectionModel().setCurrentIndex(index, _FLAGS.ClearAndSelect | _FLAGS.Rows)


def is_in_view(view: QAbstractItemView, height: int) -> bool:
    """Whether the row under the cursor is seen whole in a view of that height in pixels."""
    row = view.visualRect(view.currentIndex())
    return not row.isEmpty() and row.top() >= 0 and row.bottom() < height
