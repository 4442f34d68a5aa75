"""The shots of a film under its picture: a table, and what the chosen shots have of their own."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.session.thumbnails import SIZE
from gui.shots.shot_kinds import cell_words
from gui.shots.shot_stills import ShotStills
from gui.shots.shot_table import NAMES, ShotTable
from gui.shots.shot_values import ShotValues
from gui.shots.shots import Shots
from gui.style.choosing import choose
from gui.style.plain import PlainLabel
from gui.words.text import count, said, shown


class ShotList(QWidget):
    """Shows and changes the shots of the film that is shown."""

    chosen = Signal(int)
    """First frame of the shot a person goes to."""
    chosen_changed = Signal()
    """Other shots are chosen, or they have other values."""

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
        layout.setSpacing(2)
        layout.addLayout(self._search_row)
        layout.addWidget(self.table)
        layout.addWidget(self.values)
        shots.changed.connect(self._handle_changed)
        shots.search_changed.connect(self._refresh)
        shots.failed.connect(self._handle_failed)
        self._refresh()

    def selected(self) -> list[int]:
        """Return the numbers of the chosen shots, from 0."""
        return sorted(index.row() for index in self.table.selectionModel().selectedRows())

    def add_actions(self, actions: Iterable[QAction]) -> None:
        """Show buttons of actions above the table."""
        before: QWidget = self.reference
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            self._tools.addWidget(button)
            self.setTabOrder(before, button)
            before = button

    def set_frame(self, frame: int) -> None:
        """Follow the time: choose the shot of a frame, unless it is among the chosen ones."""
        self._frame = frame
        number = self._shots.number_at(frame)
        if number not in self.selected() and number < self.model.rowCount():
            self._follows = True
            choose(self.table, self.model.index(number, 0))
            self._follows = False

    def resizeEvent(self, event: object) -> None:
        """Leave out the lengths where the titles of the columns would not be whole."""
        self._fit_columns()

    def _fit_columns(self) -> None:
        header = self.table.horizontalHeader()
        length, table = NAMES.index("length"), self.table
        table.setColumnHidden(length, False)  # a hidden one has no size
        equal = [n for n in map(NAMES.index, ("taken", "scene")) if not table.isColumnHidden(n)]
        wanted = header.sectionSize(NAMES.index("shot"))
        wanted += len(equal) * max((header.sectionSizeHint(n) for n in equal), default=0)
        for column in map(NAMES.index, ("begins", "strength", "vividness")):
            wanted += max(header.sectionSizeHint(column), table.sizeHintForColumn(column))
        bar = table.verticalScrollBar().sizeHint().width()  # it comes and goes
        room = self.width() - 2 * table.frameWidth() - bar - wanted
        table.setColumnHidden(length, room < header.sectionSizeHint(length))

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
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)  # before pictures come, too
        header.resizeSection(0, SIZE[0] + table.fontMetrics().horizontalAdvance("999 ●") + 12)
        for name in ("begins", "length", "strength", "vividness"):
            mode = QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(NAMES.index(name), mode)
        table.setMinimumHeight(height + header.sizeHint().height() - 4)
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
        self._tools.setSpacing(2)
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
        self.values = ShotValues()
        self.values.said.connect(lambda name, value: self._shots.give(self.selected(), name, value))
        self.values.scene_said.connect(
            lambda scene: self._shots.put_into_scene(self.selected(), scene)
        )
        self.values.cleared.connect(lambda: self._shots.clear(self.selected()))

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
        for widget in (self.table, self.values, self.buttons):
            widget.setVisible(plan is not None)
        self.words.setText(self._told())
        searching = self._shots.is_searching
        self.search.setText(self.tr("Stop") if searching else self._search_words())
        self.search.setEnabled(may)
        if plan is None:
            return
        chosen = [number for number in self.selected() if number < len(plan.shots)]
        self.values.show_shots(chosen, plan.shots)
        self.values.setEnabled(may and bool(chosen))
        self.reference.setEnabled(may and len(chosen) == 1)
        columns = {
            "taken": any(map(cell_words, plan.shots)),
            "scene": any(s.scene for s in plan.shots),
        }
        for name, filled in columns.items():
            self.table.setColumnHidden(NAMES.index(name), not filled)
        self._fit_columns()
        self.chosen_changed.emit()

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

    def _handle_reference(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Picture in colour"))
        if name:
            self._shots.give(self.selected(), "reference", name)
