"""The encoder of a colorized film: its stream, the frames that it is fed, its segments."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from colorizer.frame import Frame
from colorizer.media.coding import Coding
from colorizer.media.color_tags import ColorTags
from colorizer.media.film import FilmSource
from colorizer.media.film_copy import stream_tags
from colorizer.media.luma import at_depth
from colorizer.media.segments import Segment, steps_of
from colorizer.ycbcr import ab_to_chroma

if TYPE_CHECKING:
    from av import Packet
    from av.container import OutputContainer

_LEAD = 36000
"""Seconds at which a segment's clock starts: NUT holds no negative time stamps."""


def segment_muxer(coding: Coding) -> str:
    """Return FFmpeg's name of the container of segments, and so their suffix without the dot.

    NUT keeps packets and any time base as they are; it takes no ProRes and DNxHR, which know no
    order but that of showing.
    """
    return "mov" if coding.encoder in ("prores_ks", "dnxhd") else "nut"


def add_film_stream(
    output: OutputContainer, like: FilmSource, coding: Coding, tags: ColorTags, threads: int
) -> Any:
    """Add the video stream to an output, with rate, aspect, tags and metadata of the film."""
    stream: Any = output.add_stream(coding.encoder, rate=like.rate)
    context = stream.codec_context
    context.height, context.width = like.size
    context.pix_fmt = coding.pix_fmt
    context.time_base = like.time_base
    context.options = dict(coding.options)
    context.thread_count = threads
    # libx264 takes slice threads for an order to slice, which costs quality.
    context.thread_type = "AUTO" if coding.encoder == "libx264" else "SLICE"
    if like.sample_aspect_ratio:
        context.sample_aspect_ratio = like.sample_aspect_ratio
    if like.interlaced:
        context.field_order = like.field_order
    if coding.encoder == "libx265" and output.format.name in ("mp4", "mov"):
        context.codec_tag = "hvc1"  # the only one that QuickTime plays
    tags.apply(context)
    if like.display_matrix:
        stream.set_display_matrix(like.display_matrix)
    stream.metadata.update(stream_tags(like.stream, coded_again=True))
    stream.disposition = int(like.stream.disposition)
    return stream


def picture_of(frame: Frame, coding: Coding, tags: ColorTags, origin: Fraction) -> Any:
    """Build the encoder's frame: luma copied, chroma computed from ab at that luma.

    Args:
        frame: with ab at the coding's chroma size.
        coding: what the encoder wants.
        tags: of the output; the chroma is computed with their matrix.
        origin: seconds subtracted from the frame's time.

    Returns:
        An av.VideoFrame.
    """
    import av
    import cv2

    assert frame.ab is not None
    assert frame.pts is not None
    Y = at_depth(frame.Y, frame.bits, coding.bits, tags.full_range)
    height, width = frame.ab.shape[1:]
    same = (height, width) == Y.shape
    chroma = ab_to_chroma(
        Y if same else cv2.resize(Y, (width, height), interpolation=cv2.INTER_AREA),
        frame.ab,
        matrix=tags.matrix,
        bits=coding.bits,
        full_range=tags.full_range,
    )
    picture = av.VideoFrame(Y.shape[1], Y.shape[0], coding.pix_fmt)
    for plane, samples in zip(picture.planes, (Y, *chroma), strict=True):
        rows = np.frombuffer(memoryview(plane), samples.dtype).reshape(plane.height, -1)
        rows[:, : samples.shape[1]] = samples
        rows[:, samples.shape[1] :] = 0
    tags.apply(picture)  # ProRes takes them from the frames alone
    picture.pts = frame.pts - round(origin / frame.time_base)
    picture.time_base = frame.time_base
    return picture


class SegmentEncoder:
    """One segment being written: an encoder of its own, so that nothing refers beyond it."""

    frames: int
    """How many it has."""

    def __init__(
        self, path: Path, like: FilmSource, coding: Coding, tags: ColorTags, threads: int
    ) -> None:
        """Open file and encoder.

        Args:
            path: the file to be written.
            like: the film.
            coding: how it is coded.
            tags: of the output.
            threads: of the encoder.
        """
        import av

        self.path = path
        self.frames = 0
        self._like, self._coding, self._tags = like, coding, tags
        muxer = segment_muxer(coding)
        self._lead = round(_LEAD / like.time_base) if muxer == "nut" else 0
        self._output = av.open(
            f"file:{path}",
            "w",
            format=muxer,
            container_options={"avoid_negative_ts": "disabled"},
        )
        self._stream = add_film_stream(self._output, like, coding, tags, threads)
        self._luma = hashlib.sha256()
        self._times: list[int] = []
        self._coded: list[int] = []

    def write(self, frame: Frame) -> None:
        """Encode one frame with ab at chroma size."""
        picture = picture_of(frame, self._coding, self._tags, self._like.origin)
        self._times.append(picture.pts)
        picture.pts += self._lead - self._times[0]
        self._luma.update(np.ascontiguousarray(frame.Y).data)
        self.frames += 1
        self._mux(self._stream.encode(picture))

    def finish(self, number: int, first: int) -> Segment:
        """Complete the file and describe it as segment `number` from frame `first`."""
        self._mux(self._stream.encode(None))
        self._output.close()
        rank = {stamp: place for place, stamp in enumerate(sorted(self._coded))}
        ahead = [place - rank[stamp] for place, stamp in enumerate(self._coded)]
        return Segment(
            number=number,
            first=first,
            frames=self.frames,
            first_pts=self._times[0],
            last_pts=self._times[-1],
            steps=steps_of(self._times),
            delay=max(ahead),
            luma=self._luma.hexdigest(),
            size=self.path.stat().st_size,
        )

    def discard(self) -> None:
        """Give up the segment and delete its file."""
        from av.error import FFmpegError

        with suppress(FFmpegError, OSError, ValueError):
            self._output.close()
        self.path.unlink(missing_ok=True)

    def _mux(self, packets: list[Packet]) -> None:
        for packet in packets:
            assert packet.pts is not None
            self._coded.append(packet.pts)
            self._output.mux(packet)
