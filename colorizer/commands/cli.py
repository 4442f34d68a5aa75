"""The command `colorizer`: options, errors and exit codes.

Heavy libraries are imported by the commands that need them, so that --help answers at once.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cache
from pathlib import Path

from colorizer import __version__
from colorizer.commands import help as manual
from colorizer.commands import measure, merge, models, presets, queue, stills, verify, watch
from colorizer.commands.interrupt import signals_as_ctrl_c
from colorizer.commands.lasting import lasting_streams
from colorizer.commands.options import (
    add_events,
    add_records,
    add_recursive,
    add_settings,
    option_groups,
    pixel,
    seconds,
    short_help,
)
from colorizer.commands.parser import Parser
from colorizer.commands.report import ExitCode
from colorizer.commands.streams import OneLine, say
from colorizer.errors import (
    ClusterError,
    ColorizerError,
    DeviceError,
    ModelNotFound,
    SettingsError,
    TargetError,
    WeightsError,
)

_EXIT_CODES = """\
exit codes:
  0    all done, or skipped because the output exists
  1    some failed: the reasons are on standard error, the names in --failed-list
  2    wrong use of an option
  3    nothing to colorize was found, or no input can be read
  4    a library, model or weights file is missing or damaged
  5    the output can't be written, or the disk is full
  6    the device or the cluster was not found, or is out of memory
  130  interrupted; the same command continues from there
"""

_RUN_TEXT = """\
Colorize photos, folders of photos and films, mixed. Originals are never written to.

The folder tree is mirrored in OUT, which is created; system files, and files that are neither a
photo nor a film, are left out. With a single input file, an OUT that has a suffix is the name of
the output, and the suffix chooses the format. Add a slash to OUT, or create it first, to make it a
folder. Standard output lists the finished files; everything else goes to standard error. Ctrl-C
stops after the current picture, a second Ctrl-C at once. SIGTERM and a closed terminal (SIGHUP)
stop like Ctrl-C; under nohup a closed terminal stops nothing.

A film is written in segments of at most 250 frames. If a run is interrupted, the same command
continues after the last finished segment and gives the same film. If the source or the settings
have changed it starts again, and says so.
"""


_LIBRARIES = 2
"""Times -v from which what libraries say is shown."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Args:
        argv: the arguments without the program's name; None takes those of the process.
    """
    with signals_as_ctrl_c(), lasting_streams() as streams:
        arguments = program_parser().parse_args(argv)
        with nullcontext() if arguments.verbose >= _LIBRARIES else streams[1].apart():
            code = _run_command(arguments)
    # Anyone who stopped reading knows it; what was to be kept in a file is lost.
    lost = code == ExitCode.OK and any(stream.is_lost for stream in streams)
    return ExitCode.NOT_WRITABLE if lost else code


def _run_command(arguments: argparse.Namespace) -> int:
    _set_up_logging(arguments)
    try:
        return arguments.command(arguments)
    except ColorizerError as error:
        say(f"colorizer: {error}")
        return exit_code(error)
    except (ImportError, OSError) as error:
        if isinstance(error, OSError) and not _is_of_a_library(error):
            raise
        say(f"colorizer: a library can't be loaded: {error}")
        say("run 'colorizer doctor' for what is missing and how to get it")
        return ExitCode.MISSING
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _is_of_a_library(error: OSError) -> bool:
    """Return whether it arose at an import, as where a shared library can't be loaded."""
    import traceback

    return any(frame.name == "<module>" for frame in traceback.extract_tb(error.__traceback__))


def _set_up_logging(arguments: argparse.Namespace) -> None:
    """Let the log of this program be seen; that of libraries, and their warnings, only with -vv."""
    levels = {0: logging.WARNING, 1: logging.INFO}
    level = levels.get(arguments.verbose, logging.DEBUG)
    if getattr(arguments, "quiet", False):
        level = max(level, logging.ERROR)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(name)s: %(message)s"))
    if level > logging.DEBUG:
        handler.addFilter(logging.Filter("colorizer"))
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if type(one) is not logging.StreamHandler]
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)


