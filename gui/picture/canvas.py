"""Before and after on one canvas: split, side by side or one of both, zoomed and moved as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.picture.caption import draw_box
from gui.picture.viewport import Viewport
from gui.session.look import Mode

HANDLE = 12
"""Reach of the split line for the mouse, in device-independent pixels."""
DOT = 7
"""Radius of a hint's dot."""
_BACK = QColor("#1c1d1f")


@dataclass(frozen=True, eq=False)
class Tile:
    """A part of a picture, sharp."""

    part: QRectF
    """Of the picture, in pixels of the source at 1:1."""
    before: QImage
    after: QImage


class Canvas(Viewport):
    """Draws two pictures of one size; `gui.picture.compare_view` adds the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(260, 74)
        self.setAccessibleName(self.tr("Before and after"))
        self.message = ""
        self.split = 0.5
        """Where the line stands, as a share of the view's width."""
        self._before_words = self._after_words = ""
        self._notes: list[str] = []
        self._before = self._after = self._cover = QImage()
        self._hints: list[tuple[float, float, QColor]] = []
        self._marked: set[int] = set()
        self.edits_hints = False
        """Clicks and keys place hints."""
        self._cross: tuple[float, float] | None = None
        """Where a key would place a hint, as shares of width and height."""
        self._left = QImage()
        self._tile: Tile | None = None
        self._scaled: dict[tuple[int, int, int], QImage] = {}

    # What is shown

    def set_pictures(self, before: QImage, after: QImage, full: QSizeF) -> None:
        """Show another pair; the view stays where it was if the size did not change.

        Args:
            before: gray.
            after: in colour, of the same size.
            full: size of the source on screen at 1:1.
        """
        self._before, self._after, self._tile = before, after, None
        self._scaled.clear()
        if full != self._full:
            self._full = full
            self.fit()
        self.update()

    def set_after(self, after: QImage) -> None:
        """Show another colouring of the same picture."""
        self._after = after
        if self._tile is not None:  # it has the old colours
            self._tile = replace(self._tile, after=QImage())
        kept = (self._before.cacheKey(), self._left.cacheKey())
        self._scaled = {k: v for k, v in self._scaled.items() if k[0] in kept}
        self.update()

    def set_tile(self, tile: Tile) -> None:
        """Show a part of the picture as sharp as the source is."""
        self._tile = tile
        self.update()

    def set_left(self, picture: QImage, words: str = "") -> None:
        """Show another picture in place of the one before, and what it is; an empty one: none."""
        self._left, self._before_words = picture, words
        self._scaled.clear()
        self.update()

    @property
    def width_held(self) -> int:
        """Pixels that the picture has in one row, before tiles."""
        return self._before.width()

    def set_cover(self, cover: QImage) -> None:
        """Lay a see-through picture over the coloured one; an empty one for none."""
        self._cover = cover
        self.update()

    def set_hints(self, hints: list[tuple[float, float, QColor]]) -> None:
        """Show dots: x, y and colour."""
        self._hints = hints
        self.update()

    def mark_hints(self, numbers: Iterable[int]) -> None:
        """Let some of the dots stand out."""
        self._marked = set(numbers)
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
        self._before = self._after = self._cover = self._left = QImage()
        self._hints, self._full, self._tile = [], QSizeF(), None
        self.update()

    def set_mode(self, mode: Mode) -> None:
        """Show both, or one."""
        self.mode = mode
        if self.fits:
            self.fit()
        self.update()

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
            self._draw_hints(painter, self._areas()[-1])
        self._draw_captions(painter)
        draw_box(painter, "  ·  ".join(self._footer()), QPointF(8, self.height() - 8), below=False,
                 most=self.width() - 16)  # fmt: skip
        if self.hasFocus():
            self._draw_focus(painter)

    @property
    def _first(self) -> QImage:
        """The picture that the other is compared with."""
        return self._before if self._left.isNull() else self._left

    def _panes(self) -> list[tuple[QRectF, QImage]]:
        """Return the areas of the view and what each shows."""
        areas = self._areas()
        if self.mode is Mode.SIDE:
            return list(zip(areas, (self._first, self._after), strict=True))
        return [(areas[0], self._first if self.mode is Mode.BEFORE else self._after)]

    def _draw_focus(self, painter: QPainter) -> None:
        """Draw a frame that is seen on any picture: white inside, the accent around it."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for inset, colour in ((1, self.palette().accent().color()), (3, QColor("white"))):
            painter.setPen(QPen(colour, 2))
            painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))

    def _footer(self) -> list[str]:
        """Return the zoom and what a click or a colour means."""
        notes = [f"{self.drawn:.0%}", *self._notes]
        if not self._cover.isNull():
            notes.append(self.tr("Pink: low confidence in the colour"))
        return notes

    def _draw(self, painter: QPainter, image: QImage, target: QRectF) -> None:
        shown = self._shrunk(image, target)
        # Single pixels are to be seen as such when they are large.
        smooth = self.drawn < 4 and abs(self.drawn - 1) > 1e-6
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target, shown)
        self._draw_tile(painter, image, target)
        if image is self._after and not self._cover.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, self._cover)

    def _draw_tile(self, painter: QPainter, image: QImage, target: QRectF) -> None:
        """Draw over a picture the part of it that is known sharper."""
        tile = self._tile
        if tile is None or self._full.isEmpty() or image is self._left:
            return
        sharp = tile.before if image is self._before else tile.after
        if not sharp.isNull():
            corner = target.topLeft() + tile.part.topLeft() * self._scale
            place = QRectF(corner, tile.part.size() * self._scale)
            painter.drawImage(place, self._shrunk(sharp, place))

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
        self._draw(painter, self._first, self._target(pane))
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
        for number, (x, y, colour) in enumerate(self._hints):
            place = target.topLeft() + QPointF(x * target.width(), y * target.height())
            if number in self._marked:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(self.palette().accent().color(), 3))
                painter.drawEllipse(place, DOT + 6, DOT + 6)
            painter.setBrush(colour)
            painter.setPen(QPen(QColor(0, 0, 0, 160), 4))
            painter.drawEllipse(place, DOT, DOT)
            painter.setPen(QPen(QColor("white"), 2))
            painter.drawEllipse(place, DOT, DOT)
        if self._cross is not None and self.edits_hints and self.hasFocus():
            self._draw_cross(painter, target)
        painter.setClipping(False)

    def _draw_cross(self, painter: QPainter, target: QRectF) -> None:
        """Draw where a key would place a hint."""
        assert self._cross is not None
        x, y = self._cross
        place = target.topLeft() + QPointF(x * target.width(), y * target.height())
        for colour, width in ((QColor(0, 0, 0, 200), 4), (QColor("white"), 2)):
            painter.setPen(QPen(colour, width))
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(place + QPointF(5 * dx, 5 * dy), place + QPointF(15 * dx, 15 * dy))

    def _draw_captions(self, painter: QPainter) -> None:
        before = self._before_words or self.tr("Before")
        after = self._after_words or self.tr("After")
        if not self._left.isNull():
            after = f"B: {after}"
        captions = {
            Mode.SPLIT: [(before, 0.0, False), (after, float(self.width()), True)],
            Mode.SIDE: [(before, 0.0, False), (after, float(self.width()), True)],
            Mode.BEFORE: [(before, 0.0, False)],
            Mode.AFTER: [(after, float(self.width()), True)],
        }[self.mode]
        for words, edge, right in captions:
            corner, most = QPointF(edge - 8 if right else edge + 8, 8), self.width() / 2 - 12
            draw_box(painter, words, corner, right=right, most=most)

    def _draw_words(self, painter: QPainter) -> None:
        painter.setPen(QColor("#c9cad0"))
        words = self.message or self.tr("Choose a file of the queue to see it here.")
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, words)
