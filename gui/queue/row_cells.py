"""Cells of the queue of two lines: a name and its note, a state and its progress."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from colorizer.engine.queue import Entry
from colorizer.jobs import JobState
from gui.session.queue_cells import note_words, share
from gui.session.row_table import ENTRY
from gui.style.theme import BAD_COLOUR, OK_COLOUR, WARN_COLOUR, is_dark

Index = QModelIndex | QPersistentModelIndex

_MARGIN = 6
_THICK = 5
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MIDDLE, _END = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight


class NameCell(QStyledItemDelegate):
    """Writes a name, and below it the note of a row that has one."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        entry: Entry = index.data(ENTRY)
        note = note_words(entry)
        if not note:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        name, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        left = option.rect.left() + option.decorationSize.width() + _MARGIN + 2
        box = option.rect.adjusted(left - option.rect.left(), 0, -2, 0)
        upper, lower = _halves(box, option.fontMetrics.height())
        write(painter, option, upper, name)
        failed = entry.state is JobState.FAILED
        colour = state_colour(entry.state) if failed else _colour(option, faded=True)
        write(painter, option, lower, note, colour, _END)


class StateCell(QStyledItemDelegate):
    """Writes the state in its colour, and below it how much is done of what was begun."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        entry: Entry = index.data(ENTRY)
        begun = entry.state in (JobState.RUNNING, JobState.INTERRUPTED) and entry.total
        text = index.data() or ""
        super().paint(painter, option, QModelIndex())  # the background alone
        colour = None if _is_selected(option) else state_colour(entry.state)
        box = option.rect.adjusted(_MARGIN - 3, 0, -_MARGIN, 0)
        if not begun:
            write(painter, option, box, text, colour, _END)
            return
        upper, lower = _halves(box, option.fontMetrics.height())
        write(painter, option, upper, text, colour, _END)
        draw_bar(painter, lower, share(entry), option, colour)


def draw_bar(
    painter: QPainter,
    box: QRect,
    part: float,
    option: QStyleOptionViewItem,
    colour: QColor | None = None,
) -> None:
    """Draw how much is done as a bar.

    Args:
        painter: draws.
        box: where; the bar is thinner.
        part: 0 to 1.
        option: has the colours of the row.
        colour: of what is done, None for the accent.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    groove = QRectF(box.left(), box.center().y() - _THICK / 2, max(0, box.width()), _THICK)
    painter.setPen(Qt.PenStyle.NoPen)
    back = QColor(_colour(option))
    back.setAlphaF(0.18)
    painter.setBrush(back)
    painter.drawRoundedRect(groove, _THICK / 2, _THICK / 2)
    groove.setWidth(groove.width() * part)
    accent = option.palette.color(QPalette.ColorRole.Accent)
    painter.setBrush(_colour(option) if _is_selected(option) else colour or accent)
    painter.drawRoundedRect(groove, _THICK / 2, _THICK / 2)
    painter.restore()


def state_colour(state: JobState) -> QColor | None:
    """Return the colour of a state, None for that of the text."""
    return {
        JobState.DONE: OK_COLOUR,
        JobState.FAILED: BAD_COLOUR,
        JobState.INTERRUPTED: WARN_COLOUR,
    }.get(state, {}).get(is_dark())


def _halves(box: QRect, line: int) -> tuple[QRect, QRect]:
    """Return the places of two lines of text, in the middle of a box."""
    top = box.top() + (box.height() - 2 * line) // 2
    upper = QRect(box.left(), top, box.width(), line)
    return upper, upper.translated(0, line)


def write(
    painter: QPainter,
    option: QStyleOptionViewItem,
    box: QRect,
    text: str,
    colour: QColor | None = None,
    shortened: Qt.TextElideMode = _MIDDLE,
) -> None:
    """Write a line into a box, in the colour of the row's text where no other is given."""
    painter.save()
    painter.setPen(colour if colour is not None and not _is_selected(option) else _colour(option))
    painter.drawText(box, _LEFT, option.fontMetrics.elidedText(text, shortened, box.width()))
    painter.restore()


def _is_selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def _colour(option: QStyleOptionViewItem, *, faded: bool = False) -> QColor:
    if _is_selected(option):
        return option.palette.color(QPalette.ColorRole.HighlightedText)
    role = QPalette.ColorRole.PlaceholderText if faded else QPalette.ColorRole.Text
    return option.palette.color(role)
