"""The command `run`: from inputs to a plan, from the plan to results."""

from __future__ import annotations

import argparse
import logging
import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.archive.planning.disk import spaces
from colorizer.archive.planning.naming import UNSUPPORTED, Plan
from colorizer.archive.planning.plan import plan_run
from colorizer.archive.planning.shards import parse_shard, share_of
from colorizer.archive.records.bag import PAYLOAD
from colorizer.archive.records.ledger import Ledger, ledger_of
from colorizer.commands.interrupt import Interrupt
from colorizer.commands.lists import check_run_lists, inputs_of, write_failed
from colorizer.commands.options import settings_from
from colorizer.commands.pipe import is_piped, pipe
from colorizer.commands.report import ExitCode, Report, tell_ignored
from colorizer.commands.streams import say, write_json, write_line
from colorizer.errors import SettingsError, TargetError
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.unfinished import kept_frames, sweep
from colorizer.notes import note
from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.models.base import ColourModel

_log = logging.getLogger(__name__)

ALL_CARDS = "cuda:all"
"""The device that is every card of this machine: a cluster of it alone."""
_ACTIONS = {JobState.WAITING: "run", JobState.SKIPPED: "skip", JobState.FAILED: "fail"}


def run(arguments: argparse.Namespace) -> int:
    """Colorize all inputs and return the exit code."""
    if arguments.repeat:
        from colorizer.commands.repeat import repeat

        return repeat(arguments)
    if arguments.out is None:
        raise SettingsError(note("run.out_missing"))
    if is_piped(arguments):
        return pipe(arguments)
    if arguments.bag:
        arguments.out = f"{Path(arguments.out) / PAYLOAD}{os.sep}"
    settings = settings_from(arguments)
    if settings.device == ALL_CARDS:
        settings, arguments.cluster = _of_all_cards(settings), "local"
    shard = parse_shard(arguments.shard) if arguments.shard else None
    plan = plan_run(inputs_of(arguments), arguments.out, settings, recursive=arguments.recursive)
    is_empty = not (plan.jobs or plan.settled)
    if shard:
        plan = share_of(plan, shard, Path(arguments.out))
    _tell_left_out(plan, arguments)
    if not arguments.quiet:
        for line in plan.notes:
            say(line)
    if is_empty:
        say("colorizer: nothing to colorize was found")
        return ExitCode.NO_INPUT
    check_run_lists(plan, arguments)
    _tell_space(plan, arguments)
    if arguments.dry_run:
        return _show(plan, arguments)
    return _colorize(plan, arguments)


def _of_all_cards(settings: Settings) -> Settings:
    """Return the settings of a job on one card of several.

    Raises:
        DeviceError: there is no card.
    """
    from colorizer.stages.device import choose_device

    choose_device("cuda")  # said here, not by every worker
    return replace(settings, device="cuda")


def _tell_left_out(plan: Plan, arguments: argparse.Namespace) -> None:
    """Name the inputs that give no job: what is wrong with them, or why they are left out."""
    for problem in plan.problems:
        say(f"failed: {problem}")
        if arguments.json:
            write_json(event="problem", path=str(problem.path), message=problem.reason)
    for left in plan.left_out:
        if arguments.json:
            write_json(event="left_out", path=str(left.path), message=left.reason)
        strict = arguments.strict and left.reason == UNSUPPORTED
        if arguments.verbose or arguments.dry_run or strict:
            say(f"{'failed' if strict else 'left out'}: {left.path}: {left.reason}")


def _tell_space(plan: Plan, arguments: argparse.Namespace) -> None:
    """Say what the run will need on its disks, and what is free."""
    for space in spaces(plan.jobs):
        if not (arguments.quiet and space.enough):
            say(str(space))
        if arguments.json:
            facts = {"needed": space.needed, "free": space.free, "enough": space.enough}
            write_json(event="space", folder=str(space.folder), **facts)


def _show(plan: Plan, arguments: argparse.Namespace) -> int:
    """Print the plan, touching nothing."""
    rows = [(job, JobState.WAITING, _of_cluster(job, arguments)) for job in plan.jobs]
    rows += [(event.job, event.state, event.message) for event in plan.settled]
    for job, state, reason in rows:
        action = _ACTIONS[state]
        if arguments.json:
            facts = {"source": str(job.source), "target": str(job.target), "kind": str(job.kind)}
            write_json(event="plan", action=action, **facts, message=reason)
        else:
            write_line(f"{action} {job.source} -> {job.target}" + (f" ({reason})" * bool(reason)))
    failed = _incomplete(plan, arguments) or any(row[1] is JobState.FAILED for row in rows)
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _of_cluster(job: Job, arguments: argparse.Namespace) -> str:
    """Say of a film in how many pieces a cluster does it, or why it stays whole."""
    if not arguments.cluster or job.kind is not Kind.FILM:
        return ""
    from colorizer.engine.cluster import PIECE
    from colorizer.engine.cluster_worker import split_words

    return split_words(job, PIECE)


