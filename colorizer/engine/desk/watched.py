"""What the worker answers about watched folders: which files have come in, as jobs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from colorizer.archive.planning.result_names import Naming
from colorizer.engine.watch import Watch, check_settings, locked, plan_arrived
from colorizer.errors import SettingsError
from colorizer.files.claims import Claim
from colorizer.settings import Settings


@dataclass
class _Watched:
    """The folders that are watched, and what is known of their files."""

    inputs: tuple[Path, ...]
    out: Path
    seen: Watch
    lock: Claim
    given: dict[Path, Path] = field(default_factory=dict)
    """Target by source of the files that were given out as jobs and have not ended."""


_turn = threading.Lock()
_now: list[_Watched] = []
"""None or one: a change of the folders begins again, and what is done is known by its results."""


def arrived(command: Mapping[str, Any]) -> dict[str, Any]:
    """Look once at watched folders; return jobs for what came in, and what can't be read.

    The command has `inputs` (folders; none ends the watch), `out`, `settings`, `stable` (seconds
    for which a whole file does not change) and `ended`: pairs of a source that was given out and
    whether it failed.

    Raises:
        SettingsError: a folder does not exist, or a setting does not go with watching.
        TargetError: the output folder can't be written, or another watch works in it.
    """
    with _turn:
        settings = Settings.from_dict(command["settings"])
        inputs = tuple(Path(name) for name in command["inputs"])
        watched = _watched(inputs, Path(command["out"]), settings, command["stable"])
        if watched is None:
            return {"jobs": [], "notes": []}
        for source, failed in command["ended"]:
            watched.given.pop(Path(source), None)
            watched.seen.ended(Path(source), failed=failed)
        return _look(watched, settings)


def _look(watched: _Watched, settings: Settings) -> dict[str, Any]:
    from colorizer.media.film.codecs import output_suffix

    found = [item for item in watched.seen.ready() if item.path not in watched.given]
    plan = plan_arrived(found, Naming(watched.out, settings, output_suffix), watched.given)
    for event in plan.settled:  # most were done by an earlier watch
        watched.seen.ended(event.job.source, failed=False)
    watched.given.update((job.source, job.target) for job in plan.jobs)
    return {
        "jobs": [[str(job.source), str(job.target), str(job.kind)] for job in plan.jobs],
        "notes": [str(problem) for problem in watched.seen.problems],
    }


def _watched(
    inputs: tuple[Path, ...], out: Path, settings: Settings, stable: float
) -> _Watched | None:
    """Return what is known of the folders, beginning again where they are others than before."""
    from colorizer.media.probe import kind_of

    if _now and (_now[0].inputs, _now[0].out) != (inputs, out):
        _now.pop().lock.release()
    if not inputs:
        return None
    check_settings(settings)
    if not _now:
        for folder in inputs:
            if not folder.is_dir():
                raise SettingsError(f"{folder} is not a folder; watch takes folders")
        lock = locked(out)
        _now.append(_Watched(inputs, out, Watch(inputs, kind_of, out=out, stable=stable), lock))
    return _now[0]
