"""The shots of a film under its picture: a table, and what the chosen shots have of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from colorizer.settings import Settings
from gui.session.thumbnails import SIZE
from gui.settings.setting_words import help_words
from gui.shots.shot_stills import ShotStills
from gui.shots.shot_table import ShotTable
from gui.shots.shots import Shots
from gui.style.plain import PlainLabel
from gui.words.text import count, said, shown

_ROWS = 3
"""Rows seen at least."""


class ShotList(QWidget):
    """Shows and changes the shots of the film that is shown."""

    chosen = Signal(int)
    """First frame of the shot a person goes to."""

    def __init__(self, shots: Shots, stills: ShotStills, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shots = shots
        self._frame = 0
        self._failure = ""
        self._follows = False
        self.model = ShotTable(shots, stills)
        self.table = self._create_table()
        self._create_search()
        self._create_values()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._search_row)
        layout.addWidget(self.table)
        layout.addWidget(self._values)
        shots.changed.connect(self._handle_changed)
        shots.search_changed.connect(self._refresh)
        shots.failed.connect(self._handle_failed)
        self._refresh()

    def selected(self) -> list[int]:
        """Return the numbers of the chosen shots, from 0."""
        return sorted(index.row() for index in self.table.selectionModel().selectedRows())

    def add_actions(self, actions: Iterable[QAction]) -> None:
        """Show buttons of actions above the table."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            self._tools.addWidget(button)

    def set_frame(self, frame: int) -> None:
        """Follow the time: choose the shot of a frame, unless it is among the chosen ones."""
        self._frame = frame
        number = self._shots.number_at(frame)
        if number not in self.selected() and number < self.model.rowCount():
            self._follows = True
            self.table.setCurrentIndex(self.model.index(number, 0))
            self._follows = False

    # Making

    def _create_table(self) -> QTableView:
        table = QTableView()
        table.setAccessibleName(self.tr("Shots"))
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setIconSize(QSize(*SIZE))
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        height = SIZE[1] + 6
        table.verticalHeader().setDefaultSectionSize(height)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(height + header.sizeHint().height() + 4)
        table.setMaximumHeight(_ROWS * height + header.sizeHint().height() + 4)
        table.selectionModel().currentRowChanged.connect(self._handle_current)
        table.selectionModel().selectionChanged.connect(self._refresh)
        return table

    def _create_search(self) -> None:
        self.words = PlainLabel()
        self.words.setWordWrap(True)
        self.search = QPushButton()
        self.search.clicked.connect(self._handle_find)
        self.buttons = QWidget()
        self._tools = QHBoxLayout(self.buttons)
        self._tools.setContentsMargins(0, 0, 0, 0)
        self.reference = QToolButton()
        self.reference.setText(self.tr("Reference…"))
        self.reference.setToolTip(
            self.tr("Choose a picture in colour of the first frame of the chosen shot")
        )
        self.reference.clicked.connect(self._handle_reference)
        self._tools.addWidget(self.reference)
        self._search_row = QHBoxLayout()
        self._search_row.addWidget(self.words, 1)
        self._search_row.addWidget(self.buttons)
        self._search_row.addWidget(self.search)

    def _create_values(self) -> None:
        self._values = QWidget()
        row = QHBoxLayout(self._values)
        row.setContentsMargins(0, 0, 0, 0)
        self._which = PlainLabel()
        row.addWidget(self._which, 1)
        self.boxes: dict[str, QDoubleSpinBox] = {}
        texts = (("strength", self.tr("Strength")), ("vividness", self.tr("Vividness")))
        for name, words in texts:
            item = next(item for item in fields(Settings) if item.name == name)
            low, high = item.metadata["range"]
            box = QDoubleSpinBox(decimals=2, minimum=low, maximum=high, singleStep=0.05)
            box.setToolTip(help_words(item))
            box.setAccessibleName(f"{self.tr('Shot')}: {words}")
            box.valueChanged.connect(lambda value, name=name: self._handle_value(name, value))
            label = PlainLabel(words)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
            self.boxes[name] = box
        self.skip = QCheckBox(self.tr("Leave gray"))
        self.skip.clicked.connect(self._handle_skip)
        self.reset = QPushButton(self.tr("As the film"))
        self.reset.setToolTip(self.tr("Take from the chosen shots what they have of their own"))
        self.reset.clicked.connect(lambda: self._shots.clear(self.selected()))
        row.addWidget(self.skip)
        row.addWidget(self.reset)

    # Showing

    def _handle_changed(self) -> None:
        self._failure = ""
        self.set_frame(self._frame)
        self._refresh()

    def _handle_failed(self, why: str) -> None:
        self._failure = said(why)
        self._refresh()

    def _refresh(self) -> None:
        plan, may = self._shots.plan, self._shots.may_change
        for widget in (self.table, self._values, self.buttons):
            widget.setVisible(plan is not None)
        self.words.setText(self._told())
        searching = self._shots.is_searching
        self.search.setText(self.tr("Stop") if searching else self._search_words())
        self.search.setEnabled(may)
        if plan is None:
            return
        chosen = [number for number in self.selected() if number < len(plan.shots)]
        self._values.setEnabled(may and bool(chosen))
        self.reference.setEnabled(may and len(chosen) == 1)
        self._which.setText(self._name(chosen))
        if chosen:
            self._show_values(chosen[0])
            self.reset.setEnabled(any(set(plan.shots[n].own) - {"hints"} for n in chosen))

    def _search_words(self) -> str:
        if self._shots.plan is not None:
            return self.tr("Find again")
        return self.tr("Find shots") if self._shots.saved is None else self.tr("Use saved shots")

    def _told(self) -> str:
        """Return what is to be said of the shots as a whole."""
        entry, plan = self._shots.entry(), self._shots.plan
        if self._failure:
            return shown(self._failure)
        if self._shots.is_searching:
            share = f"{self._shots.share or 0:.0%}"
            return self.tr("Shots are being found: %1").replace("%1", share)
        if entry is not None and not entry.job.settings.smooth:
            return self.tr("Shots matter only where the colours of films are steadied.")
        if plan is None:
            return self.tr("Shots are found when the film runs; to change some, find them now.")
        return self.tr("Shots: %1").replace("%1", count(len(plan.shots)))

    def _name(self, chosen: list[int]) -> str:
        if len(chosen) == 1:
            return self.tr("Shot %1").replace("%1", count(chosen[0] + 1))
        return self.tr("%1 shots").replace("%1", count(len(chosen)))

    def _show_values(self, number: int) -> None:
        plan = self._shots.plan
        assert plan is not None
        strength, vividness = self._shots.look_at(self._shots.firsts[number])
        skip = bool(plan.shots[number].own.get("skip"))
        for name, value in (("strength", strength), ("vividness", vividness)):
            with QSignalBlocker(self.boxes[name]):
                self.boxes[name].setValue(value)
            self.boxes[name].setEnabled(not skip)
        self.skip.setChecked(skip)

    # Doing

    def _handle_current(self) -> None:
        index = self.table.currentIndex()
        known = index.isValid() and index.row() < len(self._shots.firsts)
        if known and not self._follows:
            self.chosen.emit(self._shots.firsts[index.row()])

    def _handle_find(self) -> None:
        self._failure = ""
        if self._shots.is_searching:
            self._shots.stop()
        else:
            self._shots.find()

    def _handle_value(self, name: str, value: float) -> None:
        self._shots.give(self.selected(), name, round(value, 2))

    def _handle_reference(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Picture in colour"))
        if name:
            self._shots.give(self.selected(), "reference", name)

    def _handle_skip(self) -> None:
        self._shots.give(self.selected(), "skip", True if self.skip.isChecked() else None)
