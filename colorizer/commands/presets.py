"""The command `settings`: what can be set, as a file for `run --settings`."""

from __future__ import annotations

import argparse
from pathlib import Path

from colorizer.commands.report import ExitCode
from colorizer.commands.streams import write_json, write_text

TEXT = """\
List all settings with their meaning and default, as a TOML file for `colorizer run --settings`.

colorizer settings > mine.toml writes a file to be edited. With FILE, what that file sets is checked
and explained. The window imports and exports the same files.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a file of settings")
    parser.add_argument("--json", action="store_true", help="as JSON: name and value")


def settings(arguments: argparse.Namespace) -> int:
    """Print the settings, or those of a file.

    Raises:
        SettingsError: the file can't be read, or a name or value in it is not allowed.
    """
    from colorizer.archive.records.preset_files import explained, read_settings
    from colorizer.settings import Settings

    values = read_settings(arguments.file) if arguments.file else None
    if arguments.json:
        write_json(event="settings", **(Settings().as_dict() if values is None else values))
    else:
        write_text("\n".join(explained(values)).strip())
    return ExitCode.OK
