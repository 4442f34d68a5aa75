"""FilmSink: encode a colorized film, its luma plane byte for byte, with all its other streams."""

from __future__ import annotations

import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from colorizer.errors import MediaError, TargetError
from colorizer.frame import Frame
from colorizer.media.codecs import Coding, choose_coding, muxer_of
from colorizer.media.film import FilmSource
from colorizer.media.film_check import missing
from colorizer.media.film_copy import StreamCopy, plan_copies
from colorizer.media.film_encoder import add_film_stream, picture_of
from colorizer.media.matroska import set_display_size

if TYPE_CHECKING:
    from av import Packet

ENCODE_THREADS = min(8, os.cpu_count() or 1)
QUEUE_DEPTH = 8
"""Frames waiting for the encoder, at most."""
_TICK = 0.1
"""Seconds after which a wait looks whether the other side still lives."""
_INTERLEAVE = 500_000
"""Microseconds of packets the muxer may hold back; FFmpeg's 10 s are gigabytes of FFV1."""


def check(
    like: FilmSource,
    target: Path,
    codec: str,
    quality: int | None = None,
    threads: int = ENCODE_THREADS,
) -> tuple[Coding, list[int], list[str]]:
    """Say before the work starts what a target can't hold of a film.

    Args:
        like: the opened film.
        target: the output, whose suffix names the container.
        codec: a name of `settings.CODECS`.
        quality: see `codecs.choose_coding`.
        threads: of the encoder.

    Returns:
        The coding, indices of the streams that will be copied, and a line for everything lost.

    Raises:
        TargetError: the codec doesn't go into the container.
        SettingsError: the codec can't hold the picture.
    """
    muxer = muxer_of(target, codec)
    coding = choose_coding(
        codec,
        size=like.size,
        bits=like.layout.bits,
        sampling=like.layout.sampling,
        full_range=like.tags.full_range,
        quality=quality,
        threads=threads,
    )
    copies, warnings = plan_copies(like.path, like.stream.index, muxer)
    if like.origin:
        warnings.append(f"its clock starts at {float(like.origin):.3f} s; the output's at 0")
    return coding, copies, [*coding.warnings, *warnings]


