"""What the worker computes with, in words, and whether the model is in place."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, QObject, Signal

from gui.session.session import Session
from gui.words.text import said


class DeviceWords(QObject):
    """Asks the worker at its start and after a change of settings.

    Attributes:
        words: one line.
        first_words: what a first run should know too: speed, graphics card, model.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.words = self.first_words = ""
        self._session = session
        session.engine.ready.connect(self.ask)
        session.settings_changed.connect(self.ask)
        session.engine.broken.connect(self._handle_broken)

    def ask(self) -> None:
        """Ask the worker."""
        settings = self._session.preferences.settings.as_dict()
        self._session.engine.ask("device", self._handle_device, settings=settings)

    def _handle_broken(self, why: str) -> None:
        words = self.tr("The worker process does not start (%1). Queue, Start the engine again")
        self.words = words.replace("%1", said(why))
        self.changed.emit()

    def _handle_device(self, event: dict[str, Any]) -> None:
        if "error" in event:
            self.words = said(str(event["error"]))
            self.changed.emit()
            return
        self.words = self.tr("Device: %1").replace("%1", said(str(event["words"])))
        self.first_words = "\n".join([self.words, *self._lines(event)])
        self._session.devices = [(str(name), str(about)) for name, about in event["devices"]]
        self._session.runner.slots = int(str(event["slots"]))
        self.changed.emit()
        if "model_error" in event:
            self._session.troubled.emit(event["model_error"])

    def _lines(self, event: dict[str, Any]) -> list[str]:
        lines = []
        if event["fix"]:
            words = self.tr("This would make it use the graphics card: %1")
            lines.append(words.replace("%1", event["fix"]))
        if "model" in event:
            words = self.tr("Model: %1, in order, SHA-256 %2…; about %3 s for a picture")
            seconds = QLocale().toString(max(0.01, event["seconds"]), "g", 2)
            words = words.replace("%1", event["model"]["name"]).replace("%3", seconds)
            lines.append(words.replace("%2", event["model"]["sha256"][:12]))
        return lines
