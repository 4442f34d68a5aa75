"""What is not about one file: settings, models, log, manual, what happens at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from gui.app.at_end import AtEnd
from gui.app.end_bar import end_words
from gui.app.help_windows import LogWindow, TextWindow, about_html, diagnostics, shortcuts_html
from gui.app.manual_window import ManualWindow
from gui.app.models_dialog import ModelsDialog
from gui.session.session import Session
from gui.settings.settings_dialog import SettingsDialog
from gui.words.text import said

_LOOKED_AT = 200
"""Selected rows, at most, that are asked whether they can be changed."""


class Program(QObject):
    """Opens the windows next to the main one.

    Args:
        session: what they show and change.
        window: the main one.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._log: LogWindow | None = None
        self._manual: ManualWindow | None = None
        self.device_words = ""
        """What is said of the device."""
        self.keys: Callable[[], list[QAction]] = list
        """Gives the actions whose keys are listed."""
        self.at_end = AtEnd(window, window.windowIcon())
        session.runner.finished.connect(self._handle_finished)

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    def ask_settings(self) -> None:
        """Let the person change the settings of new files, and of those that wait."""
        session = self._session
        waiting = session.waiting()
        dialog = SettingsDialog(session.preferences, len(waiting), self._window)
        if session.devices:
            dialog.form.set_devices([(name, said(words)) for name, words in session.devices])
        if dialog.exec() == QDialog.DialogCode.Accepted:
            rows = waiting if dialog.for_waiting.isChecked() else []
            session.use_settings(dialog.settings(), rows, dialog.presets.name)

    def has_selected(self) -> bool:
        """Whether rows are selected that can be changed."""
        session = self._session
        return any(session.may_change(row) for row in session.selected[:_LOOKED_AT])

    def ask_settings_of_selected(self) -> None:
        """Let the person change settings of the selected files alone, all of which get them."""
        session = self._session
        rows = [row for row in session.selected if session.may_change(row)]
        shown = session.shown_entry()
        first = shown if shown is not None and shown.id in rows else session.model.entry(rows[0])
        old = first.job.settings
        dialog = SettingsDialog(session.preferences, 0, self._window)
        dialog.show_files(old, len(rows))
        if session.devices:
            dialog.form.set_devices([(name, said(words)) for name, words in session.devices])
        if dialog.exec() == QDialog.DialogCode.Accepted:
            session.change_settings(rows, old, dialog.settings())

    def give_preset(self) -> None:
        """Give the selected files the settings of new ones."""
        self._session.use_preset(self._session.selected)

    def show_models(self) -> None:
        """Show the models and their weights."""
        ModelsDialog(self._session.engine, self._window).exec()

    def show_log(self) -> None:
        """Show what the worker wrote."""
        if self._log is None:
            self._log = LogWindow(self._session.engine, self._session.log.lines(), self._window)
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
        html = shortcuts_html(self.keys())
        TextWindow(self.tr("Keyboard shortcuts"), html, self._window).exec()

    def show_about(self) -> None:
        """Say what this is."""
        TextWindow(self.tr("About Colorizer"), about_html(), self._window).exec()

    def copy_diagnostics(self) -> None:
        """Put what a report of a fault needs on the clipboard, as soon as the worker tells it."""
        self._session.told.emit(self.tr("Looking at everything…"))
        self._session.engine.ask("doctor", self._handle_findings)

    def _handle_findings(self, event: dict[str, Any]) -> None:
        text = diagnostics(self._session.engine, self.device_words, event.get("findings", []))
        QGuiApplication.clipboard().setText(text)
        words = self.tr("Diagnostics are on the clipboard, without the names of your files.")
        self._session.told.emit(words)

    def _handle_finished(self) -> None:
        ends = self._session.runner.ended.values()
        self.at_end.tell(end_words(Counter(end.state for end in ends)))
