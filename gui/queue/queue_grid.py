"""The queue as a grid of pictures: before, and after where a result exists."""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QImage, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.queue.row_cells import draw_bar, state_colour, write
from gui.session.pairs import LONGEST, Pair, Pairs
from gui.session.queue_cells import COLUMNS, Column, share
from gui.session.row_table import ENTRY
from gui.style.choosing import is_in_view

Index = QModelIndex | QPersistentModelIndex

_PICTURE = QSize(LONGEST, LONGEST * 3 // 4)
_MARGIN = 8


class QueueGrid(QListView):
    """Shows the rows of the table, in its order and with its selection.

    Args:
        selection: that of the table, whose model it shows.
        pairs: gives the pictures.
    """

    def __init__(
        self, selection: QItemSelectionModel, pairs: Pairs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Queue, as pictures"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(500)
        self.setModel(selection.model())
        self.setSelectionModel(selection)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
        self.setItemDelegate(_Tile(pairs, self))
        pairs.loaded.connect(self.viewport().update)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again; the chosen picture that was in view stays in view."""
        was_seen = is_in_view(self, event.oldSize().height())
        super().resizeEvent(event)
        if was_seen:
            QTimer.singleShot(0, self, lambda: self.scrollTo(self.currentIndex()))


class _Tile(QStyledItemDelegate):
    """Draws one file: its picture, half of it after, its name and how far it is."""

    def __init__(self, pairs: Pairs, parent: QWidget) -> None:
        super().__init__(parent)
        self._pairs = pairs

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room of a picture and two lines."""
        lines = 2 * option.fontMetrics.height()
        return _PICTURE + QSize(2 * _MARGIN, lines + 3 * _MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one tile."""
        entry: Entry = index.data(ENTRY)
        style = option.widget.style()
        style.drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        corner = option.rect.topLeft()
        box = QRect(corner.x() + _MARGIN, corner.y() + _MARGIN, _PICTURE.width(), 0)
        box.setHeight(_PICTURE.height())
        _draw_pair(painter, box, self._pairs.picture(entry))
        line = option.fontMetrics.height()
        words = QRect(box.left(), box.bottom() + _MARGIN // 2, box.width(), line)
        write(painter, option, words, index.data())
        state = index.sibling(index.row(), COLUMNS.index(Column.STATE)).data()
        below = words.translated(0, line)
        write(painter, option, below, state, state_colour(entry.state))
        if entry.state is JobState.RUNNING and entry.total:
            draw_bar(painter, below.translated(0, line // 2 + 3), share(entry), option)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(option.palette.accent().color(), 2))
            painter.drawRect(option.rect.adjusted(1, 1, -2, -2))


def _draw_pair(painter: QPainter, box: QRect, pair: Pair) -> None:
    """Draw before, and over its right half after."""
    if pair.before.isNull():
        painter.fillRect(box, Qt.GlobalColor.transparent)
        painter.setPen(QPen(Qt.GlobalColor.gray, 1))
        painter.drawRect(box)
        return
    size = pair.before.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(box.topLeft(), size)
    place.moveCenter(box.center())
    _draw(painter, place, pair.before, place)
    if not pair.after.isNull():
        half = place.adjusted(place.width() // 2, 0, 0, 0)
        _draw(painter, place, pair.after, half)
        painter.setPen(QPen(Qt.GlobalColor.white, 1))
        painter.drawLine(half.topLeft(), half.bottomLeft())


def _draw(painter: QPainter, place: QRect, image: QImage, shown: QRect) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipRect(shown)
    painter.drawImage(place, image)
    painter.restore()
