"""Presets: settings under a name, each a file of settings that the command line reads as well.

colorizer run scans -o out --settings PRESETS/Family.toml
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from colorizer.archive.records.preset_files import OF_ONE_FILM, read_settings, write_settings
from colorizer.errors import ColorizerError
from colorizer.settings import Settings

_log = logging.getLogger(__name__)

SUFFIX = ".toml"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


class Presets:
    """The files of one folder; its names are those of the files.

    Args:
        folder: where they lie; it is made by the first one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._told: set[str] = set()

    def all(self) -> dict[str, Settings]:
        """Return the presets by name, in order; a file that can't be read is told once."""
        found: dict[str, Settings] = {}
        with suppress(OSError):
            for file in sorted(self.folder.glob(f"*{SUFFIX}"), key=lambda f: f.name.casefold()):
                try:
                    found[file.stem] = Settings.from_dict(read_settings(file))
                except ColorizerError as error:
                    if file.name not in self._told:
                        self._told.add(file.name)
                        _log.warning("preset left out: %s", error)
        return found

    def save(self, name: str, settings: Settings) -> str:
        """Write a preset, replacing the one of that name, and return its name; see `name_for`.

        Raises:
            TargetError: it can't be written.
        """
        name = name_for(name)
        with suppress(OSError):  # told where the file is written
            self.folder.mkdir(parents=True, exist_ok=True)
        write_settings(self.file(name), settings)
        return name

    def remove(self, name: str) -> None:
        """Delete a preset; one that does not exist is no fault."""
        with suppress(OSError):
            self.file(name).unlink(missing_ok=True)

    def file(self, name: str) -> Path:
        """Return the file of a preset."""
        return self.folder / f"{name}{SUFFIX}"

    def take(self, file: Path) -> str:
        """Copy a file of settings, as `colorizer settings` writes one, and return its name.

        Raises:
            SettingsError: it can't be read.
            TargetError: the preset can't be written.
        """
        return self.save(file.stem, Settings.from_dict(read_settings(file)))


def name_for(name: str) -> str:
    """Return the name a preset gets: signs that a file name can't hold become `_`."""
    return _NOT_IN_NAMES.sub("_", name).strip(" .") or "_"


def is_same(preset: Settings, settings: Settings) -> bool:
    """Tell whether settings are those of a preset, which holds no files of one film."""
    usual = Settings()
    own = {name: getattr(usual, name) for name in OF_ONE_FILM}
    return replace(settings, **own) == replace(preset, **own)
