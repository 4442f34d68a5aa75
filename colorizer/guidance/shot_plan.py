"""Shots as a window shows and edits them: the cut list and what single shots have of their own.

A plan is read from the two files that the run obeys, and written to them:
`colorizer.guidance.cut_list` and `colorizer.guidance.shot_settings`, which alone judges what shots
have. Neither torch, av nor cv2 is needed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
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
from colorizer.jobs import Job
from colorizer.notes import note
from colorizer.places.frame_pattern import is_pattern
from colorizer.places.timecode import frame_of
from colorizer.places.trim import parse_place


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot."""

    first: int
    """Index of its first frame, from 0 at the first frame that is coloured."""
    own: Mapping[str, Any] = field(default_factory=dict)
    """What it has of its own, as its table in the file says it."""
    scene: str = ""
    """Name of its scene, whose shots share references; empty for none."""
    taken: str = ""
    """What it was taken for, as words of `stages.found.KINDS`; empty for a picture."""


@dataclass(frozen=True, slots=True)
class ShotPlan:
    """All shots of a film; every change gives another plan. Shots are counted from 0."""

    shots: tuple[Shot, ...]
    """By their first frames; the first one's is 0."""
    rate: Fraction
    """Frames per second."""
    begin: int = 0
    """Frames of the film before the part that is coloured."""
    timecode: str = ""
    """Of the film's first frame; empty where it has none."""

    def number_at(self, frame: int) -> int:
        """Return the number of the shot a frame belongs to."""
        return max(0, bisect_right([shot.first for shot in self.shots], frame) - 1)

    def split(self, frame: int) -> ShotPlan:
        """Begin a shot at a frame; both halves keep what the whole had, hints their frames."""
        before = self.shots[self.number_at(frame)]
        if frame <= before.first:
            return self
        pinned = self._pinned(before)
        own = {name: value for name, value in pinned.own.items() if name != "hints"}
        kept = [pinned if shot is before else shot for shot in self.shots]
        return self._of([*kept, Shot(frame, own, before.scene, before.taken)])

    def join(self, number: int) -> ShotPlan:
        """Make a shot part of the one before it, which keeps what it has of its own."""
        if not 0 < number < len(self.shots):
            return self
        before, gone = self.shots[number - 1], self._pinned(self.shots[number])
        hints = [*before.own.get("hints", ()), *gone.own.get("hints", ())]
        own = _changed(before.own, "hints", hints or None)
        taken = dict.fromkeys([*before.taken.split(), *gone.taken.split()])
        joined = replace(before, own=own, taken=" ".join(taken))
        return self._of([*self.shots[: number - 1], joined, *self.shots[number + 1 :]])

    def move(self, number: int, frame: int) -> ShotPlan:
        """Begin a shot elsewhere, between its neighbours."""
        if not 0 < number < len(self.shots):
            return self
        later = self.shots[number + 1].first if number + 1 < len(self.shots) else frame + 1
        if not self.shots[number - 1].first < frame < later:
            return self
        moved = replace(self._pinned(self.shots[number]), first=frame)
        return self._of([*self.shots[:number], moved, *self.shots[number + 1 :]])

    def with_own(self, numbers: Iterable[int], name: str, value: Any) -> ShotPlan:
        """Give shots a value of their own; None is as the rest."""
        chosen = set(numbers)
        return replace(self, shots=tuple(
            replace(shot, own=_changed(shot.own, name, value)) if number in chosen else shot
            for number, shot in enumerate(self.shots)
        ))  # fmt: skip

    def with_scene(self, numbers: Iterable[int], scene: str) -> ShotPlan:
        """Put shots into a scene, whose shots share references; "" takes them out of theirs."""
        chosen = set(numbers)
        return replace(self, shots=tuple(
            replace(shot, scene=scene.strip()) if number in chosen else shot
            for number, shot in enumerate(self.shots)
        ))  # fmt: skip

    def with_begin(self, begin: int) -> ShotPlan:
        """Return the plan of a part that begins elsewhere; shots stay where they are in the film.

        Shots before the new begin are gone; a first shot that has settings does not grow.
        """
        step, moved = self.begin - begin, replace(self, begin=begin)

        def placed(shot: Shot) -> Shot:
            pinned = self._pinned(shot)
            hints = [h for h in pinned.own.get("hints", ()) if (moved._frame_of(h) or 0) >= 0]
            own = _changed(pinned.own, "hints", hints or None)
            return replace(pinned, first=shot.first + step, own=own)

        shots = list(map(placed, self.shots))
        if shots[0].first > 0 and shots[0].own.keys() - {"hints"}:
            shots.insert(0, Shot(0))
        number = max(0, bisect_right([shot.first for shot in shots], 0) - 1)
        return moved._of([replace(shots[number], first=0), *shots[number + 1 :]])

    def with_before(self, whole: ShotPlan) -> ShotPlan:
        """Return the plan with the shots before it, taken from one that begins earlier."""
        step = self.begin - whole.begin
        if step <= 0:
            return self
        before = [whole._pinned(shot) for shot in whole.shots if shot.first < step]
        own = [replace(self._pinned(shot), first=shot.first + step) for shot in self.shots]
        if all(shot.first != step for shot in whole.shots):  # the part begins within a shot
            head = before.pop()
            hints = [h for h in head.own.get("hints", ()) if (whole._frame_of(h) or 0) < step]
            hints += own[0].own.get("hints", ())
            own[0] = replace(own[0], first=head.first, own=_changed(own[0].own, "hints", hints))
        return whole._of([*before, *own])

    def _of(self, shots: list[Shot]) -> ShotPlan:
        """Return a plan of these shots, with every hint in the shot of its frame."""
        shots = sorted(shots, key=lambda shot: shot.first)
        plan = replace(self, shots=tuple(shots))
        placed: dict[int, list[Any]] = {number: [] for number in range(len(shots))}
        for number, shot in enumerate(shots):
            for hint in shot.own.get("hints", ()):
                frame = self._frame_of(hint)
                placed[number if frame is None else plan.number_at(frame)].append(hint)
        return replace(self, shots=tuple(
            replace(shot, own=_changed(shot.own, "hints", placed[number] or None))
            for number, shot in enumerate(shots)
        ))  # fmt: skip

    def _pinned(self, shot: Shot) -> Shot:
        """Return a shot whose hints say their frame, where they were of its first one."""
        own, first = dict(shot.own), {"frame": shot.first + self.begin}
        hints = [
            hint if "time" in hint or "frame" in hint else {**hint, **first}
            for hint in own.pop("hints", ())
        ]
        if "reference" in own:
            hints.append({"reference": own.pop("reference"), **first})
        return replace(shot, own={**own, "hints": hints} if hints else own)

    def _frame_of(self, hint: Mapping[str, Any]) -> int | None:
        """Return the index of a hint's frame in the part that is coloured; None where unsaid."""
        if "frame" in hint:
            return int(hint["frame"]) - self.begin
        if "time" not in hint:
            return None
        time = hint["time"]
        text = f"{time}s" if str(time).replace(".", "", 1).isdigit() else str(time)
        place = parse_place(text, "time")
        return None if place is None else frame_of(place, self.timecode, self.rate) - self.begin


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


def _changed(own: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    kept = {key: old for key, old in own.items() if key != name}
    return kept if value is None else {**kept, name: value}


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
