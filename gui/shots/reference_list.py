"""The references of a film or photo as a list with small pictures."""

from __future__ import annotations

import base64
from collections import OrderedDict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QImage,
    QPixmap,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QListWidgetItem,
    QWidget,
)

from gui.session.engine import Engine
from gui.session.thumbnails import icon_of
from gui.shots.references import PICTURES, Listed, References
from gui.style.list_page import ListPage
from gui.words.text import as_tip, said, shown

_ICON = (72, 54)
_KEPT = 500


class ReferenceList(ListPage):
    """Shows, adds and removes references.

    Args:
        references: of the film that is shown.
        engine: reads the pictures.
    """

    reach_shown = Signal(object)
    """Which parts of the film the chosen ones reached: lists of (begin, end, share)."""
    dropped = Signal(object)
    """Pictures, as a list of paths."""

    def __init__(
        self, references: References, engine: Engine, parent: QWidget | None = None
    ) -> None:
        super().__init__(self.tr("References"), QSize(*_ICON), self.tr("Add references…"), parent)
        self._references, self._engine = references, engine
        self._pictures: OrderedDict[Path, QIcon] = OrderedDict()
        self._troubles: dict[Path, str] = {}
        """Why pictures that were looked at can be no references."""
        self.setAcceptDrops(True)
        self.list.setWordWrap(True)
        self.button.clicked.connect(self.choose)
        self.on_remove(lambda: references.remove(self.selected()))
        self.list.itemSelectionChanged.connect(self._handle_selected)
        references.changed.connect(self._fill)
        self._fill()

    def selected(self) -> list[Listed]:
        """Return the chosen references."""
        return [self._references.all[row] for row in self.rows() if row < len(self._references.all)]

    def _fill(self) -> None:
        chosen = set(self.selected())
        self.list.blockSignals(True)
        self.list.clear()
        for one in self._references.all:
            item = QListWidgetItem(self._icon(one.file), self._words(one))
            item.setToolTip(as_tip(shown(one.file)))
            self.list.addItem(item)
            item.setSelected(one in chosen)
        self.list.blockSignals(False)
        words = self.tr(
            "Drop a colour picture here or on the picture; it colours what looks the same."
        )
        self.words.setText("" if self._references.all else words)
        self._handle_selected()

    def _words(self, one: Listed) -> str:
        """Return name and place of a reference, and why it can be none."""
        lines = [shown(one.file.name), self._references.words_of(one)]
        if trouble := self._troubles.get(one.file):
            lines.append(f"! {shown(said(trouble))}")
        return "\n".join(lines)

    def _handle_selected(self) -> None:
        may = self._references.may_change
        self.button.setEnabled(may)
        self.remove.setEnabled(may and bool(self.selected()))
        parts = [part for one in self.selected() for part in self._references.parts_of(one)]
        self.reach_shown.emit(parts)

    def choose(self) -> None:
        """Let a person choose pictures, and ask what they are."""
        words = self.tr("Pictures in colour")
        pattern = " ".join(f"*{suffix}" for suffix in PICTURES)
        names, _ = QFileDialog.getOpenFileNames(self, words, "", f"{words} ({pattern})")
        if names:
            self.dropped.emit([Path(name) for name in names])

    # Pictures

    def _icon(self, file: Path) -> QIcon:
        if file in self._pictures:
            return self._pictures[file]
        self._pictures[file] = icon_of(None)
        while len(self._pictures) > _KEPT:
            self._pictures.popitem(last=False)
        self._engine.ask(
            "coloured_thumbnail", lambda event: self._handle_picture(file, event), source=str(file)
        )
        return self._pictures[file]

    def _handle_picture(self, file: Path, event: dict[str, Any]) -> None:
        self._troubles[file] = event.get("error") or event.get("trouble", "")
        for row, one in enumerate(self._references.all):
            item = self.list.item(row)
            if one.file == file and item is not None:
                item.setText(self._words(one))
        if "error" in event:
            return
        codes = base64.b64decode(event["pixels"])
        width, height = event["width"], event["height"]
        image = QImage(codes, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._pictures[file] = QIcon(QPixmap.fromImage(image.copy()))
        for row, one in enumerate(self._references.all):
            item = self.list.item(row)
            if one.file == file and item is not None:
                item.setIcon(self._pictures[file])

    # Drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take pictures."""
        if self._references.may_change and pictures_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Make references of what was dropped."""
        files = pictures_of(event)
        if files:
            event.acceptProposedAction()
            self.dropped.emit(files)


def pictures_of(event: QDropEvent | QDragMoveEvent) -> list[Path]:
    """Return the pictures that are dragged; empty where something else is among it."""
    files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return files if all(file.suffix.lower() in PICTURES for file in files) else []
