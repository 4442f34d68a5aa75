"""What the worker answers about watched folders: which files have come in, as jobs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colorizer.engine.watch import Watcher, check_settings
from colorizer.notes import as_json
from colorizer.settings import Settings

Folders = tuple[tuple[Path, ...], Path]
"""What is watched, and the output folder."""
_turn = threading.Lock()
_now: dict[Folders, Watcher] = {}
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
        watcher = _watcher((inputs, Path(command["out"])), settings, command["stable"])
        if watcher is None:
            return {"jobs": [], "notes": []}
        for source, failed in command["ended"]:
            watcher.ended(Path(source), failed=failed)
        plan = watcher.look(settings)
        return {
            "jobs": [[str(job.source), str(job.target), str(job.kind)] for job in plan.jobs],
            "notes": [as_json(str(problem)) for problem in plan.problems],
        }


def _watcher(folders: Folders, settings: Settings, stable: float) -> Watcher | None:
    """Return what watches the folders, beginning again where they are others than before."""
    if folders not in _now:
        while _now:
            _now.popitem()[1].close()
    inputs, out = folders
    if not inputs:
        return None
    check_settings(settings)
    if folders not in _now:
        _now[folders] = Watcher(inputs, out, stable=stable)
    return _now[folders]
