"""The rows of the queue in memory: found by id in no time, changed by thousands at once."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from colorizer.engine.queue import Entry
from colorizer.engine.queue_entry import changed_entries
from colorizer.jobs import JobState

Groups = Sequence[tuple[Sequence[int], Mapping[str, Any]]]
"""Ids, and what changes of their rows: under "settings" the changed settings alone, under "hints"
all hints."""


class Rows:
    """Rows in their order. What is on disk is the business of `gui.session.queue_model`.

    Attributes:
        entries: all rows in their order.
        counts: how many are in each state.
    """

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.counts: Counter[JobState] = Counter()
        self._places: dict[int, int] = {}
        self._number()

    def __contains__(self, number: object) -> bool:
        return number in self._places

    def __getitem__(self, number: int) -> Entry:
        return self.entries[self._places[number]]

    def place(self, number: int) -> int:
        """Return the place of a row by its id; KeyError where it is gone."""
        return self._places[number]

    def known(self, numbers: Iterable[int]) -> list[int]:
        """Return those ids that rows have."""
        return [number for number in numbers if number in self._places]

    def idle(self, numbers: Iterable[int]) -> list[int]:
        """Return those ids whose rows can be changed, as they are not in progress."""
        if not self.counts[JobState.RUNNING]:
            return self.known(numbers)
        return [n for n in self.known(numbers) if self[n].state is not JobState.RUNNING]

    def change(self, numbers: Iterable[int], changes: Mapping[str, Any]) -> None:
        """Change the same fields of some rows."""
        places = [self._places[number] for number in numbers]
        entries = self.entries
        with _collecting_nothing():
            found = changed_entries([entries[place] for place in places], changes)
            for place, new in zip(places, found, strict=True):
                old, entries[place] = entries[place], new
                if new.state is not old.state:
                    self.counts[old.state] -= 1
                    self.counts[new.state] += 1

    def retarget(self, targets: Mapping[int, Path]) -> None:
        """Give rows other targets."""
        with _collecting_nothing():
            for number, target in targets.items():
                place = self._places[number]
                (self.entries[place],) = changed_entries([self.entries[place]], {"target": target})

    def split(self, groups: Groups) -> Iterator[tuple[list[int], dict[str, Any]]]:
        """Yield groups of rows that get equal fields, changed settings applied to those they have.

        Rows in progress are left as they are: their results are made with what they have.

        Raises:
            SettingsError: a value is not allowed.
        """
        for numbers, changes in groups:
            known = self.idle(numbers)
            if "settings" not in changes:
                yield known, dict(changes)
                continue
            alike: dict[int, list[int]] = {}
            entries, places = self.entries, self._places
            for number in known:
                alike.setdefault(id(entries[places[number]].job.settings), []).append(number)
            for group in alike.values():
                old = self[group[0]].job.settings
                fields = {**changes, "settings": replace(old, **changes["settings"])}
                if fields["settings"].shots != old.shots:
                    fields["new_list"] = True  # a person chose it here
                yield group, fields

    def append(self, entries: Iterable[Entry]) -> None:
        """Add rows at the end."""
        for entry in entries:
            self._places[entry.id] = len(self.entries)
            self.entries.append(entry)
            self.counts[entry.state] += 1

    def merge(self, back: Mapping[int, Entry]) -> None:
        """Put rows at the places they are to have, by place."""
        result: list[Entry] = []
        rest, length = iter(self.entries), len(self.entries) + len(back)
        for place in range(length):
            entry = back.get(place) or next(rest, None)
            if entry is not None:
                result.append(entry)
        beyond = [entry for place, entry in back.items() if place >= length]
        self.entries = [*result, *rest, *beyond]
        self._number()

    def drop(self, numbers: Iterable[int]) -> None:
        """Forget rows."""
        gone = set(numbers)
        self.entries = [entry for entry in self.entries if entry.id not in gone]
        self._number()

    def order_with(self, numbers: Iterable[int], before: int | None) -> list[int]:
        """Return the ids of all rows, were some put before another one, or at the end for None."""
        moved = set(numbers)
        while before in moved:
            place = self._places[before] + 1 if before is not None else 0
            before = self.entries[place].id if place < len(self.entries) else None
        kept = [entry.id for entry in self.entries if entry.id not in moved]
        place = len(kept) if before is None else kept.index(before)
        between = [entry.id for entry in self.entries if entry.id in moved]
        return [*kept[:place], *between, *kept[place:]]

    def reorder(self, order: Iterable[int]) -> None:
        """Give the rows the order of these ids; rows that are not among them come last."""
        named = dict.fromkeys(self.known(order))
        others = [entry.id for entry in self.entries if entry.id not in named]
        self.entries = [self[number] for number in (*named, *others)]
        self._number()

    def _number(self) -> None:
        self._places = {entry.id: place for place, entry in enumerate(self.entries)}
        self.counts = Counter(entry.state for entry in self.entries)


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Keep Python from looking through 100,000 objects for garbage while as many are made."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
