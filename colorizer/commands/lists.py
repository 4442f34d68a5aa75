"""Lists of names that a run reads and writes: --from-file, --failed-list, and its manifest."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from colorizer.archive.planning.naming import Plan
from colorizer.archive.planning.plan import MARKER, marked
from colorizer.archive.planning.register import check_lists
from colorizer.archive.records.manifest import NAME, read_manifest
from colorizer.errors import MediaError, SettingsError, TargetError
from colorizer.files.durable import check_writable, write_whole
from colorizer.files.strangers import LIST_BYTES, TooLargeError
from colorizer.jobs import Job
from colorizer.notes import note


def inputs_of(arguments: argparse.Namespace) -> list[str]:
    """Return the inputs of the command line and of --from-file.

    Raises:
        SettingsError: it does not exist, or the list can't be read.
    """
    inputs = list(arguments.inputs)
    listed = arguments.from_file
    try:
        if listed == "-":
            inputs += _names(_all_of(sys.stdin.buffer), arguments.null)
        elif listed:
            # It may be a pipe, as of a shell's <(find ...).
            with Path(listed).open("rb") as opened:
                inputs += _names(_all_of(opened), arguments.null)
    except OSError as error:
        raise SettingsError(note("list.cannot_read", file=listed, why=error.strerror)) from error
    if not inputs and listed is None:
        raise SettingsError(note("list.no_input"))
    return inputs


def _all_of(opened: BinaryIO) -> bytes:
    """Read a list of inputs.

    Raises:
        OSError: it can't be read, or never ends.
    """
    data = opened.read(LIST_BYTES + 1)
    if len(data) > LIST_BYTES:
        raise TooLargeError(errno.EFBIG, note("file.too_large", most=LIST_BYTES >> 20))
    return data


def _names(data: bytes, null: bool) -> list[str]:
    """Return the names of a list: each ends with NUL, where any does, else with a line break."""
    # Names may hold any bytes; os.fsdecode would stumble over the byte order mark of Windows.
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    if null or "\0" in text:
        return [name for name in text.split("\0") if name]
    return [name for line in text.split("\n") if (name := line.removesuffix("\r")).strip()]


def check_run_lists(plan: Plan, arguments: argparse.Namespace) -> None:
    """Say before the work what would be wrong with its lists after it.

    Raises:
        TargetError: a list can't be written, or would replace what is read or made.
    """
    from colorizer.media.probe import kind_of

    out, failed = Path(arguments.out), arguments.failed_list
    named = [Path(text) for text in arguments.inputs]
    kept = arguments.manifest and not arguments.bag and not out.is_file()
    lists = [out / NAME] if kept else []
    if arguments.bag:
        lists += out.parent.glob("*.txt")
    check_lists([*lists, *([failed] if failed else [])], plan, named)
    if failed:
        if failed.exists() and kind_of(failed):
            raise TargetError(failed, note("list.photo_or_film"))
        if not arguments.dry_run:
            check_writable(failed)
    for file in lists:
        try:
            if file.name == NAME:
                read_manifest(file)
        except MediaError as error:
            raise TargetError(file, note("list.mend_first", why=error.reason)) from error


def write_failed(arguments: argparse.Namespace, plan: Plan, failed: Iterable[Job]) -> None:
    """Write the failed inputs, one per line, as --from-file reads them.

    Names end with NUL where --null asks for it or one of them holds a line break.

    Raises:
        TargetError: the list can't be written.
    """
    file, out = arguments.failed_list, Path(arguments.out)
    folders = [Path(text) for text in arguments.inputs]
    lines = [_marked_below(folders, problem.path) for problem in plan.problems]
    lines += [marked(job.source, job.target, out) for job in failed]
    try:
        end = "\0" if arguments.null or any("\n" in line for line in lines) else "\n"
        text = "".join(f"{line}{end}" for line in lines)
        write_whole(file, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise TargetError(file, note("file.cannot_write", why=error.strerror)) from error


def _marked_below(folders: Iterable[Path], path: Path) -> str:
    """Return an input that gives a path the place below the output that its folder gave it."""
    above = next((one for one in folders if one != path and path.is_relative_to(one)), None)
    if above is None:
        return str(path)
    return f"{os.path.abspath(above)}{MARKER}{path.relative_to(above)}"  # noqa: PTH100 - as above
