"""Before and after on one canvas: split, side by side or one of both, zoomed and moved as one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from gui.picture.caption import draw_box
from gui.session.look import Mode

HANDLE = 12
"""Reach of the split line for the mouse, in device-independent pixels."""
DOT = 7
"""Radius of a hint's dot."""
_GAP = 8
"""Between the two pictures side by side."""
_MOST_ZOOM = 32.0
_BACK = QColor("#2b2c2f")


class Canvas(QWidget):
    """Draws two pictures of one size; `gui.picture.compare_view` adds the mouse."""

    detail_wanted = Signal()
    """The zoom shows more than the pictures have."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(260, 74)
        self.setAccessibleName(self.tr("Before and after"))
        self.mode = Mode.SPLIT
        self.message = ""
        self.split = 0.5
        """Where the line stands, as a share of the view's width."""
        self._after_words = ""
        self._notes: list[str] = []
        self._before = self._after = self._cover = QImage()
        self._hints: list[tuple[float, float, QColor]] = []
        self._full = QSizeF()
        self.fits = True
        self._scale = 1.0
        self._centre = QPointF()
        self._scaled: dict[tuple[int, int, int], QImage] = {}

    # What is shown

    def set_pictures(self, before: QImage, after: QImage, full: QSizeF) -> None:
        """Show another pair; the view stays where it was if the size did not change.

        Args:
            before: gray.
            after: in colour, of the same size.
            full: size of the source on screen at 1:1.
        """
        self._before, self._after = before, after
        self._scaled.clear()
        if full != self._full:
            self._full = full
            self.fit()
        self.update()

    def set_after(self, after: QImage) -> None:
        """Show another colouring of the same picture."""
        self._after = after
        self._scaled = {k: v for k, v in self._scaled.items() if k[0] == self._before.cacheKey()}
        self.update()

    def set_cover(self, cover: QImage) -> None:
        """Lay a see-through picture over the coloured one; an empty one for none."""
        self._cover = cover
        self.update()

    def set_hints(self, hints: list[tuple[float, float, QColor]]) -> None:
        """Show dots: x, y and colour."""
        self._hints = hints
        self.update()

    def set_words(self, *, after: str | None = None, notes: list[str] | None = None) -> None:
        """Say what the coloured picture is, and more below it next to the zoom."""
        self._after_words = self._after_words if after is None else after
        self._notes = self._notes if notes is None else notes
        self.update()

    def set_message(self, message: str) -> None:
        """Say something instead of a picture, or nothing."""
        self.message = message
        self.update()

    def clear(self) -> None:
        """Show no picture."""
        self._before = self._after = self._cover = QImage()
        self._hints, self._full = [], QSizeF()
        self.update()

    def set_mode(self, mode: Mode) -> None:
        """Show both, or one."""
        self.mode = mode
        if self.fits:
            self.fit()
        self.update()

    # Zoom and place

    @property
    def scale(self) -> float:
        """Device-independent pixels of the screen for one of the source."""
        return self._scale

    def fit(self) -> None:
        """Show the whole picture."""
        self.fits = True
        if self._full.isEmpty():
            return
        room = self._panes()[0][0].size()
        self._scale = min(room.width() / self._full.width(), room.height() / self._full.height())
        self._centre = QPointF(self._full.width() / 2, self._full.height() / 2)
        self.update()

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
        self.update()

    def _zoom_to(self, scale: float, at: QPointF) -> None:
        if self._full.isEmpty():
            return
        pane = self._pane_at(at)
        place = self._to_picture(at, pane)
        self._scale = min(max(scale, 0.01), _MOST_ZOOM)
        self._centre = place - (at - pane.center()) / self._scale
        self.fits = False
        self._hold()
        drawn = self._scale * self.devicePixelRatioF()
        if drawn * self._full.width() > 1.1 * self._before.width():
            self.detail_wanted.emit()
        self.update()

    def _hold(self) -> None:
        """Keep a part of the picture in view."""
        x = min(max(self._centre.x(), 0.0), self._full.width())
        y = min(max(self._centre.y(), 0.0), self._full.height())
        self._centre = QPointF(x, y)

    def _panes(self) -> list[tuple[QRectF, QImage]]:
        """Return the areas of the view and what each shows."""
        whole = QRectF(self.rect())
        if self.mode is not Mode.SIDE:
            return [(whole, self._before if self.mode is Mode.BEFORE else self._after)]
        half = (whole.width() - _GAP) / 2
        left = QRectF(0, 0, half, whole.height())
        return [(left, self._before), (left.translated(half + _GAP, 0), self._after)]

    def _pane_at(self, at: QPointF) -> QRectF:
        panes = [pane for pane, _ in self._panes()]
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
        """Return where the whole picture lies in the view."""
        size = self._full * self._scale
        corner = pane.center() - self._centre * self._scale
        return QRectF(corner, size)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures, the line, the dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), _BACK)
        if self._before.isNull() or self.message:
            self._draw_words(painter)
            return
        for pane, image in self._panes():
            painter.save()
            painter.setClipRect(pane)
            self._draw(painter, image, self._target(pane))
            painter.restore()
        if self.mode is Mode.SPLIT:
            self._draw_split(painter)
        if self.mode is not Mode.BEFORE:
            self._draw_hints(painter, self._panes()[-1][0])
        self._draw_captions(painter)
        draw_box(painter, "  ·  ".join(self._footer()), QPointF(8, self.height() - 8), below=False)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().accent().color(), 4))
            painter.drawRect(self.rect())

    def _footer(self) -> list[str]:
        """Return the zoom and what a click or a colour means."""
        notes = [f"{self._scale * self.devicePixelRatioF():.0%}", *self._notes]
        if not self._cover.isNull():
            notes.append(self.tr("Pink: the network is unsure of the colour"))
        return notes

    def _draw(self, painter: QPainter, image: QImage, target: QRectF) -> None:
        shown = self._shrunk(image, target)
        # Single pixels are to be seen as such when they are large.
        smooth = self._scale * self.devicePixelRatioF() < 4
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target, shown)
        if image is self._after and not self._cover.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, self._cover)

    def _shrunk(self, image: QImage, target: QRectF) -> QImage:
        """Return the picture shrunk well: the painter's own shrinking loses lines."""
        ratio = self.devicePixelRatioF()
        size = QSize(round(target.width() * ratio), round(target.height() * ratio))
        if size.width() >= image.width() or size.isEmpty():
            return image
        key = (image.cacheKey(), size.width(), size.height())
        if key not in self._scaled:
            if len(self._scaled) > 4:
                self._scaled.clear()
            mode = Qt.TransformationMode.SmoothTransformation
            self._scaled[key] = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
        return self._scaled[key]

    def _draw_split(self, painter: QPainter) -> None:
        line = self.split * self.width()
        pane = QRectF(self.rect())
        painter.save()
        painter.setClipRect(QRectF(0, 0, line, self.height()))
        self._draw(painter, self._before, self._target(pane))
        painter.restore()
        painter.setPen(QPen(QColor(0, 0, 0, 120), 4))
        painter.drawLine(QPointF(line, 0), QPointF(line, self.height()))
        painter.setPen(QPen(QColor("white"), 2))
        painter.drawLine(QPointF(line, 0), QPointF(line, self.height()))
        middle = QPointF(line, self.height() / 2)
        painter.setBrush(QColor("white"))
        painter.setPen(QPen(QColor(0, 0, 0, 120), 1))
        painter.drawEllipse(middle, HANDLE, HANDLE)
        painter.setPen(QPen(QColor("#333333"), 2))
        for side in (-1, 1):
            tip = middle + QPointF(side * 8, 0)
            painter.drawLine(tip, middle + QPointF(side * 4, -4))
            painter.drawLine(tip, middle + QPointF(side * 4, 4))

    def _draw_hints(self, painter: QPainter, pane: QRectF) -> None:
        """Draw the dots: in the split view over both halves, where they can be taken hold of."""
        painter.setClipRect(pane)
        target = self._target(pane)
        for x, y, colour in self._hints:
            place = target.topLeft() + QPointF(x * target.width(), y * target.height())
            painter.setBrush(colour)
            painter.setPen(QPen(QColor(0, 0, 0, 160), 4))
            painter.drawEllipse(place, DOT, DOT)
            painter.setPen(QPen(QColor("white"), 2))
            painter.drawEllipse(place, DOT, DOT)
        painter.setClipping(False)

    def _draw_captions(self, painter: QPainter) -> None:
        before, after = self.tr("Before"), self._after_words or self.tr("After")
        captions = {
            Mode.SPLIT: [(before, 0.0, False), (after, float(self.width()), True)],
            Mode.SIDE: [(before, 0.0, False), (after, float(self.width()), True)],
            Mode.BEFORE: [(before, 0.0, False)],
            Mode.AFTER: [(after, float(self.width()), True)],
        }[self.mode]
        for words, edge, right in captions:
            draw_box(painter, words, QPointF(edge - 8 if right else edge + 8, 8), right=right)

    def _draw_words(self, painter: QPainter) -> None:
        painter.setPen(QColor("#c9cad0"))
        words = self.message or self.tr("Choose a file of the queue to see it here.")
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, words)
