"""The command `watch`: what comes into a folder is colorized, until Ctrl-C."""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.commands.options import (
    add_events,
    add_records,
    add_recursive,
    add_settings,
    option_groups,
    positive,
    settings_from,
    short_help,
)
from colorizer.commands.report import ExitCode, Report
from colorizer.commands.streams import say
from colorizer.jobs import JobState

if TYPE_CHECKING:
    from colorizer.archive.planning.naming import Plan
    from colorizer.archive.records.ledger import Ledger
    from colorizer.commands.interrupt import Interrupt
    from colorizer.engine.watch import Watcher
    from colorizer.models.base import ColourModel
    from colorizer.settings import Settings

TEXT = """\
Colorize new files of a folder until Ctrl-C.

The folders IN are scanned every few seconds, which works on network drives too. A file is colorized
once its size and time have stopped changing; files that exist at the start are colorized as well.
The sidecars in OUT record what is done, so a restarted watch does not repeat a file. A file that
failed is tried again when it changes. Ctrl-C stops after the current picture; the exit code is 1 if
some files failed the last time, otherwise 0.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    short_help(parser, "IN... -o OUT [options]")
    groups = option_groups(parser)
    files = groups["files"]
    files.add_argument("inputs", nargs="+", type=Path, metavar="IN", help="folders to watch")
    files.add_argument("-o", "--out", type=Path, required=True, help="folder of the results")
    add_recursive(groups)
    files.add_argument(
        "--interval",
        type=positive,
        default=5,
        metavar="SECONDS",
        help="least time between two scans (default: 5)",
    )
    files.add_argument(
        "--stable",
        type=positive,
        default=10,
        metavar="SECONDS",
        help="time for which a file must not have changed (default: 10)",
    )
    files.add_argument(
        "--idle", type=positive, metavar="SECONDS", help="exit after this many idle seconds"
    )
    add_events(groups)
    add_records(groups)
    add_settings(groups)


def watch(arguments: argparse.Namespace) -> int:
    """Watch until Ctrl-C and return the exit code.

    Raises:
        SettingsError: an IN is not a folder, or a setting does not go with watching.
        TargetError: OUT can't be written, is full, or another watch works in it.
    """
    from colorizer.archive.records.ledger import Ledger
    from colorizer.commands.run import tell_device
    from colorizer.engine.watch import Watcher, check_settings
    from colorizer.pipeline import open_model

    settings, out = settings_from(arguments), arguments.out
    check_settings(settings)
    with ExitStack() as stack:
        options = {"stable": arguments.stable, "recursive": arguments.recursive}
        watcher = stack.enter_context(Watcher(arguments.inputs, out, **options))
        model = open_model(settings)
        tell_device(model)
        report = Report(photos=0, as_json=arguments.json, quiet=arguments.quiet, bars=False)
        stack.enter_context(report)
        ledger = Ledger(out, log=arguments.log, manifest=arguments.manifest)
        stack.callback(ledger.close)
        stack.callback(_end, report)
        _Watching(arguments, settings, model, watcher, report, ledger).resume()
    return ExitCode.SOME_FAILED if report.failed else ExitCode.OK


def _end(report: Report) -> None:
    """Tell what came of a watch; what is counted as done exists."""
    report.look_again()
    report.summary(report.ended + len(report.unfinished()))


@dataclass(frozen=True, slots=True)
class _Watching:
    """What a watch works with."""

    arguments: argparse.Namespace
    settings: Settings
    model: ColourModel
    watcher: Watcher
    report: Report
    ledger: Ledger

    def resume(self) -> None:
        """Look and work in turns until Ctrl-C, or until there was nothing to do for long."""
        from colorizer.commands.interrupt import Interrupt

        given = self.arguments
        if not given.quiet:
            say(f"watching {', '.join(map(str, given.inputs))}; Ctrl-C ends it")
        worked = time.monotonic()
        with Interrupt(self.report.unfinished) as interrupt:
            while not interrupt.asked:
                began = time.monotonic()
                plan = self.watcher.look(self.settings)
                for problem in plan.problems:
                    say(f"warning: {problem}")
                if plan.jobs or plan.settled:
                    self._work(plan, interrupt)
                    worked = time.monotonic()
                elif given.idle and time.monotonic() - worked >= given.idle:
                    return
                else:
                    # A look at a hundred thousand files takes seconds; it shall not fill them.
                    looked = time.monotonic() - began
                    self._wait(interrupt, max(given.interval, 5 * looked))

    def _wait(self, interrupt: Interrupt, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not interrupt.asked and time.monotonic() < end:
            time.sleep(0.1)

    def _work(self, plan: Plan, interrupt: Interrupt) -> None:
        """Do what has come in, until all is done or Ctrl-C."""
        from colorizer.engine.runner import Handling, run_jobs

        for event in plan.settled:
            self.ledger.take(event)
            self.report.take(event)
        handling = Handling(record=self.ledger.take, stop=lambda: interrupt.asked)
        jobs = run_jobs(plan.jobs, self.model, workers=self.arguments.jobs, handling=handling)
        with closing(jobs) as events:
            for event in events:
                self.report.take(event)
                if event.state is not JobState.RUNNING:
                    self.watcher.ended(event.job.source, failed=event.state is JobState.FAILED)
