"""Which names results get when the settings of jobs change before they are run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from colorizer.archive.planning.result_names import Naming
from colorizer.archive.planning.targets import targets_of
from colorizer.archive.planning.walk import Found
from colorizer.jobs import Job
from colorizer.settings import Settings


def replanned(jobs: Sequence[Job], out: Path) -> list[Path]:
    """Return the targets of jobs by their settings of now, in their order.

    Args:
        jobs: with the targets they had, in whose folders the new ones are.
        out: folder of the results; the targets that lie in it are called as in one run.
    """
    from colorizer.media.film.codecs import output_suffix

    groups: dict[tuple[Path, Settings], list[int]] = {}
    for number, job in enumerate(jobs):
        root = out if job.target.is_relative_to(out) else job.target.parent
        groups.setdefault((root, job.settings), []).append(number)
    targets = [job.target for job in jobs]
    for (root, settings), numbers in groups.items():
        found = [_found(jobs[number], root) for number in numbers]
        given = targets_of(found, Naming(root, settings, output_suffix))
        for number, target in zip(numbers, given, strict=True):
            targets[number] = target
    return targets


def _found(job: Job, root: Path) -> Found:
    return Found(job.source, job.target.parent.relative_to(root), job.kind, named=False)
