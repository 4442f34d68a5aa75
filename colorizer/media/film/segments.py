"""The work folder of a film: finished segments and a journal, so that a crash loses little.

    .TARGET.colorize/journal.jsonl   what it is made of, then one line a finished segment
                     seg_00012.nut   coded frames; seg_00013.nut.part is being written
                     state_00013.npz what the stages remember at the beginning of segment 13
                     piece_00002/    the same of a piece of the film, see `pieces`

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
from colorizer.files.checksum import file_hash
from colorizer.files.durable import NoLocksError, flush, flush_folder, lock, open_own
from colorizer.media.film.adopting import State, piece_from, state_after
from colorizer.media.film.journal import SCHEMA, changed, line_of, read_journal
from colorizer.media.film.segment import Segment
from colorizer.media.film.unfinished import remove_folder
from colorizer.media.film.work_folder import (
    JOINED,
    JOURNAL,
    LOCK,
    MARK,
    PIECES,
    holds_state,
    mark_folder,
    piece_folder,
    state_file,
    why_not_ours,
    work_folder,
)
from colorizer.notes import note


class WorkFolder:
    """The segments of one film. Open it before use and close it always."""

    segments: list[Segment]
    """Those finished, in order, without gaps."""
    notes: list[str]
    """What was found from an earlier run, one line each."""

    begin: int = 0
    """Index of the first frame of all."""

    def __init__(
        self,
        target: Path,
        identity: Mapping[str, Any] | None,
        suffix: str,
        piece: int | None = None,
    ) -> None:
        """Name the folder; nothing is touched.

        Args:
            target: the film to be written.
            identity: what its segments depend on, as JSON values; None never continues from any.
            suffix: of a segment's container.
            piece: number of the piece of the film that is done here; None is all of it.
        """
        self.path = whole = work_folder(target)
        if piece is not None:
            self.path = piece_folder(target, piece)
        self._whole = whole if piece is not None else None
        self._target = target
        self._identity = None if identity is None else json.loads(json.dumps(identity))
        self._suffix = suffix
        self._lock: IO[bytes] | None = None
        self.segments, self.notes = [], []

    @property
    def start(self) -> int:
        """Index of the first frame that is not finished."""
        last = self.segments[-1] if self.segments else None
        return last.first + last.frames if last else self.begin

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
        for folder in filter(None, (self._whole, self.path)):
            if reason := why_not_ours(folder, making=folder == self._whole):
                told = note("segments.folder_taken", folder=folder, why=reason)
                raise TargetError(self._target, told)
        if self._whole:
            mark_folder(self._whole)
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
        for stale in (*self.path.glob("*.part"), *self.path.glob(JOINED)):
            stale.unlink()
        self.segments = self._usable()
        wanted = {self.file(segment.number) for segment in self.segments}
        for file in self.path.glob("seg_*"):
            if file not in wanted:
                file.unlink()
        self._write_journal()
        if self._whole is None:
            self._adopt()

    def close(self, *, keep: bool = True) -> None:
        """Release the folder; it is removed if it has no finished segment or `keep` is False."""
        if self._lock is None:
            return
        for part in self.path.glob("*.part"):
            part.unlink(missing_ok=True)
        self._lock.close()
        self._lock = None
        if not keep or not self.segments or self._identity is None:
            remove_folder(self.path)

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
        segment = replace(segment, state=self._save_state(segment.number + 1, state))
        flush_folder(self.path)
        with (self.path / JOURNAL).open("ab") as journal:
            journal.write(line_of(asdict(segment)))
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
        (self.path / JOINED).touch()

    def clear(self) -> None:
        """Remove the folder: the film has its name."""
        self.segments = []
        self.close()

    def _save_state(self, number: int, state: State) -> str:
        """Write what the stages remember before a segment; return its SHA-256."""
        name = self._state_file(number)
        saved = name.with_name(name.name + ".part")
        with saved.open("wb") as file:
            np.savez(file, **state)  # type: ignore[arg-type]
        flush(saved)
        digest = file_hash(saved)
        saved.replace(name)
        return digest

    def _adopt(self) -> None:
        """Take over the segments of pieces as far as they follow without a gap."""
        for folder in sorted(self.path.glob(PIECES)):
            if why_not_ours(folder):
                continue
            tail = self.segments[-1].tail if self.segments else ""
            found = None
            if (made_of := self._identity) is not None:
                found = piece_from(folder, made_of, self._suffix, start=self.start, tail=tail)
            if found:
                self._take(*found)
            remove_folder(folder)

    def _take(self, found: list[tuple[Path, Segment]], state: State) -> None:
        """Make segments of a piece the next ones of the film."""
        before, count = self.state(), len(self.segments)
        taken = [replace(one, number=count + place) for place, (_, one) in enumerate(found)]
        for (file, _), one in zip(found, taken, strict=True):
            file.replace(self.file(one.number))
        digest = self._save_state(count + len(taken), state_after(before, state))
        flush_folder(self.path)
        self.segments += [*taken[:-1], replace(taken[-1], state=digest)]
        self._write_journal()

    def _state_file(self, number: int) -> Path:
        return state_file(self.path, number)

    def _usable(self) -> list[Segment]:
        """Return the finished segments of an earlier run with the same identity."""
        try:
            identity, segments = read_journal(self.path / JOURNAL, piece=self._whole is not None)
        except OSError:
            return []
        if not segments or self._identity is None:
            return []
        if words := changed(identity, self._identity):
            kept = sum(segment.frames for segment in segments)
            self.notes.append(note("segments.not_used", count=kept, changes=words))
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
        head = {"schema": SCHEMA, "identity": self._identity}
        part = self.path / f"{JOURNAL}.part"
        with part.open("wb") as file:
            file.write(line_of(head))
            file.writelines(line_of(asdict(segment)) for segment in self.segments)
        flush(part)
        part.replace(self.path / JOURNAL)
