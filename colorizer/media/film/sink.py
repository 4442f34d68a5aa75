"""FilmSink: encode a colorized film, its luma plane byte for byte, with all its other streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from colorizer.colour.siting import chroma_shift
from colorizer.errors import TargetError
from colorizer.files.checksum import combined_hash
from colorizer.files.durable import create_part, flush_folder, part_of
from colorizer.frame import Frame
from colorizer.media.film.adopting import COUNTS, State
from colorizer.media.film.anchor import Anchor
from colorizer.media.film.codecs import muxer_of
from colorizer.media.film.encoder import SegmentEncoder, segment_muxer
from colorizer.media.film.join import (
    DamagedSegmentError,
    FilmOutput,
    clipped_lines,
    complete,
)
from colorizer.media.film.looks import FilmChange
from colorizer.media.film.plan import ENCODE_THREADS, check, lost_kinds
from colorizer.media.film.planes import chroma_size, parity_in
from colorizer.media.film.protocol import Film
from colorizer.media.film.segment import SEGMENT_FRAMES, begins_segment
from colorizer.media.film.segments import WorkFolder
from colorizer.media.film.thread import FrameThread
from colorizer.notes import note
from colorizer.settings import FilmWriting


class FilmSink:
    """A film being written in segments, joined as a `.part`; see `colorizer.media.base.Sink`.

    One thread encodes; its errors are raised by the next `write` or on exit. With an identity,
    finished segments outlive an exception, and the next sink of that identity continues from them.
    """

    warnings: list[str]
    video = True
    by_rows = False
    before_naming: Callable[[Path], None] | None = None

    def __init__(
        self,
        target: Path,
        writing: FilmWriting = FilmWriting(),
        *,
        like: Film,
        threads: int = ENCODE_THREADS,
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        """Check that the target can hold the film; nothing is written before entry.

        Args:
            target: the finished file's name; replaced on success.
            writing: codec and quality, see `coding.choose_coding`.
            like: the opened film.
            threads: of the encoder.
            identity: all that the frames written depend on, as JSON values; None keeps nothing.

        Raises:
            TargetError: the target is the source or can't hold this codec.
            SettingsError: the codec can't hold the picture.
        """
        self.target = target
        self._part = part_of(target)
        self._like = like
        self._codec = writing.codec
        if target.exists() and target.samefile(like.path):
            raise TargetError(target, note("film.is_target"))
        self._muxer = muxer_of(target, writing.codec)
        self.coding, self._copies, self.warnings = check(like, target, writing, threads)
        tags, matrices = like.tags, self.coding.matrices
        self.tags = tags if tags.matrix in matrices else tags.with_matrix(matrices[0])
        self._threads = threads
        self._folder = WorkFolder(target, identity, "." + segment_muxer(self.coding))
        self._states: dict[int, State] = {}
        self._thread = FrameThread(self._encode, name="encode")

    @property
    def start(self) -> int:
        """Index of the first frame it wants; those before are finished. Valid after entry."""
        return self._folder.start

    def state(self) -> State:
        """Return what `keep_state` was given for `start` by the run that came so far."""
        return {name: kept for name, kept in self._folder.state().items() if name != COUNTS}

    def keep_state(self, index: int, state: State) -> None:
        """Remember arrays that the stages need to continue at frame `index`, told before it comes.

        They are forgotten again when no segment begins there.
        """
        self._states[index] = state

    def anchor(self, count: int) -> Anchor | None:
        """Return the last finished frames, at most `count`; None at the beginning."""
        segments = self._folder.segments
        if not segments:
            return None
        shift = round(self._like.origin / self._like.time_base)
        times = tuple(time + shift for time in self._folder.last_times(count))
        return Anchor(self.start - len(times), times, segments[-1].tail)

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return (height, width) at which `write` wants ab of a frame, or of a field."""
        return chroma_size(frame, self.coding, self._like)

    def chroma_shift(self, frame: Frame) -> tuple[float, float]:
        """Return how far samples of chroma lie (down, right) of the middle of theirs of luma."""
        return chroma_shift(self.coding.sampling, parity_in(frame, self._like))

    def facts(self) -> dict[str, Any]:
        """Return the number of frames and one hash of the luma hashes of all segments."""
        segments = self._folder.segments
        return {
            "frames": sum(segment.frames for segment in segments),
            "segment_frames": SEGMENT_FRAMES,
            "luma_sha256": combined_hash(segment.luma for segment in segments),
        }

    def __enter__(self) -> Self:
        from av.error import FFmpegError

        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self._folder.open()
            self._open().discard()  # what the container refuses is better known now than at the end
        except (FFmpegError, OSError, ValueError) as error:
            self._folder.close()
            raise self._explained(error) from error
        except BaseException:
            self._folder.close()
            raise
        self.warnings += self._folder.notes
        if (counts := self._folder.state().get(COUNTS)) is not None:
            damaged, mended, left_out, other_scan = map(int, counts)
            self._like.restore_counts((damaged, mended, left_out, other_scan))
        self._thread.start()
        return self

    def write(self, frame: Frame) -> None:
        """Hand one frame with ab at chroma size to the encoder; waits while its queue is full.

        Raises:
            TargetError: the disk is full or the file can't be written.
            ValueError: the frame does not fit this film.
        """
        from av.error import FFmpegError

        wanted = (2, *self.coding.chroma_size(self._like.size))
        if frame.Y.shape != self._like.size or frame.bits != self._like.layout.bits:
            raise ValueError(f"frame of {frame.Y.shape}, {frame.bits} bit is not of this film")
        if frame.ab is None or frame.ab.shape != wanted:
            found = None if frame.ab is None else frame.ab.shape
            raise ValueError(f"ab must have the shape {wanted}, got {found}")
        try:
            self._thread.put(frame)
        except (FFmpegError, OSError) as failure:
            raise self._explained(failure) from failure

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from av.error import FFmpegError

        try:
            if kind is None:
                self._thread.finish()
                self._join()
        except (FFmpegError, OSError) as failure:
            raise self._explained(failure) from failure
        finally:
            self._thread.stop()
            # The same command would end at the same frame: what is finished is of no use.
            self._folder.close(keep=kind is None or not issubclass(kind, FilmChange))

    def _explained(self, error: BaseException) -> TargetError:
        reason = getattr(error, "strerror", None) or str(error)
        return TargetError(self.target, note("codec.failed", codec=self._codec, why=reason))

    def _encode(self, frames: Iterator[Frame]) -> None:
        """Encode frames into segments; the thread's only function."""
        segment: SegmentEncoder | None = None
        try:
            for frame in frames:
                if segment and self._begins(frame, segment):
                    self._finish(segment)
                    segment = None
                self._states.pop(frame.index, None)
                segment = segment or self._begin()
                segment.write(frame)
            if segment:
                self._finish(segment)
                segment = None
        finally:
            if segment is not None:
                segment.discard()

    def _begins(self, frame: Frame, segment: SegmentEncoder) -> bool:
        first, cut = frame.index - segment.frames, frame.starts_shot
        return begins_segment(first, frame.index, starts_shot=cut, most=SEGMENT_FRAMES)

    def _begin(self) -> SegmentEncoder:
        part = self._folder.part(len(self._folder.segments))
        return SegmentEncoder(part, self._like, self.coding, self.tags, self._threads)

    def _finish(self, encoder: SegmentEncoder) -> None:
        segment = encoder.finish(len(self._folder.segments), self._folder.start)
        after = segment.first + segment.frames
        counts = {COUNTS: np.array(self._like.counts_before(after))}
        self._folder.finish(segment, self._states.pop(after, {}) | counts)

    def _open(self) -> FilmOutput:
        create_part(self._part).close()  # FFmpeg opens whatever has the name
        return FilmOutput(
            self._part,
            like=self._like,
            coding=self.coding,
            tags=self.tags,
            copies=self._copies,
            muxer=self._muxer,
            threads=self._threads,
        )

    def _join(self) -> None:
        """Put the finished segments together, and give the film its name."""
        output = self._open()
        try:
            output.add_all([(self._folder.file(one.number), one) for one in self._folder.segments])
            self.warnings += output.close()
            lost = lost_kinds(self._like, self.coding, self._muxer)
            self.warnings += [line for line in lost if line not in self.warnings]
            self.warnings += clipped_lines(self._folder.segments, self._codec, self.coding)
            self.warnings += complete(
                self._part,
                like=self._like,
                tags=self.tags,
                muxer=self._muxer,
                container=self.target.suffix,
                copies=self._copies,
                rounded=output.rounded,
            )
            if self.before_naming is not None:
                self.before_naming(self._part)
            self._folder.joined()
            self._part.replace(self.target)
            flush_folder(self.target.parent)
        except DamagedSegmentError as error:
            output.discard()
            self._folder.drop(error.number)
            raise TargetError(self.target, note("job.same_command_mends", why=error)) from error
        except BaseException:
            output.discard()
            raise
        self._folder.clear()
