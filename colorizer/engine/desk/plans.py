"""What the worker answers about files to be added, and results that get other names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colorizer.jobs import Job, Kind
from colorizer.notes import as_json
from colorizer.settings import Settings


def plan(command: Mapping[str, Any]) -> dict[str, Any]:
    """Turn dropped files and folders into jobs, as `archive.planning.naming.plan_jobs` does."""
    from colorizer.archive.planning.disk import spaces
    from colorizer.archive.planning.naming import plan_jobs
    from colorizer.archive.planning.register import without_clashes
    from colorizer.files.claims import clear_left

    inputs = [Path(name) for name in command["inputs"]]
    settings = Settings.from_dict(command["settings"])
    made = without_clashes(plan_jobs(inputs, Path(command["out"]), settings), inputs)
    clear_left(event.job.target for event in made.settled)
    full = [str(space) for space in spaces(made.jobs) if not space.enough]
    return {
        "jobs": [[str(job.source), str(job.target), str(job.kind)] for job in made.jobs],
        "settled": [
            [
                str(p.job.source),
                str(p.job.target),
                str(p.job.kind),
                str(p.state),
                as_json(p.message),
            ]
            for p in made.settled
        ],
        "notes": [as_json(line) for line in (*map(str, made.problems), *made.notes, *full)],
    }


def replan(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return the targets that jobs get with other settings, each in the folder it had.

    `jobs` are source, target, kind and the place of their settings in `settings`.
    """
    from colorizer.archive.planning.replanning import replanned

    settings = [Settings.from_dict(values) for values in command["settings"]]
    jobs = [
        Job(Path(source), Path(target), Kind(kind), settings[place])
        for source, target, kind, place in command["jobs"]
    ]
    return {"targets": list(map(str, replanned(jobs, Path(command["out"]))))}
