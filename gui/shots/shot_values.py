"""What is said of the chosen shots: what they were taken for, and what they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from colorizer.guidance.shot_plan import Shot
from gui.shots.shot_kinds import SAID, kinds_of, listed, sayings, title_of
from gui.style.elided_label import ElidedLabel
from gui.style.narrow_box import narrow_box
from gui.style.plain import PlainLabel
from gui.words.text import count

_COLUMNS = 3
_EDGES, _MOST = 32, 100
"""Of a box: around its words, and the most it insists on, in device-independent pixels."""


class ShotValues(QWidget):
    """Shows and changes what a person says of shots."""

    said = Signal(str, object)
    """A name of SAID or "skip", and its value; None as the film."""
    scene_said = Signal(str)
    """The scene; empty for none."""
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.which = ElidedLabel()
        self.skip = QCheckBox(self.tr("Leave gray"))
        self.reset = QPushButton(self.tr("As the film"))
        self.reset.setToolTip(self.tr("Take from the chosen shots what they have of their own"))
        self.boxes = {name: self._box(name) for name in SAID}
        self.scene = QComboBox(editable=True)
        self.scene.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        words = self.tr("Shots of one scene share their references")
        self.scene.setToolTip(words)
        self._lay_out()
        self.skip.clicked.connect(lambda on: self.said.emit("skip", True if on else None))
        self.reset.clicked.connect(self.cleared)
        self.scene.activated.connect(lambda _: self._handle_scene())
        line = self.scene.lineEdit()
        assert line is not None
        line.setPlaceholderText(self.tr("none"))
        line.editingFinished.connect(self._handle_scene)
        self._scene = ""

    def show_shots(self, chosen: Sequence[int], shots: Sequence[Shot]) -> None:
        """Show the first of the chosen shots, of those of the film."""
        self.setEnabled(bool(chosen))
        if not chosen:
            self.which.setText("")
            return
        shot = shots[chosen[0]]
        names = self.tr("%1 shots").replace("%1", count(len(chosen)))
        if len(chosen) == 1:
            names = self.tr("Shot %1").replace("%1", count(chosen[0] + 1))
        self.which.setText(" · ".join([names, *listed(kinds_of(shot))]))
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setCurrentIndex(max(0, box.findData(str(shot.own.get(name, "")))))
            box.setToolTip(box.currentText())
            words = box.fontMetrics().horizontalAdvance(box.currentText())
            box.setMinimumWidth(min(words + _EDGES, _MOST))
        self.skip.setChecked(bool(shot.own.get("skip")))
        self.reset.setEnabled(any(set(shots[n].own) - {"hints"} for n in chosen))
        self._show_scene(shot.scene, sorted({one.scene for one in shots if one.scene}))

    def _show_scene(self, scene: str, known: list[str]) -> None:
        line = self.scene.lineEdit()
        if line is not None and line.hasFocus() and line.isModified() and scene == self._scene:
            return  # somebody types
        self._scene = scene
        with QSignalBlocker(self.scene):
            self.scene.clear()
            self.scene.addItems(["", *known])
            self.scene.setCurrentText(scene)

    def _box(self, name: str) -> QComboBox:
        box = QComboBox()
        for value, words in sayings(name).items():
            box.addItem(words, value)
        narrow_box(box, 6)
        box.activated.connect(lambda _: self.said.emit(name, box.currentData() or None))
        return box

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(2)
        top = QHBoxLayout()
        top.addWidget(self.which, 1)
        top.addWidget(self.skip)
        top.addWidget(self.reset)
        layout.addLayout(top, 0, 0, 1, 2 * _COLUMNS)
        titles = {**{name: title_of(name) for name in SAID}, "scene": self.tr("Scene")}
        for place, (name, words) in enumerate(titles.items()):
            box = self.boxes.get(name, self.scene)
            label = PlainLabel(words)
            label.setBuddy(box)
            box.setAccessibleName(f"{self.tr('Shot')}: {words}")
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            box.setMinimumWidth(60)
            row, column = 1 + place // _COLUMNS, 2 * (place % _COLUMNS)
            layout.addWidget(label, row, column, Qt.AlignmentFlag.AlignRight)
            layout.addWidget(box, row, column + 1)
            layout.setColumnStretch(column + 1, 1)

    def _handle_scene(self) -> None:
        scene = self.scene.currentText().strip()
        if scene != self._scene:
            self._scene = scene
            self.scene_said.emit(scene)
