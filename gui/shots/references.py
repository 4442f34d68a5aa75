"""The references of the file that is shown: where each stands, how far it reached, more, fewer."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from colorizer.engine.queue import Entry
from colorizer.jobs import Kind
from colorizer.places.hint import Reference, with_guide
from gui.session.session import Session
from gui.shots.record import Reach, Record
from gui.shots.shots import Shots, clock_of
from gui.words.text import count, moment

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".jxl", ".avif")
_MOST_TOLD = 4
"""Shots that are told of a reference."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One reference of a film or photo."""

    file: Path
    place: str
    """Where it belongs, in words."""
    home: str
    """Where it is kept: "hints", "settings" or "shot"."""
    number: int
    """Of the hint, the name in the settings, or the shot, from 0."""


class References(QObject):
    """Lists and changes references.

    Args:
        session: whose file it is.
        shots: of it, where it is a film.
    """

    changed = Signal()

    def __init__(self, session: Session, shots: Shots) -> None:
        super().__init__(shots)
        self._session, self._shots = session, shots
        self.record = Record()
        self.all: list[Listed] = []
        self._row: int | None = None
        shots.changed.connect(self._handle_changed)
        session.undo.indexChanged.connect(self._handle_changed)
        session.model.counts_changed.connect(self._handle_counts)

    def show(self, entry: Entry | None) -> None:
        """List those of another file."""
        self._row = entry.id if entry is not None else None
        self._handle_changed()

    def entry(self) -> Entry | None:
        """Return the file that is shown."""
        known = self._row is not None and self._session.model.has(self._row)
        return self._session.model.entry(self._row) if known and self._row is not None else None

    @property
    def is_film(self) -> bool:
        """Whether the file that is shown is a film."""
        entry = self.entry()
        return entry is not None and entry.job.kind is Kind.FILM

    @property
    def may_change(self) -> bool:
        """Whether the file that is shown is not in progress."""
        entry = self.entry()
        return entry is not None and self._session.may_change(entry.id)

    def add(self, files: Iterable[Path], seconds: float | None = None) -> None:
        """Give the file references: of the frame at a time, or found by what they show."""
        entry = self.entry()
        if entry is not None:
            hints = entry.job.hints
            for new in (Reference(file.absolute(), seconds) for file in files):
                hints = hints if new in hints else with_guide(hints, new)
            self._session.give_hints(entry.id, hints, self.tr("New reference"))

    def remove(self, chosen: Iterable[Listed]) -> None:
        """Take references from the file; the files are not touched."""
        entry, gone = self.entry(), list(chosen)
        if entry is None or not gone or not self.may_change:
            return
        words, undo = self.tr("Removed reference"), self._session.undo
        undo.beginMacro(words)
        hints = {one.number for one in gone if one.home == "hints"}
        if hints:
            kept = (hint for n, hint in enumerate(entry.job.hints) if n not in hints)
            self._session.give_hints(entry.id, tuple(kept), words)
        names = {one.number for one in gone if one.home == "settings"}
        if names:
            listed = _names(entry)
            rest = os.pathsep.join(name for n, name in enumerate(listed) if n not in names)
            self._session.change([entry.id], {"reference": rest}, words)
        for one in gone:
            if one.home == "shot":
                self._remove_of_shot(one)
        undo.endMacro()

    def reach_of(self, one: Listed) -> Reach | None:
        """Return how far a reference reached in the finished film; None where it is not known."""
        return self.record.reach.get(one.file.name)

    def words_of(self, one: Listed) -> str:
        """Return where a reference belongs, and how far it reached."""
        reach = self.reach_of(one)
        if reach is None:
            return one.place
        film, photo = self.tr("reached %1 of the film"), self.tr("reached %1 of the picture")
        share = (film if self.is_film else photo).replace("%1", f"{reach.share:.1%}")
        most = sorted(reach.shots, key=lambda shot: -shot[2])[:_MOST_TOLD]
        shots = [
            self.tr("shot %1: %2").replace("%1", count(n)).replace("%2", f"{part:.0%}")
            for n, _, part in most
        ]
        return "\n".join([one.place, share, *shots])

    def parts_of(self, one: Listed) -> list[tuple[float, float, float]]:
        """Return which parts of the film a reference reached: begin and end in seconds, share."""
        entry, reach = self.entry(), self.reach_of(one)
        if entry is None or reach is None or not reach.shots:
            return []
        rate, _ = clock_of(entry)
        firsts = self._shots.firsts
        begin = self._shots.plan.begin if self._shots.plan is not None else 0
        end = int(entry.facts.get("frames") or 0)
        parts = []
        for _, first, share in reach.shots:
            start = first + begin
            last = next((other for other in firsts if other > start), end)
            parts.append((start / rate, last / rate, share))
        return parts

    def _remove_of_shot(self, one: Listed) -> None:
        plan = self._shots.plan
        if plan is None or one.number >= len(plan.shots):
            return
        own = plan.shots[one.number].own
        if own.get("reference") is not None and Path(own["reference"]).name == one.file.name:
            self._shots.give([one.number], "reference", None)
            return
        hints = [h for h in own.get("hints", ()) if _name(h) != one.file.name]
        self._shots.give([one.number], "hints", hints or None)

    def _handle_counts(self) -> None:
        entry, known = self.entry(), self.record.reach
        self.record.read(entry)
        if self.record.reach is not known:
            self.changed.emit()

    def _handle_changed(self) -> None:
        entry = self.entry()
        self.record.read(entry)
        self.all = [] if entry is None else self._list(entry)
        self.changed.emit()

    def _list(self, entry: Entry) -> list[Listed]:
        anywhere = self.tr("Wherever it shows; seen in the result")
        found = []
        for number, hint in enumerate(entry.job.hints):
            if isinstance(hint, Reference):
                words = anywhere if hint.when is None else self._frame_words(entry, hint.when)
                found.append(Listed(hint.file, words, "hints", number))
        for number, name in enumerate(_names(entry)):
            found.append(Listed(Path(name), anywhere, "settings", number))
        for number, shot in enumerate(self._shots.plan.shots if self._shots.plan else ()):
            words = self.tr("Shot %1").replace("%1", count(number + 1))
            names = [shot.own.get("reference"), *map(_name, shot.own.get("hints", ()))]
            for name in names:
                if isinstance(name, str):
                    base = entry.job.settings.shots
                    folder = base.parent if base is not None else Path()
                    found.append(Listed(folder / name, words, "shot", number))
        return found

    def _frame_words(self, entry: Entry, when: float | str) -> str:
        if not isinstance(when, float):
            return self.tr("At %1").replace("%1", str(when))
        frame = round(when * clock_of(entry)[0])
        words = self.tr("Frame %1").replace("%1", str(frame))
        return f"{words} · {moment(when)}"


def _names(entry: Entry) -> list[str]:
    return [name for name in entry.job.settings.reference.split(os.pathsep) if name]


def _name(hint: object) -> str | None:
    name = hint.get("reference") if isinstance(hint, dict) else None
    return Path(name).name if isinstance(name, str) else None
