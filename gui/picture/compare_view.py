"""The canvas under the mouse: the line is dragged, the picture moved and zoomed, hints placed."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from gui.picture.canvas import DOT, HANDLE, Canvas
from gui.session.look import Mode
from gui.shots.reference_list import pictures_of

_ZOOM_PER_STEP = 1.25
_PAN = 60
"""Device-independent pixels of one press of an arrow key."""
_COARSE, _FINE = 0.02, 0.004
"""Steps of the cross by keys, as shares of the picture."""
_STILL = 4
"""A press that moves less is a click."""


class _Drag(Enum):
    LINE = auto()
    PICTURE = auto()
    HINT = auto()


class CompareView(Canvas):
    """Shows before and after. Places are shares of the picture's width and height."""

    clicked = Signal(float, float)
    """A place of the picture, while hints are edited."""
    hint_moved = Signal(int, float, float)
    hint_removed = Signal(int)
    hint_clicked = Signal(int)
    """A hint was clicked, to get another colour."""
    pictures_dropped = Signal(object)
    """Pictures, as a list of paths."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.takes_pictures = False
        """Whether pictures that are dropped are for this one, not for the queue."""
        self._drag: _Drag | None = None
        self._hint = -1
        self._pressed = self._last = QPointF()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a hint, the line or the picture; the right button removes a hint."""
        at = event.position()
        self._pressed = self._last = at
        self._hint = self._hint_at(at)
        if event.button() == Qt.MouseButton.RightButton and self._hint >= 0:
            self.hint_removed.emit(self._hint)
            return
        if event.button() == Qt.MouseButton.RightButton:
            return
        if self._hint >= 0 and self.edits_hints:
            self._drag = _Drag.HINT
        elif self._on_line(at):
            self._drag = _Drag.LINE
        else:
            self._drag = _Drag.PICTURE

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held, or show what a press would take hold of."""
        at = event.position()
        if self._drag is _Drag.LINE:
            self.split = min(max(at.x() / max(1, self.width()), 0.0), 1.0)
        elif self._drag is _Drag.PICTURE and self._moved(at):
            self.pan(at - self._last)
        elif self._drag is _Drag.HINT and (place := self.place(at)):
            self._hints[self._hint] = (*place, self._hints[self._hint][2])
        self._last = at
        self._show_cursor(at)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; a press that stood still is a click."""
        at, drag = event.position(), self._drag
        self._drag = None
        place = self.place(at)
        if drag is _Drag.HINT and place and self._moved(at):
            self.hint_moved.emit(self._hint, *place)
        elif drag is _Drag.HINT and not self._moved(at):
            self.hint_clicked.emit(self._hint)
        elif drag is _Drag.PICTURE and self.edits_hints and place and not self._moved(at):
            self.clicked.emit(*place)
        self._show_cursor(at)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Change between the whole picture and 1:1 at the mouse."""
        if self.edits_hints:
            return
        if self.fits:
            self.one_to_one(event.position())
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the mouse."""
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom(_ZOOM_PER_STEP**steps, event.position())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the whole picture in view where it was."""
        if self.fits:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the picture with the arrows and the line with Shift and the arrows."""
        ways = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        way = ways.get(Qt.Key(event.key()))
        if self.edits_hints and self._hint_key(event, way):
            return
        if way is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.split = min(max(self.split + way[0] * 0.02, 0.0), 1.0)
            self.update()
        else:
            self.pan(QPointF(-way[0] * _PAN, -way[1] * _PAN))

    def _hint_key(self, event: QKeyEvent, way: tuple[int, int] | None) -> bool:
        """Move the cross by arrows (with Shift finely), place or remove a hint at it."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        x, y = self._cross or (0.5, 0.5)
        if way is not None:
            step = _FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _COARSE
            x, y = x + way[0] * step, y + way[1] * step
            self._cross = (min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
            self.update()
            return True
        number = self._hint_at(self._spot(x, y)) if self._cross is not None else -1
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._cross = (x, y)
            if number >= 0:
                self.hint_clicked.emit(number)
            else:
                self.clicked.emit(x, y)
            return True
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and number >= 0:
            self.hint_removed.emit(number)
            return True
        return False

    def _spot(self, x: float, y: float) -> QPointF:
        """Return where a place of the picture is in the view."""
        target = self._target(self._areas()[-1])
        return target.topLeft() + QPointF(x * target.width(), y * target.height())

    def screen_place(self, x: float, y: float) -> QPoint:
        """Return where a place of the picture is on the screen, in the view at least."""
        spot, room = self._spot(x, y), self.rect()
        inside = QPoint(
            min(max(round(spot.x()), room.left()), room.right()),
            min(max(round(spot.y()), room.top()), room.bottom()),
        )
        return self.mapToGlobal(inside)

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the cross from being those of menus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
            if self.edits_hints and event.key() in keys and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take pictures for a film; what else is dragged is the window's."""
        if self.takes_pictures and pictures_of(event):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Give on what was dropped."""
        event.acceptProposedAction()
        self.pictures_dropped.emit(pictures_of(event))

    def _moved(self, at: QPointF) -> bool:
        return (at - self._pressed).manhattanLength() > _STILL

    def _on_line(self, at: QPointF) -> bool:
        return self.mode is Mode.SPLIT and abs(at.x() - self.split * self.width()) <= HANDLE

    def _hint_at(self, at: QPointF) -> int:
        """Return the hint under a point, -1 for none."""
        target = self._target(self._pane_at(at))
        for number, (x, y, _) in reversed(list(enumerate(self._hints))):
            place = target.topLeft() + QPointF(x * target.width(), y * target.height())
            if (place - at).manhattanLength() <= 2 * DOT:
                return number
        return -1

    def _show_cursor(self, at: QPointF) -> None:
        shapes = Qt.CursorShape
        if self._drag is _Drag.LINE or (self._drag is None and self._on_line(at)):
            self.setCursor(shapes.SplitHCursor)
        elif self._drag is _Drag.PICTURE and self._moved(at):
            self.setCursor(shapes.ClosedHandCursor)
        elif self.edits_hints and self.place(at):
            over = self._hint_at(at) >= 0
            self.setCursor(shapes.SizeAllCursor if over else shapes.CrossCursor)
        else:
            self.unsetCursor()
