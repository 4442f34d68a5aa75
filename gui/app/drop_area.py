"""The empty state: one big area to drop files and folders on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QFont,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.style.plain import PlainLabel

_MARGIN, _RADIUS = 2, 12


class DropArea(QWidget):
    """Says what to do first; drops go through the window, which takes them anywhere."""

    files_asked = Signal()
    folder_asked = Signal()
    samples_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Drop photos, films and folders here"))
        self._hot = False
        self._create_words()

    @property
    def device(self) -> str:
        """What is said of the device."""
        return self._device.text()

    def set_device(self, words: str) -> None:
        """Say what will do the work: a line for the device, one for the model."""
        self._device.setText(words)

    def set_hot(self, hot: bool) -> None:
        """Show that something is about to be dropped."""
        self._hot = hot
        self.update()

    def _create_words(self) -> None:
        title = PlainLabel(self.tr("Drop photos, films and folders here"))
        font = QFont(title.font())
        font.setPointSizeF(font.pointSizeF() * 1.7)
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        hint = PlainLabel(
            self.tr(
                "Folders are searched with all that is below them. "
                "Nothing starts before you press Start."
            )
        )
        promise = PlainLabel(
            self.tr(
                "Your originals are only read, never changed. Every result is a new file, "
                "marked as colorized."
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(48, 48, 48, 48)
        layout.setSpacing(10)
        layout.addStretch()
        for label in (title, hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addSpacing(14)
        layout.addLayout(self._create_buttons())
        layout.addSpacing(14)
        steps = PlainLabel(self.tr("1  Drop     2  Look, and correct colours     3  Start"))
        steps.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(steps)
        layout.addStretch()
        promise.setAlignment(Qt.AlignmentFlag.AlignCenter)
        promise.setWordWrap(True)
        layout.addWidget(promise)
        self._device = PlainLabel()
        self._device.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._device.setWordWrap(True)
        self._device.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._device.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self._device)

    def _create_buttons(self) -> QHBoxLayout:
        row, buttons = QHBoxLayout(), []
        row.addStretch()
        for text, signal in (
            (self.tr("Add files…"), self.files_asked),
            (self.tr("Add a folder…"), self.folder_asked),
            (self.tr("Try the sample pictures"), self.samples_asked),
        ):
            buttons.append(button := QPushButton(text))
            button.clicked.connect(signal)
            row.addWidget(button)
        self.setFocusProxy(buttons[0])
        row.addStretch()
        return row

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dashed frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = self.palette().accent().color()
        colour = accent if self._hot else self.palette().mid().color()
        if self._hot:
            wash = QColor(accent)
            wash.setAlphaF(0.12)
            painter.setBrush(wash)
        painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)


def local_paths(data: QMimeData) -> list[Path]:
    """Return the files and folders of a drop; links to the network are left out."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def takes(event: QDragEnterEvent | QDropEvent) -> bool:
    """Accept an event that brings files, as a copy: nothing of the source is moved."""
    if not local_paths(event.mimeData()):
        return False
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
    return True
