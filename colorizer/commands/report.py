"""What a run tells the person or program that started it: results, events, bars, summary.

Standard output carries results alone; everything else goes to standard error.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.commands.streams import say, shown, write_json, write_name
from colorizer.jobs import Job, JobState, Kind, Progress, is_there, results_of
from colorizer.notes import note
from colorizer.settings import Settings

if TYPE_CHECKING:
    from tqdm import tqdm

    from colorizer.models.base import ColourModel

_NEWS = {"reference.reached", "reference.reached_shots", "picture.screen_hidden"}
"""Codes of notes about a result that are no warnings."""
_EVENT_SECONDS = 0.5
"""Least time between two progress events of one job."""


class ExitCode(IntEnum):
    """What the process answers; the numbers never change their meaning."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    NO_INPUT = 3
    MISSING = 4
    NOT_WRITABLE = 5
    DEVICE = 6
    INTERRUPTED = 130


def tell_ignored(model: ColourModel, settings: Settings) -> None:
    """Say which settings that were changed mean nothing to a model."""
    if "bins" not in model.answer and settings.vividness != Settings().vividness:
        say(f"{model.name} gives one answer; --vividness is ignored")


class Report:
    """Turns the Progress of a run into lines and bars, and counts. A context manager.

    Args:
        photos: number of photos that `take` will be told of.
        as_json: events instead of paths on standard output.
        quiet: no bars, no summary, no warnings; failures are still told.
        bars: show bars where standard error is a terminal.
        null: end the names of results with NUL.
    """

    def __init__(
        self, *, photos: int, as_json: bool, quiet: bool, bars: bool = True, null: bool = False
    ) -> None:
        self._as_json = as_json
        self._null = null
        self._quiet = quiet
        self._photos = photos
        self._photos_ended = 0
        self._bars = bars and sys.stderr.isatty() and not quiet and "NO_COLOR" not in os.environ
        self._bar: tqdm[Any] | None = None
        self._bar_of: Path | None = None
        self._told: dict[Path, float] = {}
        self._warned: dict[Path, set[str]] = {}
        self._assumed: set[str] = set()
        self._start = time.monotonic()
        self.counts: Counter[JobState] = Counter()
        self._contents: dict[str, Counter[str]] = {}
        self._running: dict[Path, Path] = {}
        self.failed: dict[tuple[Path, Path], Job] = {}  # a watch tries changed files again
        self.done: list[Progress] = []

    def __enter__(self) -> Report:
        return self

    def __exit__(self, *_: object) -> None:
        self._close_bar()

    def take(self, progress: Progress) -> None:
        """Tell one step of one job."""
        job = progress.job
        if progress.state is JobState.RUNNING:
            self._take_step(progress)
            return
        begun = self._running.pop(job.source, None) is not None
        if self._as_json and not begun and progress.state is not JobState.SKIPPED:
            write_json(event="start", **_facts(Progress(job, JobState.RUNNING, node=progress.node)))
        self.counts[JobState.FAILED] -= self.failed.pop((job.source, job.target), None) is not None
        self.counts[progress.state] += 1
        if progress.content:
            outcome = "copied" if _copied(progress) else str(progress.state)
            self._contents.setdefault(progress.content, Counter())[outcome] += 1
        self._tell_end(progress)
        if progress.state is JobState.FAILED:
            self.failed[job.source, job.target] = job
        elif progress.state is JobState.DONE:
            self.done.append(replace(progress, frame=None))
        if job.kind is Kind.FILM:
            self._close_bar()
            return
        self._photos_ended += 1
        if self._bar is not None:
            self._bar.update()

    @property
    def ended(self) -> int:
        """Jobs that have ended."""
        return sum(self.counts.values())

    def unfinished(self) -> list[Path]:
        """Return the targets of jobs begun and not ended."""
        return list(self._running.values())

    def look_again(self) -> list[Job]:
        """See that every result counted as done still exists; return those that failed so."""
        gone = [end.job for end in self.done if not is_there(end)]
        for job in gone:
            message = note("job.result_removed", file=job.target)
            say(f"failed: {job.source}: {message}")
            if self._as_json:
                told = Progress(job, JobState.FAILED, message=message)
                write_json(event="failed", **_facts(told))
        self.counts[JobState.DONE] -= len(gone)
        self.counts[JobState.FAILED] += len(gone)
        self.failed |= {(job.source, job.target): job for job in gone}
        self.done = [end for end in self.done if is_there(end)]
        return gone

    def summary(
        self, planned: int, *, problems: int = 0, unsupported: int = 0, left_out: int = 0
    ) -> None:
        """Tell what came of a run.

        Args:
            planned: number of its jobs.
            problems: inputs that gave no job, as something is wrong with them.
            unsupported: files in folders that are neither photos nor films.
            left_out: other files in folders that lead to no job.
        """
        seconds = round(time.monotonic() - self._start, 2)
        states = (JobState.DONE, JobState.SKIPPED, JobState.FAILED)
        counts = {str(state): self.counts[state] for state in states}
        left = planned - sum(counts.values())
        counts["failed"] += problems
        self._close_bar()
        if self._as_json:
            contents = {name: dict(counted) for name, counted in self._contents.items()}
            more = {"not_done": left, "not_supported": unsupported, "left_out": left_out}
            more |= {"contents": contents}
            write_json(event="summary", **counts, **more, seconds=seconds)
        if not self._quiet:
            words = [f"{count} {state}" for state, count in counts.items()]
            words += [f"{left} not done"] if left else []
            words += [f"{unsupported} not supported"] if unsupported else []
            words += [f"{left_out} left out"] if left_out else []
            say(", ".join([*words, _clock(seconds)]))
            if self._contents:
                say(_content_words(self._contents))

    def _take_step(self, progress: Progress) -> None:
        job = progress.job
        begins = job.source not in self._running
        self._running[job.source] = job.target
        if job.kind is Kind.FILM:
            self._tell_warnings(progress)
        if self._as_json:
            self._tell_step(progress, begins)
        if self._bars:
            self._show(progress)

    def _tell_step(self, progress: Progress, begins: bool) -> None:
        now = time.monotonic()
        if begins:
            write_json(event="start", **_facts(progress))
        elif progress.done and now - self._told.get(progress.job.target, 0) >= _EVENT_SECONDS:
            self._told[progress.job.target] = now
            write_json(event="progress", **_facts(progress))

    def _tell_end(self, progress: Progress) -> None:
        job = progress.job
        self._told.pop(job.target, None)
        if self._as_json:
            write_json(event=str(progress.state), **_facts(progress))
        elif progress.state is JobState.DONE:
            for target in results_of(progress):
                write_name(str(target), null=self._null)
        if progress.state is JobState.FAILED:
            on = f" (on {progress.node})" if progress.node else ""
            say(f"failed: {job.source}: {progress.message}{on}")
        else:
            self._tell_warnings(progress)
            self._tell_assumed(progress)
        self._warned.pop(job.target, None)

    def _tell_warnings(self, progress: Progress) -> None:
        """Tell what has not been told yet of a job."""
        told = self._warned.setdefault(progress.job.target, set())
        for warning in progress.warnings:
            if warning not in told and not self._quiet:
                kind = "note" if getattr(warning, "code", "") in _NEWS else "warning"
                say(f"{kind}: {progress.job.source}: {warning}")
            told.add(warning)

    def _tell_assumed(self, progress: Progress) -> None:
        """Tell once per run what is assumed of photos without a colour profile."""
        for line in progress.assumed:
            if line not in self._assumed and not self._quiet:
                space, _, name = line.partition(": ")
                say(
                    f"note: {progress.job.source} has no colour profile: {space} is taken for"
                    f" {name}, here and in all like it; --assume-profile changes that"
                )
            self._assumed.add(line)

    def _show(self, progress: Progress) -> None:
        """Bring the bar up to date: one for all photos, one for each film."""
        from tqdm import tqdm  # late, so that --help answers at once

        job = progress.job
        if job.kind is Kind.PHOTO and self._bar is None:
            self._bar = tqdm(
                total=self._photos, initial=self._photos_ended, unit="file", dynamic_ncols=True
            )
        elif job.kind is Kind.FILM and self._bar_of != job.source:
            self._close_bar()
            self._bar_of = job.source
            self._bar = tqdm(
                desc=shown(job.source.name), total=progress.total, unit="frame", dynamic_ncols=True
            )
        if self._bar is None:
            return
        if progress.node:
            self._bar.set_postfix_str(progress.node, refresh=False)
        if job.kind is Kind.FILM:
            self._bar.update(progress.done - self._bar.n)

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = self._bar_of = None


