"""Settings of new files, and presets: settings under a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from colorizer.archive.records.preset_files import read_settings, write_settings
from colorizer.errors import ColorizerError
from colorizer.settings import Settings
from gui.session.preferences import Preferences
from gui.settings.settings_form import SettingsForm
from gui.style.plain import PlainLabel, warn
from gui.words.text import plural, said

Value = TypeVar("Value")
_MARK_MS = 300


class SettingsDialog(QDialog):
    """Changes the settings of files that are added from now on, and of those that wait."""

    def __init__(
        self, preferences: Preferences, waiting: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self._preferences = preferences
        self.form = SettingsForm()
        self.form.set_values(preferences.settings)
        self.for_waiting = QCheckBox(
            plural(
                self.tr("Use for the file that waits, too"),
                self.tr("Use for the %1 files that wait, too"),
                waiting,
            )
        )
        self.for_waiting.setToolTip(
            self.tr("They get what you change here and keep what they have of the rest.")
        )
        self.for_waiting.setEnabled(waiting > 0)
        self._create_layout()
        self._fill_presets()
        self.resize(620, 680)

    def settings(self) -> Settings:
        """Return what was chosen."""
        return self.form.values()

    def show_files(self, settings: Settings, count: int) -> None:
        """Change files of the queue, not what new files get: those settings, of so many files."""
        one, many = self.tr("Settings of 1 file"), self.tr("Settings of %1 files")
        self.setWindowTitle(plural(one, many, count))
        self.form.set_values(settings)
        self.for_waiting.hide()

    def accept(self) -> None:
        """Close if all values are allowed."""
        if self._tried(self.form.values) is not None:
            super().accept()

    def _create_layout(self) -> None:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.RestoreDefaults)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(kinds.RestoreDefaults).clicked.connect(
            lambda: self.form.set_values(Settings())
        )
        layout = QVBoxLayout(self)
        layout.addLayout(self._create_presets())
        layout.addWidget(self.form, 1)
        layout.addWidget(self.for_waiting)
        layout.addWidget(buttons)

    def _create_presets(self) -> QHBoxLayout:
        self.presets = QComboBox()
        self.presets.setMinimumWidth(140)
        label = PlainLabel(self.tr("&Preset"))
        label.setBuddy(self.presets)
        self.mark = PlainLabel()
        ticks = QTimer(self, interval=_MARK_MS)
        ticks.timeout.connect(self.mark_preset)
        ticks.start()
        self.presets.activated.connect(self._handle_chosen)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.presets, 1)
        row.addWidget(self.mark)
        for words, slot in (
            (self.tr("Save as…"), self._handle_save),
            (self.tr("Delete"), self._handle_delete),
            (self.tr("Import…"), self._handle_import),
            (self.tr("Export…"), self._handle_export),
        ):
            button = QPushButton(words)
            button.setAutoDefault(False)
            button.clicked.connect(slot)
            row.addWidget(button)
        return row

    def _fill_presets(self, current: str = "") -> None:
        self.presets.clear()
        self.presets.addItems([self.tr("(none)"), *sorted(self._preferences.presets)])
        self.presets.setCurrentText(current or self.tr("(none)"))

    def mark_preset(self) -> None:
        """Say where the settings are not those of the preset that is named any more."""
        settings = self._preferences.presets.get(self.presets.currentText())
        try:
            changed = settings is not None and self.form.values() != settings
        except ColorizerError:
            changed = True
        self.mark.setText(self.tr("(changed)") if changed else "")

    def _handle_chosen(self) -> None:
        settings = self._preferences.presets.get(self.presets.currentText())
        if settings is not None:
            self.form.set_values(settings)

    def _handle_save(self) -> None:
        settings = self._tried(self.form.values)
        if settings is None:
            return
        name, given = QInputDialog.getText(self, self.tr("Save preset"), self.tr("Name"))
        if given and name.strip():
            self._preferences.save_preset(name.strip(), settings)
            self._fill_presets(name.strip())

    def _handle_delete(self) -> None:
        self._preferences.remove_preset(self.presets.currentText())
        self._fill_presets()

    def _handle_import(self) -> None:
        kinds = "TOML (*.toml *.json)"  # version 0.1 wrote JSON
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Import preset"), "", kinds)
        values = self._tried(lambda: read_settings(Path(name))) if name else None
        settings = None if values is None else Settings.from_dict(values)
        if settings is not None:
            self._preferences.save_preset(Path(name).stem, settings)
            self._fill_presets(Path(name).stem)
            self.form.set_values(settings)

    def _handle_export(self) -> None:
        settings = self._tried(self.form.values)
        if settings is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export preset"), "preset.toml", "TOML (*.toml)"
        )
        if name:
            self._tried(lambda: write_settings(Path(name), settings))

    def _tried(self, action: Callable[[], Value]) -> Value | None:
        """Return what the action gives, None after saying what was wrong."""
        try:
            return action()
        except ColorizerError as error:
            warn(said(str(error)), self)
            return None
