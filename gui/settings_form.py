"""A form made from the fields of Settings, so that every option is declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from colorizer.models import model_names
from colorizer.settings import Settings

_DEVICES = ("auto", "cpu", "cuda", "cuda:0", "cuda:1")


class SettingsForm(QWidget):
    """Shows and changes one `Settings`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._get: dict[str, Callable[[], Any]] = {}
        self._set: dict[str, Callable[[Any], object]] = {}
        layout = QFormLayout(self)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout.setVerticalSpacing(12)
        layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        hints = get_type_hints(Settings)
        for item in fields(Settings):
            self._add(layout, item, hints[item.name])
        self.set_values(Settings())

    def values(self) -> Settings:
        """Return what the form shows.

        Raises:
            SettingsError: a value is not allowed.
        """
        return Settings(**{name: get() for name, get in self._get.items()})

    def set_values(self, settings: Settings) -> None:
        """Show other values."""
        for name, put in self._set.items():
            put(getattr(settings, name))

    def _add(self, layout: QFormLayout, item: Field[Any], hint: Any) -> None:
        kinds = get_args(hint) or (hint,)
        kind = next(part for part in kinds if part is not NoneType)
        widget = self._editor(item, kind, optional=NoneType in kinds)
        label = QLabel(setting_words(item.name))
        label.setBuddy(widget)
        help_text = QLabel(_translated(item.metadata["help"]))
        help_text.setWordWrap(True)
        help_text.setForegroundRole(help_text.palette().ColorRole.PlaceholderText)
        for part in (widget, label):
            part.setToolTip(help_text.text())
            part.setAccessibleName(label.text())
        widget.setAccessibleDescription(help_text.text())
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(widget, 0, Qt.AlignmentFlag(0))
        column.addWidget(help_text)
        layout.addRow(label, column)

    def _editor(self, item: Field[Any], kind: type, *, optional: bool) -> QWidget:
        name, allowed = item.name, item.metadata["range"]
        if kind is bool:
            return self._check(name)
        if item.metadata["choices"]:
            return self._choice(name, item.metadata["choices"])
        if name == "model":
            return self._choice(name, tuple(model_names()))
        if name == "device":
            return self._choice(name, _DEVICES, editable=True)
        if kind is int and allowed:
            return self._whole(name, allowed, optional=optional)
        if kind is float and allowed:
            return self._real(name, allowed)
        if kind is Path:
            return self._file(name)
        edit = QLineEdit()
        self._get[name], self._set[name] = edit.text, edit.setText
        return edit

    def _check(self, name: str) -> QWidget:
        box = QCheckBox(self.tr("on"))
        self._get[name], self._set[name] = box.isChecked, box.setChecked
        return box

    def _choice(self, name: str, choices: tuple[str, ...], *, editable: bool = False) -> QWidget:
        box = QComboBox()
        box.setEditable(editable)
        box.addItems(list(choices))
        self._get[name], self._set[name] = box.currentText, box.setCurrentText
        return box

    def _whole(self, name: str, allowed: tuple[float, float], *, optional: bool) -> QWidget:
        low, high = (int(end) for end in allowed)
        box = QSpinBox()
        unset = low - 1
        box.setRange(unset if optional else low, high)
        if optional:
            box.setSpecialValueText(self.tr("automatic"))
        self._get[name] = lambda: None if optional and box.value() == unset else box.value()
        self._set[name] = lambda value: box.setValue(unset if value is None else value)
        return box

    def _real(self, name: str, allowed: tuple[float, float]) -> QWidget:
        box = QDoubleSpinBox(decimals=2, singleStep=0.05)
        box.setRange(*allowed)
        self._get[name] = lambda: round(box.value(), 2)
        self._set[name] = box.setValue
        return box

    def _file(self, name: str) -> QWidget:
        edit = QLineEdit(placeholderText=self.tr("the model's own"))
        button = QPushButton(self.tr("Choose…"))
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(edit, 1)
        layout.addWidget(button)
        row.setFocusProxy(edit)

        def choose() -> None:
            found, _ = QFileDialog.getOpenFileName(
                self, self.tr("Choose a weights file"), "", "safetensors (*.safetensors)"
            )
            if found:
                edit.setText(found)

        button.clicked.connect(choose)
        self._get[name] = lambda: Path(edit.text()) if edit.text() else None
        self._set[name] = lambda value: edit.setText("" if value is None else str(value))
        return row


def setting_words(name: str) -> str:
    """Return the name of a setting as a label."""
    return _translated(name.replace("_", " ").capitalize().replace("Jpeg", "JPEG").replace("C2pa", "C2PA"))


def _translated(text: str) -> str:
    return QCoreApplication.translate("settings", text)
