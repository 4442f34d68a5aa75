"""The command `merge`: one manifest and run log for what several machines have made."""

from __future__ import annotations

import argparse
from pathlib import Path

from colorizer.commands.report import ExitCode
from colorizer.commands.streams import say, write_json, write_line
from colorizer.errors import MediaError
from colorizer.notes import note

TEXT = """\
Complete the manifest and the run log of a folder of results.

Every result with a sidecar is listed in the manifest, and gets its events in a run log where none
has them. What is missing (a result that a sidecar or the manifest knows, with --sources a photo or
film without a result) and what was made twice from one source is named; the exit code is then 1.
Nothing else is changed. No picture is read; `colorizer verify` checks them.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the results")
    parser.add_argument(
        "--sources", type=Path, metavar="ROOT", help="list its photos and films that have no result"
    )
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def merge(arguments: argparse.Namespace) -> int:
    """Record what is not recorded; the exit code says if anything is missing or a duplicate."""
    from colorizer.archive.records.merging import merge as merge_records

    out: Path = arguments.out
    if not out.is_dir():
        raise MediaError(out, note("work.no_folder"))
    merged = merge_records(out)
    waiting = _without_result(arguments.sources, merged.sources) if arguments.sources else []
    told = {"lost": merged.lost, "unreadable": merged.unread, "not done": waiting}
    for word, paths in told.items():
        for path in paths:
            _tell(arguments, word, path)
    for targets in merged.duplicates:
        _tell(arguments, "duplicate", *targets)
    if arguments.json:
        counts = {word.replace(" ", "_"): len(paths) for word, paths in told.items()}
        counts["duplicate"] = len(merged.duplicates)
        write_json(event="merged", results=merged.results, **counts)
    missing = len(merged.lost) + len(waiting)
    say(
        f"{merged.results} results recorded, {missing} missing, {len(merged.duplicates)} duplicate,"
        f" {len(merged.unread)} unreadable"
    )
    return ExitCode.OK if merged.whole and not waiting else ExitCode.SOME_FAILED


def _tell(arguments: argparse.Namespace, word: str, *paths: Path) -> None:
    if arguments.json:
        write_json(event=word.replace(" ", "_"), paths=[str(path) for path in paths])
    else:
        write_line(f"{word}: {', '.join(map(str, paths))}")


def _without_result(root: Path, made_of: set[Path]) -> list[Path]:
    """Return the photos and films below a folder of which no result was found."""
    from colorizer.archive.planning.sequences import found_sequences
    from colorizer.archive.planning.walk import walk
    from colorizer.media.probe import kind_of
    from colorizer.settings import Settings

    if not root.is_dir():
        raise MediaError(root, note("work.no_folder"))
    walked = walk([root], kind_of, out=root / ".colorize-nowhere", recursive=True)
    found, _ = found_sequences(walked.found, Settings())
    known = {path.resolve() for path in made_of}
    return [item.path for item in found if item.path.resolve() not in known]
