"""The rows of the queue in memory: found by id in no time, changed by thousands at once.

A change of 40,000 rows is noted for each; a row is built with what was noted when it is looked at.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from pathlib import Path
from typing import Any, overload

from colorizer.engine.queue import Entry
from colorizer.engine.queue_entry import OF_JOB, changed_entries
from colorizer.jobs import JobState

Groups = Sequence[tuple[Sequence[int], Mapping[str, Any]]]
"""Ids, and what changes of their rows: under "settings" the changed settings alone, under "hints"
all hints."""
_NOTHING: Mapping[str, Any] = {}


class Rows(Sequence[Entry]):
    """Rows in their order. What is on disk is the business of `gui.session.queue_model`.

    Attributes:
        counts: how many are in each state.
    """

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries
        self._later: dict[int, Mapping[str, Any]] = {}  # what changed since a row was built, by id
        self._targets: dict[int, str] = {}
        self._gone: dict[int, Entry] = {}
        self.counts: Counter[JobState] = Counter(entry.state for entry in entries)
        self._places: dict[int, int] = {}
        self._number()

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        entry = self._entries[place]
        if entry.id in self._later or entry.id in self._targets:
            return self._built(entry.id)
        return entry

    def __iter__(self) -> Iterator[Entry]:
        for number in [*self._later, *self._targets.keys() - self._later.keys()]:
            if number in self._places:
                self._built(number)
        return iter(self._entries)

    def entry(self, number: int) -> Entry:
        """Return a row by its id; KeyError where it is gone."""
        return self[self._places[number]]

    def has(self, number: int) -> bool:
        """Whether a row of that id exists."""
        return number in self._places

    def place(self, number: int) -> int:
        """Return the place of a row by its id; KeyError where it is gone."""
        return self._places[number]

    def places(self, numbers: Iterable[int]) -> list[int]:
        """Return the places of rows by their ids, in their order; ids of no row are left out."""
        return sorted(map(self._places.__getitem__, self.known(numbers)))

    def ids(self) -> list[int]:
        """Return the ids of all rows in their order."""
        return list(self._places)

    def known(self, numbers: Iterable[int]) -> list[int]:
        """Return those ids that rows have."""
        return list(filter(self._places.__contains__, numbers))

    def value(self, number: int, name: str) -> Any:
        """Return a field of a row, or of its job, without building the row."""
        if name == "target":
            return self._target(number)
        later = self._later.get(number, _NOTHING)
        if name in later:
            return later[name]
        entry = self._entries[self._places[number]]
        return getattr(entry.job if name in OF_JOB else entry, name)

    def _target(self, number: int) -> str:
        found = self._targets.get(number)
        return found or str(self._entries[self._places[number]].job.target)

    def state(self, place: int) -> JobState:
        """Return the state of the row at a place."""
        entry = self._entries[place]
        return self._later.get(entry.id, _NOTHING).get("state") or entry.state

    def source(self, place: int) -> Path:
        """Return the source of the row at a place."""
        return self._entries[place].job.source

    def in_state(
        self, states: Collection[JobState], numbers: Iterable[int] | None = None
    ) -> Iterator[int]:
        """Yield ids of rows in one of some states: of these ids, or of all in their order."""
        numbers = self._places if numbers is None else list(numbers)
        yield from compress(numbers, map(frozenset(states).__contains__, self._states(numbers)))

    def _states(self, numbers: Iterable[int]) -> Iterator[JobState]:
        entries, places, later = self._entries, self._places, self._later
        for number in numbers:
            yield later.get(number, _NOTHING).get("state") or entries[places[number]].state

    def idle(self, numbers: Iterable[int]) -> list[int]:
        """Return those ids whose rows can be changed, as they are not in progress."""
        known = self.known(numbers)
        if not self.counts[JobState.RUNNING]:
            return known
        running = set(self.in_state((JobState.RUNNING,)))
        return [number for number in known if number not in running]

    def alike(self, numbers: Iterable[int], *names: str) -> list[list[int]]:
        """Return ids in groups of rows in which these fields are the same objects."""
        groups: dict[Any, list[int]] = {}
        if len(names) == 1:
            (name,) = names
            for number in numbers:
                groups.setdefault(id(self.value(number, name)), []).append(number)
        else:
            for number in numbers:
                key = tuple(id(self.value(number, name)) for name in names)
                groups.setdefault(key, []).append(number)
        return list(groups.values())

    def change(self, numbers: Collection[int], changes: Mapping[str, Any]) -> None:
        """Change the same fields of some rows."""
        if "state" in changes:
            self.counts.subtract(Counter(self._states(numbers)))
            self.counts[changes["state"]] += len(numbers)
        if changes.get("state") is JobState.DONE:
            for number in numbers:  # what it was made with is what is wished now
                self._build(number, changes)
            return
        later = self._later
        merged: dict[int, tuple[Any, Any]] = {}  # by what was noted before, which stays alive here
        for number in numbers:
            before = later.get(number, _NOTHING)
            found = merged.get(id(before))
            if found is None:
                found = merged[id(before)] = ({**before, **changes}, before)
            later[number] = found[0]

    def retarget(self, targets: Mapping[int, str | os.PathLike[str]]) -> None:
        """Give rows other targets."""
        self._targets.update({number: os.fspath(target) for number, target in targets.items()})

    def _built(self, number: int) -> Entry:
        """Return a row with all that was noted for it."""
        changes = dict(self._later.pop(number, _NOTHING))
        target = self._targets.pop(number, None)
        if target is not None:
            changes["target"] = Path(target)
        place = self._places[number]
        (self._entries[place],) = changed_entries([self._entries[place]], changes)
        return self._entries[place]

    def _build(self, number: int, changes: Mapping[str, Any]) -> None:
        place = self._places[number]
        (self._entries[place],) = changed_entries([self[place]], changes)

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
            for group in self.alike(known, "settings"):
                old = self.value(group[0], "settings")
                fields = {**changes, "settings": replace(old, **changes["settings"])}
                if fields["settings"].shots != old.shots:
                    fields["new_list"] = True  # a person chose it here
                yield group, fields

    def append(self, entries: Iterable[Entry]) -> None:
        """Add rows at the end."""
        for entry in entries:
            self._places[entry.id] = len(self._entries)
            self._entries.append(entry)
            self.counts[entry.state] += 1

    def merge(self, back: Mapping[int, int]) -> None:
        """Put rows that were dropped at the places they are to have: ids by place."""
        result: list[Entry] = []
        rest, length = iter(self._entries), len(self._entries) + len(back)
        for place in range(length):
            entry = self._gone.pop(back[place]) if place in back else next(rest, None)
            if entry is not None:
                result.append(entry)
        beyond = [self._gone.pop(number) for place, number in back.items() if place >= length]
        self._entries = [*result, *rest, *beyond]
        self._number()
        self.counts.update(self._states(back.values()))

    def drop(self, numbers: Iterable[int]) -> None:
        """Leave rows out; `merge` knows them."""
        gone = set(numbers)
        self.counts.subtract(Counter(self._states(gone)))
        self._gone.update((n, self._entries[self._places[n]]) for n in gone)
        self._entries = [entry for entry in self._entries if entry.id not in gone]
        self._number()

    def dropped(self) -> list[Entry]:
        """Return the rows that were left out and have not come back."""
        found = []
        for number, entry in self._gone.items():
            changes = dict(self._later.get(number, _NOTHING))
            if number in self._targets:
                changes["target"] = Path(self._targets[number])
            found += changed_entries([entry], changes)
        return found

    def order_with(self, numbers: Iterable[int], before: int | None) -> list[int]:
        """Return the ids of all rows, were some put before another one, or at the end for None."""
        moved, all_ids = set(numbers), self.ids()
        while before in moved:
            place = self._places[before] + 1 if before is not None else 0
            before = all_ids[place] if place < len(all_ids) else None
        kept = [number for number in all_ids if number not in moved]
        place = len(kept) if before is None else kept.index(before)
        between = [number for number in all_ids if number in moved]
        return [*kept[:place], *between, *kept[place:]]

    def reorder(self, order: Iterable[int]) -> None:
        """Give the rows the order of these ids; rows that are not among them come last."""
        entries, places = self._entries, self._places
        named = dict.fromkeys([*self.known(order), *places])
        self._entries = [entries[places[number]] for number in named]
        self._number()

    def _number(self) -> None:
        self._places = {entry.id: place for place, entry in enumerate(self._entries)}
