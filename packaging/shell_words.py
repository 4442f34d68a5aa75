"""What a shell knows of the command line: completion and the manual page, from its parser."""

from __future__ import annotations

import argparse
import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import shtab

from colorizer import __version__
from colorizer.commands.cli import program_parser
from gui.__main__ import window_parser

os.environ["COLUMNS"] = "80"  # of the help in the manual pages, whatever terminal builds them
_NAMES_FILES = {"inputs", "out", "file", "source", "film", "folder", "result", "results", "truth"}


def commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a parser's commands by name."""
    found = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return {name: one for action in found for name, one in action.choices.items()}


def _all(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for one in commands(parser).values():
        yield from _all(one)


def _named(
    name: str, parser: argparse.ArgumentParser
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield the commands of a parser, and theirs, with their whole names in capitals."""
    for word, one in commands(parser).items():
        whole = f"{name} {word.upper()}"
        yield whole, one
        yield from _named(whole, one)


def completions(shell: str) -> str:
    """Return the completion script of bash, zsh or tcsh."""
    parser = program_parser()
    for one in _all(parser):
        for action in one._actions:
            if action.type is Path or action.dest in _NAMES_FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return shtab.complete(parser, shell=shell)


def man_page() -> str:
    """Return the manual page: every command with the help that it prints."""
    parser = program_parser()
    lines = [
        f'.TH COLORIZER 1 "{datetime.date.today()}" "Colorizer {__version__}"',  # noqa: DTZ011
        ".SH NAME", r"colorizer \- colorize black-and-white scans and films",
        ".SH SYNOPSIS", r"colorizer \fICOMMAND\fR ...",
        ".SH DESCRIPTION", *_verbatim(parser.format_help()),
    ]  # fmt: skip
    for name, one in _named("COLORIZER", parser):
        lines += [f".SH {name}", *_verbatim(one.format_help())]
    lines += [".SH SEE ALSO", r"colorizer help \fITOPIC\fR shows the pages of the manual.", ""]
    return "\n".join(lines)


def window_page() -> str:
    """Return the manual page of the window."""
    lines = [
        f'.TH COLORIZER-GUI 1 "{datetime.date.today()}" "Colorizer {__version__}"',  # noqa: DTZ011
        ".SH NAME", r"colorizer\-gui \- the window of Colorizer",
        ".SH DESCRIPTION", *_verbatim(window_parser().format_help()),
        ".SH SEE ALSO", r"colorizer(1); colorizer help window", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _verbatim(text: str) -> list[str]:
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return [".nf", *(rf"\&{line}" for line in escaped.splitlines()), ".fi"]
