"""Sources that have moved: found again below a folder by their names, sizes and places."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from colorizer.archive.records.provenance import Sidecar, State, source_hash
from colorizer.files.name_forms import normal_form, on_disk
from colorizer.jobs import Kind
from colorizer.places.frame_pattern import there


class Moved:
    """The files below a folder in which sources are looked for. Several threads may ask.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._named: dict[str, list[Path]] | None = None
        self._lock = threading.Lock()

    def source_of(self, sidecar: Sidecar) -> Path | None:
        """Return the file that is the source of a sidecar by its content; None where none is.

        The longest end of its old path that exists below the folder comes first, then every file
        of its name; where all have another content, the first is returned.
        """
        told = sidecar["source"]
        film = sidecar["kind"] == Kind.FILM
        first: Path | None = None
        for place in self._places(Path(told["path"])):
            if not there(place, film=film):
                continue
            try:
                if State.of(place).size == told["bytes"]:
                    first = first or place
                    if source_hash(place, told["bytes"]) == told["sha256"]:
                        return place
            except OSError:  # not this one
                continue
            first = first or place
        return first

    def _places(self, old: Path) -> Iterator[Path]:
        parts = [part for part in old.parts if part not in (old.anchor, "..")]
        tried = [on_disk(self._root.joinpath(*parts[begin:])) for begin in range(len(parts))]
        yield from tried
        yield from (path for path in self._of_name(old.name) if path not in tried)

    def _of_name(self, name: str) -> list[Path]:
        with self._lock:
            if self._named is None:
                self._named = defaultdict(list)
                for folder, _, names in os.walk(self._root):
                    for one in names:
                        self._named[normal_form(one)].append(Path(folder) / one)
        return self._named.get(normal_form(name), [])
