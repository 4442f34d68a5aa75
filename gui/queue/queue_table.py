"""The table of the queue: its look, and which columns there is room for."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from colorizer.jobs import JobState, Kind
from gui.queue.progress_cell import NoteCell, ProgressCell, StateCell
from gui.session.queue_cells import COLUMNS, Column, heading
from gui.session.thumbnails import SIZE
from gui.words.text import clock, kind_words, state_words

_PAD = 16
"""Around the words of a cell, in device-independent pixels."""
_BAR = 54
"""Of the progress bar, where there is room for one."""
_NAME = 60
"""Of a name, that it can lose where the table is very narrow."""
_ALWAYS = (Column.NAME, Column.STATE, Column.PROGRESS, Column.LEFT)
_WITH_ROOM = (Column.NOTE, Column.SPEED, Column.SIZE, Column.KIND, Column.MODEL)
"""Shown as the table gets wider, in this order; the details tell the same."""
_NAME_SHARE = 0.4
"""Of the room that is left, where the note has the rest."""


class QueueTable(QTableView):
    """Shows name, state, progress and time left at any width, and the rest as there is room."""

    def __init__(self, model: QAbstractItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_hot = False
        """Whether files are held over the window."""
        self._by_hand: dict[Column, int] = {}
        self._chosen: dict[Column, bool] = {}
        self.setAccessibleName(self.tr("Queue"))
        self.setModel(model)
        self._create_rows()
        self._create_header()
        self.setItemDelegateForColumn(COLUMNS.index(Column.PROGRESS), ProgressCell(self))
        self.setItemDelegateForColumn(COLUMNS.index(Column.STATE), StateCell(self))
        self.setItemDelegateForColumn(COLUMNS.index(Column.NOTE), NoteCell(self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def arrange(self) -> None:
        """Give every column that is shown its width."""
        width = self.viewport().width()
        shown = self._fitting(width)
        header = self.horizontalHeader()
        header.blockSignals(True)  # only a hand's changes are to be remembered
        for column, wide in self._widths(shown, width).items():
            self.setColumnWidth(COLUMNS.index(column), wide)
        for place, column in enumerate(COLUMNS):
            self.setColumnHidden(place, column not in shown)
        header.blockSignals(False)
        self.updateGeometries()

    def set_hot(self, hot: bool) -> None:
        """Draw a frame while files are held over the window."""
        self.is_hot = hot
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, and the frame of what is about to be dropped."""
        super().paintEvent(event)
        if self.is_hot:
            painter = QPainter(self.viewport())
            accent = self.palette().accent().color()
            painter.setPen(QPen(accent, 3, Qt.PenStyle.DashLine))
            wash = QColor(accent)
            wash.setAlphaF(0.12)
            painter.setBrush(wash)
            painter.drawRect(self.viewport().rect().adjusted(2, 2, -2, -2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns again."""
        super().resizeEvent(event)
        self.arrange()

    def _fitting(self, width: int) -> list[Column]:
        """Return the columns there is room for, or that were asked for."""
        shown = [column for column in _ALWAYS if self._chosen.get(column, True)]
        used = sum(self._least(column) for column in shown)
        for column in _WITH_ROOM:
            fits = used + self._least(column) <= width
            if self._chosen.get(column, fits):
                shown.append(column)
                used += self._least(column)
        return shown

    def _widths(self, shown: list[Column], width: int) -> dict[Column, int]:
        """Share the width of the table among the columns that are shown."""
        widths = {column: self._least(column) for column in shown}
        spare = width - sum(widths.values())
        if spare < 0:  # the bar goes first, then parts of the names; its number stays
            for column, most in ((Column.PROGRESS, _BAR), (Column.NAME, _NAME)):
                if column in widths and column not in self._by_hand:
                    less = min(most, -spare)
                    widths[column] -= less
                    spare += less
            return widths
        free = [c for c in (Column.NAME, Column.NOTE) if c in shown and c not in self._by_hand]
        shares = (1.0,) if len(free) == 1 else (_NAME_SHARE, 1 - _NAME_SHARE)
        for column, share in zip(free, shares, strict=False):
            widths[column] += int(spare * share)
        return widths

    def _least(self, column: Column) -> int:
        """Return the width a column needs for its usual words."""
        if column in self._by_hand:
            return self._by_hand[column]
        if column is Column.NAME:
            return SIZE[0] + self._width_of("m" * 8)
        if column is Column.NOTE:
            return self._width_of("m" * 8)
        usual = {
            Column.STATE: [state_words(state) for state in JobState],
            Column.PROGRESS: ["100%"],
            Column.LEFT: [clock(11 * 3600)],
            Column.SPEED: ["100.0 fps"],
            Column.SIZE: ["3840 × 2160 · 1:00:00"],
            Column.KIND: [kind_words(kind) for kind in Kind],
            Column.MODEL: ["autochrome"],
        }[column]
        bar = _BAR if column is Column.PROGRESS else 0
        return max(self._width_of(words) for words in (heading(column), *usual)) + bar

    def _width_of(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(words) + _PAD

    def _create_rows(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setIconSize(QSize(*SIZE))
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        # One height for all rows: the view must not ask 10,000 rows how tall they are.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(SIZE[1] + 8)

    def _create_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # It would ask each row whether it is selected, whenever it is painted.
        header.setSelectionModel(QItemSelectionModel(self.model(), self))
        header.setMinimumSectionSize(24)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setToolTip(self.tr("Right-click to choose the columns"))
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._handle_menu)
        header.sectionResized.connect(self._handle_resized)

    def _handle_resized(self, place: int, old: int, new: int) -> None:
        if new and old:  # 0 is of one that is hidden or shown
            self._by_hand[COLUMNS[place]] = new

    def _handle_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        for place, column in enumerate(COLUMNS):
            if column is Column.NAME:
                continue
            action = QAction(heading(column), menu, checkable=True)
            action.setChecked(not self.isColumnHidden(place))
            action.toggled.connect(lambda wanted, column=column: self._choose(column, wanted))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("As there is room"), self._choose_none)
        menu.exec(self.horizontalHeader().mapToGlobal(at))

    def _choose(self, column: Column, wanted: bool) -> None:
        self._chosen[column] = wanted
        self.arrange()

    def _choose_none(self) -> None:
        self._chosen.clear()
        self._by_hand.clear()
        self.arrange()
