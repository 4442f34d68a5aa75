"""A queue as JSON, to move it to another machine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from colorizer.engine.queue import Queue
from colorizer.engine.wire import item_of, job_from
from colorizer.errors import ColorizerError, TargetError
from colorizer.files.durable import write_whole
from colorizer.files.strangers import LIST_BYTES, parse_json, read_whole
from colorizer.jobs import JobState
from colorizer.notes import note

SCHEMA = 1
"""Version of the exported list."""


def export_json(queue: Queue, file: Path) -> int:
    """Write all jobs that are not done as JSON and return their number.

    Raises:
        TargetError: the file can't be written, or would replace a source or a result of the queue.
    """
    rows = [e for e in queue.entries() if e.state not in (JobState.DONE, JobState.SKIPPED)]
    jobs = [item_of(entry.job) for entry in rows]
    from colorizer.archive.planning.naming import Plan
    from colorizer.archive.planning.register import check_lists

    check_lists([file], Plan(tuple(e.job for e in queue.entries()), (), (), ()))
    data = json.dumps({"schema": SCHEMA, "jobs": jobs}, indent=1).encode()
    try:
        write_whole(file, data)
    except OSError as error:
        raise TargetError(file, error.strerror or str(error)) from error
    return len(jobs)


def import_json(queue: Queue, file: Path) -> list[int]:
    """Append the jobs of an exported file as waiting and return their ids.

    Raises:
        ColorizerError: the file is no queue; nothing is added.
    """
    try:
        content = parse_json(read_whole(file, LIST_BYTES))
        if content["schema"] != SCHEMA:
            raise ColorizerError(
                note("queue.list_of_other_version", file=file, version=content["schema"])
            )
        jobs = [replace(job_from(item), new_list=False) for item in content["jobs"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ColorizerError(note("queue.no_list", file=file, why=error)) from error
    return queue.add(jobs)
