"""Changes of the queue that can be taken back, each one step for all the rows it is about."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from colorizer.archive.records.preset_files import OF_ONE_FILM
from colorizer.engine.leftovers import remove_unfinished
from colorizer.engine.queue import Entry, Queue
from colorizer.jobs import JobState, Kind
from colorizer.places.hint import Guide
from colorizer.settings import Settings, planned
from gui.session.activity import PENDING
from gui.session.changes import ChangeRows, MoveRows, RemoveRows
from gui.session.engine import Engine
from gui.session.pairs import Pairs
from gui.session.preferences import Preferences
from gui.session.queue_model import QueueModel
from gui.session.replanner import Replanner
from gui.session.runner import Runner
from gui.session.thumbnails import Thumbnails, icon_of

OVER = (JobState.DONE, JobState.SKIPPED)
"""States of files whose results exist."""


class Edits(QObject):
    """The queue, and the verbs that change it; they take ids of rows.

    Args:
        preferences: what is remembered.
        queue: the open queue file.
    """

    out_changed = Signal(object)
    """The folder of the results is another one, a `Path`."""
    settings_changed = Signal()
    """New files get other settings."""
    troubled = Signal(object)
    """What went wrong, in words or as a note; nothing stops for it."""

    def __init__(
        self, preferences: Preferences, queue: Queue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.preferences = preferences
        self.engine = Engine(self)
        self.thumbnails = Thumbnails(self.engine, icon_of, parent=self)
        self.pairs = Pairs(self.engine, self)
        self.model = QueueModel(queue, self.thumbnails, self)
        self.runner = Runner(self.model, self.engine, self)
        self.runner.out = preferences.out
        self.undo = QUndoStack(self)
        self.shown: int | None = None
        """Id of the row that is shown."""
        self.copied: tuple[dict[str, float], tuple[Guide, ...]] | None = None
        """Look and hints that were copied."""
        self._replanner = Replanner(self.model, self.engine, self.undo, lambda: self.out, self)
        self._replanner.failed.connect(self.troubled)
        self.model.dropped.connect(self.put_before)

    @property
    def out(self) -> Path:
        """Folder of the results."""
        return self.preferences.out

    def retarget(self, out: Path) -> None:
        """Let results go to another folder, those of files that wait to the same place below it."""
        old = self.out
        if out == old:
            return
        inside = _moved(old, out, {n: self.model.value(n, "target") for n in self.waiting()})
        self.preferences.out = self.runner.out = out
        if inside:
            words = self.tr("Other folder for the results")
            self.undo.push(ChangeRows(words, self.model, [], inside))
        self.out_changed.emit(out)

    def remove(self, rows: Iterable[int]) -> None:
        """Forget rows that are not in progress.

        Finished results are not touched; unfinished files stay until no undo brings the rows back.
        """
        running = self.runner.running
        gone = [row for row in rows if row not in running]
        if gone:
            self.undo.push(RemoveRows(self.tr("Removal from the queue"), self.model, gone))

    def let_go(self) -> None:
        """Remove the unfinished files of removed rows; after that no row comes back."""
        self.undo.clear()
        gone = [e for e in self.model.entries.dropped() if e.started and e.state not in OVER]
        if gone:
            kept = [Path(self.model.value(row, "target")) for row in self.model.ids()]
            remove_unfinished([entry.job.target for entry in gone], kept)

    def clear_over(self) -> None:
        """Forget the rows whose results exist."""
        self.remove(self._in_state(*OVER))

    def move(self, rows: Sequence[int], where: str) -> None:
        """Move rows together: to the top, up, down or to the bottom."""
        if not rows:
            return
        order = self.model.ids()
        places = self.model.entries.places(rows)
        place = {"top": 0, "up": max(0, places[0] - 1), "down": places[-1] + 2}.get(
            where, len(order)
        )
        self.put_before(rows, order[place] if place < len(order) else None)

    def put_before(self, rows: Iterable[int], before: int | None) -> None:
        """Put rows before another one, or at the end for None."""
        order = self.model.order_with(rows, before)
        if order != self.model.ids():
            self.undo.push(MoveRows(self.tr("Move in the queue"), self.model, order))

    def change(
        self, rows: Iterable[int], settings: Mapping[str, Any], words: str, merge: str = ""
    ) -> None:
        """Change some settings of rows that are not in progress.

        Args:
            rows: ids.
            settings: the changed ones by name.
            words: shown in the Undo action.
            merge: key of changes that are one step together, empty for none.
        """
        idle = self.model.idle(rows)
        if not idle or not settings:
            return
        new = [(idle, {"settings": dict(settings)})]
        if settings.keys() & set(planned()):
            self._replanner.push(words, new)
        else:
            self.undo.push(ChangeRows(words, self.model, new, merge=merge))

    def give_hints(self, row: int, hints: tuple[Guide, ...], words: str) -> None:
        """Give a row other hints."""
        if self.may_change(row):
            self.undo.push(ChangeRows(words, self.model, [([row], {"hints": hints})]))

    def copy_look(self) -> None:
        """Keep strength, vividness and hints of the row that is shown, to be pasted."""
        entry = self.shown_entry()
        if entry is not None:
            settings = entry.job.settings
            look = {"strength": settings.strength, "vividness": settings.vividness}
            self.copied = look, entry.job.hints

    def paste_look(self, rows: Iterable[int]) -> None:
        """Give rows that are not in progress the look and hints that were copied.

        Hints of a moment are of one film; rows that are photos get those without.
        """
        idle = self.model.idle(rows)
        if self.copied is None or not idle:
            return
        look, hints = self.copied
        anywhere = tuple(hint for hint in hints if hint.when is None)
        kinds = {row: self.model.entry(row).job.kind for row in idle}
        new = [
            ([row for row in idle if kinds[row] is kind], {"settings": look, "hints": given})
            for kind, given in ((Kind.PHOTO, anywhere), (Kind.FILM, hints))
        ]
        words = self.tr("Paste of look and hints")
        self.undo.push(ChangeRows(words, self.model, [part for part in new if part[0]]))

    def shown_entry(self) -> Entry | None:
        """Return the row that is shown."""
        if self.shown is None or not self.model.has(self.shown):
            return None
        return self.model.entry(self.shown)

    def may_change(self, row: int) -> bool:
        """Whether a row exists and is not in progress."""
        return self.model.has(row) and self.model.entry(row).state is not JobState.RUNNING

    def waiting(self) -> list[int]:
        """Return the ids of the rows that wait."""
        return self._in_state(*PENDING)

    def change_settings(self, rows: Iterable[int], old: Settings, new: Settings) -> None:
        """Give rows the settings in which `new` is other than `old`."""
        self.change(rows, _difference(old, new), self.tr("Change of settings"))

    def use_preset(self, rows: Iterable[int]) -> None:
        """Give rows all settings that new files get, but for those of one film."""
        values = {item.name: getattr(self.preferences.settings, item.name)
                  for item in fields(Settings) if item.name not in OF_ONE_FILM}  # fmt: skip
        self.change(rows, values, self.tr("Change of settings"))

    def use_settings(self, settings: Settings, rows: Iterable[int] = (), preset: str = "") -> None:
        """Remember settings for new files, and give rows those that are other than before.

        Args:
            settings: for new files.
            rows: ids.
            preset: name of the preset that the settings come from, empty for none.
        """
        old = self.preferences.settings
        self.preferences.settings = settings
        self.preferences.put("preset", preset)
        self.settings_changed.emit()
        self.change_settings(rows, old, settings)

    def _in_state(self, *states: JobState) -> list[int]:
        return list(self.model.in_state(*states))


def _difference(old: Settings, new: Settings) -> dict[str, Any]:
    names = [item.name for item in fields(Settings)]
    return {n: getattr(new, n) for n in names if getattr(new, n) != getattr(old, n)}


def _moved(old: Path, new: Path, targets: Mapping[int, str]) -> dict[int, str]:
    """Return targets below one folder at the same places below another, those elsewhere left out.

    As `Path.relative_to` would, in a fraction of its time: there may be 40,000 rows.
    """
    head, below = (f"{str(folder).rstrip(os.sep)}{os.sep}" for folder in (new, old))
    return {n: head + name[len(below) :] for n, name in targets.items() if name.startswith(below)}