class FilmSink:
    """A film being written as `TARGET.part`; see `colorizer.media.base.Sink`.

    One thread of its own encodes and muxes everything; errors in it are raised by the next
    `write` or on exit.
    """

    warnings: list[str]

    def __init__(
        self,
        target: Path,
        *,
        like: FilmSource,
        codec: str = "h264",
        quality: int | None = None,
        threads: int = ENCODE_THREADS,
    ) -> None:
        """Check that the target can hold the film; nothing is written before entry.

        Args:
            target: the finished file's name; replaced on success.
            like: the opened film.
            codec: a name of `settings.CODECS`.
            quality: constant rate factor, 0 is lossless in h264 and h265; None is the default.
            threads: of the encoder.

        Raises:
            TargetError: the target is the source or can't hold this codec.
            SettingsError: the codec can't hold the picture.
        """
        self.target = target
        self._part = target.with_name(target.name + ".part")
        self._like = like
        self._codec = codec
        for path in (target, self._part):
            if path.exists() and path.samefile(like.path):
                raise TargetError(target, "is the film itself; choose another name or folder")
        self._muxer = muxer_of(target, codec)
        self.coding, self._copies, self.warnings = check(like, target, codec, quality, threads)
        tags, matrices = like.tags, self.coding.matrices
        self.tags = tags if tags.matrix in matrices else tags.with_matrix(matrices[0])
        self._threads = threads
        self._rounded = False
        self._output: Any = None
        self._copy: Any = None
        self._queue: Queue[Frame | None] = Queue(QUEUE_DEPTH)
        self._stop = Event()
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="encode", daemon=True)

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return (height, width) at which `write` wants ab of this frame."""
        return self.coding.chroma_size((frame.Y.shape[0], frame.Y.shape[1]))

    def __enter__(self) -> Self:
        from av.error import FFmpegError

        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self._copy = StreamCopy(self._like.path, self._copies, self._like.origin)
            self._open()
        except (FFmpegError, OSError, ValueError) as error:
            self._discard()
            raise self._explained(error) from error
        except BaseException:
            self._discard()
            raise
        self._thread.start()
        return self

    def write(self, frame: Frame) -> None:
        """Hand one frame with ab at chroma size to the encoder; waits while its queue is full.

        Raises:
            TargetError: the disk is full or the file can't be written.
            ValueError: the frame does not fit this film.
        """
        wanted = (2, *self.coding.chroma_size(self._like.size))
        if frame.Y.shape != self._like.size or frame.bits != self._like.layout.bits:
            raise ValueError(f"frame of {frame.Y.shape}, {frame.bits} bit is not of this film")
        if frame.ab is None or frame.ab.shape != wanted:
            found = None if frame.ab is None else frame.ab.shape
            raise ValueError(f"ab must have the shape {wanted}, got {found}")
        self._put(frame)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from av.error import FFmpegError

        try:
            if kind is None:
                self._put(None)
                while self._thread.is_alive():
                    self._thread.join(_TICK)
                self._raise_error()
                self._commit()
        except (FFmpegError, OSError) as failure:
            self._cancel()
            raise self._explained(failure) from failure
        except BaseException:
            self._cancel()
            raise
        if kind is not None:
            self._cancel()

    def _put(self, frame: Frame | None) -> None:
        while True:
            self._raise_error()
            try:
                return self._queue.put(frame, timeout=_TICK)
            except Full:
                continue

    def _raise_error(self) -> None:
        """Raise here what ended the encoding thread."""
        from av.error import FFmpegError

        if self._error is None:
            return
        if isinstance(self._error, MediaError) or not isinstance(
            self._error, (FFmpegError, OSError)
        ):
            raise self._error
        raise self._explained(self._error) from self._error

    def _explained(self, error: BaseException) -> TargetError:
        reason = getattr(error, "strerror", None) or str(error)
        return TargetError(self.target, f"can't be written as {self._codec} ({reason})")

    def _open(self) -> None:
        """Open the output and describe all of its streams."""
        import av

        options = {"max_interleave_delta": str(_INTERLEAVE), "avoid_negative_ts": "disabled"}
        if self._muxer in ("mp4", "mov"):
            options["movflags"] = "+faststart"
        self._output = av.open(
            f"file:{self._part}", "w", format=self._muxer, container_options=options
        )
        self._stream = add_film_stream(
            self._output, self._like, self.coding, self.tags, self._threads
        )
        self._copy.add_to(self._output)
        self._output.start_encoding()

    def _run(self) -> None:
        """Encode until the end mark or the stop sign; the thread's only function."""
        try:
            while not self._stop.is_set():
                try:
                    frame = self._queue.get(timeout=_TICK)
                except Empty:
                    continue
                if frame is not None:
                    picture = picture_of(frame, self.coding, self.tags, self._like.origin)
                    self._rounded |= (picture.pts * frame.time_base * 1000).denominator > 1
                    self._mux(self._stream.encode(picture))
                    continue
                self._mux(self._stream.encode(None))
                self._copy.until(None)
                self._output.close()
                return
        except BaseException as error:  # noqa: BLE001 - raised again by write or exit
            self._error = error

    def _mux(self, packets: list[Packet]) -> None:
        """Write encoded packets, each after all copied ones that come before it."""
        for packet in packets:
            stamp = packet.pts if packet.dts is None else packet.dts
            self._copy.until(Fraction(stamp or 0) * Fraction(packet.time_base))
            self._output.mux(packet)

    def _commit(self) -> None:
        """Finish the file: what the muxer can't write, what got lost, disk, name."""
        like = self._like
        if self._muxer == "matroska" and like.sample_aspect_ratio:
            width = round(like.size[1] * like.sample_aspect_ratio)
            set_display_size(self._part, (like.size[0], width))
        if self._rounded and self._muxer in ("matroska", "webm"):
            self.warnings.append("Matroska rounds its time stamps to milliseconds")
        self.warnings += missing(
            self._part,
            like.path,
            container=self.target.suffix,
            muxer=self._muxer,
            streams=1 + len(self._copies),
            tags=self.tags,
            ratio=like.sample_aspect_ratio,
            matrix=like.display_matrix,
        )
        self.warnings += self._copy.report()
        self._copy.close()
        with self._part.open("r+b") as file:
            os.fsync(file.fileno())
        self._part.replace(self.target)

    def _cancel(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._discard()

    def _discard(self) -> None:
        """Leave nothing behind."""
        from av.error import FFmpegError

        # Closing writes an index, which in an emptied file takes no time.
        with suppress(OSError):
            os.truncate(self._part, 0)
        for owned in (self._output, self._copy):
            if owned is not None:
                with suppress(FFmpegError, OSError, ValueError):
                    owned.close()
        with suppress(FileNotFoundError, NotADirectoryError):
            self._part.unlink()
