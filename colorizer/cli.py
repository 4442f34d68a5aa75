"""The command `colorizer`: options, errors and exit codes.

Heavy libraries are imported by the commands that need them, so that --help answers at once.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from colorizer import __version__
from colorizer.commands import measure, models, queue, verify, watch
from colorizer.commands.options import add_records, add_settings, pixel, positive, seconds
from colorizer.commands.report import ExitCode, note
from colorizer.errors import (
    ColorizerError,
    DeviceError,
    ModelNotFound,
    SettingsError,
    TargetError,
    WeightsError,
)

_EXIT_CODES = """\
exit codes:
  0    all done, or skipped because the output was there
  1    some failed: their reasons are on standard error, their names in --failed-list
  2    wrong use of an option
  3    nothing to colorize was found, or no input can be read
  4    a library, model or weights file is missing or damaged
  5    the output can't be written or the disk is full
  6    the asked device is not there or out of memory
  130  interrupted; the same command goes on from there
"""

_RUN_TEXT = """\
Colorize photos, folders of photos and films, mixed. Originals are never written to.

A folder's tree is mirrored in OUT; system files and files that are neither photo nor film are
left out. OUT is a folder and is created. With a single input file, an OUT that has a suffix, does
not end with a slash and is no folder is the output's name; its suffix chooses the format.
Standard output lists the finished files, or with --json one event a line; everything else goes
to standard error. Ctrl-C stops after the picture in hand, a second Ctrl-C at once.

A film is written in segments of 240 frames, in a hidden folder beside its target. Whatever ends
the run, the same command goes on after the last finished segment and gives the same film; with
other settings or a changed source it begins anew and says so.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Args:
        argv: the arguments without the program's name; None takes those of the process.
    """
    arguments = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):  # file names may hold anything
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    level = {0: logging.WARNING, 1: logging.INFO}.get(arguments.verbose, logging.DEBUG)
    logging.basicConfig(level=level, format="%(name)s: %(message)s", stream=sys.stderr)
    try:
        return arguments.command(arguments)
    except (ColorizerError, ImportError) as error:
        note(f"colorizer: {error}")
        if isinstance(error, ImportError):
            note("run 'colorizer doctor' for what is missing and how to get it")
        return exit_code(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERRUPTED


def exit_code(error: Exception) -> ExitCode:
    """Return the exit code of an error that ended a command."""
    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], ExitCode], ...] = (
        (SettingsError, ExitCode.USAGE),
        ((ModelNotFound, WeightsError, ImportError), ExitCode.MISSING),
        (TargetError, ExitCode.NOT_WRITABLE),
        (DeviceError, ExitCode.DEVICE),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), ExitCode.NO_INPUT)


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="colorizer",
        description="Colorize black-and-white photos and films.",
        epilog=_EXIT_CODES,
        formatter_class=shape,
    )
    parser.add_argument("--version", action="version", version=f"colorizer {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> Parser:
        short = text.split("\n", 1)[0]
        added = commands.add_parser(
            name, help=short, description=text, epilog=_EXIT_CODES, formatter_class=shape
        )
        added.add_argument("-v", "--verbose", action="count", default=0, help="tell more")
        added.set_defaults(command=command)
        return added

    _add_run(add("run", _run, _RUN_TEXT))
    watch.add_arguments(add("watch", watch.watch, watch.TEXT))
    probe = add("probe", _probe, "Say what a file is, as JSON.")
    probe.add_argument("file", type=Path, metavar="FILE")
    _add_preview(add("preview", _preview, "Colorize one picture and put it beside the original."))
    verify.add_arguments(add("verify", verify.verify, verify.TEXT))
    measure.add_arguments(add("measure", measure.measure, measure.TEXT))
    models.add_actions(add("models", models.models, models.TEXT))
    queue.add_actions(add("queue", queue.queue, queue.TEXT))
    window = add("gui", queue.gui, "Open the window.")
    window.add_argument("inputs", nargs="*", type=Path, metavar="INPUT", help="files to add")
    doctor = add("doctor", _doctor, "Say what is installed, what is missing and how to get it.")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    return parser


Parser = argparse.ArgumentParser


def _add_run(parser: Parser) -> None:
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="files and folders")
    parser.add_argument("-o", "--out", help="output folder or file; needed but for --repeat")
    parser.add_argument(
        "--recursive",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="folders with all that is below them (default: on)",
    )
    parser.add_argument(
        "--from-file", metavar="LIST", help="read further inputs, one a line; - is standard input"
    )
    parser.add_argument(
        "--failed-list",
        type=Path,
        metavar="FILE",
        help="write what failed, one a line, to be given to --from-file later",
    )
    add_records(parser)
    parser.add_argument(
        "--bag", action="store_true", help="make OUT a bag (BagIt): results in OUT/data"
    )
    parser.add_argument(
        "--repeat",
        type=Path,
        metavar="SIDECAR",
        help="make the result of a sidecar again and say whether it is the same; without OUT the"
        " new one is not kept",
    )
    parser.add_argument("--jobs", type=positive, metavar="N", help="photos at once")
    parser.add_argument("--dry-run", action="store_true", help="show the plan, touch nothing")
    parser.add_argument("--json", action="store_true", help="events as JSON lines")
    parser.add_argument("-q", "--quiet", action="store_true", help="only failures")
    add_settings(parser)


def _add_preview(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="PNG")
    parser.add_argument(
        "--time", type=seconds, default=0.0, help="where in a film: seconds, M:SS or H:MM:SS"
    )
    parser.add_argument(
        "--confidence", action="store_true", help="add a picture of how sure the network is"
    )
    parser.add_argument(
        "--alternatives",
        type=pixel,
        metavar="X,Y",
        help="print the likeliest colours at this pixel, with the chance of each, as JSON",
    )
    shown = ("model", "weights", "device", "size", "strength", "vividness", "hints", "shots")
    add_settings(parser, only=shown)


def _run(arguments: argparse.Namespace) -> int:
    from colorizer.commands.run import run

    return run(arguments)


def _probe(arguments: argparse.Namespace) -> int:
    from colorizer.commands.info import probe

    return probe(arguments)


def _preview(arguments: argparse.Namespace) -> int:
    from colorizer.commands.info import preview

    return preview(arguments)


def _doctor(arguments: argparse.Namespace) -> int:
    from colorizer.commands.info import doctor

    return doctor(arguments)
