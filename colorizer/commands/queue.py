"""The commands `queue` and `gui`: the window's queue without the window, and the window."""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.commands.interrupt import Interrupt
from colorizer.commands.options import (
    add_records,
    add_settings,
    option_groups,
    settings_from,
    short_help,
)
from colorizer.commands.report import ExitCode, Report
from colorizer.commands.streams import say, write_json, write_line
from colorizer.errors import ColorizerError
from colorizer.files.claims import clear_left
from colorizer.jobs import JobState, Kind, Progress

if TYPE_CHECKING:
    from colorizer.engine.queue import Entry, Queue
    from colorizer.engine.records import Records
    from colorizer.engine.runner import Runner

TEXT = """\
List, add to, clear and run the queue of the window.

Every change is saved at once. While the window is open it owns the queue, and only `list` works. A
file that was in progress when a run ended is interrupted, and the next run continues it.
"""
_PENDING = (JobState.WAITING, JobState.INTERRUPTED)
_OVER = (JobState.DONE, JobState.SKIPPED)
_SAVE_SECONDS = 2.0
"""Time between two notes of how far a job is."""


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `queue`."""
    parser.add_argument("--file", type=Path, metavar="FILE", help="another queue than the window's")
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)

    def add(name: str, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        added.add_argument("--json", action="store_true", help="as JSON lines")
        return added

    add("list", "show all files and their states")
    adding = add("add", "add files and folders to run later")
    short_help(adding, "INPUT... -o OUT [options]")
    groups = option_groups(adding)
    files = groups["files"]
    files.add_argument("inputs", nargs="+", metavar="INPUT", help="files and folders")
    files.add_argument("-o", "--out", required=True, help="output folder or file")
    add_settings(groups)
    clearing = add("clear", "remove entries that are done or skipped; files are not touched")
    clearing.add_argument("--all", action="store_true", help="remove all entries")
    running = add("run", "colorize all files that wait or were interrupted")
    running.add_argument(
        "--retry", action="store_true", help="include files that failed or were cancelled"
    )
    add_records(option_groups(running))
    running.add_argument("-q", "--quiet", action="store_true", help="print failures only")


def queue(arguments: argparse.Namespace) -> int:
    """Do what the action says and return the exit code."""
    from colorizer.engine.queue import Queue
    from colorizer.engine.queue_lock import held

    actions: dict[str, Callable[[Queue, argparse.Namespace], int]] = {
        "add": _add,
        "clear": _clear,
        "run": _run,
    }
    file = arguments.file or queue_file()
    if arguments.action == "list":
        with closing(Queue(file, alone=False)) as opened:
            return _list(opened, arguments)
    with held(file), closing(Queue(file)) as opened:
        return actions[arguments.action](opened, arguments)


def gui(arguments: argparse.Namespace) -> int:
    """Open the window and return the exit code when it is closed."""
    try:
        from importlib import import_module

        window = import_module("gui.__main__")
    except ImportError as error:
        raise ImportError(f"the window is not installed ({error})") from error
    return window.main([str(path) for path in arguments.inputs])


def queue_file() -> Path:
    """Return the queue of the window, in the person's data folder."""
    from platformdirs import user_data_path

    return user_data_path("Colorizer", appauthor=False, roaming=True) / "queue.sqlite"


def _list(queue: Queue, arguments: argparse.Namespace) -> int:
    entries = queue.entries()
    for entry in entries:
        job = entry.job
        if arguments.json:
            paths = {"source": str(job.source), "target": str(job.target), "kind": str(job.kind)}
            facts = {"done": entry.done, "total": entry.total, "message": entry.reason}
            write_json(event="job", id=entry.id, state=str(entry.state), **paths, **facts)
        else:
            reason = f" ({entry.reason})" if entry.reason else ""
            write_line(f"{entry.state:11} {job.source} -> {job.target}{reason}")
    counts = Counter(str(entry.state) for entry in entries)
    say(", ".join(f"{n} {state}" for state, n in counts.items()) or "the queue is empty")
    return ExitCode.OK


def _add(queue: Queue, arguments: argparse.Namespace) -> int:
    from colorizer.archive.planning.plan import plan_run

    inputs = [os.path.abspath(name) for name in arguments.inputs]  # noqa: PTH100 - as it is named
    out = os.path.abspath(arguments.out)  # noqa: PTH100
    plan = plan_run(inputs, out, settings_from(arguments))
    for problem in plan.problems:
        say(f"failed: {problem}")
    for line in plan.notes:
        say(line)
    if not (plan.jobs or plan.settled):
        say("colorizer: nothing to colorize was found")
        return ExitCode.NO_INPUT
    named = [event.job for event in plan.settled] + list(plan.jobs)
    root = None if any(job.target == Path(out) for job in named) else Path(out)
    added = queue.add(plan.jobs, root=root)
    clear_left(event.job.target for event in plan.settled)
    for event in plan.settled:
        added += queue.add([event.job], event.state, event.message, root)
    if arguments.json:
        write_json(event="added", ids=added)
    say(f"{len(added)} added")
    failed = plan.problems or any(event.state is JobState.FAILED for event in plan.settled)
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _clear(queue: Queue, arguments: argparse.Namespace) -> int:
    rows = [e.id for e in queue.entries() if arguments.all or e.state in _OVER]
    queue.remove([*rows, *queue.unreadable])
    if arguments.json:
        write_json(event="cleared", ids=rows)
    say(f"{len(rows)} forgotten")
    return ExitCode.OK


