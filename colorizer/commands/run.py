"""The command `run`: from inputs to a plan, from the plan to results."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from colorizer.archive.bag import PAYLOAD
from colorizer.archive.disk import spaces
from colorizer.archive.ledger import Ledger, ledger_of
from colorizer.archive.manifest import NAME, read_manifest
from colorizer.archive.naming import Plan
from colorizer.archive.register import check_lists
from colorizer.commands.interrupt import Interrupt
from colorizer.commands.options import settings_from
from colorizer.commands.report import ExitCode, Report, note, tell_ignored, write_json, write_line
from colorizer.errors import MediaError, SettingsError, TargetError
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.durable import check_writable, write_whole
from colorizer.media.segments import kept_frames, sweep
from colorizer.plan import marked, plan_run
from colorizer.strangers import LIST_BYTES, TooLargeError

if TYPE_CHECKING:
    from colorizer.models.base import ColorModel

_log = logging.getLogger(__name__)

_ACTIONS = {JobState.WAITING: "run", JobState.SKIPPED: "skip", JobState.FAILED: "fail"}


def run(arguments: argparse.Namespace) -> int:
    """Colorize all inputs and return the exit code."""
    if arguments.repeat:
        from colorizer.commands.repeat import repeat

        return repeat(arguments)
    if arguments.out is None:
        raise SettingsError("-o OUT is missing; name the folder or file of the results")
    if arguments.bag:
        arguments.out = f"{Path(arguments.out) / PAYLOAD}{os.sep}"
    settings = settings_from(arguments)
    plan = plan_run(_inputs(arguments), arguments.out, settings, recursive=arguments.recursive)
    for problem in plan.problems:
        note(f"failed: {problem}")
    if not arguments.quiet:
        for line in plan.notes:
            note(line)
    if not (plan.jobs or plan.settled):
        note("colorizer: nothing to colorize was found")
        return ExitCode.NO_INPUT
    _check_lists(plan, arguments)
    _tell_space(plan, arguments)
    if arguments.dry_run:
        return _show(plan, as_json=arguments.json)
    return _colorize(plan, arguments)


def _check_lists(plan: Plan, arguments: argparse.Namespace) -> None:
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
            raise TargetError(failed, "is a photo or a film; name another file for --failed-list")
        if not arguments.dry_run:
            check_writable(failed)
    for file in lists:
        try:
            read_manifest(file) if file.name == NAME else None
        except MediaError as error:
            raise TargetError(file, f"{error.reason}; move it away or mend it first") from error


def _inputs(arguments: argparse.Namespace) -> list[str]:
    """Return the inputs of the command line and of --from-file.

    Raises:
        SettingsError: there is none, or the list can't be read.
    """
    inputs = list(arguments.inputs)
    listed = arguments.from_file
    try:
        if listed == "-":
            inputs += _lines(_all_of(sys.stdin.buffer))
        elif listed:
            # It may be a pipe, as of a shell's <(find ...).
            with Path(listed).open("rb") as opened:
                inputs += _lines(_all_of(opened))
    except OSError as error:
        raise SettingsError(f"--from-file {listed} can't be read: {error.strerror}") from error
    if not inputs and listed is None:
        raise SettingsError("no INPUT given; name files, folders or --from-file LIST")
    return inputs


def _all_of(opened: BinaryIO) -> bytes:
    """Read a list of inputs.

    Raises:
        OSError: it can't be read, or never ends.
    """
    data = opened.read(LIST_BYTES + 1)
    if len(data) > LIST_BYTES:
        raise TooLargeError(errno.EFBIG, f"has more than {LIST_BYTES >> 20} MB")
    return data


def _lines(data: bytes) -> list[str]:
    # Names may hold any bytes; os.fsdecode would stumble over the byte order mark of Windows.
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    return [name for line in text.split("\n") if (name := line.removesuffix("\r")).strip()]


def _tell_space(plan: Plan, arguments: argparse.Namespace) -> None:
    """Say what the run will need on its disks, and what is free."""
    for space in spaces(plan.jobs):
        if not (arguments.quiet and space.enough):
            note(str(space))
        if arguments.json:
            facts = {"needed": space.needed, "free": space.free, "enough": space.enough}
            write_json(event="space", folder=str(space.folder), **facts)


def _show(plan: Plan, *, as_json: bool) -> int:
    """Print the plan, touching nothing."""
    rows = [(job, JobState.WAITING, "") for job in plan.jobs]
    rows += [(event.job, event.state, event.message) for event in plan.settled]
    for job, state, reason in rows:
        action = _ACTIONS[state]
        if as_json:
            facts = {"source": str(job.source), "target": str(job.target), "kind": str(job.kind)}
            write_json(event="plan", action=action, **facts, message=reason)
        else:
            write_line(f"{action} {job.source} -> {job.target}" + (f" ({reason})" * bool(reason)))
    failed = bool(plan.problems) or any(row[1] is JobState.FAILED for row in rows)
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _colorize(plan: Plan, arguments: argparse.Namespace) -> int:
    """Run the plan; whatever ends it, the summary and the list of failures are written."""
    planned = [*plan.jobs, *(event.job for event in plan.settled)]
    photos = sum(job.kind is Kind.PHOTO for job in planned)
    out, bag = Path(arguments.out), arguments.bag
    ledger = ledger_of(out, planned, log=arguments.log, manifest=arguments.manifest, bag=bag)
    with Report(photos=photos, as_json=arguments.json, quiet=arguments.quiet) as report:
        try:
            for event in plan.settled:
                report.take(event)
                ledger.take(event)
                sweep(event.job.target)
            interrupted = _run_jobs(plan, arguments, report, ledger) if plan.jobs else False
        finally:
            for target in [*report.unfinished(), *(job.target for job in report.failed)]:
                if kept := kept_frames(target):
                    note(f"{target}: {kept} finished frames are kept; the same command goes on")
            report.summary(len(planned), problems=len(plan.problems))
            if arguments.failed_list:
                _write_list(arguments.failed_list, plan, report.failed, Path(arguments.out))
            ledger.close()
    if interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.SOME_FAILED if report.failed or plan.problems else ExitCode.OK


def _run_jobs(plan: Plan, arguments: argparse.Namespace, report: Report, ledger: Ledger) -> bool:
    """Run the jobs and return whether Ctrl-C ended them."""
    make_folder(plan.jobs[0].target.parent)
    from colorizer import batch, pipeline

    model = pipeline.open_model(plan.jobs[0].settings)
    tell_device(model)
    if not arguments.quiet:
        tell_ignored(model, plan.jobs[0].settings)
    with Interrupt(report.unfinished) as interrupt:
        way = batch.Way(record=ledger.take, asked=lambda: interrupt.asked, apart=True)
        with closing(batch.run_all(plan.jobs, model, workers=arguments.jobs, way=way)) as events:
            for event in events:
                report.take(event)
    return interrupt.asked


def tell_device(model: ColorModel) -> None:
    """Log the device in words, where that is asked for."""
    if _log.isEnabledFor(logging.INFO):
        from colorizer.device import describe_device

        _log.info("running on %s", describe_device(next(model.parameters()).device))


def make_folder(folder: Path) -> None:
    """Create the output folder before any work is done.

    Raises:
        TargetError: it can't be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TargetError(folder, f"can't be created: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise TargetError(folder, "can't be written to; choose another folder")


def _write_list(file: Path, plan: Plan, failed: Iterable[Job], out: Path) -> None:
    """Write the failed inputs, one a line, as --from-file reads them.

    Raises:
        TargetError: the list can't be written.
    """
    lines = [str(problem.path) for problem in plan.problems]
    lines += [marked(job.source, job.target, out) for job in failed]
    try:
        text = "".join(f"{line}\n" for line in lines)
        write_whole(file, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise TargetError(file, f"can't be written: {error.strerror}") from error
