"""A box of presets: chosen, marked where the settings are others by now, saved, read, written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from colorizer.archive.records.preset_files import write_settings
from colorizer.errors import ColorizerError
from colorizer.settings import Settings
from gui.session.presets import Presets, is_same
from gui.settings.trying import tried
from gui.style.plain import PlainLabel
from gui.words.text import shown

_KINDS = "TOML (*.toml *.json)"
"""Version 0.1 wrote JSON."""
_FEW = 12
"""Letters of a name that are always seen."""


class PresetBox(QWidget):
    """The preset that settings come from.

    Args:
        presets: all of them.
        get: gives the settings that are named or saved; may raise ColorizerError.
        put: takes those of a preset that was chosen.
    """

    renamed = Signal(str)
    """The settings go by the name of another preset, empty for none."""

    def __init__(
        self,
        presets: Presets,
        get: Callable[[], Settings],
        put: Callable[[Settings], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presets, self._get, self._put = presets, get, put
        self.name = ""
        """Of the preset that was chosen, empty for none."""
        self.box = QComboBox()
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(_FEW)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.setAccessibleName(self.tr("Preset"))
        self.box.setToolTip(self.tr("Settings under a name, for files that are added from now on"))
        self.box.activated.connect(self._handle_chosen)
        label = self.label = PlainLabel(self.tr("&Preset"))
        label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.box, 1)
        row.addWidget(self._create_menu())
        self.refresh()

    @property
    def words(self) -> str:
        """What the box says."""
        return self.box.currentText()

    def show_name(self, name: str) -> None:
        """Say which preset the settings come from."""
        self.name = name
        self.refresh()

    def refresh(self) -> None:
        """Look at presets and settings again."""
        found = self._presets.all()
        name = self.name if self.name in found else ""
        words = {"": self.tr("(none)")} | {one: shown(one) for one in found}
        if name and self._is_other(found[name]):
            words[name] = self.tr("%1, changed").replace("%1", words[name])
        if [*words.values()] != [self.box.itemText(row) for row in range(self.box.count())]:
            self.box.clear()
            for one, text in words.items():
                self.box.addItem(text, one)
        self.box.setCurrentIndex(self.box.findData(name))
        for action in self._of_one:
            action.setEnabled(bool(name))

    def _is_other(self, preset: Settings) -> bool:
        try:
            return not is_same(preset, self._get())
        except ColorizerError:  # a value that is not allowed
            return True

    def _create_menu(self) -> QToolButton:
        menu = QMenu(self)
        menu.addAction(self.tr("Save as…"), self._handle_save)
        self._of_one = [menu.addAction(self.tr("Delete"), self._handle_delete)]
        menu.addSeparator()
        menu.addAction(self.tr("Import…"), self._handle_import)
        menu.addAction(self.tr("Export…"), self._handle_export)
        button = QToolButton()
        button.setText("⋯")
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setToolTip(self.tr("Save, delete, import and export presets"))
        button.setAccessibleName(self.tr("Presets"))
        self.menu = menu
        return button

    def _become(self, name: str) -> None:
        self.show_name(name)
        self.renamed.emit(name)

    def _handle_chosen(self) -> None:
        name = self.box.currentData()
        settings = self._presets.all().get(name)
        if settings is not None:
            self._put(settings)
        self._become(name)

    def _handle_save(self) -> None:
        settings = tried(self, self._get)
        if settings is None:
            return
        name, given = QInputDialog.getText(
            self, self.tr("Save preset"), self.tr("Name"), text=self.name
        )
        if given and name.strip():
            saved = tried(self, lambda: self._presets.save(name, settings))
            if saved is not None:
                self._become(saved)

    def _handle_delete(self) -> None:
        self._presets.remove(self.name)
        self._become("")

    def _handle_import(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, self.tr("Import preset"), "", _KINDS)
        name = tried(self, lambda: self._presets.take(Path(file))) if file else None
        if name is not None:
            self._put(self._presets.all()[name])
            self._become(name)

    def _handle_export(self) -> None:
        settings = tried(self, self._get)
        if settings is None:
            return
        start = f"{self.name or 'preset'}.toml"
        file, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export preset"), start, "TOML (*.toml)"
        )
        if file:
            tried(self, lambda: write_settings(Path(file), settings))