def _run(queue: Queue, arguments: argparse.Namespace) -> int:
    """Run what waits, in the order of the queue."""
    from colorizer.engine.queue import REMOVED
    from colorizer.engine.records import Records
    from colorizer.engine.runner import Runner

    again = (JobState.FAILED, JobState.CANCELLED) if arguments.retry else ()
    rows = [entry for entry in queue.entries() if entry.state in (*_PENDING, *again)]
    if not rows:
        say("nothing waits in the queue")
        return ExitCode.OK
    photos = sum(entry.job.kind is Kind.PHOTO for entry in rows)
    with Report(photos=photos, as_json=arguments.json, quiet=arguments.quiet) as report:
        try:
            with (
                closing(Records(log=arguments.log, manifest=arguments.manifest)) as records,
                Interrupt(report.unfinished) as interrupt,
                Runner() as runner,
            ):
                for entries in _together(rows):
                    if not interrupt.asked:
                        _Work(queue, entries, report, records).do(runner, interrupt)
        finally:
            for job in report.look_again():
                gone = (entry.id for entry in rows if entry.job.target == job.target)
                queue.update_many(gone, state=JobState.FAILED, reason=REMOVED)
            report.summary(len(rows))
    if interrupt.asked:
        return ExitCode.INTERRUPTED
    return ExitCode.SOME_FAILED if report.failed else ExitCode.OK


def _together(rows: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield what is done at the same time: photos in a row, or one film."""
    photos: dict[Path, Entry] = {}
    for entry in rows:
        film, target = entry.job.kind is Kind.FILM, entry.job.target
        if photos and (film or target in photos):
            yield list(photos.values())
            photos = {}
        if film:
            yield [entry]
        else:
            photos[target] = entry
    if photos:
        yield list(photos.values())


class _Work:
    """Rows that are done at the same time, and what the queue keeps of them."""

    def __init__(
        self, queue: Queue, entries: Sequence[Entry], report: Report, records: Records
    ) -> None:
        self._queue, self._report, self._records = queue, report, records
        self._entries = entries
        self._by_target = {entry.job.target: entry for entry in entries}
        self._began: dict[int, float] = {}
        """When each row in progress was begun."""
        self._saved: dict[int, float] = {}

    def do(self, runner: Runner, interrupt: Interrupt) -> None:
        """Run the jobs and keep what became of them; what is broken off is interrupted.

        Raises:
            ColorizerError: what would fail every further job too; those in progress wait again.
        """
        from colorizer.engine.runner import Handling

        state = JobState.INTERRUPTED
        handling = Handling(record=self._record, stop=lambda: interrupt.asked)
        jobs = [entry.job for entry in self._entries]
        try:
            with closing(runner.run_all(jobs, handling)) as events:
                for event in events:
                    self._report.take(event)
                    self._keep(event)
        except ColorizerError:
            state = JobState.WAITING
            raise
        finally:
            for number in list(self._began):
                self._end(number, {"state": state, "reason": interrupt.name})

    def _entry(self, event: Progress) -> Entry:
        """Return the row of an event; a film's may be that of one of its parts."""
        return self._by_target.get(event.job.target, self._entries[0])

    def _record(self, end: Progress) -> None:
        entry = self._entry(end)
        self._records.take(str(entry.root or entry.job.target.parent), end)

    def _keep(self, event: Progress) -> None:
        """Save the state of a row, and now and then how far it is."""
        number, now = self._entry(event).id, time.monotonic()
        if number not in self._began:
            self._began[number] = self._saved[number] = now
            self._queue.update(
                number, state=JobState.RUNNING, reason="", warnings=(), started=time.time()
            )
        if event.state is not JobState.RUNNING:
            self._end(number, _end_of(event))
        elif now - self._saved[number] >= _SAVE_SECONDS:
            self._saved[number] = now
            self._queue.update(number, done=event.done, total=event.total)

    def _end(self, number: int, changes: dict[str, Any]) -> None:
        seconds = time.monotonic() - self._began.pop(number)
        self._queue.update(number, **changes, seconds=seconds, ended=time.time())


def _end_of(event: Progress) -> dict[str, Any]:
    facts: dict[str, Any] = {"state": event.state, "reason": event.message, "done": event.done}
    return {**facts, "total": event.total, "warnings": event.warnings}
