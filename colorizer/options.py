"""How a setting is declared and its values are checked. Which there are: colorizer.settings."""

from __future__ import annotations

from dataclasses import Field, field
from typing import Any

from colorizer.errors import SettingsError


def option(
    default: Any,
    text: str,
    *,
    range: tuple[float, float] | None = None,  # noqa: A002 - the field's word
    choices: tuple[str, ...] | None = None,
    metavar: str | None = None,
    shapes: str = "both",
) -> Any:
    """Declare one setting: default, help text, inclusive range or choices, name of its value.

    `shapes` says which results would be others with another value: both, photo, film or none.
    """
    metadata = {"help": text, "range": range, "choices": choices, "metavar": metavar}
    return field(default=default, metadata={**metadata, "shapes": shapes})


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
