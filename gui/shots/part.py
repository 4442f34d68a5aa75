"""The part of a film that is to be run: its begin and end, as settings of the film."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from colorizer.engine.queue import Entry
from colorizer.errors import ColorizerError
from colorizer.guidance.shot_plan import ShotPlan
from colorizer.guidance.shot_plan_files import plan_file, plan_of, save_plan
from colorizer.places.timecode import frame_of
from gui.session.changes import ChangeShots
from gui.session.session import Session
from gui.shots.shots import Shots, clock_of


class Part(QObject):
    """Reads and changes from which frame to which the film that is shown is run.

    Args:
        session: whose film it is.
        shots: of the film; they stay where they are in it.
    """

    failed = Signal(object)
    """Why it can't be changed."""

    def __init__(self, session: Session, shots: Shots) -> None:
        super().__init__(shots)
        self._session, self._shots = session, shots

    def ends(self, entry: Entry) -> tuple[int, int | None]:
        """Return the first frame that is run, and the first after it; None is the film's end."""
        rate, timecode = clock_of(entry)
        exact = Fraction(rate).limit_denominator(100_000)
        begin, end = entry.job.settings.span
        last = None if end is None else frame_of(end, timecode, exact, up=True)
        return frame_of(begin, timecode, exact, up=True), last

    def begin_at(self, frame: int) -> None:
        """Run from a frame on; the end stays where it is after it."""
        entry = self._shots.entry()
        if entry is not None:
            _, end = self.ends(entry)
            self.choose(frame, None if end is not None and end <= frame else end)

    def end_after(self, frame: int) -> None:
        """Run to a frame, it with the rest; the begin stays where it is before it."""
        entry = self._shots.entry()
        if entry is not None:
            begin, _ = self.ends(entry)
            self.choose(begin if begin <= frame else 0, frame + 1)

    def choose(self, begin: int, end: int | None) -> None:
        """Run a part: from its first frame to before another one; None is the film's end."""
        entry = self._shots.entry()
        if entry is None or not self._session.may_change(entry.id):
            return
        count = int(entry.facts.get("frames") or 0)
        whole = end is None or (count and end >= count)
        changes = {"start": str(begin) if begin else "", "end": "" if whole else str(end)}
        if self.ends(entry) != (begin, None if whole else end):
            self._change(entry, changes, begin)

    def _change(self, entry: Entry, changes: dict[str, Any], begin: int) -> None:
        words, undo = self.tr("Part of the film"), self._session.undo
        plan = self._shots.plan
        if plan is None or plan.begin == begin:
            self._session.change([entry.id], changes, words)
            return
        undo.beginMacro(words)  # shots are counted from the begin
        try:
            self._session.change([entry.id], changes, words)
            now = self._session.model.entry(entry.id)
            old = plan_of(now.job, *clock_of(now))
            new, file = self._whole(entry, plan).with_begin(begin), plan_file(now.job)
            undo.push(ChangeShots(
                words, self._session.model, undo, entry.id, file, old, new, self.failed.emit
            ))  # fmt: skip
        except ColorizerError as error:
            self.failed.emit(str(error))
        finally:
            undo.endMacro()

    def _whole(self, entry: Entry, plan: ShotPlan) -> ShotPlan:
        """Return the shots of a part with those before it, which its cut list can't hold.

        They are kept with the queue, and come back when the part begins before them again.
        """
        name = sha256(str(plan_file(entry.job)).encode("utf-8", "surrogateescape")).hexdigest()
        file = self._session.preferences.data_folder / "shots" / f"{name[:16]}.csv"
        kept = _as_listed(entry, file) if file.exists() else None
        whole = (plan if kept is None else plan.with_before(kept)).with_begin(0)
        save_plan(whole, file, entry.job.source)
        return whole


def _as_listed(entry: Entry, file: Path) -> ShotPlan | None:
    """Return the shots of a whole film as a list names them."""
    settings = replace(entry.job.settings, start="", shots=file)
    return plan_of(replace(entry.job, settings=settings), *clock_of(entry))
