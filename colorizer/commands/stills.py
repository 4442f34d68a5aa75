"""The command `stills`: the best frames of every shot, to be recoloured and taken back."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from colorizer.commands.interrupt import Interrupt
from colorizer.commands.options import (
    add_settings,
    option_groups,
    settings_from,
)
from colorizer.commands.report import ExitCode, Report, tell_ignored
from colorizer.commands.streams import say
from colorizer.errors import SettingsError, UnsupportedMedia
from colorizer.jobs import Job, JobState, Kind
from colorizer.notes import note

TEXT = """\
Write the best frames of every shot of a film, gray and coloured, for people to recolour.

The best frame is sharp, from the middle of its shot, and shows most of what the shot shows; a long
pan gets several. FOLDER gets gray/, colour/ (with the same names, of shot, frame and time), contact
sheets and stills.json. Recolour any of them in any program, resized, cropped or repainted, under
whatever name, and take the folder back with

  colorizer run FILM -o OUT --references FOLDER

where only what was changed counts. An interrupted run continues at its shot. What was painted over
is kept, unless --existing overwrite is given.
"""
_SETTINGS = (
    *("model", "weights", "device", "size", "strength", "vividness", "emulsion", "hints"),
    *("reference", "memory", "keep_colours", "cards", "shots", "paper", "screens", "faded"),
    *("coloured", "toned", "negative", "start", "end", "interlaced", "fps", "accept_gaps"),
    *("transfer", "existing"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    groups = option_groups(parser)
    files = groups["files"]
    files.add_argument(
        "film", type=Path, metavar="FILM", help="film, pattern of an image sequence, or its folder"
    )
    files.add_argument("-o", "--out", type=Path, required=True, metavar="FOLDER")
    files.add_argument("--json", action="store_true", help="print events as JSON lines")
    files.add_argument("-q", "--quiet", action="store_true", help="print failures only")
    add_settings(groups, only=_SETTINGS)


def stills(arguments: argparse.Namespace) -> int:
    """Write the stills of one film and return the exit code."""
    settings, out = settings_from(arguments), arguments.out
    if settings.existing == "rename":
        raise SettingsError(note("stills.no_rename"))
    film = _film(arguments.film)
    from colorizer.archive.planning.register import check_output
    from colorizer.pipeline import open_model
    from colorizer.pipeline.stills import find_stills

    check_output(out, Job(film, out, Kind.FILM, settings))
    model = open_model(settings)
    if not arguments.quiet:
        tell_ignored(model, settings)
    state, message = JobState.RUNNING, ""
    with (
        Report(photos=0, as_json=arguments.json, quiet=arguments.quiet) as report,
        Interrupt(list) as interrupt,
        closing(find_stills(film, out, settings, model)) as events,
    ):
        for event in events:
            report.take(event)
            state, message = event.state, event.message
            if interrupt.asked:
                break
        if state is JobState.SKIPPED and not arguments.quiet:
            say(f"{out}: {message}")
    if state is JobState.RUNNING:
        say(str(note("stills.interrupted", folder=out)))
        return ExitCode.INTERRUPTED
    return ExitCode.OK


def _film(path: Path) -> Path:
    """Return a film, or the pattern of a sequence.

    Raises:
        UnsupportedMedia: it is neither.
    """
    if path.is_dir():
        from colorizer.places.frame_pattern import grouped

        found = list(grouped(file for file in path.iterdir() if file.is_file()))
        if len(found) != 1:
            raise UnsupportedMedia(path, note("stills.no_one_sequence", count=len(found)))
        return found[0]
    from colorizer.commands.info import known_kind

    if known_kind(path) is not Kind.FILM:
        raise UnsupportedMedia(path, note("stills.no_film"))
    return path
