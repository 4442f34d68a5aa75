"""Settings of new files, and presets: settings under a name."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QVBoxLayout,
    QWidget,
)

from colorizer.settings import Settings
from gui.session.preferences import Preferences
from gui.session.presets import is_same
from gui.settings.preset_box import PresetBox
from gui.settings.settings_form import SettingsForm
from gui.settings.trying import tried
from gui.words.text import plural

_MARK_MS = 300
_FRAME = 40
"""Height of the frame that the system draws around a dialog, about."""


class SettingsDialog(QDialog):
    """Changes the settings of files that are added from now on, and of those that wait."""

    def __init__(
        self, preferences: Preferences, waiting: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self._presets = preferences.presets
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
        if not waiting:
            self.for_waiting.hide()
        self.presets = PresetBox(preferences.presets, self.form.values, self.form.set_values)
        self.presets.show_name(preferences.get("preset", ""))
        ticks = QTimer(self, interval=_MARK_MS)
        ticks.timeout.connect(self.presets.refresh)
        ticks.start()
        self._create_layout()
        room = self.screen().availableSize() - QSize(0, _FRAME)
        self.resize(QSize(640, 680).boundedTo(room))

    def settings(self) -> Settings:
        """Return what was chosen."""
        return self.form.values()

    def show_files(self, settings: Settings, count: int) -> None:
        """Change files of the queue, not what new files get: those settings, of so many files."""
        one, many = self.tr("Settings of 1 file"), self.tr("Settings of %1 files")
        self.setWindowTitle(plural(one, many, count))
        self.form.set_values(settings)
        same = (name for name, one in self._presets.all().items() if is_same(one, settings))
        self.presets.show_name(next(same, ""))
        self.for_waiting.hide()

    def accept(self) -> None:
        """Close if all values are allowed."""
        if tried(self, self.form.values) is not None:
            super().accept()

    def _create_layout(self) -> None:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.RestoreDefaults)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        usual = buttons.button(kinds.RestoreDefaults)
        usual.setText(self.tr("Reset all"))
        usual.clicked.connect(lambda: self.form.set_values(Settings()))
        layout = QVBoxLayout(self)
        layout.addWidget(self.presets)
        layout.addWidget(self.form, 1)
        layout.addWidget(self.for_waiting)
        layout.addWidget(buttons)
