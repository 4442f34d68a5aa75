"""The shots of the film that is shown: found by the worker, changed by a person, kept in files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from colorizer.engine.queue import Entry
from colorizer.errors import ColorizerError
from colorizer.guidance.shot_plan import ShotPlan
from colorizer.guidance.shot_plan_files import found_plan, plan_file, plan_of, plan_shown
from colorizer.jobs import JobState
from gui.session.changes import ChangeShots
from gui.session.session import Session
from gui.shots.record import Record
from gui.shots.shot_kinds import Mark, kinds_of, tip_words

_TELL_MS = 50
_LOOK = ("strength", "vividness", "skip")
"""What a shot may have of its own that the window applies itself."""
_RATE = 25.0
"""Frames per second where nothing is known of a film."""


class Shots(QObject):
    """Reads, finds and changes shots. Frames are those of the whole film, as the timeline's."""

    changed = Signal()
    """Another film is shown, or its shots are others."""
    search_changed = Signal()
    failed = Signal(object)
    """Why the shots can't be read, found or written."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model, self._engine, self._undo = session.model, session.engine, session.undo
        self.plan: ShotPlan | None = None
        """Of the film that is shown; None where it has no cut list."""
        self.share: float | None = None
        """How much of a film was searched, None while none is."""
        self._row: int | None = None
        self._searched: int | None = None
        self._allowed = False
        self._record = Record()
        self._undo.indexChanged.connect(self.reload)
        self._model.counts_changed.connect(self._handle_counts)

    # What is shown

    def show(self, entry: Entry | None) -> None:
        """Show the shots of another film."""
        self._row = entry.id if entry is not None else None
        self.reload()

    def reload(self) -> None:
        """Read the shots again: somebody may have edited them."""
        entry, self.plan, why = self.entry(), None, ""
        if entry is not None:
            try:
                self.plan = plan_shown(entry.job, *clock_of(entry))
            except ColorizerError as error:
                why = str(error)
        self._allowed = self.may_change
        self.changed.emit()
        if why:
            self.failed.emit(why)

    def entry(self) -> Entry | None:
        """Return the film that is shown."""
        known = self._row is not None and self._model.has(self._row)
        return self._model.entry(self._row) if known and self._row is not None else None

    @property
    def firsts(self) -> list[int]:
        """First frames of all shots."""
        plan = self.plan
        return [] if plan is None else [shot.first + plan.begin for shot in plan.shots]

    @property
    def guides(self) -> list[Any]:
        """What shots have of their own but their look, with the cuts that bound it."""
        shots = [] if self.plan is None else self.plan.shots
        found = [
            (shot.first, {name: own for name, own in shot.own.items() if name not in _LOOK})
            for shot in shots
        ]
        return found if any(own for _, own in found) else []

    @property
    def marks(self) -> list[Mark]:
        """The shots as the strip shows them; up to the end of the film."""
        entry, plan = self.entry(), self.plan
        if entry is None:
            return []
        if plan is None:
            self._record.read(entry)
            if not self._record.taken:
                return []
            plan = found_plan(entry.job, self._record.taken, *clock_of(entry), self._record.taken)
        rate, firsts = clock_of(entry)[0], [shot.first + plan.begin for shot in plan.shots]
        ends = [*firsts[1:], int(entry.facts.get("frames") or firsts[-1] + 1)]
        return [
            Mark(first / rate, end / rate, kinds_of(shot), tip_words(number, shot))
            for number, (first, end, shot) in enumerate(
                zip(firsts, ends, plan.shots, strict=True), start=1
            )
        ]

    @property
    def may_change(self) -> bool:
        """Whether a film is shown that is not in progress and obeys its shots."""
        entry = self.entry()
        if entry is None or entry.state is JobState.RUNNING:
            return False
        return entry.job.settings.smooth

    @property
    def is_searching(self) -> bool:
        """Whether the shots of the film that is shown are being found."""
        return self._searched is not None and self._searched == self._row

    def number_at(self, frame: int) -> int:
        """Return the number of the shot of a frame, from 0."""
        return 0 if self.plan is None else self.plan.number_at(frame - self.plan.begin)

    def look_at(self, frame: int) -> tuple[float, float]:
        """Return strength and vividness that a frame of the film will have."""
        entry = self.entry()
        assert entry is not None
        settings = entry.job.settings
        if self.plan is None or not settings.smooth:
            return settings.strength, settings.vividness
        own = self.plan.shots[self.number_at(frame)].own
        strength = 0.0 if own.get("skip") else own.get("strength", settings.strength)
        return strength, own.get("vividness", settings.vividness)

    # Finding

    @property
    def saved(self) -> Path | None:
        """The list next to the result that an earlier job of the film left, unless it is in use."""
        entry = self.entry()
        if entry is None or entry.job.settings.shots is not None:
            return None
        file = plan_file(entry.job)
        return file if file.exists() else None

    def find(self) -> None:
        """Let the worker find the shots; those of an earlier job are taken as they are."""
        entry, saved = self.entry(), self.saved
        if entry is None or not self.may_change:
            return
        if saved is not None:
            self._session.change([entry.id], {"shots": saved}, self.tr("Saved shots"))
        else:
            self._searched, self.share = entry.id, 0.0
            self._ask(entry)
            self.search_changed.emit()

    def stop(self) -> None:
        """Let the search be."""
        if self._searched is not None:
            self._engine.ask("find_shots", lambda _: None, stop=True)
        self._searched = self.share = None
        self.search_changed.emit()

    def _tell(self, why: str) -> None:
        # Once the change that failed is over, and the shots are read again.
        QTimer.singleShot(_TELL_MS, self, lambda: self.failed.emit(why))

    def _handle_counts(self) -> None:
        """Follow that the film begins or ends to be in progress."""
        if self._row is not None and self.may_change is not self._allowed:
            self.reload()

    def _ask(self, entry: Entry) -> None:
        self._engine.ask(
            "find_shots",
            lambda event: self._handle_found(entry, event),
            source=str(entry.job.source),
            settings=entry.job.settings.as_dict(),
        )

    def _handle_found(self, entry: Entry, event: dict[str, Any]) -> None:
        if self._searched != entry.id:
            return
        if "error" in event or not self._model.has(entry.id):
            self.stop()
            self.failed.emit(event.get("error", ""))
            return
        if not event["over"]:
            self.share = event["done"] / max(event["total"] or 0, event["done"], 1)
            self.search_changed.emit()
            self._ask(entry)
            return
        self._searched = self.share = None
        now = self._model.entry(entry.id)
        plan = found_plan(now.job, event["firsts"], *clock_of(now), dict(event["taken"]))
        self._set(now, plan, self.tr("Shots found"))
        self.search_changed.emit()

    # Changing

    def split(self, frame: int) -> None:
        """Begin a shot at a frame."""
        if self.plan is not None:
            self._change(self.plan.split(frame - self.plan.begin), self.tr("Cut"))

    def join(self, numbers: Iterable[int]) -> None:
        """Make shots part of those before them."""
        plan = self.plan
        for number in sorted(numbers, reverse=True):
            plan = plan.join(number) if plan is not None else None
        self._change(plan, self.tr("Joined shots"))

    def move(self, frame: int) -> None:
        """Move the nearest cut to a frame."""
        plan = self.plan
        if plan is None or len(plan.shots) < 2:
            return
        place = frame - plan.begin
        cuts = range(1, len(plan.shots))
        nearest = min(cuts, key=lambda number: abs(plan.shots[number].first - place))
        self._change(plan.move(nearest, place), self.tr("Moved cut"))

    def give(self, numbers: Iterable[int], name: str, value: Any) -> None:
        """Give shots a value of their own; None is as the film."""
        if self.plan is not None:
            chosen = sorted(numbers)
            plan = self.plan.with_own(chosen, name, value)
            # The steps of one spin box are one step back.
            merge = f"{name} {chosen}" if isinstance(value, float) else ""
            self._change(plan, self.tr("Change of shots"), merge)

    def put_into_scene(self, numbers: Iterable[int], scene: str) -> None:
        """Let shots be of a scene, whose shots share references; "" is none."""
        if self.plan is not None:
            self._change(self.plan.with_scene(numbers, scene), self.tr("Scene of shots"))

    def clear(self, numbers: Iterable[int]) -> None:
        """Take from shots all that they have of their own but hints."""
        plan, chosen = self.plan, list(numbers)
        if plan is None:
            return
        names = {name for number in chosen for name in plan.shots[number].own} - {"hints"}
        for name in names:
            plan = plan.with_own(chosen, name, None)
        self._change(plan, self.tr("Change of shots"))

    def _change(self, plan: ShotPlan | None, words: str, merge: str = "") -> None:
        entry = self.entry()
        if entry is not None and self.may_change and plan is not None and plan != self.plan:
            self._set(entry, plan, words, merge)

    def _set(self, entry: Entry, plan: ShotPlan, words: str, merge: str = "") -> None:
        try:
            old = plan_of(entry.job, *clock_of(entry))
        except ColorizerError as error:
            self.failed.emit(str(error))
            return
        file = plan_file(entry.job)
        self._undo.push(
            ChangeShots(
                words, self._model, self._undo, entry.id, file, old, plan, self._tell, merge
            )
        )


def clock_of(entry: Entry) -> tuple[float, str]:
    """Return the frames per second of a film and the time code of its first frame."""
    return float(entry.facts.get("rate") or _RATE), str(entry.facts.get("timecode") or "")
