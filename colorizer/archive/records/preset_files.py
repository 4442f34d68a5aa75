"""Settings in files: one TOML table of names and values, shared by command line and window.

codec = "ffv1"
vividness = 0.7
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError, TargetError
from colorizer.files.durable import write_whole
from colorizer.files.strangers import NOTES_BYTES, parse_json, parse_toml, read_text
from colorizer.notes import note
from colorizer.settings import Settings
from colorizer.settings.option import GROUPS, told

OF_ONE_FILM = ("hints", "shots")
"""Settings that are files of one photo or film, and so of no preset."""


def read_settings(file: Path) -> dict[str, Any]:
    """Read name -> value, checked as options are; those not named have their defaults.

    Args:
        file: TOML, or JSON as version 0.1 exported it. A name may be written with - for _.

    Raises:
        SettingsError: it can't be read, or a name or value is not allowed.
    """
    try:
        text = read_text(file, NOTES_BYTES)
        is_json = text.lstrip().startswith("{")
        table = parse_json(text)["settings"] if is_json else parse_toml(text)
        values = {name.replace("-", "_"): value for name, value in table.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(note("settings.none_in_file", file=file, why=error)) from error
    if own := [name for name in OF_ONE_FILM if values.get(name)]:
        raise SettingsError(note("settings.of_one_film", file=file, name=own[0]))
    try:
        Settings.from_dict(values)
    except SettingsError as error:
        raise SettingsError(note("file.reason", path=file, reason=error)) from error
    return values


def write_settings(file: Path, settings: Settings) -> None:
    """Write the settings that differ from the defaults, for `read_settings`.

    Raises:
        TargetError: it can't be written.
    """
    values = {n: v for n, v in changed(settings).items() if n not in OF_ONE_FILM}
    text = "".join(f"{name} = {in_toml(value)}\n" for name, value in values.items())
    try:
        write_whole(file, text.encode())
    except OSError as error:
        raise TargetError(file, note("file.cannot_write", why=error.strerror or error)) from error


def changed(settings: Settings) -> dict[str, Any]:
    """Return the settings that differ from the defaults, as JSON values."""
    plain = Settings().as_dict()
    return {name: value for name, value in settings.as_dict().items() if value != plain[name]}


def in_toml(value: Any) -> str:
    """Return a JSON value that is no list, table or null as TOML writes it."""
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def explained(values: dict[str, Any] | None = None) -> Iterator[str]:
    """Yield lines of a settings file that explains itself.

    Args:
        values: of `read_settings`, which alone are listed; None lists every setting with its
            default, commented out.
    """
    for group, title in GROUPS.items():
        items = [item for item in fields(Settings) if item.metadata["group"] == group]
        items = [i for i in items if i.name not in OF_ONE_FILM]
        items = [i for i in items if values is None or i.name in values]
        if items:
            yield f"## {title}"
        for item in items:
            yield ""
            yield f"# {told(item)}{_allowed(item)}"
            value = item.default if values is None else values[item.name]
            known = in_toml("" if value is None else value)
            yield f"# {item.name} = {known}" if values is None else f"{item.name} = {known}"
        if items:
            yield ""


def _allowed(item: Field[Any]) -> str:
    limits = item.metadata["range"]
    return f" ({limits[0]:g} to {limits[1]:g})" if limits else ""
