"""Settings: every option of a run, declared once, in five slices.

A slice holds what one part of the program asks: how sources are read, how colours are found, how
films and photos are written, what is kept. `Settings` is all of them, so it is passed wherever one
is wanted. The command line, the window, the job file and the sidecar read names, defaults, ranges
and help from the fields. Neither torch nor av is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError
from colorizer.settings.colouring import FADED, PAPERS, Colouring
from colorizer.settings.keeping import EXISTING, UNCOLOURED, Keeping
from colorizer.settings.option import Options, flag
from colorizer.settings.reading import CHANGES, DAMAGED, INTERLACED, TRANSFERS, Reading
from colorizer.settings.writing import CODECS, DEPTHS, FORMATS, PRESETS, FilmWriting, PhotoWriting

__all__ = [
    "CHANGES",
    "CODECS",
    "DAMAGED",
    "DEPTHS",
    "EXISTING",
    "FADED",
    "FORMATS",
    "INTERLACED",
    "PAPERS",
    "PRESETS",
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

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Build settings from JSON values.

        Raises:
            SettingsError: an unknown name or a value that is not allowed.
        """
        names = [item.name for item in fields(cls)]
        unknown = [name for name in values if name not in names]
        if unknown:
            raise SettingsError(f"unknown setting {unknown[0]!r}; known are {', '.join(names)}")
        for item in fields(cls):
            if item.name in values:
                _check_type(item, values[item.name])
        paths = {
            item.name: values.get(item.name) for item in fields(cls) if "Path" in str(item.type)
        }
        return cls(**{**values, **{n: Path(text) if text else None for n, text in paths.items()}})


def _check_type(item: Field[Any], value: Any) -> None:
    """Check that a JSON value is of the type of a field.

    Raises:
        SettingsError: it is of another, or a text with what no name may hold.
    """
    wanted = {"bool": bool, "int": int, "float": int | float, "Path": str | Path}
    kind = wanted.get(str(item.type).removesuffix(" | None"), str)
    optional = value is None and "None" in str(item.type)
    fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if not optional and (not fits or (isinstance(value, str) and "\0" in value)):
        raise SettingsError(f"{flag(item.name)} can't be {value!r:.40}")


def shaping(kind: str) -> list[str]:
    """Return the names of the settings on which a result of a kind, photo or film, depends."""
    return [item.name for item in fields(Settings) if item.metadata["shapes"] in ("both", kind)]