def _facts(progress: Progress) -> dict[str, Any]:
    """Return a Progress as plain JSON values."""
    job = progress.job
    facts: dict[str, Any] = {
        "source": str(job.source),
        "target": str(job.target),
        "kind": str(job.kind),
        "done": progress.done,
        "total": progress.total,
    }
    if progress.node:
        facts["node"] = progress.node
    if progress.message:
        facts["message"] = progress.message
    if progress.content:
        facts |= {"content": progress.content, "copied": _copied(progress)}
    if progress.assumed:
        facts["assumed_profiles"] = dict(line.split(": ", 1) for line in progress.assumed)
    if progress.results:
        facts["results"] = [str(target) for target in progress.results]
    if progress.warnings:
        facts["warnings"] = list(progress.warnings)
    return facts


def _copied(progress: Progress) -> bool:
    """Tell whether a photo that needs no colour was copied."""
    return bool(progress.content and progress.state is JobState.DONE and progress.message)


def _content_words(contents: Mapping[str, Mapping[str, int]]) -> str:
    """Say how many photos needed no colour and what was done with them."""
    words = [
        f"{count} {'in colour' if name == 'coloured' else name.replace('_', ' ')} "
        f"({'done anyway' if outcome == 'done' else outcome})"
        for name, counted in contents.items()
        for outcome, count in counted.items()
    ]
    return f"needed no colour: {', '.join(words)}"


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02}:{int(seconds % 60):02}"
