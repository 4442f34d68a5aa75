"""The models: what each is, whether its weights are there and whole."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.session.engine import Engine
from gui.style.choosing import choose
from gui.style.plain import PlainLabel
from gui.words.text import said, shown


class ModelsDialog(QDialog):
    """Lists the models; weights are checked, which shows their hash, imported and removed."""

    def __init__(self, engine: Engine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self.resize(720, 360)
        self._engine = engine
        self.table = self._create_table()
        self.answer = PlainLabel()
        self.answer.setWordWrap(True)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.check = QPushButton(self.tr("&Check the weights"))
        self.check.clicked.connect(self._handle_check)
        self.import_ = QPushButton(self.tr("&Import weights…"))
        self.import_.clicked.connect(self._handle_import)
        hint = PlainLabel(self.tr("Weights of your own are chosen in the settings, as a file."))
        hint.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.remove = QPushButton(self.tr("&Remove"))
        self.remove.setToolTip(self.tr("Delete the imported copy of the selected weights"))
        self.remove.clicked.connect(self._handle_remove)
        for button in (self.import_, self.check, self.remove):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.table, self.answer, hint, buttons):
            layout.addWidget(widget)
        engine.ask("models", self._handle_models)

    def _create_table(self) -> QTableWidget:
        table = QTableWidget(0, 3)
        table.setHorizontalHeaderLabels(
            [self.tr("Model"), self.tr("What it is"), self.tr("Weights")]
        )
        table.setAccessibleName(self.tr("Models"))
        table.verticalHeader().hide()
        table.setWordWrap(True)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        return table

    def _handle_models(self, event: dict[str, Any]) -> None:
        rows = event.get("models", [])
        self.table.setRowCount(len(rows))
        for place, model in enumerate(rows):
            about = f"{model['title']}: {model['summary']}\n{model['paper']}"
            for column, words in enumerate((model["name"], about, self._weights_words(model))):
                self.table.setItem(place, column, QTableWidgetItem(words))
        self.table.resizeColumnToContents(0)
        self.table.resizeColumnToContents(2)
        self.table.resizeRowsToContents()
        if rows:
            choose(self.table, self.table.model().index(0, 0))

    def _weights_words(self, model: dict[str, Any]) -> str:
        if model["bytes"]:
            return QLocale().formattedDataSize(model["bytes"])
        return self.tr("missing") if model["weights"] else self.tr("to be chosen")

    def _handle_check(self) -> None:
        item = self.table.item(self.table.currentRow(), 0)
        if item is not None:
            self.answer.setText(self.tr("Being read…"))
            self._engine.ask("check_model", self._handle_result, model=item.text())

    def _handle_import(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, self.tr("Choose a weights file"), "", "safetensors (*.safetensors)"
        )
        if file:
            self.answer.setText(self.tr("Being read…"))
            self._engine.ask("import_model", self._handle_imported, file=file)

    def _handle_remove(self) -> None:
        item = self.table.item(self.table.currentRow(), 0)
        if item is None:
            return
        words = self.tr("Delete the imported weights of %1? The file they came from stays.")
        buttons = QMessageBox.StandardButton
        asked = QMessageBox.question(
            self, self.windowTitle(), words.replace("%1", shown(item.text()))
        )
        if asked == buttons.Yes:
            self._engine.ask("remove_model", self._handle_removed, model=item.text())

    def _handle_removed(self, event: dict[str, Any]) -> None:
        if "error" in event:
            self.answer.setText(shown(said(event["error"])))
        else:
            self.answer.setText(self.tr("Removed."))
            self._engine.ask("models", self._handle_models)

    def _handle_imported(self, event: dict[str, Any]) -> None:
        if "error" in event:
            self.answer.setText(shown(said(event["error"])))
        else:
            words = self.tr("Imported. In the settings the model is called %1.")
            self.answer.setText(words.replace("%1", event["name"]))
            self._engine.ask("models", self._handle_models)

    def _handle_result(self, event: dict[str, Any]) -> None:
        if "error" in event:
            self.answer.setText(shown(said(event["error"])))
        else:
            words = self.tr("In order. SHA-256: %1")
            self.answer.setText(words.replace("%1", event["sha256"]))
