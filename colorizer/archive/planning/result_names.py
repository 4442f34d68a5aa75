"""Names of results: the tree mirrored below the output folder, names made by the template."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path

from colorizer.archive.planning.walk import Found
from colorizer.files.name_forms import split_path
from colorizer.jobs import Kind
from colorizer.media.photo.jpeg_kind import suffix_to_follow
from colorizer.media.photo.suffixes import photo_suffix, told_suffix
from colorizer.places.frame_pattern import is_pattern, named_like, stem_of
from colorizer.places.name_template import check_template, fill, fitting
from colorizer.settings import Settings


@dataclass(frozen=True, slots=True)
class Naming:
    """Names of results."""

    out: Path
    """Output folder."""
    settings: Settings
    """Of these, name, format, codec and model are used."""
    film_suffix: Callable[[str, str], str]
    """Container of (source suffix, codec)."""
    _known: dict[str, Path] = field(default_factory=dict, init=False, compare=False)
    """Plain targets, each of which a plan asks for several times."""
    _folders: dict[Path, Path] = field(default_factory=dict, init=False, compare=False)

    def plain(self, item: Found, n: int) -> Path:
        """Return the target of a file if it were alone.

        Args:
            item: the file.
            n: its place in the run, from 1.
        """
        key = f"{n} {item.path}" if self.numbered else str(item.path)
        if key not in self._known:
            self._known[key] = self._place(item, self._stem(item, _own_stem(item), n))
        return self._known[key]

    @property
    def numbered(self) -> bool:
        """Whether names hold the number of the file in the run."""
        return "{n" in self.settings.name

    def variants(self, item: Found, n: int) -> Iterator[Path]:
        """Yield targets of a file without end: the plain one, and those where others have that.

        The name gets the suffix of the source, where the result has another, or a number.
        """
        plain = self.plain(item, n)
        yield plain
        stem, ext = _own_stem(item), item.path.suffix.lower()
        if ext and plain.suffix != ext:
            stem = f"{stem}_{ext.lstrip('.')}"
            yield self._place(item, self._stem(item, stem, n))
        uses_stem = "{stem" in self.settings.name
        for number in count(2):
            text = self._stem(item, f"{stem}_{number}", n)
            yield self._place(item, text if uses_stem else f"{text}_{number}", f" {number}")

    def other(self, item: Found, n: int, is_free: Callable[[Path], bool]) -> Path:
        """Return a target that is free, for a file whose plain one another file has."""
        variants = self.variants(item, n)
        next(variants)
        return next(target for target in variants if is_free(target))

    def _stem(self, item: Found, stem: str, n: int) -> str:
        named, path = check_template(self.settings.name), item.path
        return fill(
            self.settings.name,
            stem=stem,
            ext=path.suffix.lower().lstrip(".") if "ext" in named else "",
            parent=_name_of(split_path(path)[0]) if "parent" in named else "",
            n=n,
            model=self.settings.model,
        )

    def folder(self, below: Path) -> Path:
        """Return a folder of the mirrored tree: one object for all results in it."""
        if below not in self._folders:
            self._folders[below] = self.out / below
        return self._folders[below]

    def _place(self, item: Found, stem: str, variant: str = "") -> Path:
        suffix, out = item.path.suffix, self.folder(item.folder)

        def place() -> str:
            return f"{item.relative}{variant}"

        if is_sequence(item):
            wanted = photo_suffix(suffix, self.settings.format)
            return out / fitting(stem, "", place) / named_like(item.path, stem, wanted)
        if item.kind is Kind.FILM:
            suffix = self.film_suffix(suffix, self.settings.codec)
        else:
            followed = suffix_to_follow(item.path) if suffix else told_suffix(item.path)
            suffix = photo_suffix(followed, self.settings.format)
        return out / fitting(stem, suffix, place)


def is_sequence(item: Found) -> bool:
    """Tell whether a found file is the pattern of an image sequence."""
    return item.kind is Kind.FILM and is_pattern(item.path)


def _own_stem(item: Found) -> str:
    return stem_of(item.path) if is_sequence(item) else item.path.stem


@lru_cache(maxsize=64)
def _name_of(folder: str) -> str:
    return os.path.basename(os.path.abspath(folder))  # noqa: PTH100, PTH119 - as it is written
