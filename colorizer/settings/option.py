"""How a setting is declared and its values are checked. The settings: colorizer.settings."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import Any

from colorizer.errors import SettingsError

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
    choices: tuple[str, ...] | None = None,
    metavar: str | None = None,
    shapes: str = "both",
    everyday: bool = False,
) -> Any:
    """Declare one setting.

    Args:
        group: one of GROUPS, under which help lists it.
        default: its value if none is given.
        text: help, without a full stop.
        range: lowest and highest value, both allowed.
        choices: the allowed values.
        metavar: name of its value in help.
        shapes: which results depend on it: both, photo, film or none.
        everyday: `--help` lists it; `--help-all` lists every option.
    """
    metadata = {"help": text, "range": range, "choices": choices, "metavar": metavar}
    place = {"shapes": shapes, "group": group, "everyday": everyday}
    return field(default=default, metadata={**metadata, **place})


def flag(name: str) -> str:
    """Return the command-line spelling of a setting, such as --jpeg-quality."""
    return "--" + name.replace("_", "-")


def check_option(item: Field[Any], value: Any) -> None:
    """Check one value against the declaration of its field.

    Raises:
        SettingsError: the value is outside its range or choices.
    """
    allowed, choices = item.metadata["range"], item.metadata["choices"]
    if choices and value not in choices:
        raise SettingsError(f"{flag(item.name)} must be one of {', '.join(choices)}, got {value!r}")
    if allowed is None or (value is None and item.default is None):
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"{flag(item.name)} must be a number, got {value!r}")
    low, high = allowed
    if not low <= value <= high:
        raise SettingsError(f"{flag(item.name)} must be from {low} to {high}, got {value}")


@dataclass(frozen=True, kw_only=True)
class Options:
    """A slice of the settings: its values are checked on construction.

    Raises:
        SettingsError: a value is outside its range or choices, naming the option.
    """

    def __post_init__(self) -> None:
        for item in fields(self):
            check_option(item, getattr(self, item.name))
