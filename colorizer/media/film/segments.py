"""The work folder of a film: finished segments and a journal, so that a crash loses little.

    .TARGET.colorize/journal.jsonl   what it is made of, then one line a finished segment
                     seg_00012.nut   coded frames; seg_00013.nut.part is being written
                     state_00013.npz what the stages remember at the beginning of segment 13

A segment counts once its line is in the journal, which is written last. Times stand in the
journal, so no container's clock can round them.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np

from colorizer.errors import TargetError
from colorizer.files import durable
from colorizer.files.checksum import file_hash
from colorizer.files.durable import NoLocksError, flush, flush_folder, lock, open_own
from colorizer.files.strangers import LIST_BYTES, parse_json, read_whole
from colorizer.media.film.segment import Segment, segment_from
from colorizer.media.film.work_folder import (
    JOURNAL,
    LOCK,
    MARK,
    holds_state,
    why_not_ours,
    work_folder,
)
from colorizer.notes import note

_SCHEMA = 3
_JOINED = "joined"
_OWN_FILES = ("seg_*", "state_*", JOURNAL, f"{JOURNAL}.part", LOCK, _JOINED)

State = dict[str, np.ndarray]


def kept_frames(target: Path) -> int:
    """Return how many finished frames of an unfinished film wait for the same command."""
    if why_not_ours(work_folder(target)):
        return 0
    try:
        lines = _read(work_folder(target) / JOURNAL)[1]
    except OSError:
        return 0
    return sum(line.frames for line in lines)


def is_joining(target: Path) -> bool:
    """Tell whether a run was ended while it put finished segments together as the target."""
    folder = work_folder(target)
    return (folder / _JOINED).exists() and not why_not_ours(folder)


def sweep(target: Path) -> None:
    """Remove what a run left that was ended between naming its finished film and tidying up."""
    if target.exists() and is_joining(target):
        _remove(work_folder(target))


def discard(target: Path) -> None:
    """Remove the segments of a film that is not to be continued; a folder of others stays."""
    folder = work_folder(target)
    if not why_not_ours(folder):
        _remove(folder)


def remove_parts(target: Path) -> None:
    """Delete what is half-written of a film: for a process that ends at once."""
    durable.remove_parts(target)
    folder = work_folder(target)
    for part in () if why_not_ours(folder) else folder.glob("*.part"):
        with suppress(OSError):
            part.unlink()


class WorkFolder:
    """The segments of one film. Open it before use and close it always."""

    segments: list[Segment]
    """Those finished, in order, without gaps."""
    notes: list[str]
    """What was found from an earlier run, one line each."""

    def __init__(self, target: Path, identity: Mapping[str, Any] | None, suffix: str) -> None:
        """Name the folder; nothing is touched.

        Args:
            target: the film to be written.
            identity: what its segments depend on, as JSON values; None never continues from any.
            suffix: of a segment's container.
        """
        self.path = work_folder(target)
        self._target = target
        self._identity = None if identity is None else json.loads(json.dumps(identity))
        self._suffix = suffix
        self._lock: IO[bytes] | None = None
        self.segments, self.notes = [], []

    @property
    def start(self) -> int:
        """Index of the first frame that is not finished."""
        return sum(segment.frames for segment in self.segments)

    def last_times(self, count: int) -> list[int]:
        """Return the pts of the last finished frames, at most `count`."""
        recent = chain.from_iterable(segment.times() for segment in self.segments[-count:])
        return list(deque(recent, count))

    def open(self) -> None:
        """Take the folder and find what of it can be used.

        Raises:
            TargetError: another process is at work in it.
            OSError: it can't be written.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        if reason := why_not_ours(self.path):
            raise TargetError(
                self._target, note("segments.folder_taken", folder=self.path, why=reason)
            )
        self._lock = open_own(self.path / LOCK)
        try:
            lock(self._lock)
        except NoLocksError:  # the claim of its target has said so
            pass
        except OSError as error:
            self._lock.close()
            self._lock = None
            reason = note("segments.other_process")
            raise TargetError(self._target, reason) from error
        self._lock.write(MARK)
        for stale in (*self.path.glob("*.part"), *self.path.glob(_JOINED)):
            stale.unlink()
        self.segments = self._usable()
        wanted = {self.file(segment.number) for segment in self.segments}
        for file in self.path.glob("seg_*"):
            if file not in wanted:
                file.unlink()
        self._write_journal()

    def close(self, *, keep: bool = True) -> None:
        """Release the folder; it is removed if it has no finished segment or `keep` is False."""
        if self._lock is None:
            return
        for part in self.path.glob("*.part"):
            part.unlink(missing_ok=True)
        self._lock.close()
        self._lock = None
        if not keep or not self.segments or self._identity is None:
            _remove(self.path)

    def file(self, number: int) -> Path:
        """Return the name of a segment's file."""
        return self.path / f"seg_{number:05}{self._suffix}"

    def part(self, number: int) -> Path:
        """Return its name while it is written."""
        return self.path / f"seg_{number:05}{self._suffix}.part"

    def state(self) -> State:
        """Return what the stages remember at `start`; empty at the beginning."""
        if not self.segments:
            return {}
        with np.load(self._state_file(len(self.segments))) as saved:
            return dict(saved)

    def finish(self, segment: Segment, state: State) -> None:
        """Make a written `.part` a finished segment, and durable, with the state that follows it.

        Raises:
            OSError: the disk is full or can't be written.
        """
        part = self.part(segment.number)
        flush(part)
        part.replace(self.file(segment.number))
        name = self._state_file(segment.number + 1)
        saved = name.with_name(name.name + ".part")
        with saved.open("wb") as file:
            np.savez(file, **state)  # type: ignore[arg-type]
        flush(saved)
        segment = replace(segment, state=file_hash(saved))
        saved.replace(name)
        flush_folder(self.path)
        with (self.path / JOURNAL).open("ab") as journal:
            journal.write(_line(asdict(segment)))
            journal.flush()
            os.fsync(journal.fileno())
        self.segments.append(segment)
        with suppress(FileNotFoundError):
            self._state_file(segment.number - 1).unlink()

    def drop(self, number: int) -> None:
        """Forget a damaged segment and those after it; without its state, all."""
        self.segments = self.segments[:number] if self._state_file(number).exists() else []
        self._write_journal()

    def joined(self) -> None:
        """Note that the film is complete and about to get its name."""
        (self.path / _JOINED).touch()

    def clear(self) -> None:
        """Remove the folder: the film has its name."""
        self.segments = []
        self.close()

    def _state_file(self, number: int) -> Path:
        return self.path / f"state_{number:05}.npz"

    def _usable(self) -> list[Segment]:
        """Return the finished segments of an earlier run with the same identity."""
        try:
            identity, segments = _read(self.path / JOURNAL)
        except OSError:
            return []
        if not segments or self._identity is None:
            return []
        changed = _changed(identity, self._identity)
        if changed:
            kept = sum(segment.frames for segment in segments)
            self.notes.append(note("segments.not_used", count=kept, changes=changed))
            return []
        sound: list[Segment] = []
        for segment in segments:
            file = self.file(segment.number)
            if not file.exists() or file.stat().st_size != segment.size:
                self.notes.append(note("segments.damaged", file=file.name))
                break
            sound.append(segment)
        if sound and not holds_state(self._state_file(len(sound)), sound[-1].state):
            self.notes.append(note("segments.cannot_read"))
            sound = []
        if sound:
            count = sum(segment.frames for segment in sound)
            self.notes.append(note("segments.continues", count=count))
        return sound

    def _write_journal(self) -> None:
        head = {"schema": _SCHEMA, "identity": self._identity}
        part = self.path / f"{JOURNAL}.part"
        with part.open("wb") as file:
            file.write(_line(head))
            file.writelines(_line(asdict(segment)) for segment in self.segments)
        flush(part)
        part.replace(self.path / JOURNAL)


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values).encode() + b"\n"


def _read(journal: Path) -> tuple[Any, list[Segment]]:
    """Return identity and segments; a line torn by a crash ends the journal."""
    head, *lines = read_whole(journal, LIST_BYTES).split(b"\n")
    identity: Any = None
    segments: list[Segment] = []
    with suppress(ValueError, KeyError, TypeError):
        first = parse_json(head)
        identity = first["identity"] if first["schema"] == _SCHEMA else None
        for line in lines[:-1]:
            segments.append(segment_from(parse_json(line), segments))
    return identity, segments


def _changed(old: Any, new: Mapping[str, Any]) -> list[str]:
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


def _remove(folder: Path) -> None:
    """Remove the folder's own files and it, if nothing of others is in it."""
    for pattern in _OWN_FILES:
        for file in folder.glob(pattern):
            with suppress(OSError):
                file.unlink()
    with suppress(OSError):
        folder.rmdir()
