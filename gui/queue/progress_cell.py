"""The bar in the queue's progress column, colours of the state column, notes."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.session.queue_cells import share
from gui.session.row_table import ENTRY
from gui.style.theme import BAD_COLOUR, OK_COLOUR, WARN_COLOUR, is_dark

Index = QModelIndex | QPersistentModelIndex

_MARGIN = 6
_THICK = 6


class ProgressCell(QStyledItemDelegate):
    """Draws the share that is done as a bar with its number."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        entry: Entry = index.data(ENTRY)
        text = index.data() or ""
        super().paint(painter, option, QModelIndex())  # the background alone
        if entry.state not in (JobState.RUNNING, JobState.DONE) and not entry.done:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = painter.fontMetrics().horizontalAdvance("100%") + _MARGIN
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        painter.setPen(option.palette.color(role))
        box = QRectF(option.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, side, text)
        groove = QRectF(
            box.left(), box.center().y() - _THICK / 2, max(0.0, box.width() - words), _THICK
        )
        painter.setPen(Qt.PenStyle.NoPen)
        back = QColor(option.palette.color(role))
        back.setAlphaF(0.18)
        painter.setBrush(back)
        painter.drawRoundedRect(groove, _THICK / 2, _THICK / 2)
        groove.setWidth(groove.width() * share(entry))
        painter.setBrush(_bar_colour(entry, option, selected))
        painter.drawRoundedRect(groove, _THICK / 2, _THICK / 2)
        painter.restore()


class StateCell(QStyledItemDelegate):
    """Writes the state in its colour."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Choose the colour of the words."""
        super().initStyleOption(option, index)
        colour = state_colour(index.data(ENTRY).state)
        if colour is not None:
            option.palette.setColor(QPalette.ColorRole.Text, colour)


class NoteCell(QStyledItemDelegate):
    """Shortens a note at its end; names are shortened in the middle."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Choose where dots stand for what does not fit."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


def state_colour(state: JobState) -> QColor | None:
    """Return the colour of a state, None for that of the text."""
    return {
        JobState.DONE: OK_COLOUR,
        JobState.FAILED: BAD_COLOUR,
        JobState.INTERRUPTED: WARN_COLOUR,
    }.get(state, {}).get(is_dark())


def _bar_colour(entry: Entry, option: QStyleOptionViewItem, selected: bool) -> QColor:
    if selected:
        return option.palette.color(QPalette.ColorRole.HighlightedText)
    colour = state_colour(entry.state)
    return colour if colour is not None else option.palette.color(QPalette.ColorRole.Accent)
