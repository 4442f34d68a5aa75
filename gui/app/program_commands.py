"""Actions on the program itself: settings, what happens at the end, log, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QDialog

from colorizer.jobs import JobState
from colorizer.settings import Settings, planned
from gui.app.actions import Actions
from gui.app.at_end import WISHES, AtEnd
from gui.app.awake import Awake
from gui.app.guard import Guard
from gui.app.help_windows import LogWindow, TextWindow, about_html, diagnostics, shortcuts_html
from gui.app.manual_window import ManualWindow
from gui.app.models_dialog import ModelsDialog
from gui.app.runner import PENDING, Activity
from gui.app.text import said
from gui.app.undo import ChangeRows
from gui.settings.settings_dialog import SettingsDialog

if TYPE_CHECKING:
    from gui.app.window import Window


class ProgramCommands(QObject):
    """Makes the Help menu and what else is not about one file."""

    def __init__(self, window: Window, actions: Actions) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        self._log: LogWindow | None = None
        self._manual: ManualWindow | None = None
        self._awake = Awake()
        self.at_end = AtEnd(window, window.windowIcon())
        self._create_actions()
        self._create_wishes()
        self._create_switches()
        window.runner.activity_changed.connect(self._handle_activity)
        window.runner.finished.connect(self._handle_finished)

    def _create_switches(self) -> None:
        """Make the actions for what work does by itself, and the guard that obeys one of them."""
        make, window, preferences = self._actions.make, self._window, self._window.preferences
        tip = self.tr("Hold the work while the computer runs on its battery")
        battery = make(window, "battery", self.tr("Pause on batter&y"), tip=tip, checkable=True)
        battery.setChecked(bool(preferences.get("pause_on_battery", True)))
        battery.toggled.connect(lambda wanted: preferences.put("pause_on_battery", wanted))
        tip = self.tr("Keep colorize-run-TIME.jsonl and manifest-sha256.txt beside the results")
        records = make(window, "records", self.tr("&Log and manifest"), tip=tip, checkable=True)
        records.setChecked(bool(preferences.get("keep_records", True)))
        window.runner.keep_records = records.isChecked()
        records.toggled.connect(self._handle_records)
        self.guard = Guard(window.runner, battery.isChecked)
        battery.toggled.connect(lambda _: self.guard.look())

    def create_menus(self) -> None:
        """Add the Help menu, and the wishes for the end to the Queue menu."""
        names = ["manual", "shortcuts", None, "models", "log", "diagnostics", None, "about"]
        self._actions.menu(self._window.menuBar(), self.tr("&Help"), names)
        queue = self._window.commands.queue_menu
        queue.addSeparator()
        self._actions.fill(queue, ["battery", "records"])
        self._actions.fill(queue.addMenu(self.tr("When all is done")), self._wish_names())

    def _wish_names(self) -> list[str]:
        return [f"wish_{wish}" for wish in WISHES]

    def _create_actions(self) -> None:
        make = self._make
        make("settings", self.tr("&Settings…"), "Ctrl+,", self.ask_settings, "settings")
        make("models", self.tr("&Models…"), "", self.show_models)
        make("manual", self.tr("Man&ual"), "F1", self.show_manual)
        make("shortcuts", self.tr("&Keyboard shortcuts"), "Ctrl+/", self.show_shortcuts)
        make("log", self.tr("&Log"), "Ctrl+Shift+L", self.show_log)
        make("diagnostics", self.tr("&Copy diagnostics"), "", self.copy_diagnostics)
        make("about", self.tr("&About Colorizer"), "", self.show_about)

    def _create_wishes(self) -> None:
        group = QActionGroup(self)
        texts = (
            self.tr("Do &nothing"),
            self.tr("&Quit"),
            self.tr("Send the computer to &sleep"),
            self.tr("S&hut down the computer"),
        )
        for wish, text in zip(WISHES, texts, strict=True):
            self._make(f"wish_{wish}", text, "", lambda wish=wish: self._wish(wish))
            action = self._actions[f"wish_{wish}"]
            action.setCheckable(True)
            action.setChecked(wish == self.at_end.wish)
            group.addAction(action)

    def _make(
        self, name: str, text: str, keys: str, slot: Callable[[], object], icon_name: str = ""
    ) -> None:
        action = self._actions.make(self._window, name, text, keys, icon_name=icon_name)
        action.triggered.connect(lambda: slot())

    def _wish(self, wish: str) -> None:
        self.at_end.wish = wish

    def ask_settings(self) -> None:
        """Let the person change the settings of new files, and of those that wait."""
        window = self._window
        waiting = [e.id for e in window.model.entries if e.state in PENDING]
        dialog = SettingsDialog(window.preferences, len(waiting), window)
        if window.devices:
            dialog.form.set_devices([(name, said(words)) for name, words in window.devices])
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.use_settings(dialog.settings(), waiting if dialog.for_waiting.isChecked() else [])

    def use_settings(self, settings: Settings, rows: list[int]) -> None:
        """Remember settings for new files and give them to some rows."""
        window = self._window
        window.preferences.settings = settings
        if rows:
            # Targets were planned with these: what a file is called and what it is.
            old_settings = {row: window.model.entry(row).job.settings for row in rows}
            new = {
                row: replace(
                    settings,
                    **{name: getattr(old, name) for name in planned()},
                    shots=old.shots or settings.shots,  # edited in the window
                )
                for row, old in old_settings.items()
            }
            words = self.tr("Change of settings")
            window.undo.push(ChangeRows(words, window.model, "settings", new))
        window.ask_device()

    def show_models(self) -> None:
        """Show the models and their weights."""
        ModelsDialog(self._window.engine, self._window).exec()

    def show_log(self) -> None:
        """Show what the worker wrote."""
        if self._log is None:
            self._log = LogWindow(self._window.engine, self._window)
        self._log.show()
        self._log.raise_()

    def show_manual(self) -> None:
        """Show the manual, next to the work."""
        if self._manual is None:
            self._manual = ManualWindow(self._window)
        self._manual.show()
        self._manual.raise_()

    def show_shortcuts(self) -> None:
        """Show all keys."""
        html = shortcuts_html(self._actions.by_name.values())
        TextWindow(self.tr("Keyboard shortcuts"), html, self._window).exec()

    def show_about(self) -> None:
        """Say what this is."""
        TextWindow(self.tr("About Colorizer"), about_html(), self._window).exec()

    def copy_diagnostics(self) -> None:
        """Put what a report of a fault needs on the clipboard, as soon as the worker tells it."""
        self._window.statusBar().showMessage(self.tr("Looking at everything…"))
        self._window.engine.ask("doctor", self._handle_findings)

    def _handle_findings(self, event: dict[str, Any]) -> None:
        window = self._window
        found = event.get("findings", [])
        text = diagnostics(window.engine, window.device_label.text(), found)
        QGuiApplication.clipboard().setText(text)
        words = self.tr("Diagnostics are on the clipboard, without the names of your files.")
        window.statusBar().showMessage(words, 10_000)

    def _handle_records(self, wanted: bool) -> None:
        self._window.runner.keep_records = wanted
        self._window.preferences.put("keep_records", wanted)

    def _handle_activity(self) -> None:
        activity = self._window.runner.activity
        self._awake.hold(activity in (Activity.RUNNING, Activity.STOPPING))

    def _handle_finished(self) -> None:
        counts = self._window.model.counts
        words = self.tr("Done: %1, failed: %2")
        words = words.replace("%1", str(counts[JobState.DONE]))
        self.at_end.tell(words.replace("%2", str(counts[JobState.FAILED])))
        self._actions["wish_nothing"].setChecked(True)
