"""What the window remembers: output folder, settings of new jobs, theme, geometry."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QStandardPaths

from colorizer.archive.records.preset_files import changed
from colorizer.errors import ColorizerError
from colorizer.files.durable import write_whole
from colorizer.files.strangers import SIDECAR_BYTES, parse_json, read_text
from colorizer.settings import Settings
from gui.session.presets import Presets, name_for

_log = logging.getLogger(__name__)

SCHEMA = 1


class Preferences:
    """One JSON file in the person's configuration folder, written at every change.

    QSettings would read and write it too, but silently: a file that is damaged, or of a later
    version, would lose what it holds.

    Args:
        folder: where it lies; None is the system's place for this program.
    """

    def __init__(self, folder: Path | None = None) -> None:
        places = QStandardPaths.StandardLocation
        self.folder = folder or _place(places.AppConfigLocation)
        self.data_folder = folder or _place(places.AppDataLocation)
        self._file = self.folder / "preferences.json"
        self._values = self._read()
        self.presets = Presets(self.folder / "presets")
        self._move_presets()

    @property
    def queue_file(self) -> Path:
        """Where the queue is kept."""
        return self.data_folder / "queue.sqlite"

    @property
    def out(self) -> Path:
        """The output folder."""
        pictures = _place(QStandardPaths.StandardLocation.PicturesLocation)
        return Path(self._values.get("out") or pictures / "Colorized")

    @out.setter
    def out(self, folder: Path) -> None:
        self._write(out=str(folder))

    @property
    def settings(self) -> Settings:
        """The settings of new jobs."""
        return _settings_of(self._values.get("settings", {})) or Settings()

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._write(settings=changed(settings))

    def get(self, name: str, default: Any = None) -> Any:
        """Return a plain value such as theme or language."""
        value = self._values.get(name, default)
        return value if default is None or type(value) is type(default) else default

    def put(self, name: str, value: Any) -> None:
        """Remember a plain JSON value."""
        self._write(**{name: value})

    def bytes_of(self, name: str) -> QByteArray:
        """Return remembered geometry."""
        return QByteArray.fromBase64(str(self._values.get(name, "")).encode())

    def put_bytes(self, name: str, value: QByteArray) -> None:
        """Remember geometry."""
        self._write(**{name: bytes(value.toBase64().data()).decode()})

    def _read(self) -> dict[str, Any]:
        try:
            values = parse_json(read_text(self._file, SIDECAR_BYTES))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            return self._none(str(error))
        return _sound(values) if isinstance(values, dict) else self._none("is no JSON object")

    def _move_presets(self) -> None:
        """Make files of the presets that version 0.1 kept here."""
        old = self._values.pop("presets", {})
        left: dict[str, Any] = {}
        for name, values in old.items():
            settings, name = _settings_of(values), name_for(name)
            if settings is None or self.presets.file(name).exists():
                continue
            try:
                self.presets.save(name, settings)
            except ColorizerError:  # the disk is full: another time
                left[name] = values
        if old:
            self._write(**({"presets": left} if left else {}))

    def _none(self, why: str) -> dict[str, Any]:
        reason = " ".join(why.split())
        _log.warning("%s can't be read, the usual settings are used: %s", self._file, reason)
        return {}

    def _write(self, **changes: Any) -> None:
        self._values = {**self._values, **changes, "schema": SCHEMA}
        with suppress(OSError):  # what is remembered is a comfort, not a promise
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, json.dumps(self._values, indent=1).encode())


def _sound(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that have the form this program writes; the others were changed by hand."""
    forms = {"out": str, "settings": dict, "presets": dict}
    kept = {n: value for n, value in values.items() if isinstance(value, forms.get(n, object))}
    if "\0" in kept.get("out", ""):
        del kept["out"]
    return kept


def _settings_of(values: Any) -> Settings | None:
    """Return settings of their JSON values; None of another version, or changed by hand."""
    try:
        return Settings.from_dict(values)
    except (ColorizerError, TypeError, ValueError, AttributeError):
        return None


def _place(location: QStandardPaths.StandardLocation) -> Path:
    return Path(QStandardPaths.writableLocation(location) or Path.home())
