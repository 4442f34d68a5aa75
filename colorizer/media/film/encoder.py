"""The encoder of a colorized film: its stream, the frames that it is fed, its segments."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext, suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from colorizer.frame import Frame
from colorizer.media.film.coding import Coding, quiet_encoders, usual_priority
from colorizer.media.film.colour_tags import ColourTags
from colorizer.media.film.copy import stream_tags
from colorizer.media.film.luma import at_depth
from colorizer.media.film.matroska import ROOM, light_room
from colorizer.media.film.planes import planes_of
from colorizer.media.film.protocol import Film
from colorizer.media.film.segment import Segment, steps_of
from colorizer.media.film.side import Carrier, carries_captions, holds_light, light_of
from colorizer.places.timecode import advance_timecodes, timecode_of

if TYPE_CHECKING:
    from av import Packet
    from av.container import OutputContainer

_WOVEN = {"top": 4, "bottom": 5}
"""First field -> FFmpeg's AVFieldOrder of frames in which fields are woven; see `SHOWN_FIRST`."""
_LEAD = 36000
"""Seconds at which a segment's clock starts: NUT holds no negative time stamps."""


def segment_muxer(coding: Coding) -> str:
    """Return FFmpeg's name of the container of segments, and so their suffix without the dot.

    NUT keeps packets and any time base as they are; it takes no ProRes and DNxHR, whose
    frames are coded in the order in which they are shown.
    """
    return "mov" if coding.encoder in ("prores_ks", "dnxhd", "v210") else "nut"


def add_film_stream(
    output: OutputContainer, like: Film, coding: Coding, tags: ColourTags, threads: int
) -> Any:
    """Add the video stream to an output, with rate, aspect, tags and metadata of the film."""
    quiet_encoders()
    stream: Any = output.add_stream(coding.encoder, rate=like.rate)
    context = stream.codec_context
    context.height, context.width = like.size
    context.pix_fmt = coding.pix_fmt
    context.time_base = like.time_base
    siting = {} if coding.sampling == "444" else {"chroma_sample_location": "left"}
    context.options = siting | coding.options
    context.thread_count = threads
    # libx264 takes slice threads for an order to slice, which costs quality.
    context.thread_type = "AUTO" if coding.encoder == "libx264" else "SLICE"
    if like.sample_aspect_ratio:
        context.sample_aspect_ratio = like.sample_aspect_ratio
    if coding.first_field and not coding.mixed_scan:
        context.field_order = _WOVEN[coding.first_field]
    if coding.encoder == "libx265" and output.format.name in ("mp4", "mov"):
        context.codec_tag = "hvc1"  # the only one that QuickTime plays
    tags.apply(context)
    if like.display_matrix:
        stream.set_display_matrix(like.display_matrix)
    own = stream_tags(like.stream, output.format.name, coded_again=True)
    if like.timecode and not timecode_of(like.stream.container, like.stream):
        own["timecode"] = like.timecode  # which stood in the frames
    advance_timecodes(own, like.first_index, like.rate)
    if output.format.name == "webm" and like.sample_aspect_ratio:
        own.setdefault("title", ROOM)
    if holds_light(coding, output.format.name) and (room := light_room(*light_of(like.side_data))):
        own["title"] = own.get("title", "").replace(ROOM, "") + room
    stream.metadata.update(own)
    stream.disposition = int(like.stream.disposition)
    return stream


def picture_of(
    frame: Frame,
    coding: Coding,
    tags: ColourTags,
    origin: Fraction,
    *,
    interlaced: bool = False,
    carrier: Carrier | None = None,
) -> Any:
    """Build the encoder's frame: luma copied, chroma computed from ab at that luma.

    Args:
        frame: with ab at the coding's chroma size.
        coding: what the encoder wants.
        tags: of the output; the chroma is computed with their matrix.
        origin: seconds subtracted from the frame's time.
        interlaced: whether it holds two fields.
        carrier: brings the captions of the film's frame.

    Returns:
        An av.VideoFrame.
    """
    import av

    assert frame.pts is not None
    Y, chroma = planes_of(frame, coding, tags, interlaced=interlaced)
    picture: Any = av.VideoFrame(Y.shape[1], Y.shape[0], coding.pix_fmt)
    if carrier and frame.side is not None and carries_captions(coding):
        picture = carrier.grown(frame.side, frame.Y.shape, coding.pix_fmt)
    for plane, samples in zip(picture.planes, _planes(Y, chroma, coding.pix_fmt), strict=True):
        rows = np.frombuffer(memoryview(plane), samples.dtype).reshape(plane.height, -1)
        rows[:, : samples.shape[1]] = samples
        rows[:, samples.shape[1] :] = 0
    tags.apply(picture)  # ProRes takes them from the frames alone
    picture.pts = frame.pts - round(origin / frame.time_base)
    picture.time_base = frame.time_base
    return picture


