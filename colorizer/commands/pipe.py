"""The command `run` through pipes: y4m on standard input and output, and through named pipes."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from colorizer.commands.options import settings_from
from colorizer.commands.report import ExitCode
from colorizer.commands.streams import say, write_json
from colorizer.errors import SettingsError, TargetError
from colorizer.files.durable import replacing
from colorizer.files.shown_names import counted
from colorizer.jobs import Kind, Progress
from colorizer.notes import note
from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.media.film.protocol import Film

_SUFFIX = ".y4m"
_NEVER = ("hints", "verify", "codec", "quality", "preset", "hardware", "shots")
"""Settings that a pipe has no use for, or that want a film read twice."""
_OF_FILES = ("start", "end", "negative")
"""Settings for which a film must be looked at before its first frame is read."""
_ALONE = ("bag", "failed_list", "from_file", "dry_run", "repeat")
"""Options about lists of files and records of results."""


def is_piped(arguments: argparse.Namespace) -> bool:
    """Return whether input or output is a pipe, or the output a y4m file."""
    out = arguments.out or ""
    inputs = arguments.inputs
    return _is_pipe(out) or out.lower().endswith(_SUFFIX) or any(map(_is_pipe, inputs))


def pipe(arguments: argparse.Namespace) -> int:
    """Colorize one film into a pipe and return the exit code.

    Raises:
        SettingsError: more than one input, or an option that a pipe has no use for.
    """
    from colorizer import pipeline
    from colorizer.media.film.piped import PipedOutput
    from colorizer.pipeline.piped import colour_pipe

    settings = _checked(arguments)
    name, out = arguments.inputs[0], arguments.out
    if arguments.json and out == "-":
        raise SettingsError(note("pipe.json"))
    model = pipeline.open_model(settings)
    with ExitStack() as opened:
        outgoing = opened.enter_context(_written(out, settings))
        source = opened.enter_context(_opened(name, settings))
        sink = opened.enter_context(PipedOutput(outgoing, Path(out), like=source))
        with closing(colour_pipe(source, sink, model, settings)) as steps:
            done = _told(steps, arguments)
    return ExitCode.OK if done else ExitCode.SOME_FAILED


def _checked(arguments: argparse.Namespace) -> Settings:
    """Return the settings; refuse what a pipe can't do."""
    from colorizer.media.probe import kind_of

    out, inputs = arguments.out, arguments.inputs
    if len(inputs) != 1:
        raise SettingsError(note("pipe.one_input"))
    to_y4m = _is_pipe(out or "") or (out or "").lower().endswith(_SUFFIX)
    if not to_y4m:
        raise SettingsError(note("pipe.needs_y4m_out"))
    source = Path(inputs[0])
    if source.is_dir() or (not _is_pipe(inputs[0]) and kind_of(source) is Kind.PHOTO):
        raise SettingsError(note("pipe.film_only", name=source))
    given = vars(arguments)
    unfit = [name for name in _NEVER if name in given]
    unfit += [name for name in _OF_FILES if name in given and _is_pipe(inputs[0])]
    unfit += [name for name in _ALONE if given.get(name)]
    if unfit:
        raise SettingsError(note("pipe.option", option=f"--{unfit[0].replace('_', '-')}"))
    return settings_from(arguments)


def _told(steps: Iterator[Progress], arguments: argparse.Namespace) -> int:
    """Show how far the work is on standard error; return how many frames were written."""
    from tqdm import tqdm

    shown = sys.stderr.isatty() and not arguments.quiet and "NO_COLOR" not in os.environ
    done, told = 0, set[str]()
    with tqdm(unit="frame", dynamic_ncols=True, disable=not shown) as bar:
        for progress in steps:
            done = progress.done
            bar.total = progress.total
            bar.update(done - bar.n)
            if not arguments.quiet:
                for line in progress.warnings:
                    if line not in told:
                        say(f"note: {line}")
                    told.add(line)
    if arguments.json:
        write_json(event="done", frames=done)
    if not arguments.quiet:
        say(counted(done, "frame"))
    return done


@contextmanager
def _opened(name: str, settings: Settings) -> Iterator[Film]:
    """Open the film: from a pipe, or a file."""
    from colorizer.media import open_film
    from colorizer.media.film.piped import PipedFilm

    if not _is_pipe(name):
        with open_film(Path(name), settings, side=settings.size) as film:
            yield film
        return
    standard = nullcontext(sys.stdin.buffer)
    with (
        standard if name == "-" else Path(name).open("rb") as stream,
        PipedFilm(stream, Path(name), side=settings.size, interlaced=settings.interlaced) as film,
    ):
        yield film


@contextmanager
def _written(out: str, settings: Settings) -> Iterator[BinaryIO]:
    """Open what is written to; a file is whole under its name or does not appear."""
    if out == "-":
        # What libraries print would lie between frames: it goes to standard error from here on.
        own = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        stream = os.fdopen(own, "wb", buffering=1 << 20)
        try:
            yield stream
        finally:
            with suppress(OSError):  # told where it was written to
                stream.close()
        return
    target = Path(out)
    if _is_pipe(out):
        with target.open("wb", buffering=1 << 20) as stream:
            yield stream
        return
    if target.exists() and settings.existing != "overwrite":
        raise TargetError(target, note("pipe.exists"))
    try:
        with replacing(target) as stream:
            yield stream
    except OSError as error:
        raise TargetError(target, note("file.cannot_write_so", why=error.strerror)) from error


def _is_pipe(name: str) -> bool:
    """Return whether a name stands for a standard stream or is a named pipe."""
    if name == "-":
        return True
    try:
        return stat.S_ISFIFO(Path(name).stat().st_mode)
    except OSError:
        return False
