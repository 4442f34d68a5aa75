"""Settings: every option of a run, declared once, in five slices.

A slice holds what one part of the program asks: how sources are read, how colours are found, how
films and photos are written, what is kept. `Settings` is all of them, so it is passed wherever one
is wanted. The command line, the window, the job file and the sidecar read names, defaults, ranges
and help from the fields. Neither torch nor av is imported here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from colorizer.settings.colouring import CARDS, EMULSIONS, FADED, PAPERS, SCREENS, Colouring
from colorizer.settings.keeping import EXISTING, UNCOLOURED, Keeping
from colorizer.settings.option import Options, flag
from colorizer.settings.reading import CHANGES, DAMAGED, INTERLACED, TRANSFERS, Reading
from colorizer.settings.writing import CODECS, DEPTHS, FORMATS, PRESETS, FilmWriting, PhotoWriting

__all__ = [
    "CHANGES",
    "CODECS",
    "DAMAGED",
    "DEPTHS",
    "EMULSIONS",
    "EXISTING",
    "FADED",
    "FORMATS",
    "INTERLACED",
    "CARDS",
    "PAPERS",
    "PRESETS",
    "SCREENS",
    "TRANSFERS",
    "UNCOLOURED",
    "Colouring",
    "FilmWriting",
    "Keeping",
    "Options",
    "PhotoWriting",
    "Reading",
    "Settings",
    "flag",
    "planned",
    "shaping",
]


@dataclass(frozen=True, kw_only=True)
class Settings(Keeping, PhotoWriting, FilmWriting, Reading, Colouring):
    """How to colorize. Values are checked on construction.

    Raises:
        SettingsError: a value is outside its range or choices, naming the option.
    """

    def as_dict(self) -> dict[str, Any]:
        """Return all settings as plain JSON values."""
        return {name: str(v) if isinstance(v, Path) else v for name, v in asdict(self).items()}


def shaping(kind: str, part: type[Options] = Settings) -> list[str]:
    """Return the names of the settings on which a result of a kind, photo or film, depends.

    Args:
        kind: photo or film.
        part: the slice whose settings are asked about.
    """
    return [item.name for item in fields(part) if item.metadata["shapes"] in ("both", kind)]


def planned() -> list[str]:
    """Return the names of the settings on which it depends which results are made, and where."""
    return [item.name for item in fields(Settings) if item.metadata["planned"]]
