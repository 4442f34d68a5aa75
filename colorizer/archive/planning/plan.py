"""From what a person names as inputs and output to the plan of a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from colorizer.archive.planning.existing import renamed, settle
from colorizer.archive.planning.naming import Plan, plan_jobs
from colorizer.archive.planning.register import without_clashes
from colorizer.archive.planning.results import name_key
from colorizer.archive.planning.sequences import gap_of, only_sequence
from colorizer.archive.planning.unused import unused
from colorizer.errors import SettingsError, TargetError
from colorizer.guidance.hints.file import read_hints
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.notes import note
from colorizer.places.frame_pattern import is_pattern, normal, stands_for_frames
from colorizer.settings import Settings

MARKER = f"{os.sep}.{os.sep}"
"""In an input such as scans/./1920/a.jpg, the mirrored tree begins after it."""


def plan_run(
    inputs: Sequence[str], out: str, settings: Settings, *, recursive: bool = True
) -> Plan:
    """Plan a run; nothing is written.

    Args:
        inputs: files and folders; MARKER may stand in their names.
        out: output folder. With a single input file also the output's name: when it has a suffix,
            does not end with a slash and is not a folder.
        settings: of every job.
        recursive: search folders in folders.

    Raises:
        SettingsError: the suffix of `out` does not fit the input, or the profile can't be used.
    """
    from colorizer.media import check_profiles

    if (settings.profile, settings.assume_profile) != ("srgb", "auto"):
        check_profiles(settings.profile, settings.assume_profile)
    folder = Path(out)
    as_folder = out.endswith(("/", os.sep)) or folder.is_dir()
    if not as_folder and (sequence := only_sequence(inputs, folder, settings)):
        inputs = [str(sequence)]
    hints = settings.hints
    if hints is not None and not hints.is_dir():
        read_hints(hints)  # what is wrong with it is known before the work starts
        if len(inputs) != 1 or Path(inputs[0]).is_dir():
            raise SettingsError(note("plan.hints_for_one_source", hints=hints))
    given = [Path(text) for text in inputs]
    if _names_a_file(inputs, out):
        return _with_unused(without_clashes(_plan_one(given[0], folder, settings), given), settings)
    plans: list[Plan] = []
    for place, paths in _by_place(inputs).items():
        first = 1 + sum(len(plan.jobs) + len(plan.settled) for plan in plans)
        options = {"recursive": recursive, "first": first, "root": folder}
        plans.append(plan_jobs(paths, folder / place, settings, **options))
    plan = _with_unused(without_clashes(joined(plans), given), settings)
    return plan if hints is None or not hints.is_dir() else _with_lost_hints(plan, hints)


def _with_unused(plan: Plan, settings: Settings) -> Plan:
    return replace(plan, notes=(*plan.notes, *unused(plan, settings)))


def _with_lost_hints(plan: Plan, folder: Path) -> Plan:
    """Return a plan that says which hints in a folder belong to none of its files."""
    jobs = (*plan.jobs, *(event.job for event in plan.settled))
    used = {name_key(f"{job.source.name}.hints.json") for job in jobs}
    lost = [file for file in sorted(folder.glob("*.json")) if name_key(file.name) not in used]
    if not lost or not jobs:
        return plan
    wanted = f"{jobs[0].source.name}.hints.json"
    told = note("plan.hints_of_none", count=len(lost), file=lost[0], wanted=wanted)
    return replace(plan, notes=(*plan.notes, told))


def joined(plans: Sequence[Plan]) -> Plan:
    """Return several plans as one."""
    return Plan(
        jobs=tuple(job for plan in plans for job in plan.jobs),
        settled=tuple(event for plan in plans for event in plan.settled),
        problems=tuple(problem for plan in plans for problem in plan.problems),
        notes=tuple(note for plan in plans for note in plan.notes),
        left_out=tuple(left for plan in plans for left in plan.left_out),
    )


def marked(source: Path, target: Path, out: Path) -> str:
    """Return an input that gives `source` the place below `out` that `target` has."""
    absolute = Path(os.path.abspath(source))  # noqa: PTH100 - links are to stay as they are
    place = target.parent.relative_to(out) if target.is_relative_to(out) else Path()
    depth = len(place.parts)
    if not depth or absolute.parent.parts[-depth:] != place.parts:
        return str(absolute)
    return f"{absolute.parents[depth]}{MARKER}{place / absolute.name}"


def _names_a_file(inputs: Sequence[str], out: str) -> bool:
    alone = len(inputs) == 1 and (Path(inputs[0]).is_file() or stands_for_frames(Path(inputs[0])))
    as_folder = out.endswith(("/", os.sep)) or Path(out).is_dir()
    return alone and not as_folder and Path(out).suffix != ""


def _by_place(inputs: Iterable[str]) -> dict[Path, list[Path]]:
    """Group inputs by the folder below the output that MARKER gives them."""
    places: dict[Path, list[Path]] = {}
    for text in inputs:
        _, found, mirrored = text.partition(MARKER)
        place = Path(mirrored) if found else Path()
        if found and not os.path.isdir(text):  # noqa: PTH112 - also where it may not be looked at
            place = place.parent
        # A place outside the output folder is no place.
        if place.is_absolute() or ".." in place.parts:
            place = Path()
        places.setdefault(place, []).append(Path(text))
    return places


def _plan_one(source: Path, target: Path, settings: Settings) -> Plan:
    from colorizer.media import check_target
    from colorizer.media.probe import kind_of

    kind = kind_of(source) or Kind.PHOTO
    try:
        check_target(target, kind, codec=settings.codec, wanted=settings.format)
    except TargetError as error:
        raise SettingsError(note("plan.out_or_folder", why=error, separator=os.sep)) from error
    if kind is Kind.FILM and is_pattern(target):
        target = normal(target)
    if kind is Kind.FILM and is_pattern(source):
        source = normal(source)
        if problem := gap_of(source, settings):
            return Plan((), (), (problem,), ())
    job = Job(source, target, kind, settings, named=True)
    if settings.existing == "rename":
        decided = renamed(job)
        if isinstance(decided, Progress):
            return Plan((), (decided,), (), ())
        job = decided
    if _is_source(job):
        refused = note("target.among_inputs", file=job.target)
        return Plan((), (Progress(job, JobState.FAILED, message=refused),), (), ())
    settled = settle(job, hashing=False)
    return Plan(() if settled else (job,), (settled,) if settled else (), (), ())


def _is_source(job: Job) -> bool:
    """Tell whether the output of a job is its source, under whatever name."""
    try:
        return job.target.samefile(job.source)
    except OSError:
        return False
