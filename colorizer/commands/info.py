"""The commands that tell or show: probe, preview, doctor."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from colorizer.archive.planning.register import check_output
from colorizer.commands.options import settings_from
from colorizer.commands.report import ExitCode, tell_ignored
from colorizer.commands.streams import SCHEMA, write_line, write_text
from colorizer.errors import SettingsError, UnsupportedMedia
from colorizer.jobs import Job, Kind
from colorizer.notes import note
from colorizer.places.frame_pattern import stands_for_frames


def probe(arguments: argparse.Namespace) -> int:
    """Print what a file is, as JSON."""
    from colorizer.media.probe import probe

    told = probe(arguments.file)
    if told["kind"] == Kind.FILM:
        from colorizer.look.places import seen_places

        told |= seen_places(arguments.file)
    write_text(json.dumps(told, indent=2, default=str))
    return ExitCode.OK


def preview(arguments: argparse.Namespace) -> int:
    """Write before | after of one picture as PNG."""
    out: Path = arguments.out
    if out.suffix.lower() != ".png":
        raise SettingsError(note("preview.out_not_png", file=out))
    settings = settings_from(arguments)
    kind = known_kind(arguments.file)
    check_output(out, Job(arguments.file, out, kind, settings))
    from colorizer.look.preview import alternatives_at, before_and_after
    from colorizer.media import save_png
    from colorizer.pipeline import open_model

    model, file, time = open_model(settings), arguments.file, arguments.time
    tell_ignored(model, settings)
    wanted = {"time": time, "confidence": arguments.confidence}
    pictures = before_and_after(file, kind, model, settings, **wanted)
    place = arguments.alternatives
    offered = alternatives_at(file, kind, model, settings, place, time=time) if place else []
    save_png(out, pictures)
    write_line(str(out))
    for colour in offered:
        write_text(json.dumps(colour))
    return ExitCode.OK


def known_kind(path: Path) -> Kind:
    """Return whether a file is a photo or a film.

    Raises:
        UnsupportedMedia: it is missing or neither.
    """
    from colorizer.media.probe import kind_of

    if not (os.path.lexists(path) or stands_for_frames(path)):
        raise UnsupportedMedia(path, note("file.no_such_file"))
    kind = None if path.is_dir() else kind_of(path)
    if kind is None:
        raise UnsupportedMedia(path, note("file.neither_photo_nor_film"))
    return kind


def doctor(arguments: argparse.Namespace) -> int:
    """Print what is installed and missing; the exit code says whether anything is missing."""
    from colorizer.engine.doctor import examine_apart

    findings = examine_apart()
    if arguments.json:
        rows = [asdict(finding) for finding in findings]
        write_text(json.dumps({"schema": SCHEMA, "findings": rows}, indent=2))
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            mark = "ok     " if finding.ok else "MISSING"
            fix = "" if finding.ok else f"; fix: {finding.fix}"
            write_line(f"{mark} {finding.name:{width}}  {finding.found}{fix}")
    return ExitCode.OK if all(finding.ok for finding in findings) else ExitCode.MISSING
