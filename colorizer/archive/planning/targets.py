"""Which name every result gets: the one it has, else a free one.

A result keeps its name for ever. What its source is called, and which files have come in next to
it since, does not matter; those get names that no result of another source has.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import chain, count, takewhile
from pathlib import Path

from colorizer.archive.planning.belonging import belongs, same_place
from colorizer.archive.planning.result_names import Naming, is_sequence
from colorizer.archive.planning.results import Results, name_key
from colorizer.archive.planning.walk import Found
from colorizer.files.name_forms import on_disk


def targets_of(
    found: Iterable[Found],
    naming: Naming,
    first: int = 1,
    *,
    results: Results | None = None,
    promised: Mapping[Path, Path] | None = None,
) -> list[Path]:
    """Return one target per file, all different even where case and accents do not count.

    The first of several files with one target gets the plain name; the others get theirs with the
    suffix of the source, then with a number: a_color.mp4, a_avi_color.mp4, a_avi_2_color.mp4.

    Args:
        found: files.
        naming: how results are called.
        first: number of the first file, for names with one.
        results: those that exist; None looks below `naming.out`.
        promised: targets that were given before and may not exist yet, by source.
    """
    found = list(found)
    giving = _Giving(naming, results or results_of(naming, naming.out), promised or {})
    giving.keep(found)
    if naming.numbered:
        giving.number(found, first)
    else:
        giving.name(found, first)
    return [giving.targets[index] for index in range(len(found))]


def results_of(naming: Naming, root: Path) -> Results:
    """Return what lies below a folder of results that are called so."""
    return Results(root, naming.settings.name, naming.settings.model)


class _Giving:
    """Gives targets to files.

    Attributes:
        targets: by place of the file in the list.
    """

    def __init__(self, naming: Naming, results: Results, promised: Mapping[Path, Path]) -> None:
        self.targets: dict[int, Path] = {}
        self._naming = naming
        self._results = results
        self._promised = promised
        self._taken = {name_key(target) for target in promised.values()}
        self._beside: set[int] = set()
        """Places of the files whose results come into folders where others are."""

    def keep(self, found: list[Found]) -> None:
        """Leave every result that exists to its source: the one of its path, else a moved one."""
        for index, item in enumerate(found if self._promised else ()):
            if target := self._promised.get(item.path):
                self.targets[index] = target
        self._beside = {n for n, item in enumerate(found) if self._any(item)}
        for moved in (False, True):
            for index in sorted(self._beside):
                if index not in self.targets and (target := self._held(found[index], moved)):
                    self._give(index, target)

    def _any(self, item: Found) -> bool:
        """Tell whether a file may have a result, or its name be another's: not in a new folder."""
        return is_sequence(item) or self._results.has_any(self._naming.folder(item.folder))

    def name(self, found: list[Found], first: int) -> None:
        """Give the others names made of their own."""
        left = [index for index in range(len(found)) if index not in self.targets]
        plain = [self._naming.plain(found[index], first + index) for index in left]
        # Every plain name is reserved first: no later file is pushed off its own.
        again = set()
        for place, target in enumerate(plain):
            key = name_key(target)
            if key in self._taken:
                again.add(place)
            self._taken.add(key)
        for place, (index, target) in enumerate(zip(left, plain, strict=True)):
            owned = index in self._beside and self._results.is_owned(target)
            if owned or place in again:
                target = self._naming.other(found[index], first + index, self._is_free)
                self._taken.add(name_key(target))
            self.targets[index] = _spelled(target)

    def number(self, found: list[Found], first: int) -> None:
        """Give the others the numbers that no result has, in order."""
        held = (self._results.number(target) for target in self.targets.values())
        used = {number for number in (*held, *self._results.numbers()) if number is not None}
        free = (number for number in count(first) if number not in used)
        for index, item in enumerate(found):
            before: Path | None = None
            while index not in self.targets:
                target = self._naming.plain(item, number := next(free))
                if self._is_free(target):
                    self._give(index, target)
                elif target == before:  # too long for its number to be in it
                    self._give(index, self._naming.other(item, number, self._is_free))
                before = target

    def _held(self, item: Found, moved: bool) -> Path | None:
        """Return the result that a file has."""
        for target in self._alike(item):
            if name_key(target) in self._taken:
                continue
            owner = self._results.owner(target)
            if owner is None:
                if moved and _is_copy(target, item.path):
                    return target
            elif belongs(owner, item.path) if moved else same_place(owner, item.path):
                return target
        return None

    def _alike(self, item: Found) -> Iterable[Path]:
        """Return the existing targets that may be of a file."""
        plain = self._naming.plain(item, 1)
        if is_sequence(item):  # in a folder of its own
            every = (on_disk(t.parent) / t.name for t in self._naming.variants(item, 1))
            return takewhile(lambda target: target.parent.is_dir(), every)
        alike = self._results.alike(plain.parent, item.path.stem)
        found = [target for target in alike if target.suffix.lower() == plain.suffix]
        if "~" in plain.stem:  # shortened: the end of its name is missing
            spelled = map(self._results.spelled, self._naming.variants(item, 1))
            found += chain.from_iterable(takewhile(bool, spelled))
        return found

    def _give(self, index: int, target: Path) -> None:
        self.targets[index] = _spelled(target)
        self._taken.add(name_key(target))

    def _is_free(self, target: Path) -> bool:
        return name_key(target) not in self._taken and not self._results.is_owned(target)


def _spelled(target: Path) -> Path:
    """Return a target with its folder as it is spelled on the disk."""
    return target if str(target).isascii() else on_disk(target.parent) / target.name


def _is_copy(target: Path, source: Path) -> bool:
    """Tell whether a file of which nothing is recorded may be the copy of a source."""
    try:
        return os.path.getsize(target) == os.path.getsize(source)  # noqa: PTH202 - many files
    except OSError:
        return False
