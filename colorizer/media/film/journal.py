"""The journal of a work folder: what its segments are made of, then a line for each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from colorizer.files.strangers import LIST_BYTES, parse_json, read_whole
from colorizer.media.film.segment import Segment, segment_from
from colorizer.notes import note

SCHEMA = 3


def line_of(values: Mapping[str, Any]) -> bytes:
    """Return a line of a journal."""
    return json.dumps(values).encode() + b"\n"


def read_journal(journal: Path, *, piece: bool = False) -> tuple[Any, list[Segment]]:
    """Return identity and segments; a line torn by a crash ends the journal.

    Args:
        journal: of a work folder.
        piece: it is of a piece of a film, which begins anywhere.
    """
    head, *lines = read_whole(journal, LIST_BYTES).split(b"\n")
    identity: Any = None
    segments: list[Segment] = []
    with suppress(ValueError, KeyError, TypeError):
        first = parse_json(head)
        identity = first["identity"] if first["schema"] == SCHEMA else None
        for line in lines[:-1]:
            segments.append(segment_from(parse_json(line), segments, anywhere=piece))
    return identity, segments


def changed(old: Any, new: Mapping[str, Any]) -> list[str]:
    """Say what an earlier run was made of that is different now."""
    if not isinstance(old, dict):
        return [note("segments.journal_cannot_read")]
    found = []
    for key, value in new.items():
        before = old.get(key)
        if before == value:
            continue
        if isinstance(value, dict) and isinstance(before, dict):
            names = [name for name in value if before.get(name) != value[name]]
            found.append(note("segments.names_changed", what=key, names=names))
        else:
            found.append(note("segments.changed", what=key))
    return found
