"""The command `help`: pages of the manual in the terminal."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys

from colorizer.errors import SettingsError
from colorizer.files.bundle import system_libraries
from colorizer.manual import TOPICS, page, summary
from colorizer.notes import note

TEXT = """\
Show a page of the manual; without TOPIC, list the pages.

In a terminal a page is shown through the program that PAGER names, or else through less.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="name of the page")


def help_page(arguments: argparse.Namespace) -> int:
    """Print a page or the list of pages and return the exit code, 0.

    Raises:
        SettingsError: no page has this name.
    """
    topic = arguments.topic
    if topic is None:
        width = max(map(len, TOPICS))
        lines = [f"  {name:{width}}  {summary(name)}" for name in TOPICS]
        sys.stdout.write("\n".join(["colorizer help TOPIC shows one of these pages:", *lines, ""]))
        return 0
    if topic not in TOPICS:
        raise SettingsError(note("manual.no_page", topic=repr(topic), topics=", ".join(TOPICS)))
    _show(page(topic))
    return 0


def _show(text: str) -> None:
    """Write a page to standard output, through a pager if that is a terminal."""
    command = _pager() if sys.stdout.isatty() else []
    if command:
        try:
            # less leaves at once if the page fits the screen.
            environment = {"LESS": "FRX", **os.environ}
            with system_libraries():
                subprocess.run(command, input=text.encode(), env=environment, check=False)
        except OSError:
            pass
        else:
            return
    sys.stdout.write(text)


def _pager() -> list[str]:
    """Return the pager's command; empty if none is found."""
    try:
        named = shlex.split(os.environ.get("PAGER", ""))
    except ValueError:
        named = []
    command = named or ["less"]
    return command if shutil.which(command[0]) else []
