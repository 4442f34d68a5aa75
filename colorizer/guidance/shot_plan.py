"""Shots as a window shows and edits them: where they begin and what single ones have of their own.

`shot_plan_files` reads a plan from the files that the run uses, and writes it to them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

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


def _changed(own: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    kept = {key: old for key, old in own.items() if key != name}
    return kept if value is None else {**kept, name: value}
