"""Jobs and their steps as JSON: in an exported queue, and between a worker and its parent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colorizer.errors import TargetError
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.notes import as_json, from_json
from colorizer.places.hint import as_lists, from_lists
from colorizer.settings import Settings


def item_of(job: Job) -> dict[str, Any]:
    """Return a job as JSON values; `job_from` reads them."""
    return {
        "source": str(job.source),
        "target": str(job.target),
        "kind": str(job.kind),
        "settings": job.settings.as_dict(),
        "hints": as_lists(job.hints),
        "new_list": job.new_list,
    }


def job_from(item: Mapping[str, Any]) -> Job:
    """Build a job of its JSON: source, target, kind, settings, hints and `Job.new_list`.

    Raises:
        KeyError, ValueError, SettingsError: something is missing or not allowed.
    """
    settings = Settings.from_dict(item.get("settings", {}))
    hints = from_lists(item.get("hints", ()))
    paths = Path(item["source"]), Path(item["target"])
    return Job(*paths, Kind(item["kind"]), settings, hints, new_list=item.get("new_list") is True)


def end_event(number: int, end: Progress, seconds: float, *, fatal: bool = False) -> dict[str, Any]:
    """Return how a job ended as the worker tells it.

    Args:
        number: of the job.
        end: its last step.
        seconds: time worked, pauses left out.
        fatal: what ended it would end every further job too.
    """
    return {
        "event": str(end.state),
        "job": number,
        "done": end.done,
        "total": end.total,
        "message": as_json(end.message),
        "warnings": [as_json(warning) for warning in end.warnings],
        "sha256": end.sha256,
        "results": [str(target) for target in end.results],
        "content": end.content,
        "seconds": round(seconds, 3),
        "fatal": fatal,
    }


def progress_from(job: Job, event: Mapping[str, Any]) -> Progress:
    """Return an event of a worker as the object it was in the worker.

    Raises:
        TargetError: it would end every further job too.
    """
    if event["event"] == "start":
        return Progress(job, JobState.RUNNING)
    if event["event"] == "progress":
        return Progress(job, JobState.RUNNING, event["done"], event["total"])
    if event["fatal"]:
        raise TargetError(job.target, from_json(event["message"]))
    return Progress(
        job,
        JobState(event["event"]),
        event["done"],
        event["total"],
        from_json(event["message"]),
        tuple(map(from_json, event["warnings"])),
        sha256=event["sha256"],
        content=event["content"],
        results=tuple(map(Path, event["results"])),
    )