def exit_code(error: ColorizerError) -> ExitCode:
    """Return the exit code of an error that ended a command."""
    kinds: tuple[tuple[type[Exception] | tuple[type[Exception], ...], ExitCode], ...] = (
        (SettingsError, ExitCode.USAGE),
        ((ModelNotFound, WeightsError), ExitCode.MISSING),
        (TargetError, ExitCode.NOT_WRITABLE),
        ((DeviceError, ClusterError), ExitCode.DEVICE),
    )
    return next((code for kind, code in kinds if isinstance(error, kind)), ExitCode.NO_INPUT)


@cache
def program_parser() -> Parser:
    """Return the parser of all commands, always the same; manual, completion and tests read it."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = Parser(
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
        added.add_argument("-v", "--verbose", action="count", default=0, help="print more")
        added.set_defaults(command=command)
        return added

    _add_run(add("run", _run, _RUN_TEXT))
    watch.add_arguments(add("watch", watch.watch, watch.TEXT))
    probe = add("probe", _probe, "Describe a file, as JSON.")
    probe.add_argument("file", type=Path, metavar="FILE")
    _add_preview(add("preview", _preview, "Colorize one picture and show it next to the original."))
    stills.add_arguments(add("stills", stills.stills, stills.TEXT))
    verify.add_arguments(add("verify", verify.verify, verify.TEXT))
    merge.add_arguments(add("merge", merge.merge, merge.TEXT))
    measure.add_arguments(add("measure", measure.measure, measure.TEXT))
    models.add_actions(add("models", models.models, models.TEXT))
    presets.add_arguments(add("settings", presets.settings, presets.TEXT))
    queue.add_actions(add("queue", queue.queue, queue.TEXT))
    window = add("gui", queue.gui, "Open the window.")
    window.add_argument("inputs", nargs="*", type=Path, metavar="INPUT", help="files to add")
    doctor = add("doctor", _doctor, "Check what is installed, and how to get what is missing.")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    manual.add_arguments(add("help", manual.help_page, manual.TEXT))
    return parser


def _add_run(parser: Parser) -> None:
    short_help(parser, "INPUT... -o OUT [options]")
    groups = option_groups(parser)
    files, records = groups["files"], groups["records"]
    files.add_argument("inputs", nargs="*", metavar="INPUT", help="files and folders")
    files.add_argument(
        "-o", "--out", help="output folder or file; required unless --repeat is given"
    )
    files.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
    add_recursive(groups)
    files.add_argument(
        "--from-file",
        metavar="LIST",
        help="read more inputs from a file, one per line; - is standard input",
    )
    files.add_argument(
        "--shard",
        metavar="I/N",
        help="do share I of N alone, for N machines with one output folder; see colorizer merge",
    )
    files.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="do it on the machines of a Ray cluster: auto, HOST:PORT, or local for all cards here",
    )
    files.add_argument(
        "--failed-list",
        type=Path,
        metavar="FILE",
        help="write the inputs that failed, one per line, for a later --from-file",
    )
    files.add_argument(
        "-0",
        "--null",
        action="store_true",
        help="end names with NUL instead of a line break: in both lists, and on standard output",
    )
    files.add_argument(
        "--strict",
        action="store_true",
        help="files in the input that are neither photos nor films are failures: exit code 1",
    )
    add_events(groups)
    add_records(groups)
    records.add_argument(
        "--bag", action="store_true", help="make OUT a bag (BagIt), with the results in OUT/data"
    )
    records.add_argument(
        "--repeat",
        type=Path,
        metavar="SIDECAR",
        help="make the result of a sidecar again and compare the two; without OUT the new one is"
        " deleted",
    )
    add_settings(groups)


def _add_preview(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="PNG")
    parser.add_argument(
        "--time",
        type=seconds,
        default=0.0,
        help="time in a film: seconds (a number alone, other than for --start), M:SS or H:MM:SS",
    )
    parser.add_argument(
        "--confidence", action="store_true", help="add a picture of the confidence of the network"
    )
    parser.add_argument(
        "--alternatives",
        type=pixel,
        metavar="X,Y",
        help="print the likeliest colours of a pixel and their probabilities, as JSON",
    )
    shown = (
        "model", "weights", "device", "size", "strength", "vividness", "emulsion", "hints",
        "shots", "paper", "screens", "faded", "assume_profile", "negative", "cards",
        "interlaced", "fps", "transfer",
    )  # fmt: skip
    add_settings(option_groups(parser), only=shown)


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
