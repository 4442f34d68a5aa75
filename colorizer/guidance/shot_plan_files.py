"""The files of a shot plan: the cut list, and next to it what single shots have of their own.

Only `colorizer.guidance.shot_settings` judges what shots have. Neither torch, av nor cv2 is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError, TargetError
from colorizer.files.durable import create_part, part_of
from colorizer.files.strangers import NOTES_BYTES, parse_toml, read_text
from colorizer.guidance.cut_list import (
    CutList,
    columns_of,
    cut_file,
    override_file,
    whole_number,
    write_cuts,
)
from colorizer.guidance.cut_rows import told_begin
from colorizer.guidance.shot_plan import Shot, ShotPlan
from colorizer.jobs import Job
from colorizer.notes import note
from colorizer.places.frame_pattern import is_pattern


def plan_shown(job: Job, rate: float, timecode: str = "") -> ShotPlan | None:
    """Read the shots of the part that is coloured, if there is a cut list; see `plan_of`."""
    plan = plan_of(job, rate, timecode)
    if plan is None:
        return None
    begin = told_begin(job.settings, timecode, plan.rate)
    return plan if plan.begin == begin else plan.with_begin(begin)


def plan_of(job: Job, rate: float, timecode: str = "") -> ShotPlan | None:
    """Read the shots of a film as its cut list counts them, None without a list.

    Args:
        job: the film; its settings name the list.
        rate: frames per second.
        timecode: of the film's first frame; empty where it has none.

    Raises:
        SettingsError: one of the two files can't be read.
    """
    exact = Fraction(rate).limit_denominator(100_000)
    listed = CutList(job.settings.shots, job.source, exact)
    cuts, scenes = listed.cuts, listed.scenes
    if cuts is None:
        return None
    own = _own_values(override_file(cut_file(job.settings.shots, job.source)))
    shots = (
        Shot(
            first,
            {**columns_of(listed.own.get(first, {})), **own.get(n, {})},
            scenes.get(first, ""),
            listed.taken.get(first, ""),
        )
        for n, first in enumerate(sorted(cuts), start=1)
    )
    return ShotPlan(tuple(shots), exact, listed.counted_from, timecode)


def found_plan(
    job: Job,
    firsts: Iterable[int],
    rate: float,
    timecode: str = "",
    taken: Mapping[int, str] | None = None,
) -> ShotPlan:
    """Return a plan of shots that were found, with nothing of their own; see `plan_of`.

    `taken` says what shots were taken for, by their first frames.
    """
    exact = Fraction(rate).limit_denominator(100_000)
    shots = (Shot(first, taken=(taken or {}).get(first, "")) for first in sorted({0, *firsts}))
    return ShotPlan(tuple(shots), exact, told_begin(job.settings, timecode, exact), timecode)


def plan_file(job: Job) -> Path:
    """Return the cut list that the settings name, else one next to the result."""
    named = cut_file(job.settings.shots, job.source)
    if named is not None:
        return named
    beside = job.target.parent if is_pattern(job.target) else job.target
    return beside.with_name(f"{beside.name}.shots.csv")


def save_plan(plan: ShotPlan | None, file: Path, source: Path) -> None:
    """Write a plan to the cut list and the file next to it; None removes both.

    Raises:
        TargetError: they can't be written; they are then as they were, or one of them is.
    """
    own = override_file(file)
    assert own is not None
    if plan is None:
        _try(file, lambda: (file.unlink(missing_ok=True), own.unlink(missing_ok=True)))
        return
    tables = {str(n): dict(s.own) for n, s in enumerate(plan.shots, start=1) if s.own}
    part = part_of(own)
    if tables:
        import tomli_w

        text = tomli_w.dumps({"shot": tables})
        _try(own, lambda: _write(part, text))
    # What shots have is counted by the list: as little as can be comes between the two.
    cuts = [(shot.first, float((shot.first + plan.begin) / plan.rate)) for shot in plan.shots]
    scenes = {shot.first: shot.scene for shot in plan.shots if shot.scene}
    taken = {shot.first: shot.taken for shot in plan.shots if shot.taken}
    write_cuts(file, source, cuts, {"scene": scenes, "taken": taken})
    _try(own, lambda: part.replace(own) if tables else own.unlink(missing_ok=True))


def _write(part: Path, text: str) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    with create_part(part) as opened:
        opened.write(text.encode())


def _try(file: Path, action: Callable[[], object]) -> None:
    try:
        action()
    except OSError as error:
        raise TargetError(file, note("file.cannot_write_so", why=error.strerror)) from error


def _checked(values: Any) -> dict[str, Any]:
    own = dict(values)
    for name in ("strength", "vividness"):
        if name in own and type(own[name]) not in (int, float):
            raise ValueError(note("settings.number", option=name, value=repr(own[name])))
    return own


def _own_values(file: Path | None) -> dict[int, dict[str, Any]]:
    """Return the tables of a file by the number of their shot, from 1."""
    if file is None or not file.exists():
        return {}
    try:
        shots = parse_toml(read_text(file, NOTES_BYTES)).get("shot", {})
        return {whole_number(text): _checked(values) for text, values in shots.items()}
    except OSError as error:
        raise SettingsError(note("file.path_cannot_read", file=file, why=error.strerror)) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise SettingsError(note("file.reason", path=file, reason=error)) from error
