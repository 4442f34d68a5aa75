"""Strength and vividness: two sliders whose effect is seen at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QPushButton,
    QSlider,
    QWidget,
)

from colorizer.settings import Settings
from gui.style.plain import PlainLabel
from gui.words.setting_words import help_words

_STEPS = 100
"""Slider steps of 1.0."""


class AdjustPanel(QWidget):
    """Two settings of the selected files, or of the chosen shots of a film."""

    changed = Signal(str, float)
    """Name and value of a setting that a person moves."""
    spread = Signal()
    """The values are wanted for all files that wait."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sliders: dict[str, QSlider] = {}
        self._boxes: dict[str, QDoubleSpinBox] = {}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        rows = (("strength", self.tr("Stren&gth")), ("vividness", self.tr("Vivi&dness")))
        for row, (name, words) in enumerate(rows):
            self._create_row(layout, row, name, words)
        self._all = QPushButton(self.tr("Use for all waiting"))
        self._all.setToolTip(self.tr("Give these values to every file that waits"))
        self._all.clicked.connect(self.spread)
        self.target = QComboBox()
        self.target.setAccessibleName(self.tr("Acts on"))
        self.target.setToolTip(self.tr("What strength and vividness act on"))
        self.target.addItems([self.tr("Film"), ""])
        layout.addWidget(self.target, 0, 3)
        layout.addWidget(self._all, 1, 3)
        self.offer_shots("")

    @property
    def acts_on_shots(self) -> bool:
        """Whether the chosen shots are meant, not the whole file."""
        return self.target.isVisibleTo(self) and self.target.currentIndex() == 1

    def offer_shots(self, words: str) -> None:
        """Let a person choose shots instead of the film, by their words; empty: there are none."""
        self.target.setItemText(1, words)
        self.target.setVisible(bool(words))
        self._all.setEnabled(not self.acts_on_shots)

    def set_values(self, values: Mapping[str, float]) -> None:
        """Show values by the names of their settings, without telling about it."""
        for name, slider in self._sliders.items():
            value = values[name]
            for widget in (slider, self._boxes[name]):
                widget.blockSignals(True)
            slider.setValue(round(value * _STEPS))
            self._boxes[name].setValue(value)
            for widget in (slider, self._boxes[name]):
                widget.blockSignals(False)

    def set_movable(self, may: bool) -> None:
        """Let a person move the values, or only see them and give them to others."""
        for widget in (*self._sliders.values(), *self._boxes.values()):
            widget.setEnabled(may)

    def slider(self, name: str) -> QSlider:
        """Return the slider of a setting."""
        return self._sliders[name]

    def _create_row(self, layout: QGridLayout, row: int, name: str, words: str) -> None:
        item = next(item for item in fields(Settings) if item.name == name)
        low, high = item.metadata["range"]
        usual: float = getattr(Settings(), name)
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(round(low * _STEPS), round(high * _STEPS))
        slider.setPageStep(10)
        slider.setValue(round(usual * _STEPS))
        box = QDoubleSpinBox(decimals=2, minimum=low, maximum=high, singleStep=0.05)
        box.setValue(usual)
        label = PlainLabel(words)
        label.setBuddy(slider)
        for widget in (label, slider, box):
            widget.setToolTip(help_words(item))
            widget.setAccessibleName(words.replace("&", ""))
        slider.valueChanged.connect(lambda steps: box.setValue(steps / _STEPS))
        box.valueChanged.connect(lambda value: self._handle_value(name, value))
        layout.addWidget(label, row, 0)
        layout.addWidget(slider, row, 1)
        layout.addWidget(box, row, 2)
        self._sliders[name], self._boxes[name] = slider, box

    def _handle_value(self, name: str, value: float) -> None:
        slider = self._sliders[name]
        slider.blockSignals(True)
        slider.setValue(round(value * _STEPS))
        slider.blockSignals(False)
        self.changed.emit(name, round(value, 2))
