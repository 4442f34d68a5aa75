"""A box whose list is as wide as its words, however narrow the box itself is."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

_ROOM = 28
"""Of a scroll bar and the edges of a list."""


def narrow_box(box: QComboBox, letters: int) -> None:
    """Let a box be as narrow as some letters; its list still shows its words whole.

    Args:
        box: whose items may change later.
        letters: that it has room for at least.
    """
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)

    def widen() -> None:
        box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + _ROOM)

    for changed in (box.model().rowsInserted, box.model().rowsRemoved, box.model().modelReset):
        changed.connect(widen)
    widen()
