"""How a setting is declared and its values are checked. The settings: colorizer.settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from colorizer.errors import SettingsError
from colorizer.notes import note

GROUPS = {
    "files": "inputs and outputs",
    "colour": "colour",
    "photos": "photos",
    "films": "films",
    "sequences": "image sequences",
    "records": "records",
}
"""Groups of options, in the order of help and manual -> their titles."""


def option(
    group: str,
    default: Any,
    text: str,
    *,
    range: tuple[float, float] | None = None,  # noqa: A002 - the field's word
    choices: Mapping[str, str] | None = None,
    others: str | None = None,
    metavar: str | None = None,
    shapes: str = "both",
    everyday: bool = False,
    planned: bool = False,
    several: bool = False,
) -> Any:
    """Declare one setting.

    Args:
        group: one of GROUPS, under which help lists it.
        default: its value if none is given.
        text: help, without a full stop and without the choices, which `told` puts after its first
            clause.
        range: lowest and highest value, both allowed.
        choices: the allowed values -> their words, which the window shows in place of them.
        others: name in help of a value that is none of the choices; None if none other is allowed.
        metavar: name of its value in help.
        shapes: which results depend on it: both, photo, film or none.
        everyday: `--help` lists it; `--help-all` lists every option.
        planned: which results are made, and their names, depend on it.
        several: it holds names of files, joined by os.pathsep, and may be given several times.
    """
    metadata = {"help": text, "range": range, "choices": choices, "others": others}
    metadata["metavar"] = metavar or others
    place: dict[str, Any] = {"shapes": shapes, "group": group, "everyday": everyday}
    place["planned"] = planned
    place["several"] = several
    return field(default=default, metadata={**metadata, **place})


def flag(name: str) -> str:
    """Return the command-line spelling of a setting, such as --jpeg-quality."""
    return "--" + name.replace("_", "-")


def told(item: Field[Any]) -> str:
    """Return the help of a setting with its choices, as they are typed, and their words."""
    text: str = item.metadata["help"]
    if choices := item.metadata["choices"]:
        listed = [
            value if _says_itself(value, words) else f"{value} ({words})"
            for value, words in choices.items()
        ]
        head, end, rest = text.partition("; ")
        text = f"{head}: {', '.join(listed)}{end}{rest}"
    return f"{text}; may be given several times" if item.metadata["several"] else text


def _says_itself(value: str, words: str) -> bool:
    return re.sub(r"\W", "", value).casefold() == re.sub(r"\W", "", words).casefold()


def check_option(item: Field[Any], value: Any) -> None:
    """Check one value against the declaration of its field.

    Raises:
        SettingsError: the value is outside its range or choices.
    """
    allowed, choices = item.metadata["range"], item.metadata["choices"]
    if choices and not item.metadata["others"] and value not in choices:
        raise SettingsError(
            note(
                "settings.choice",
                option=flag(item.name),
                known=", ".join(choices),
                value=repr(value),
            )
        )
    if allowed is None or (value is None and item.default is None):
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(note("settings.number", option=flag(item.name), value=repr(value)))
    low, high = allowed
    if not low <= value <= high:
        raise SettingsError(
            note("settings.range", option=flag(item.name), low=low, high=high, value=value)
        )


@dataclass(frozen=True, kw_only=True)
class Options:
    """A slice of the settings: its values are checked on construction.

    Raises:
        SettingsError: a value is outside its range or choices, naming the option.
    """

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if _is_path(item) and isinstance(value, str):  # as people write it in Python
                object.__setattr__(self, item.name, Path(value) if value else None)
            check_option(item, value)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build it from JSON values.

        Raises:
            SettingsError: an unknown name or a value that is not allowed.
        """
        names = [item.name for item in fields(cls)]
        if not isinstance(values, Mapping):
            raise SettingsError(note("settings.no_table", values=repr(values)))
        if unknown := [name for name in values if name not in names]:
            raise SettingsError(
                note("settings.unknown", name=repr(unknown[0]), known=", ".join(names))
            )
        return cls.within(values)

    @classmethod
    def within(cls, values: Mapping[str, Any]) -> Self:
        """Build it from those of the JSON values that are its own.

        Raises:
            SettingsError: a value is not allowed.
        """
        own: dict[str, Any] = {}
        for item in fields(cls):
            if item.name in values:
                _check_type(item, values[item.name])
                own[item.name] = values[item.name]
        return cls(**own)


def _is_path(item: Field[Any]) -> bool:
    return "Path" in str(item.type)


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
        raise SettingsError(note("settings.cannot_be", option=flag(item.name), value=repr(value)))