def _planes(Y: np.ndarray, chroma: np.ndarray, pix_fmt: str) -> tuple[np.ndarray, ...]:
    """Return the planes of a pixel format; those of graphics cards have Cb and Cr in turn."""
    if pix_fmt not in ("nv12", "p010le"):
        return Y, *chroma
    both = np.stack(tuple(chroma), axis=-1).reshape(chroma.shape[1], -1)
    unused = 6 if pix_fmt == "p010le" else 0
    return (Y << unused, both << unused) if unused else (Y, both)


def _beyond_codes(frame: Frame, coding: Coding) -> int:
    """Count the luma samples of a frame for which the codec has no code."""
    if coding.codes is None:
        return 0
    Y = at_depth(frame.Y, frame.bits, coding.bits, frame.full_range)
    return int(np.count_nonzero((coding.codes[0] > Y) | (coding.codes[1] < Y)))


class FrameMarker:
    """Marks frames with what PyAV can't: where chroma lies and which field is first.

    FFmpeg's filter setparams does it, without touching a sample.
    """

    def __init__(self, size: tuple[int, int], coding: Coding, time_base: Fraction) -> None:
        """Remember what pictures of `size` (height, width) are marked with."""
        self._size, self._coding, self._time_base = size, coding, time_base
        self._graphs: dict[str, tuple[Any, Any, Any]] = {}

    def mark(self, picture: Any, scan: str | None = None) -> Any:
        """Return the av.VideoFrame with its marks; `scan` is that of the frame, if mixed."""
        coding = self._coding
        fields = scan if coding.mixed_scan and scan else coding.first_field
        mode = {"top": "tff", "bottom": "bff"}.get(fields or "", "prog")
        if mode not in self._graphs:
            self._graphs[mode] = self._graph(mode)
        _, into, out = self._graphs[mode]
        into.push(picture)
        return out.pull()

    def _graph(self, mode: str) -> tuple[Any, Any, Any]:
        """Return a graph, which its parts do not keep alive, its beginning and its end."""
        from av import VideoFormat
        from av.filter import Graph

        siting = "" if self._coding.sampling == "444" else ":chroma_location=left"
        graph, pix_fmt = Graph(), VideoFormat(self._coding.pix_fmt)
        height, width = self._size
        into = graph.add_buffer(
            width=width, height=height, format=pix_fmt, time_base=self._time_base
        )
        marks = graph.add("setparams", f"field_mode={mode}{siting}")
        out = graph.add("buffersink")
        into.link_to(marks)
        marks.link_to(out)
        graph.configure()
        return graph, into, out


class SegmentEncoder:
    """One segment being written: an encoder of its own, so that nothing refers beyond it."""

    frames: int
    """How many it has."""

    def __init__(
        self, path: Path, like: Film, coding: Coding, tags: ColourTags, threads: int
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
            container_options={"avoid_negative_ts": "disabled", "fflags": "+bitexact"},
        )
        self._stream = add_film_stream(self._output, like, coding, tags, threads)
        self._marker = FrameMarker(like.size, coding, like.time_base)
        self._carrier = Carrier()
        self._luma = hashlib.sha256()
        self._tail: Any = b""
        self._clipped = 0
        self._times: list[int] = []
        self._coded: list[int] = []

    def write(self, frame: Frame) -> None:
        """Encode one frame with ab at chroma size."""
        like = self._like
        interlaced = like.first_field is not None
        picture = picture_of(
            frame,
            self._coding,
            self._tags,
            like.origin,
            interlaced=interlaced,
            carrier=self._carrier,
        )
        self._clipped += _beyond_codes(frame, self._coding)
        self._times.append(picture.pts)
        picture.pts += self._lead - self._times[0]
        Y = np.ascontiguousarray(frame.Y).data
        self._luma.update(Y)
        self._tail = Y
        self.frames += 1
        with usual_priority() if self.frames == 1 else nullcontext():  # the first opens it
            packets = self._stream.encode(self._marker.mark(picture, frame.scan))
        self._mux(packets)

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
            tail=hashlib.sha256(self._tail).hexdigest(),
            size=self.path.stat().st_size,
            clipped=self._clipped,
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
