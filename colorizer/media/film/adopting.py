"""What pieces of a film leave for the whole: their segments, and what the stages remember."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.media.film.journal import read_journal
from colorizer.media.film.segment import Segment
from colorizer.media.film.work_folder import JOURNAL, holds_state, state_file

State = dict[str, np.ndarray]

COUNTS = "source"
"""Name under which a state holds what the source had counted."""
BEFORE, FIRSTS = "piece_before", "piece_firsts"
"""Names under which the state of a piece holds the SHA-256 of the luma of the frame before it, and
where segments may have begun; see `pieces`."""
_ADDED_UP = ("shots", "found")
"""Names under which a state holds rows for all shots so far."""


def piece_from(
    folder: Path, identity: Mapping[str, Any], suffix: str, *, start: int, tail: str
) -> tuple[list[tuple[Path, Segment]], State] | None:
    """Return the finished segments of a piece and what the stages remember after them.

    Args:
        folder: of the piece.
        identity: that of the whole film.
        suffix: of a segment's container.
        start: index of the frame with which it must begin.
        tail: SHA-256 of the luma of the frame before that one; "" at the film's beginning.

    Returns:
        None where it has none, does not follow there, or is of other settings.
    """
    try:
        made_of, segments = read_journal(folder / JOURNAL, piece=True)
    except OSError:
        return None
    if not isinstance(made_of, dict) or not segments or segments[0].first != start:
        return None
    if {name: value for name, value in made_of.items() if name != "piece"} != dict(identity):
        return None
    files = [folder / f"seg_{one.number:05}{suffix}" for one in segments]
    if not all(_is_whole(file, one) for file, one in zip(files, segments, strict=True)):
        return None
    saved = state_file(folder, len(segments))
    if not holds_state(saved, segments[-1].state):
        return None
    with np.load(saved) as held:
        state = dict(held)
    if start and (state.get(BEFORE, np.zeros(0)).tobytes().hex() != tail or _counted(state)):
        return None
    return list(zip(files, segments, strict=True)), state


def _is_whole(file: Path, segment: Segment) -> bool:
    return file.is_file() and file.stat().st_size == segment.size


def _counted(state: State) -> bool:
    """Tell whether something was damaged or mended: where exactly, only a lone run can say."""
    return bool(np.any(state.get(COUNTS, np.zeros(1))))


def state_after(before: State, piece: State) -> State:
    """Return what the stages of a lone run would remember after a piece.

    Args:
        before: what they do at its beginning; empty at the film's.
        piece: what they do at its end.
    """
    state = {name: kept for name, kept in piece.items() if name not in (BEFORE, FIRSTS)}
    for name in _ADDED_UP:
        if name in before and name in state:
            state[name] = np.concatenate([before[name], state[name]])
    if COUNTS in before:
        state[COUNTS] = before[COUNTS]
    return state
