"""A watched folder: which files have come in whole, and what each of them becomes.

Looking again and again works on every kind of drive; events of the file system do not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from colorizer.archive.planning.existing import settle
from colorizer.archive.planning.naming import Plan
from colorizer.archive.planning.register import without_clashes
from colorizer.archive.planning.result_names import Naming
from colorizer.archive.planning.targets import targets_of
from colorizer.archive.planning.walk import Found, walk
from colorizer.engine.closes import Closes
from colorizer.errors import MediaError, SettingsError, TargetError
from colorizer.files.claims import Claim, clear_left
from colorizer.jobs import Job, JobState, Kind
from colorizer.notes import note
from colorizer.settings import Settings

_NAME = "watch"
"""Of what a watch claims in its output folder."""
EMPTY_SECONDS = 60.0
"""How long a file may stay empty before it counts as whole: some programs create it first."""


@dataclass(slots=True)
class _Seen:
    """A file that may still grow."""

    state: tuple[int, int]
    """Size and time of change."""
    since: float
    """When it was first seen like this."""


class Watch:
    """Remembers what it has seen of the watched files.

    Attributes:
        problems: folders that can't be read and links that lead nowhere, each told once.
    """

    def __init__(
        self,
        inputs: Sequence[Path],
        kind_of: Callable[[Path], Kind | None],
        *,
        out: Path,
        stable: float,
        recursive: bool = True,
    ) -> None:
        """Take what to watch; nothing is looked at yet.

        Args:
            inputs: folders.
            kind_of: what a file is by its name.
            out: folder of the results.
            stable: seconds for which size and time of a whole file have not changed.
            recursive: watch folders in folders.
        """
        self._inputs = inputs
        self._kind_of = kind_of
        self._out = out
        self._stable = stable
        self._recursive = recursive
        self._growing: dict[Path, _Seen] = {}
        self._done: set[Path] = set()
        self._failed: dict[Path, tuple[int, int]] = {}
        self._told: set[str] = set()
        self.problems: list[MediaError] = []

    def ready(self, now: float | None = None) -> list[Found]:
        """Look once and return the files that have come in whole since the last look.

        Args:
            now: seconds on any clock that only goes forward; None takes the system's.
        """
        now = time.monotonic() if now is None else now
        walked = walk(self._inputs, self._kind_of, out=self._out, recursive=self._recursive)
        self.problems = [p for p in walked.problems if str(p) not in self._told]
        self._told |= {str(problem) for problem in self.problems}
        if not walked.problems:  # or files of a drive that is away would count as new
            self._told.clear()
            self._forget({item.path for item in walked.found})
        waiting = [item for item in walked.found if item.path not in self._done]
        return [item for item in waiting if self._is_whole(item.path, now)]

    def ended(self, source: Path, *, failed: bool) -> None:
        """Note that a file was worked on: it is taken again only if it failed and then changes."""
        seen = self._growing.pop(source, None)
        if not failed:
            self._done.add(source)
        elif seen is not None:
            self._failed[source] = seen.state

    def _forget(self, there: set[Path]) -> None:
        """Forget files that are gone: what comes under their names is new."""
        self._done &= there
        for known in (self._growing, self._failed):
            for path in known.keys() - there:
                del known[path]

    def _is_whole(self, path: Path, now: float) -> bool:
        try:
            status = path.stat()
            if os.name == "nt":  # anyone who still writes it keeps others out
                path.open("rb").close()
        except OSError:  # it went, or its drive did
            return False
        state = status.st_size, status.st_mtime_ns
        if self._failed.get(path) == state:
            return False
        seen = self._growing.get(path)
        if seen is None or seen.state != state:
            self._growing[path] = _Seen(state, now)
            return False
        quiet = self._stable if status.st_size else max(self._stable, EMPTY_SECONDS)
        return now - seen.since >= quiet


class Watcher(Closes):
    """Turns what comes into watched folders into jobs; `watch` and the window use it.

    A context manager: while it is open, no other one works in the same output folder.

    Args:
        inputs: folders.
        out: folder of the results, made where it is missing.
        stable: seconds for which size and time of a whole file have not changed.
        recursive: watch folders in folders.

    Raises:
        SettingsError: an input is not a folder.
        TargetError: another watch works in `out`, or it can't be written.
    """

    def __init__(
        self, inputs: Sequence[Path], out: Path, *, stable: float, recursive: bool = True
    ) -> None:
        from colorizer.media.probe import kind_of

        for folder in inputs:
            if not folder.is_dir():
                raise SettingsError(note("watch.no_folder", folder=folder))
        self._out = out
        self._claim = locked(out)
        self._seen = Watch(inputs, kind_of, out=out, stable=stable, recursive=recursive)
        self._given: dict[Path, Path] = {}
        """Target by source of the files that were given out as jobs and have not ended."""

    def close(self) -> None:
        """Let another watch work in the output folder."""
        self._claim.release()

    def look(self, settings: Settings) -> Plan:
        """Look once; return jobs for what came in, what was done before, and what is wrong.

        Args:
            settings: of the jobs, which `check_settings` accepts.
        """
        from colorizer.media.film.codecs import output_suffix

        found = [item for item in self._seen.ready() if item.path not in self._given]
        plan = plan_arrived(found, Naming(self._out, settings, output_suffix), self._given)
        clear_left(event.job.target for event in plan.settled)
        for event in plan.settled:  # most were done by an earlier watch
            self.ended(event.job.source, failed=event.state is JobState.FAILED)
        self._given.update((job.source, job.target) for job in plan.jobs)
        return replace(plan, problems=tuple(self._seen.problems))

    def ended(self, source: Path, *, failed: bool) -> None:
        """Note that a job has ended: its file is taken again only if it failed and then changes."""
        self._given.pop(source, None)
        self._seen.ended(source, failed=failed)


def locked(out: Path) -> Claim:
    """Keep a second watch out of a folder, made where it is missing, until the claim is released.

    Raises:
        TargetError: one is at work, or the folder can't be written.
    """
    claim = Claim(out / _NAME)
    if not claim.take():
        raise TargetError(out, note("watch.another_works", holder=claim.holder()))
    return claim


def check_settings(settings: Settings) -> None:
    """Refuse settings with which a watch could not tell what is done.

    Raises:
        SettingsError: naming the option.
    """
    if not settings.sidecar:
        raise SettingsError(note("watch.needs_sidecars"))
    if settings.existing in ("overwrite", "rename"):
        raise SettingsError(note("watch.existing"))
    if "{n" in settings.name:
        raise SettingsError(note("watch.name_has_number"))


def plan_arrived(
    found: Sequence[Found], naming: Naming, promised: Mapping[Path, Path] | None = None
) -> Plan:
    """Plan files that have come in; a name that another source's result has is left to it.

    Args:
        found: the files.
        naming: how results are called.
        promised: targets given to sources that have not ended, which hold their names.
    """
    jobs, settled = [], []
    for item, target in zip(found, targets_of(found, naming, promised=promised), strict=True):
        job = Job(item.path, target, item.kind, naming.settings)
        ended = settle(job, hashing=False)
        (jobs if ended is None else settled).append(job if ended is None else ended)
    return without_clashes(Plan(tuple(jobs), tuple(settled), (), ()))
