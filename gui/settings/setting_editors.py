"""Widgets that show and change one setting each, made from its declaration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass
from pathlib import Path
from types import NoneType
from typing import Any, get_args

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from colorizer.models import model_names
from colorizer.settings import PRESETS
from gui.style.narrow_box import narrow_box
from gui.words.setting_words import choice_words, setting_words

_FEWEST = 12
"""Letters of a choice that are seen in the narrowest window."""
_FILES = {
    "weights": "safetensors (*.safetensors)",
    "profile": "ICC (*.icc *.icm)",
    "assume_profile": "ICC (*.icc *.icm)",
    "shots": "CSV (*.csv)",
    "hints": "JSON (*.json)",
    "c2pa_certificate": "PEM (*.pem *.crt *.cer)",
    "c2pa_key": "PEM (*.pem *.key)",
}


@dataclass(frozen=True, slots=True)
class Editor:
    """One setting on the screen."""

    widget: QWidget
    get: Callable[[], Any]
    put: Callable[[Any], object]


class _NoWheel(QObject):
    """Leaves the wheel to the page: scrolling over a field must not change what it says."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stop the wheel over a field that is not being edited."""
        wheel = event.type() == QEvent.Type.Wheel
        if wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def editor_of(item: Field[Any], hint: Any) -> Editor:
    """Make the widget of a setting.

    Args:
        item: its declaration.
        hint: its type.
    """
    editor = _plain_editor(item, hint)
    for part in (editor.widget, *editor.widget.findChildren(QWidget)):
        if isinstance(part, QComboBox | QSpinBox | QDoubleSpinBox):
            part.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            part.installEventFilter(_NoWheel(part))
    return editor


def _plain_editor(item: Field[Any], hint: Any) -> Editor:
    kinds = get_args(hint) or (hint,)
    kind = next(part for part in kinds if part is not NoneType)
    name, allowed, optional = item.name, item.metadata["range"], NoneType in kinds
    if kind is bool:
        return _check(name)
    if choices := item.metadata["choices"]:
        box = _choice(choices, name, editable=bool(item.metadata["others"]))
        return _with_button(name, box) if name in _FILES else box
    if name == "model":
        return _choice(model_names(), name)
    if kind is int and allowed:
        return _whole(allowed, optional=optional)
    if kind is float and allowed:
        return _real(allowed)
    edit = QLineEdit()
    edit.setPlaceholderText(_placeholder(name))
    text = Editor(edit, edit.text, lambda value: edit.setText("" if value is None else str(value)))
    if item.metadata["several"]:
        return _with_button(name, text, several=True)
    if kind is not Path:
        return text
    row = _with_button(name, text)
    return Editor(row.widget, lambda: Path(edit.text()) if edit.text() else None, row.put)


def _placeholder(name: str) -> str:
    if name == "weights":
        return _tr("the model's own")
    if name in ("start", "end"):
        return _tr("the whole film")
    return _tr("automatic") if name in ("fps", "shots") else _tr("none")


def _check(name: str) -> Editor:
    box = QCheckBox(setting_words(name))
    return Editor(box, box.isChecked, box.setChecked)


def _choice(choices: Iterable[str], name: str, *, editable: bool = False) -> Editor:
    box = QComboBox()
    box.setEditable(editable)
    for value in choices:
        box.addItem(choice_words(value, name), value)
    narrow_box(box, _FEWEST)

    def get() -> str:
        # What a person typed has no entry; what they left alone is shown in words.
        found = box.findText(box.currentText())
        return box.itemData(found) if found >= 0 else box.currentText()

    def put(value: str) -> None:
        found = box.findData(value)
        if found >= 0:
            box.setCurrentIndex(found)
        elif editable:
            box.setEditText(value)
        else:  # a model that was taken away: the run says so
            box.addItem(value, value)
            box.setCurrentIndex(box.count() - 1)

    return Editor(box, get, put)


def _whole(allowed: tuple[float, float], *, optional: bool) -> Editor:
    low, high = (int(end) for end in allowed)
    box = QSpinBox()
    unset = low - 1
    box.setRange(unset if optional else low, high)
    if optional:
        words = _tr("automatic")
        box.setSpecialValueText(words[:1].upper() + words[1:])
    return Editor(
        box,
        lambda: None if optional and box.value() == unset else box.value(),
        lambda value: box.setValue(unset if value is None else value),
    )


def _real(allowed: tuple[float, float]) -> Editor:
    box = QDoubleSpinBox(decimals=2, singleStep=0.05)
    box.setRange(*allowed)
    return Editor(box, lambda: round(box.value(), 2), box.setValue)


def _with_button(name: str, field: Editor, *, several: bool = False) -> Editor:
    """Put a button that chooses a file, or several, next to a field."""
    button = QPushButton(_tr("Choose…"))
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(field.widget, 1)
    layout.addWidget(button)
    row.setFocusProxy(field.widget)

    def choose() -> None:
        kinds = _FILES.get(name, "")
        if several:
            found = os.pathsep.join(
                QFileDialog.getOpenFileNames(row, _tr("Choose pictures"), "", kinds)[0]
            )
        else:
            found, _ = QFileDialog.getOpenFileName(row, _tr("Choose a file"), "", kinds)
        if found:
            field.put(found)

    button.clicked.connect(choose)
    return Editor(row, field.get, field.put)


def lock_codec(editors: dict[str, Editor]) -> None:
    """Let the purpose of a film choose its codec, and leave out what the codec does not know."""
    preset, codec = editors["preset"], editors["codec"]

    def follow() -> None:
        given = PRESETS[preset.get()]
        if given is not None:
            codec.put(given)
        codec.widget.setEnabled(given is None)
        for name in ("quality", "hardware"):
            editors[name].widget.setEnabled(codec.get() in ("h264", "h265", "av1"))

    for editor in (preset, codec):
        assert isinstance(editor.widget, QComboBox)
        editor.widget.currentIndexChanged.connect(lambda _: follow())
    follow()


def _tr(text: str) -> str:
    return QCoreApplication.translate("settings", text)
