"""A form made from the fields of Settings, so that every option is declared once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, fields
from typing import Any, get_type_hints

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from colorizer.settings import Settings
from gui.settings.setting_editors import Editor, editor_of, lock_codec
from gui.style.plain import PlainLabel
from gui.words.setting_words import (
    choice_words,
    group_words,
    groups,
    help_words,
    is_rare,
    order_of,
    setting_words,
)


class SettingsForm(QTabWidget):
    """Shows and changes one `Settings`: a page for each group of `--help`, rare ones folded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self._editors: dict[str, Editor] = {}
        self._folds: dict[str, Fold] = {}
        self._rare: dict[str, list[str]] = {group: [] for group in groups()}
        hints = get_type_hints(Settings)
        items = sorted(fields(Settings), key=order_of)
        for group in groups():
            own = [item for item in items if item.metadata["group"] == group]
            self.addTab(self._create_page(group, own, hints), group_words(group))
        lock_codec(self._editors)
        self.set_values(Settings())

    def values(self) -> Settings:
        """Return what the form shows.

        Raises:
            SettingsError: a value is not allowed.
        """
        return Settings(**{name: editor.get() for name, editor in self._editors.items()})

    def set_values(self, settings: Settings) -> None:
        """Show other values; a fold opens where one of its settings is not the usual one."""
        usual = Settings()
        for name, editor in self._editors.items():
            editor.put(getattr(settings, name))
        for group, fold in self._folds.items():
            names = self._rare[group]
            fold.open(any(getattr(settings, name) != getattr(usual, name) for name in names))

    def set_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        """Offer the devices of this machine, in words, next to the automatic choice."""
        editor = self._editors["device"]
        value, box = editor.get(), editor.widget
        assert isinstance(box, QComboBox)
        box.clear()
        for name, words in (("auto", choice_words("auto", "device")), *devices):
            box.addItem(words, name)
        editor.put(value)

    def editor(self, name: str) -> QWidget:
        """Return the widget of a setting."""
        return self._editors[name].widget

    def fold(self, group: str) -> Fold:
        """Return the rare settings of a group that has some."""
        return self._folds[group]

    def _create_page(self, group: str, items: list[Field[Any]], hints: dict[str, Any]) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        usual, rare = _form(), _form()
        column.addLayout(usual)
        for item in items:
            self._add(rare if is_rare(item) else usual, item, hints[item.name])
            if is_rare(item):
                self._rare[group].append(item.name)
        if self._rare[group]:
            self._folds[group] = Fold(rare)
            column.addWidget(self._folds[group])
        labels = [part for part in page.findChildren(QLabel) if part.buddy()]
        widest = max((label.sizeHint().width() for label in labels), default=0)
        for label in labels:  # the fields stand in one column, folded or not
            label.setMinimumWidth(widest)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        bar = scroll.verticalScrollBar().sizeHint().width()
        scroll.setMinimumWidth(page.minimumSizeHint().width() + bar)  # nothing is cut off
        return scroll

    def _add(self, layout: QFormLayout, item: Field[Any], hint: Any) -> None:
        editor = self._editors[item.name] = editor_of(item, hint)
        name = setting_words(item.name)
        # A check box says itself what it is for.
        label = PlainLabel("" if isinstance(editor.widget, QCheckBox) else name)
        label.setBuddy(editor.widget)
        help_text = PlainLabel(help_words(item))
        help_text.setWordWrap(True)
        help_text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        field = editor.widget.focusProxy() or editor.widget  # next to a button, the field itself
        for part in (editor.widget, field, label):
            part.setAccessibleName(name)
        field.setAccessibleDescription(help_text.text())
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(editor.widget, 0, Qt.AlignmentFlag(0))
        column.addWidget(help_text)
        layout.addRow(label, column)


class Fold(QWidget):
    """A button that shows and hides rows."""

    def __init__(self, rows: QFormLayout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QToolButton()
        self.button.setText(self.tr("More"))
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.toggled.connect(self.open)
        self._rows = QWidget()
        self._rows.setLayout(rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button)
        layout.addWidget(self._rows)
        self.open(False)

    def open(self, wanted: bool) -> None:
        """Show the rows, or hide them."""
        self.button.setChecked(wanted)
        self.button.setArrowType(Qt.ArrowType.DownArrow if wanted else Qt.ArrowType.RightArrow)
        self._rows.setVisible(wanted)


def _form() -> QFormLayout:
    layout = QFormLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    layout.setVerticalSpacing(12)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    return layout
