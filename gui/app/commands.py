"""What the menus and the toolbar do, and when they can do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QFileDialog, QToolBar

from colorizer.archive.records.provenance import SUFFIX
from colorizer.errors import ColorizerError
from colorizer.jobs import JobState
from gui.app.actions import Actions
from gui.app.runner import PENDING, Activity
from gui.app.text import clock, count, shown, span

if TYPE_CHECKING:
    from gui.app.window import Window

_ENDED = (JobState.FAILED, JobState.CANCELLED, JobState.SKIPPED, JobState.INTERRUPTED)
_OVER = (JobState.DONE, JobState.SKIPPED)
_AGAIN = (*_ENDED, JobState.DONE)


class Commands(QObject):
    """Actions of the window that work on the queue."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.actions = Actions()
        self._create_file_actions()
        self._create_run_actions()
        self._create_row_actions()
        self._create_bars()
        self.actions.paint(window)
        window.queue_panel.menu_actions = self._row_menu
        window.runner.activity_changed.connect(self.refresh)
        window.queue_panel.table.selectionModel().selectionChanged.connect(self.refresh)
        window.queue_panel.opened.connect(lambda _: self.open_result())

    # Making

    def _create_file_actions(self) -> None:
        window = self._window
        self._make("add_files", self.tr("Add &files…"), "Ctrl+O", window.ask_files, "file")
        self._make("add_folder", self.tr("Add f&older…"), "Ctrl+Shift+O", window.ask_folder,
                   "folder")  # fmt: skip
        self._make("import", self.tr("&Import queue…"), None, self._import)
        self._make("export", self.tr("&Export queue…"), None, self._export)
        self._make("quit", self.tr("&Quit"), QKeySequence.StandardKey.Quit, window.close)

    def _create_run_actions(self) -> None:
        runner = self._window.runner
        self._make("start", self.tr("&Start"), "F5", self._start_or_pause, "play")
        self._make(
            "stop_after",
            self.tr("Stop &after this"),
            "Shift+F5",
            lambda: runner.stop_after_this(self.actions["stop_after"].isChecked()),
            "last",
            tip=self.tr("Let the files in progress end and begin no other"),
            checkable=True,
        )
        self._make("retry_failed", self.tr("&Retry all failed"), "Ctrl+R", self._retry_failed)
        self._make("clear_done", self.tr("Clear &done"), "Ctrl+L", self._clear_done)

    def _create_row_actions(self) -> None:
        self._make("open", self.tr("&Open result"), "Ctrl+Return", self.open_result)
        self._make("reveal", self.tr("Open result's &folder"), "Ctrl+Shift+Return", self._reveal)
        self._make("record", self.tr("S&how its record"), "Ctrl+I", self.open_record,
                   tip=self.tr("Open the file beside the result that says what it was made of "
                               "and how"))  # fmt: skip
        self._make("cancel", self.tr("&Cancel"), "Ctrl+Backspace", self._cancel)
        self._make("retry", self.tr("Colorize a&gain"), "Ctrl+T", self._retry)
        self._make("remove", self.tr("Re&move from the queue"), "Del", self._remove)
        self._make("top", self.tr("To the &top"), "Ctrl+Home", lambda: self._move("top"))
        self._make("up", self.tr("&Up"), "Ctrl+Up", lambda: self._move("up"))
        self._make("down", self.tr("Do&wn"), "Ctrl+Down", lambda: self._move("down"))
        self._make("bottom", self.tr("To the &bottom"), "Ctrl+End", lambda: self._move("bottom"))

    def _make(
        self,
        name: str,
        text: str,
        keys: str | QKeySequence.StandardKey | None,
        slot: Callable[[], object],
        icon_name: str = "",
        *,
        tip: str = "",
        checkable: bool = False,
    ) -> QAction:
        action = self.actions.make(
            self._window, name, text, keys, icon_name=icon_name, tip=tip, checkable=checkable
        )
        action.triggered.connect(lambda: slot())
        return action

    def _create_bars(self) -> None:
        bar, actions = self._window.menuBar(), self.actions
        self.file_menu = actions.menu(
            bar,
            self.tr("&File"),
            ["add_files", "add_folder", None, "import", "export", None, "quit"],
        )
        self.queue_menu = actions.menu(
            bar,
            self.tr("&Queue"),
            ["start", "stop_after", None, "retry_failed", "clear_done", None, "open", "reveal",
             "record", None, "cancel", "retry", "remove", None, "top", "up", "down", "bottom"],
        )  # fmt: skip
        self.toolbar = QToolBar(self.tr("Toolbar"))
        self.toolbar.setObjectName("toolbar")
        self.toolbar.setMovable(False)
        actions.fill(self.toolbar, ["add_files", "add_folder", None, "start", "stop_after"])
        self.toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._window.addToolBar(self.toolbar)

    def _row_menu(self) -> list[QAction | None]:
        names = ("open", "reveal", "record", None, "cancel", "retry", "remove", None, "top", "up",
                 "down", "bottom")  # fmt: skip
        return [self.actions[name] if name else None for name in names]

    # Showing

    def refresh(self) -> None:
        """Enable what can be done now and say how far the queue is."""
        model, runner, actions = self._window.model, self._window.runner, self.actions
        counts = model.counts
        pending = sum(counts[state] for state in PENDING)
        running = runner.activity in (Activity.RUNNING, Activity.STOPPING)
        self._show_start(running)
        actions["start"].setEnabled(runner.is_active or pending > 0)
        actions["stop_after"].setEnabled(running)
        actions["stop_after"].setChecked(runner.activity is Activity.STOPPING)
        actions["retry_failed"].setEnabled(counts[JobState.FAILED] > 0)
        actions["clear_done"].setEnabled(any(counts[state] for state in _OVER))
        actions["export"].setEnabled(pending > 0)
        states, chosen = (
            self._window.queue_panel.selected_states(),
            self._window.queue_panel.count(),
        )
        actions["open"].setEnabled(chosen == 1 and bool(states & set(_OVER)))
        actions["reveal"].setEnabled(chosen == 1)
        actions["record"].setEnabled(chosen == 1 and bool(states & set(_OVER)))
        actions["cancel"].setEnabled(bool(states & {*PENDING, JobState.RUNNING}))
        actions["retry"].setEnabled(bool(states & set(_AGAIN)))
        actions["remove"].setEnabled(bool(states - {JobState.RUNNING}))
        for name in ("top", "up", "down", "bottom"):
            actions[name].setEnabled(chosen > 0)
        self._show_progress()

    def _show_start(self, running: bool) -> None:
        action = self.actions["start"]
        continues = self._window.model.counts[JobState.INTERRUPTED] > 0
        continues |= self._window.runner.activity is Activity.PAUSED
        words = self.tr("&Pause") if running else self.tr("&Start")
        if continues and not running:
            words = self.tr("Co&ntinue")
        shape = "pause" if running else "play"
        if action.text() == words and self.actions.icons["start"] == shape:
            return
        action.setText(words)
        action.setToolTip(f"{words.replace('&', '')} (F5)")
        self.actions.icons["start"] = shape
        self.actions.paint(self._window)

    def _show_progress(self) -> None:
        window, counts = self._window, self._window.model.counts
        total = window.model.rowCount()
        over = total - sum(counts[state] for state in (*PENDING, JobState.RUNNING))
        words = [self.tr("%1 of %2 files").replace("%1", count(over)).replace("%2", count(total))]
        for state, text in (
            (JobState.FAILED, self.tr("failed: %1")),
            (JobState.SKIPPED, self.tr("skipped: %1")),
            (JobState.INTERRUPTED, self.tr("interrupted: %1")),
        ):
            if counts[state]:
                words.append(text.replace("%1", count(counts[state])))
        if window.runner.activity is Activity.PAUSED:
            reason = window.runner.pause_reason
            words.append(": ".join([self.tr("paused"), *([reason] if reason else [])]))
        elif window.runner.is_active:
            worked = clock(window.runner.seconds_worked())
            words.append(self.tr("for %1").replace("%1", worked))
            if left := span(window.runner.seconds_left()):
                words.append(self.tr("about %1 left").replace("%1", left))
        window.output.set_progress(over, total, " · ".join(words) if total else "")
        waiting = next((e for e in window.model.entries if e.state in PENDING), None)
        window.output.set_first(waiting.job.target if waiting else None)

    # Doing

    def retarget(self, old: Path, new: Path) -> None:
        """Give jobs that wait the new output folder, at the same place below it."""
        model = self._window.model
        for entry in [e for e in model.entries if e.state in PENDING]:
            target = entry.job.target
            if target.is_relative_to(old):
                model.change(entry.id, target=new / target.relative_to(old))

    def open_result(self) -> None:
        """Open the selected result with the system's program for it."""
        entry = self._window.queue_panel.current()
        if entry is not None and entry.job.target.exists():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(entry.job.target)))

    def open_record(self) -> None:
        """Open the sidecar of the selected result: where its colours come from."""
        entry = self._window.queue_panel.current()
        if entry is None:
            return
        target = entry.job.target
        record = target.with_name(target.name + SUFFIX)
        if record.exists():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(record)))
        else:
            words = self.tr("There is no record beside %1").replace("%1", shown(target.name))
            self._window.statusBar().showMessage(words, 10_000)

    def _reveal(self) -> None:
        entry = self._window.queue_panel.current()
        if entry is not None:
            folder = next((f for f in entry.job.target.parents if f.is_dir()), Path.home())
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _start_or_pause(self) -> None:
        runner = self._window.runner
        if runner.activity in (Activity.RUNNING, Activity.STOPPING):
            runner.pause()
        else:
            runner.start()

    def _cancel(self) -> None:
        self._window.runner.cancel(self._window.queue_panel.selected())

    def _retry(self) -> None:
        """Put the selected files back; a result of before is replaced, as the person asked."""
        model = self._window.model
        chosen = [model.entry(number) for number in self._window.queue_panel.selected()]
        again = [entry for entry in chosen if entry.state in _AGAIN]
        for entry in again:
            if entry.state in _OVER:
                settings = replace(entry.job.settings, existing="overwrite")
                model.change(entry.id, settings=settings)
        self._window.runner.retry([entry.id for entry in again])

    def _retry_failed(self) -> None:
        entries = self._window.model.entries
        self._window.runner.retry([e.id for e in entries if e.state is JobState.FAILED])

    def _clear_done(self) -> None:
        model = self._window.model
        model.remove([e.id for e in model.entries if e.state in _OVER])

    def _remove(self) -> None:
        chosen = set(self._window.queue_panel.selected()) - self._window.runner.running
        self._window.model.remove(chosen)

    def _move(self, where: str) -> None:
        model, chosen = self._window.model, self._window.queue_panel.selected()
        if not chosen:
            return
        order = [entry.id for entry in model.entries]
        first, last = model.row_of(chosen[0]), model.row_of(chosen[-1])
        place = {"top": 0, "up": max(0, first - 1), "down": last + 2}.get(where, len(order))
        model.move(chosen, order[place] if place < len(order) else None)

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Export queue"), "queue.json", "JSON (*.json)"
        )
        if name:
            self._try(lambda: self._window.model.export_json(Path(name)))

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Import queue"), "", "JSON (*.json)"
        )
        if name:
            self._try(lambda: self._window.model.import_json(Path(name)))

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except ColorizerError as error:
            self._window.runner.halted.emit(str(error))