def _colorize(plan: Plan, arguments: argparse.Namespace) -> int:
    """Run the plan; whatever ends it, the summary and the list of failures are written."""
    planned = [*plan.jobs, *(event.job for event in plan.settled)]
    photos = sum(job.kind is Kind.PHOTO for job in planned)
    out, bag = Path(arguments.out), arguments.bag
    ledger = ledger_of(out, planned, log=arguments.log, manifest=arguments.manifest, bag=bag)
    options = {"as_json": arguments.json, "quiet": arguments.quiet, "null": arguments.null}
    with Report(photos=photos, **options) as report:
        try:
            for event in plan.settled:
                report.take(event)
                ledger.take(event)
                sweep(event.job.target)
            interrupted = _run_jobs(plan, arguments, report, ledger) if plan.jobs else False
        finally:
            for target in [*report.unfinished(), *(job.target for job in report.failed.values())]:
                if kept := kept_frames(target):
                    say(f"{target}: {kept} finished frames are kept; the same command continues")
            report.look_again()
            counts = {"problems": len(plan.problems), "unsupported": len(plan.unsupported)}
            counts["left_out"] = len(plan.left_out) - counts["unsupported"]
            report.summary(len(planned), **counts)
            if arguments.failed_list:
                write_failed(arguments, plan, report.failed.values())
            ledger.close()
    if interrupted:
        return ExitCode.INTERRUPTED
    failed = report.failed or _incomplete(plan, arguments)
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _incomplete(plan: Plan, arguments: argparse.Namespace) -> bool:
    """Tell whether inputs that gave no job count as failures."""
    return bool(plan.problems or (arguments.strict and plan.unsupported))


def _run_jobs(plan: Plan, arguments: argparse.Namespace, report: Report, ledger: Ledger) -> bool:
    """Run the jobs and return whether Ctrl-C ended them."""
    make_folder(plan.jobs[0].target.parent)
    if arguments.cluster:
        return _run_on_cluster(plan, arguments, report, ledger)
    from colorizer import pipeline
    from colorizer.engine.runner import Handling, run_jobs

    model = pipeline.open_model(plan.jobs[0].settings)
    tell_device(model)
    if not arguments.quiet:
        tell_ignored(model, plan.jobs[0].settings)
    with Interrupt(report.unfinished) as interrupt:
        handling = Handling(record=ledger.take, stop=lambda: interrupt.asked)
        steps = run_jobs(plan.jobs, model, workers=arguments.jobs, handling=handling)
        with closing(steps) as events:
            for event in events:
                report.take(event)
    return interrupt.asked


def _run_on_cluster(
    plan: Plan, arguments: argparse.Namespace, report: Report, ledger: Ledger
) -> bool:
    """Run the jobs on other machines and return whether Ctrl-C ended them."""
    from colorizer.archive.records.merging import merge
    from colorizer.engine.cluster import run_on_cluster
    from colorizer.engine.runner import Handling

    made_before = False
    with Interrupt(report.unfinished) as interrupt:
        handling = Handling(record=ledger.take, stop=lambda: interrupt.asked)
        steps = run_on_cluster(plan.jobs, arguments.cluster, handling, workers=arguments.jobs)
        with closing(steps) as events:
            for event in events:
                report.take(event)
                made_before |= event.state is JobState.SKIPPED
    if made_before:  # by a machine that died before it could tell
        ledger.write_manifest()
        merge(Path(arguments.out), log=arguments.log, manifest=arguments.manifest)
    return interrupt.asked


def tell_device(model: ColourModel) -> None:
    """Log the device in words, where that is asked for."""
    if _log.isEnabledFor(logging.INFO):
        from colorizer.stages.device import describe_device

        _log.info("running on %s", describe_device(next(model.parameters()).device))


def make_folder(folder: Path) -> None:
    """Create the output folder before any work is done.

    Raises:
        TargetError: it can't be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TargetError(folder, note("folder.cannot_create", why=error.strerror)) from error
    if not os.access(folder, os.W_OK):
        raise TargetError(folder, note("folder.cannot_write_to"))
