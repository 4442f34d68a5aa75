"""What lies in the folders of results: which names exist, and whose they are.

A folder is listed once, and a sidecar is read only where the name of its result could be that of a
source in question: one new photo for a folder of a hundred thousand costs a listing.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

from colorizer.archive.planning.belonging import Owner, owner_of
from colorizer.archive.records.manifest import NAME, read_sources
from colorizer.archive.records.provenance import SUFFIX
from colorizer.errors import MediaError
from colorizer.files.name_forms import normal_form, on_disk

_NUMBER = re.compile(r"_\d+$")


def name_key(path: Path | str) -> str:
    """Return the same text for names that a file system may take for one."""
    text = str(path)
    key = text.lower() if text.isascii() else normal_form(text).casefold()
    return text if key == text else key  # one text, not two, in the tables of a million names


@dataclass(slots=True)
class _Folder:
    """The names in a folder."""

    spelled: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    """By `name_key`; results of which only the sidecar is left included."""
    families: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    """By every stem that a source of a result of this name may have."""


class Results:
    """The results below a folder, as they were when each of its folders was first asked about.

    Args:
        root: folder of all results, in which the manifest lies; need not exist.
        template: of their names, one that `check_template` accepts.
        model: that stands in their names.
    """

    def __init__(self, root: Path, template: str, model: str) -> None:
        self._root = root
        self._form = _form(template, model)
        self._folders: dict[str, _Folder] = {}
        self._sources: dict[Path, Owner] | None = None
        self._owners: dict[Path, Owner | None] = {}

    def alike(self, folder: Path, stem: str) -> list[Path]:
        """Return the results whose names a source of this stem may have given, plainest first."""
        found = self._folder(folder).families
        names = [*found.get(name_key(stem), ()), *found.get("", ())]
        return sorted(dict.fromkeys(names), key=lambda path: (len(path.name), path.name))

    def owner(self, target: Path) -> Owner | None:
        """Return the source of a result; None where nothing says it."""
        if target not in self._owners:
            self._owners[target] = owner_of(target, self._listed())
        return self._owners[target]

    def lists(self, file: Path) -> bool:
        """Tell whether the manifest names the source of a file, which thus is a result."""
        listed = self._listed()
        return bool(listed) and Path(os.path.abspath(file)) in listed  # noqa: PTH100 - links stay

    def has_any(self, folder: Path) -> bool:
        """Tell whether there is anything in a folder."""
        return bool(self._folder(folder).spelled)

    def spelled(self, target: Path) -> list[Path]:
        """Return the files that a file system may take for `target`."""
        return self._folder(target.parent).spelled.get(name_key(target.name), [])

    def is_owned(self, target: Path) -> bool:
        """Tell whether a name, in whatever spelling, is that of a result whose source is known."""
        return any(self.owner(path) is not None for path in self.spelled(target))

    def number(self, target: Path) -> int | None:
        """Return the {n} in the name of a result; None where it has none."""
        found = self._form.fullmatch(_NUMBER.sub("", key := name_key(target.stem)))
        found = self._form.fullmatch(key) or found
        return int(found["n"]) if found and "n" in self._form.groupindex else None

    def numbers(self) -> Iterator[int]:
        """Yield the {n} in the names of all results whose sources are told."""
        for target in self._listed():
            if (number := self.number(target)) is not None:
                yield number
        for folder, folders, names in os.walk(self._root):
            folders[:] = [name for name in folders if not name.startswith(".colorize")]
            for name in names:
                if name.endswith(SUFFIX):
                    number = self.number(Path(folder) / name.removesuffix(SUFFIX))
                    if number is not None:
                        yield number

    def _listed(self) -> dict[Path, Owner]:
        """Return the sources that the manifest tells; read once."""
        if self._sources is None:
            self._sources = {}
            with suppress(MediaError):  # what is wrong with it is told when it is written
                told = read_sources(self._root / NAME)
                root = Path(os.path.abspath(self._root))  # noqa: PTH100 - links stay
                for name, source in told.items():
                    path = Path(os.path.abspath(root / source.path))  # noqa: PTH100
                    self._sources[root / name] = Owner(path.name, path, source.sha256)
        return self._sources

    def _folder(self, folder: Path) -> _Folder:
        if str(folder) not in self._folders:
            self._folders[str(folder)] = made = _Folder()
            folder = on_disk(folder)
            with suppress(OSError):  # mostly: it does not exist
                names = {name.removesuffix(SUFFIX) for name in os.listdir(folder)}  # noqa: PTH208 - many
                for name in sorted(names):
                    made.spelled[name_key(name)].append(folder / name)
                    for stem in self._stems(name):
                        made.families[stem].append(folder / name)
            return made
        return self._folders[str(folder)]

    def _stems(self, name: str) -> set[str]:
        """Return all stems of sources, as keys, of which this can be a result's name."""
        key = name_key(Path(name).stem)
        found: set[str] = set()
        for text in {key, _NUMBER.sub("", key)}:
            if form := self._form.fullmatch(text):
                if "stem" not in self._form.groupindex:
                    return {""}
                for stem in (form["stem"], _NUMBER.sub("", form["stem"])):
                    found |= {stem, stem.rpartition("_")[0]}  # it may end with the suffix
        return found - {""}


def _form(template: str, model: str) -> re.Pattern[str]:
    """Return what the key of a result's stem matches, with groups for the source's and {n}."""
    parts: list[str] = []
    seen: set[str] = set()
    for text, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(name_key(text)))
        if name in ("stem", "n"):
            pattern = ".+" if name == "stem" else r"\d+"
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{pattern})")
            seen.add(name)
        elif name == "model":
            parts.append(re.escape(name_key(model)))
        elif name:
            parts.append(".*")
    return re.compile("".join(parts), re.DOTALL)
