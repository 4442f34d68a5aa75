"""Command-line options made from the fields of Settings, so that each is declared once."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import Field, fields
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

from colorizer.errors import SettingsError
from colorizer.places.trim import parse_time
from colorizer.settings import Settings
from colorizer.settings.option import GROUPS, flag, told

Groups = Mapping[str, argparse._ArgumentGroup]
"""Group of colorizer.settings.option.GROUPS -> the options under its title."""
_EVERYDAY = {"help", "help_all", "inputs", "out", "dry_run"} | {
    item.name for item in fields(Settings) if item.metadata["everyday"]
}
"""What --help lists of a command with many options."""
_SHORT_EPILOG = """\
These are the options for every day. --help-all lists all of them.
colorizer help lists the pages of the manual.
"""


class _Everyday(argparse.RawDescriptionHelpFormatter):
    """Help without the options that are not needed every day."""

    def add_argument(self, action: argparse.Action) -> None:
        """Add an option to the text."""
        if action.dest in _EVERYDAY:
            super().add_argument(action)


_ALIASES = {"reference": ("--references",)}
"""Other spellings of options."""


class _Joined(argparse.Action):
    """An option that may be given several times: its files, joined by os.pathsep."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Add a file, by its whole path."""
        file = os.path.abspath(str(values))  # noqa: PTH100 - links are to stay as they are
        before = getattr(namespace, self.dest, "")
        setattr(namespace, self.dest, os.pathsep.join([before, file] if before else [file]))


class _HelpAll(argparse.Action):
    """The option --help-all: `const` is the text after all options."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Print the help of all options and exit."""
        whole = copy(parser)  # which is kept for the next command line
        whole.formatter_class = argparse.RawDescriptionHelpFormatter
        whole.epilog = self.const
        whole.print_help()
        whole.exit()


def short_help(parser: argparse.ArgumentParser, usage: str) -> None:
    """Let --help list the options for every day, and --help-all every one.

    Args:
        parser: of the command.
        usage: its arguments, after the name of the command.
    """
    parser.usage = f"{parser.prog} {usage}"
    parser.add_argument(
        "--help-all",
        action=_HelpAll,
        nargs=0,
        const=parser.epilog,
        default=argparse.SUPPRESS,
        help="show all options and exit",
    )
    parser.formatter_class, parser.epilog = _Everyday, _SHORT_EPILOG


def option_groups(parser: argparse.ArgumentParser) -> Groups:
    """Add the groups of options to a command; help leaves out those that stay empty."""
    return {name: parser.add_argument_group(title) for name, title in GROUPS.items()}


def add_settings(groups: Groups, only: tuple[str, ...] | None = None) -> None:
    """Add one option for each field of Settings, or for the fields named in `only`."""
    hints = get_type_hints(Settings)
    if only is None:
        groups["files"].add_argument(
            "--settings",
            dest="settings_file",
            type=Path,
            metavar="FILE",
            help="take settings from a TOML file, such as a preset of the window; options given"
            " here come first; see colorizer settings",
        )
    for item in fields(Settings):
        if only is None or item.name in only:
            _add(groups[item.metadata["group"]], item, hints[item.name])


def settings_from(arguments: argparse.Namespace) -> Settings:
    """Build Settings of the options that were given.

    Raises:
        SettingsError: a value is outside its range or choices, or the file of settings is wrong.
    """
    given = vars(arguments)
    own = {item.name: given[item.name] for item in fields(Settings) if item.name in given}
    if file := given.get("settings_file"):
        from colorizer.archive.records.preset_files import read_settings

        own = read_settings(file) | own
    return Settings(**own)


def _add(group: argparse._ArgumentGroup, item: Field[Any], hint: Any) -> None:
    kind = next(part for part in (*get_args(hint), hint) if part is not NoneType)
    text = told(item).replace("%", "%%") + _allowed(item)
    # Left out of the namespace when not given: defaults live in Settings.
    shared: dict[str, Any] = {"dest": item.name, "default": argparse.SUPPRESS, "help": text}
    if kind is bool:
        group.add_argument(flag(item.name), action=argparse.BooleanOptionalAction, **shared)
        return
    if item.metadata["several"]:
        names = [flag(item.name), *_ALIASES.get(item.name, ())]
        group.add_argument(*names, action=_Joined, metavar=item.metadata["metavar"], **shared)
        return
    metavar = item.metadata["metavar"] or ("X" if kind is float else "N")
    choices = None if item.metadata["others"] else item.metadata["choices"]
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
    elif item.default not in (None, ""):
        parts.append(f"default: {item.default}")
    return f" ({', '.join(parts)})" if parts else ""


def positive(text: str) -> int:
    """Parse a whole number above 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def seconds(text: str) -> float:
    """Parse seconds, with s or without, M:SS or H:MM:SS."""
    try:
        place = parse_time(text, "time")
    except SettingsError:
        place = None
    if place is None or place.seconds is None:
        raise argparse.ArgumentTypeError(f"must be seconds, M:SS or H:MM:SS, got {text!r}")
    return float(place.seconds)


def pixel(text: str) -> tuple[int, int]:
    """Parse X,Y, a pixel counted from 0 at the upper left."""
    x, comma, y = text.partition(",")
    if not (comma and x.strip().isdecimal() and y.strip().isdecimal()):
        raise argparse.ArgumentTypeError(f"must be X,Y in pixels, got {text!r}")
    return int(x), int(y)


def add_events(groups: Groups) -> None:
    """Add what a run tells, and how many photos it works on at once."""
    files = groups["files"]
    files.add_argument("--jobs", type=positive, metavar="N", help="number of photos at once")
    files.add_argument("--json", action="store_true", help="print events as JSON lines")
    files.add_argument("-q", "--quiet", action="store_true", help="print failures only")


def add_recursive(groups: Groups) -> None:
    """Add whether folders are searched with the folders in them."""
    groups["files"].add_argument(
        "--recursive",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="search folders and all folders in them (default: on)",
    )


def add_records(groups: Groups) -> None:
    """Add what a run writes next to its results."""
    records = groups["records"]
    records.add_argument(
        "--log",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write colorize-run-TIME.jsonl in OUT: PREMIS events of the run (default: on)",
    )
    records.add_argument(
        "--manifest",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="keep manifest-sha256.txt in OUT, for sha256sum -c (default: on)",
    )
