"""A window on a picture: how large it is drawn, which part of it is seen, and where."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Signal
from PySide6.QtWidgets import QWidget

from gui.session.look import Mode

_GAP = 8
"""Between the two pictures side by side."""
_MOST_ZOOM = 32.0


class Viewport(QWidget):
    """Knows zoom and place; `gui.picture.canvas` draws."""

    moved = Signal()
    """Another part of the picture is in view, or in another size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode = Mode.SPLIT
        self._full = QSizeF()
        self.fits = True
        self._scale = 1.0
        self._centre = QPointF()

    @property
    def scale(self) -> float:
        """Device-independent pixels of the screen for one of the source."""
        return self._scale

    def fit(self) -> None:
        """Show the whole picture."""
        self.fits = True
        if self._full.isEmpty():
            return
        room = self._areas()[0].size()
        self._scale = min(room.width() / self._full.width(), room.height() / self._full.height())
        self._centre = QPointF(self._full.width() / 2, self._full.height() / 2)
        self._handle_moved()

    def one_to_one(self, at: QPointF | None = None) -> None:
        """Show one pixel of the source as one of the screen, around a point of the view."""
        self._zoom_to(1 / self.devicePixelRatioF(), at or QRectF(self.rect()).center())

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the view, its middle for None."""
        self._zoom_to(self._scale * factor, at or QRectF(self.rect()).center())

    def pan(self, way: QPointF) -> None:
        """Move the picture by so much on the screen."""
        if self._full.isEmpty():
            return
        self._centre -= way / self._scale
        self.fits = False
        self._hold()
        self._handle_moved()

    def _handle_moved(self) -> None:
        self.update()
        self.moved.emit()

    def _zoom_to(self, scale: float, at: QPointF) -> None:
        if self._full.isEmpty():
            return
        pane = self._pane_at(at)
        place = self._to_picture(at, pane)
        self._scale = min(max(scale, 0.01), _MOST_ZOOM)
        self._centre = place - (at - pane.center()) / self._scale
        self.fits = False
        self._hold()
        self._handle_moved()

    def _hold(self) -> None:
        """Keep a part of the picture in view."""
        x = min(max(self._centre.x(), 0.0), self._full.width())
        y = min(max(self._centre.y(), 0.0), self._full.height())
        self._centre = QPointF(x, y)

    def _areas(self) -> list[QRectF]:
        """Return the areas of the view, each with a picture."""
        whole = QRectF(self.rect())
        if self.mode is not Mode.SIDE:
            return [whole]
        half = (whole.width() - _GAP) / 2
        left = QRectF(0, 0, half, whole.height())
        return [left, left.translated(half + _GAP, 0)]

    def _pane_at(self, at: QPointF) -> QRectF:
        panes = self._areas()
        return next((pane for pane in panes if pane.contains(at)), panes[0])

    def _to_picture(self, at: QPointF, pane: QRectF) -> QPointF:
        return self._centre + (at - pane.center()) / self._scale

    def place(self, at: QPointF) -> tuple[float, float] | None:
        """Return a point of the view as shares of the picture, None next to it."""
        if self._full.isEmpty():
            return None
        point = self._to_picture(at, self._pane_at(at))
        x, y = point.x() / self._full.width(), point.y() / self._full.height()
        return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else None

    def _target(self, pane: QRectF) -> QRectF:
        """Return where the whole picture lies in the view; its corner is one of a pixel."""
        size = self._full * self._scale
        corner, ratio = pane.center() - self._centre * self._scale, self.devicePixelRatioF()
        sharp = QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio)
        return QRectF(sharp, size)

    @property
    def drawn(self) -> float:
        """Pixels of the screen for one of the source."""
        return self._scale * self.devicePixelRatioF()

    def visible(self) -> QRectF:
        """Return the part of the picture that is in view, in pixels of the source at 1:1."""
        parts = [pane.intersected(self._target(pane)) for pane in self._areas()]
        whole, found = QRectF(QPointF(), self._full), QRectF()
        for pane, part in zip(self._areas(), parts, strict=True):
            corner = (part.topLeft() - self._target(pane).topLeft()) / self._scale
            found = found.united(QRectF(corner, part.size() / self._scale))
        return found.intersected(whole)
