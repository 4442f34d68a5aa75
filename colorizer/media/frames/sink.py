"""SequenceSink: a coloured film as numbered files, each in the format its name says.

Finished frames wait in the work folder next to the target and get their places when all exist. The
journal is that of films (`colorizer.media.film.segments`); in place of coded pictures its
segments hold the hashes of their frames.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from colorizer.errors import TargetError
from colorizer.files.checksum import combined_hash
from colorizer.files.durable import flush_folder
from colorizer.files.name_forms import normal_form, on_disk
from colorizer.frame import Frame
from colorizer.media.film.adopting import State
from colorizer.media.film.anchor import Anchor
from colorizer.media.film.protocol import Film
from colorizer.media.film.segment import OpenSegment, begins_segment
from colorizer.media.film.segments import WorkFolder
from colorizer.media.frames.writer import FrameWriter
from colorizer.notes import note
from colorizer.places.frame_pattern import frame_path, frames_of, normal
from colorizer.settings import PhotoWriting

SEGMENT_FRAMES = 24
"""Frames of a segment: what a crash loses."""
WORKERS = min(4, os.cpu_count() or 1)
"""Frames that are encoded at once."""
_COUNTS, _MEASURED = "source", "measured"
"""Names under which a state holds what the source had counted, and sum and largest error."""


class SequenceSink:
    """Numbered frames being written; see `colorizer.media.base.Sink`.

    With an identity, finished segments outlive an exit by exception, and the next sink of the same
    identity continues from them.
    """

    warnings: list[str]
    video = False
    before_naming: Callable[[Path], None] | None = None

    def __init__(
        self,
        target: Path,
        writing: PhotoWriting = PhotoWriting(),
        *,
        like: Film,
        made_by: str = "",
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        """Check that the target can hold the frames; nothing is written before entry.

        Args:
            target: pattern of the files.
            writing: see `FrameWriter`.
            like: the opened film or sequence.
            made_by: how the colours come to be, in a line.
            identity: all that the frames depend on, as JSON values; None keeps nothing.

        Raises:
            TargetError: the suffix names no format of frames.
        """
        self.target = normal(target)
        self._like = like
        self._sequence = like.sequence
        self._writer = FrameWriter(self.target, writing, like, made_by=made_by)
        self.warnings = self._writer.warnings
        self._folder = WorkFolder(self.target, identity, ".sha256")
        self._frames = self._folder.path / "frames"
        self._keeps = identity is not None
        self._states: dict[int, State] = {}
        self._pool = ThreadPoolExecutor(WORKERS, "encode")
        self._encoding: deque[Future[tuple[str, np.ndarray]]] = deque()
        self._segment = OpenSegment(0)
        self._measured = np.zeros(2)  # sum of the frames' mean errors, largest error

    @property
    def start(self) -> int:
        """Index of the first frame it wants; those before are finished. Valid after entry."""
        return self._folder.start

    def state(self) -> State:
        """Return what `keep_state` was given for `start` by the run that came so far."""
        own = (_COUNTS, _MEASURED)
        return {name: kept for name, kept in self._folder.state().items() if name not in own}

    def keep_state(self, index: int, state: State) -> None:
        """Remember what the stages need to continue at frame `index`; see `FilmSink`."""
        self._states[index] = state

    def anchor(self, count: int) -> Anchor | None:
        """Return the last finished frames, at most `count`; None at the beginning."""
        segments = self._folder.segments
        if not segments:
            return None
        times = tuple(self._folder.last_times(count))
        return Anchor(self.start - len(times), times, segments[-1].tail)

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return the full size of a frame, or of a field."""
        height, width = frame.Y.shape
        return height, width

    @property
    def by_rows(self) -> bool:
        """Whether it takes `ab_rows`: of whole frames, not of fields."""
        return self._like.first_field is None

    def chroma_shift(self, frame: Frame) -> tuple[float, float]:
        """Return that chroma lies where luma does."""
        return 0.0, 0.0

    def facts(self) -> dict[str, Any]:
        """Return frames, hashes, and the error of lightness; of films, that of luma in percent."""
        segments = self._folder.segments
        count = sum(segment.frames for segment in segments)
        error = "lightness_error" if self._sequence else "luma_error"
        mean, largest = float(self._measured[0]) / max(1, count), float(self._measured[1])
        return {
            "frames": count,
            "segment_frames": SEGMENT_FRAMES,
            "luma_sha256": combined_hash(segment.luma for segment in segments),
            error: {"mean": mean, "max": largest},
        }

    def __enter__(self) -> Self:
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self._check_places()
            self._folder.open()
            if self._frames.is_symlink():
                self._frames.unlink()
            self._frames.mkdir(exist_ok=True)
            self._writer.open()
            self._tidy()
        except OSError as error:
            self._folder.close()
            raise self._explained(error) from error
        except BaseException:
            self._folder.close()
            raise
        self.warnings += self._folder.notes
        state = self._folder.state()
        if (counts := state.get(_COUNTS)) is not None:
            damaged, mended, left_out, other_scan = map(int, counts)
            self._like.restore_counts((damaged, mended, left_out, other_scan))
        self._measured = state.get(_MEASURED, self._measured)
        self._segment = OpenSegment(self.start)
        return self

    def write(self, frame: Frame) -> None:
        """Hand one frame with ab, or `ab_rows`, at full size to the encoders.

        Raises:
            TargetError: the disk is full or a file can't be written.
        """
        first, cut = self._segment.first, frame.starts_shot
        if self._segment.times and begins_segment(
            first, frame.index, starts_shot=cut, most=SEGMENT_FRAMES
        ):
            self._finish()
        self._states.pop(frame.index, None)
        self._segment.add(frame)
        path = self._frames / self._name(frame.index)
        carried = self._writer.carried(frame.index)
        self._encoding.append(self._pool.submit(self._writer.write, path, frame, carried))
        if len(self._encoding) > 2 * WORKERS:
            self._collect()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                if self._segment.times:
                    self._finish()
                self._gather()
                if self.before_naming is not None:
                    self.before_naming(self._frames / self.target.name)
                self._place()
        except OSError as failure:
            raise self._explained(failure) from failure
        finally:
            self._pool.shutdown(cancel_futures=True)
            with suppress(OSError):
                self._tidy()
            if not self._folder.segments:
                with suppress(OSError):
                    self._frames.rmdir()
            self._folder.close()

    def _check_places(self) -> None:
        """Refuse places that sources have, and a folder with frames that would stay between ours.

        Raises:
            TargetError: with the remedy.
        """
        old = frames_of(self.target)
        if self._sequence is not None:
            own = {_identity(path) for path in frames_of(self._sequence.pattern).values()}
            if any(_identity(path) in own for path in old.values()):
                raise TargetError(self.target, note("frames.target_is_source"))
            left = [number for number in old if number not in set(self._sequence.numbers)]
        else:
            count = self._like.frame_count or 0
            left = [number for number in old if self._like.counted and number > count]
        if left:
            name = old[left[0]].name
            raise TargetError(
                self.target, note("frames.of_another_result", count=len(left), name=name)
            )

    def _tidy(self) -> None:
        """Remove files of the work folder that belong to no finished segment.

        A segment of which a frame is gone is forgotten with all after it.
        """
        places = (self._frames, self.target.parent)
        for segment in self._folder.segments:
            names = (
                self._name(index) for index in range(segment.first, segment.first + segment.frames)
            )
            if not all(any(on_disk(place / n).exists() for place in places) for n in names):
                self._folder.notes.append(note("frames.segment_gone", segment=segment.number))
                self._folder.drop(segment.number)
                break
        own = range(self.start) if self._keeps else ()
        kept = {normal_form(self._name(index)) for index in own}
        with os.scandir(self._frames) as entries:
            for entry in entries:
                if normal_form(entry.name) not in kept:
                    os.unlink(entry.path)  # noqa: PTH108 - an entry has it at hand

    def _name(self, index: int) -> str:
        return frame_path(self.target, self._writer.number(index)).name

    def _collect(self) -> None:
        """Wait for the frame that is longest in progress."""
        digest, error = self._encoding.popleft().result()
        self._segment.hashes.append(digest)
        self._measured = np.array([self._measured[0] + error[0], max(self._measured[1], error[1])])

    def _finish(self) -> None:
        """Wait for the frames of a segment and note in the journal that they are finished."""
        while self._encoding:
            self._collect()
        done = self._segment
        number, after = len(self._folder.segments), done.first + len(done.times)
        names = (self._name(index) for index in range(done.first, after))
        lines = [f"{digest}  {name}\n" for digest, name in zip(done.hashes, names, strict=True)]
        data = "".join(lines).encode("utf-8", "surrogateescape")
        try:
            flush_folder(self._frames)
            self._folder.part(number).write_bytes(data)
            state = self._states.pop(after, {})
            state |= {_COUNTS: np.array(self._like.counts_before(after)), _MEASURED: self._measured}
            self._folder.finish(done.segment(number, len(data)), state)
        except OSError as error:
            raise self._explained(error) from error
        self._segment = OpenSegment(after)

    def _gather(self) -> None:
        """Take back frames that a run had placed which was killed while it did so."""
        for name in map(self._name, range(self.start)):
            if not on_disk(self._frames / name).exists():
                on_disk(self.target.parent / name).replace(self._frames / name)

    def _place(self) -> None:
        """Give all frames their names: a run that is killed from here on only does the rest."""
        self._folder.joined()
        for name in map(self._name, range(self.start)):
            on_disk(self._frames / name).replace(self.target.parent / name)
        flush_folder(self.target.parent)
        self._frames.rmdir()
        self._folder.clear()

    def _explained(self, error: OSError) -> TargetError:
        return TargetError(self.target, note("file.cannot_write_so", why=error.strerror or error))


def _identity(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_dev, facts.st_ino
