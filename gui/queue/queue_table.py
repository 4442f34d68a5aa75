"""The table of the queue: its look, and which columns there is room for."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelectionModel,
    QPoint,
    QSignalBlocker,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from colorizer.jobs import Kind
from gui.queue.row_cells import NameCell, StateCell
from gui.session.queue_cells import COLUMNS, Column, heading, longest_state
from gui.session.thumbnails import SIZE
from gui.style.choosing import is_in_view
from gui.words.text import kind_words

_PAD = 16
"""Around the words of a cell, in device-independent pixels."""
_ALWAYS = (Column.NAME, Column.STATE)
_WITH_ROOM = (Column.SPEED, Column.SIZE, Column.KIND, Column.MODEL)
"""Shown as the table gets wider, in this order; the details tell the same."""
_NAME = 24
"""Letters of a name that are to be seen before other columns get room."""
_FEWEST = 8
"""Letters of a name in the narrowest table."""


class QueueTable(QTableView):
    """Shows names and how far they are at any width, and the rest as there is room."""

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
        one = self.horizontalHeader().sizeHint().height() + SIZE[1] + 8
        self.setMinimumHeight(one + 2 * self.frameWidth() + 2)  # a row is seen in any window
        self.setItemDelegateForColumn(COLUMNS.index(Column.NAME), NameCell(self))
        self.setItemDelegateForColumn(COLUMNS.index(Column.STATE), StateCell(self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def arrange(self) -> None:
        """Give every column that is shown its width."""
        width = self.viewport().width()
        shown = self._fitting(width)
        widths = self._widths(shown, width)
        policy = Qt.ScrollBarPolicy  # a bar that comes and goes would hide the last row
        fits = sum(widths.values()) <= width
        # Only a hand's changes are remembered, also where a scroll bar calls this in the middle.
        with QSignalBlocker(self.horizontalHeader()):
            self.setHorizontalScrollBarPolicy(
                policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
            )
            for column, wide in widths.items():
                self.setColumnWidth(COLUMNS.index(column), wide)
            for place, column in enumerate(COLUMNS):
                self.setColumnHidden(place, column not in shown)
        self.updateGeometries()
        if self.viewport().width() != width:  # its scroll bar came or went
            QTimer.singleShot(0, self, self.arrange)

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
        """Fit the columns again; a chosen row that was in view stays in view."""
        was_seen = is_in_view(self, event.oldSize().height())
        super().resizeEvent(event)
        self.arrange()
        if was_seen:
            self.scrollTo(self.currentIndex())

    def _fitting(self, width: int) -> list[Column]:
        """Return the columns there is room for, or that were asked for."""
        shown = [column for column in _ALWAYS if self._chosen.get(column, True)]
        used = sum(self._least(column) for column in shown)
        if Column.NAME not in self._by_hand:
            used += self._width_of("m" * _NAME) - self._width_of("m" * _FEWEST)
        for column in _WITH_ROOM:
            fits = used + self._least(column) <= width
            if self._chosen.get(column, fits):
                shown.append(column)
                used += self._least(column)
        return shown

    def _widths(self, shown: list[Column], width: int) -> dict[Column, int]:
        """Share the width of the table: the name gets what the others leave."""
        widths = {column: self._least(column) for column in shown}
        spare = width - sum(widths.values())
        wide = Column.NAME if Column.NAME not in self._by_hand else None
        if spare < 0 and Column.STATE in widths and Column.STATE not in self._by_hand:
            widths[Column.STATE] += spare  # its words are shortened before the name is
        elif wide is not None:
            widths[wide] += spare
        return widths

    def _least(self, column: Column) -> int:
        """Return the width a column needs for its usual words."""
        if column in self._by_hand:
            return self._by_hand[column]
        if column is Column.NAME:
            return SIZE[0] + self._width_of("m" * _FEWEST)
        usual = {
            Column.STATE: [longest_state()],
            Column.SPEED: ["100.0 fps"],
            Column.SIZE: ["3840 × 2160 · 1:00:00"],
            Column.KIND: [kind_words(kind) for kind in Kind],
            Column.MODEL: ["autochrome"],
        }[column]
        return max(self._width_of(words) for words in (heading(column), *usual))

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
