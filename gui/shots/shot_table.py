"""The shots of a film as a table: where each begins, how long it is, what it has of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QLocale, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from gui.shots.shot_kinds import SAID, cell_words, tip_words
from gui.shots.shot_stills import ShotStills
from gui.shots.shots import Shots
from gui.words.text import as_tip, length, moment, shown

Index = QModelIndex | QPersistentModelIndex
NAMES = ("shot", "begins", "length", "taken", "scene", "strength", "vividness")
COLUMNS = len(NAMES)


class ShotTable(QAbstractTableModel):
    """One row a shot.

    Args:
        shots: of the film that is shown.
        stills: gives the pictures.
    """

    def __init__(self, shots: Shots, stills: ShotStills) -> None:
        super().__init__(shots)
        self._shots, self._stills = shots, stills
        self._firsts: list[int] = []
        self._last = 0
        shots.changed.connect(self._handle_changed)
        stills.loaded.connect(self._handle_still)

    def set_frames(self, frames: int) -> None:
        """Tell how many frames the film has."""
        self._last = frames
        self._tell()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of shots."""
        return 0 if parent.isValid() else len(self._firsts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else COLUMNS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Shot"),
            self.tr("Begins"),
            self.tr("Length"),
            self.tr("Taken for"),
            self.tr("Scene"),
            self.tr("Strength"),
            self.tr("Vividness"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        plan, entry = self._shots.plan, self._shots.entry()
        if not index.isValid() or plan is None or entry is None:
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(row, column)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return self._stills.picture(entry, self._firsts[row])
        if role == Qt.ItemDataRole.FontRole and column > 2:
            font = QFont()
            font.setBold(self._is_own(row, column))
            return font
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tip(self._tip(row))
        return None

    def _words(self, row: int, column: int) -> str:
        first = self._firsts[row]
        end = self._firsts[row + 1] if row + 1 < len(self._firsts) else self._last
        plan = self._shots.plan
        assert plan is not None
        if column == 0:
            return f"{row + 1} ●" if _guides(plan.shots[row].own) else f"{row + 1}"
        if column < 3:
            seconds = float((first if column == 1 else max(0, end - first)) / plan.rate)
            return moment(seconds) if column == 1 else length(seconds)
        if NAMES[column] == "taken":
            return cell_words(plan.shots[row])
        if NAMES[column] == "scene":
            return shown(plan.shots[row].scene)
        strength, vividness = self._shots.look_at(first)
        wanted = NAMES[column] == "strength"
        if plan.shots[row].own.get("skip"):
            return self.tr("gray") if wanted else ""
        return QLocale().toString(strength if wanted else vividness, "f", 2)

    def _tip(self, row: int) -> str:
        """Return what guides the colours of a shot, next to its values."""
        plan = self._shots.plan
        assert plan is not None
        guides = _guides(plan.shots[row].own)
        pictures = [shown(guide) for guide in guides if isinstance(guide, str)]
        words = [self.tr("Reference: %1").replace("%1", name) for name in pictures]
        if hints := len(guides) - len(pictures):
            words.append(self.tr("Hints: %1").replace("%1", str(hints)))
        return "\n".join([tip_words(row + 1, plan.shots[row]), *words])

    def _is_own(self, row: int, column: int) -> bool:
        plan = self._shots.plan
        assert plan is not None
        own = plan.shots[row].own
        if NAMES[column] == "taken":
            return any(name in own for name in SAID)
        return NAMES[column] in own or (column > 4 and bool(own.get("skip")))

    def _handle_changed(self) -> None:
        firsts = self._shots.firsts
        if firsts == self._firsts:
            self._tell()
            return
        self.beginResetModel()
        self._firsts = firsts
        self.endResetModel()

    def _handle_still(self) -> None:
        if self._firsts:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._firsts) - 1, 0))

    def _tell(self) -> None:
        if self._firsts:
            last = self.index(len(self._firsts) - 1, COLUMNS - 1)
            self.dataChanged.emit(self.index(0, 0), last)


def _side(column: int) -> int:
    """Return how a column is aligned: only the last ones to the right, so that none touch."""
    last = NAMES[column] in ("strength", "vividness")
    side = Qt.AlignmentFlag.AlignRight if last else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _guides(own: Mapping[str, Any]) -> list[Any]:
    """Return the names of the references of a shot, and its hints."""
    found = [hint.get("reference", hint) for hint in own.get("hints", ())]
    return [own["reference"], *found] if "reference" in own else found
