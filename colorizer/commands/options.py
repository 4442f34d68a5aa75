"""Command-line options made from the fields of Settings, so that each is declared once."""

from __future__ import annotations

import argparse
from dataclasses import Field, fields
from types import NoneType
from typing import Any, get_args, get_type_hints

from colorizer.options import flag
from colorizer.settings import Settings


def add_settings(parser: argparse.ArgumentParser, only: tuple[str, ...] | None = None) -> None:
    """Add one option for each field of Settings, or for the fields named in `only`."""
    group = parser.add_argument_group("settings")
    hints = get_type_hints(Settings)
    for item in fields(Settings):
        if only is None or item.name in only:
            _add(group, item, hints[item.name])


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Build Settings of the options that were given.

    Raises:
        SettingsError: a value is outside its range or choices.
    """
    given = vars(arguments)
    return Settings(
        **{item.name: given[item.name] for item in fields(Settings) if item.name in given}
    )


def _add(group: argparse._ArgumentGroup, item: Field[Any], hint: Any) -> None:
    kind = next(part for part in (*get_args(hint), hint) if part is not NoneType)
    text = item.metadata["help"].replace("%", "%%") + _allowed(item)
    # Left out of the namespace when not given: defaults live in Settings.
    shared = {"dest": item.name, "default": argparse.SUPPRESS, "help": text}
    if kind is bool:
        group.add_argument(flag(item.name), action=argparse.BooleanOptionalAction, **shared)
        return
    metavar = item.metadata["metavar"] or ("X" if kind is float else "N")
    choices = item.metadata["choices"]
    group.add_argument(
        flag(item.name), type=kind, choices=choices, metavar=None if choices else metavar, **shared
    )


def _allowed(item: Field[Any]) -> str:
    """Return range and default as the end of a help text."""
    parts = []
    if item.metadata["range"]:
        low, high = item.metadata["range"]
        parts.append(f"{low} to {high}")
    if isinstance(item.default, bool):
        parts.append("default: " + ("on" if item.default else "off"))
    elif item.default is not None:
        parts.append(f"default: {item.default}")
    return f" ({', '.join(parts)})" if parts else ""


def positive(text: str) -> int:
    """Parse a whole number above 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def seconds(text: str) -> float:
    """Parse seconds, M:SS or H:MM:SS."""
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        parts = []
    if not 1 <= len(parts) <= 3 or min(parts) < 0:
        raise argparse.ArgumentTypeError(f"must be seconds, M:SS or H:MM:SS, got {text!r}")
    return sum(part * 60**power for power, part in enumerate(reversed(parts)))


def pixel(text: str) -> tuple[int, int]:
    """Parse X,Y, a pixel counted from 0 at the upper left."""
    x, comma, y = text.partition(",")
    if not (comma and x.strip().isdecimal() and y.strip().isdecimal()):
        raise argparse.ArgumentTypeError(f"must be X,Y in pixels, got {text!r}")
    return int(x), int(y)


def add_records(parser: argparse.ArgumentParser) -> None:
    """Add what a run keeps beside its results."""
    parser.add_argument(
        "--log",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="keep colorize-run-TIME.jsonl in OUT: what was made, as PREMIS events (default: on)",
    )
    parser.add_argument(
        "--manifest",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="keep manifest-sha256.txt in OUT, as sha256sum -c reads it (default: on)",
    )
