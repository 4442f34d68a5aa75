"""Open a film and find the stream to colorize; what its container says about length and place."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.files.strangers import open_regular
from colorizer.media.film.clock import TRANSPORT
from colorizer.media.film.colour_tags import FULL, LIMITED, guess_full_range
from colorizer.media.film.container import open_container, outside_tracks
from colorizer.media.film.looks import Look, LookReader
from colorizer.media.film.luma import LumaLayout, chroma_strength, read_luma
from colorizer.media.film.side import side_data_of
from colorizer.notes import note
from colorizer.places.frame_pattern import frames_of, is_pattern

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame, VideoStream
    from av.container import InputContainer

DECODE_THREADS = min(4, os.cpu_count() or 1)
"""More gain little next to a network, and every frame thread holds frames in memory."""
SHOWN_FIRST = {2: "top", 3: "bottom", 4: "top", 5: "bottom"}
"""AVFieldOrder -> field shown first; 2 and 3 are of fields stored apart, 4 and 5 of woven frames.

FFmpeg calls 4 "top coded first, bottom displayed first", but reads and writes it as the 9 of
Matroska and QuickTime: interleaved, top line earlier (RFC 9559, 5.1.4.1.28.3; Apple TN2162).
"""
_UNALIGNED = 1
"""AV_CODEC_FLAG_UNALIGNED."""
_LEAST_FIELDS = 4
"""Lines of a picture below which it is never two fields: one would have no line of chroma."""
_MOST_RATE = 10000
"""Frames per second; FFmpeg gives the 60000 ticks of its clock as the average of raw DV."""
_TINTED = 6.0
"""Mean distance of chroma from neutral, in 8-bit codes, from which a film counts as coloured."""
_SAMPLED_PLACES = 5
_IDENTITY_PLACES, _IDENTITY_BYTES = 16, 1 << 16


def source_identity(path: Path) -> dict[str, Any]:
    """Tell a film from every other and from itself after a change: size, time, a sampled hash.

    Of a sequence, number, size and time of every frame.

    Raises:
        MediaError: it can't be read.
    """
    try:
        found = sha256()
        if is_pattern(path):
            frames = frames_of(path)
            for number, facts in ((number, file.stat()) for number, file in frames.items()):
                found.update(f"{number} {facts.st_size} {facts.st_mtime_ns}\n".encode())
            return {"frames": len(frames), "sample": found.hexdigest()}
        facts = path.stat()
        with open_regular(path) as file:
            last = max(0, facts.st_size - _IDENTITY_BYTES)
            for place in range(_IDENTITY_PLACES):
                file.seek(last * place // (_IDENTITY_PLACES - 1))
                found.update(file.read(_IDENTITY_BYTES))
    except OSError as error:
        raise MediaError(path, note("file.cannot_read_so", why=error.strerror)) from error
    return {"bytes": facts.st_size, "changed": facts.st_mtime_ns, "sample": found.hexdigest()}


def av_versions() -> str:
    """Return the versions of PyAV and of FFmpeg's codecs."""
    import av

    codecs = ".".join(map(str, av.library_versions["libavcodec"]))
    return f"PyAV {av.__version__} libavcodec {codecs}"


def film_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the video stream to colorize: the first that is neither cover art nor undecodable.

    It decodes to the very picture: by default FFmpeg leaves columns on the left that a film cuts
    off, where the rest would not lie well in memory.

    Raises:
        UnsupportedMedia: it has none.
    """
    outside = outside_tracks(path) if "mov" in container.format.name else {}
    films = [stream for stream in container.streams.video if not is_cover(stream)]
    for stream in films:
        if stream.codec_context is not None and stream.index not in outside:
            stream.codec_context.flags |= _UNALIGNED
            return stream
    named = [outside[stream.index] for stream in films if stream.index in outside]
    if named:
        raise UnsupportedMedia(
            path,
            note("film.data_in_other_file", file=named[0]),
        )
    if films:
        raise UnsupportedMedia(path, note("film.no_decoder"))
    if container.streams.video:
        raise UnsupportedMedia(path, note("film.only_cover"))
    kinds = sorted({str(stream.type) for stream in container.streams}) or ["no"]
    raise UnsupportedMedia(path, note("film.no_video", kinds=", ".join(kinds)))


def is_cover(stream: Any) -> bool:
    """Tell whether a stream is one attached picture (cover art), not a film."""
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def frame_rate(stream: VideoStream) -> Fraction | None:
    """Return the average frames per second, None where nothing says."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and rate < _MOST_RATE:
            return Fraction(rate.numerator, rate.denominator)
    return None


def shown_ratio(stream: VideoStream, film: Look, part: Look) -> Fraction | None:
    """Return the pixel aspect of a part of a film, None where it is unknown or 1.

    It is the container's, or the frames' own where that is what the container repeats.

    Args:
        stream: the film's.
        film: look of its first frame.
        part: look of the part's.
    """
    ratio = stream.sample_aspect_ratio
    if film.ratio != part.ratio and ratio in (None, 0, film.ratio):
        ratio = part.ratio
    return Fraction(ratio) if ratio and ratio != 1 else None


def announced_duration(container: InputContainer, stream: VideoStream) -> tuple[float, bool] | None:
    """Return seconds the file promises, and whether of this stream or of the whole container."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base), True
    tag = next((v for k, v in stream.metadata.items() if k.upper().startswith("DURATION")), "")
    hours, _, rest = tag.partition(":")
    minutes, _, seconds = rest.partition(":")
    try:
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds), True
    except ValueError:
        return (container.duration / 1e6, False) if container.duration else None


def unkept(stream: VideoStream, first: VideoFrame, layout: LumaLayout) -> list[str]:
    """Say what of the picture itself a result does not keep, one line each.

    Args:
        stream: of it; WebM has transparency next to the picture, which is not decoded.
        first: its first frame.
        layout: of its samples.
    """
    lines = []
    if layout.sampling == "rgb":
        lines.append(note("film.rgb", bits=layout.bits))
    if layout.has_alpha or stream.metadata.get("alpha_mode") == "1":
        lines.append(note("film.transparency"))
    if chroma_strength(first, layout) > _TINTED:
        lines.append(note("film.has_colour"))
    return lines


def clock_origin(container: InputContainer, time_base: Fraction, first: VideoFrame) -> Fraction:
    """Return the seconds at which the clock starts of an MPEG stream, or of a film before 0.

    It is a multiple of `time_base`.

    The output begins at 0 instead: players of MP4 would show so much black, and Matroska has no
    times before 0, which FFmpeg gives to what comes before the clock of 33 bits begins again.
    """
    start = container.start_time or 0
    if container.format.name not in TRANSPORT:
        return min(Fraction(0), (first.pts or 0) * time_base)
    return (Fraction(start, 10**6) / time_base).__floor__() * time_base


def display_matrix(frame: VideoFrame) -> tuple[int, ...] | None:
    """Return the nine numbers that turn or mirror the picture for display, if there are any."""
    data: Any = side_data_of(frame).get("DISPLAYMATRIX")
    return struct.unpack("=9i", bytes(data)) if data else None


def first_field(
    frame: VideoFrame, stream: VideoStream, wanted: str = "auto", *, marked: bool = False
) -> str | None:
    """Return which field of a film is shown first, top or bottom; None where frames are whole.

    Args:
        frame: its first one.
        stream: where it comes from.
        wanted: top, bottom or no, which a person knows; auto believes the film; mixed-top and
            mixed-bottom have frames of both kinds.
        marked: whether frames of the film say themselves that they are interlaced.
    """
    if frame.height < _LEAST_FIELDS or wanted == "no":
        return None
    if wanted != "auto":
        return wanted.removeprefix("mixed-")
    if frame.interlaced_frame:
        return LookReader(stream).first_field(frame)
    # Of a film that begins with interlaced frames, the decoder tells of those alone.
    return None if marked else SHOWN_FIRST.get(stream.codec_context.field_order)


def chapters_within(
    chapters: list[Any], origin: Fraction, seconds: Fraction | None
) -> list[dict[str, Any]]:
    """Return the chapters of a part of a film, with times from its first frame.

    Args:
        chapters: of the film, as PyAV gives them.
        origin: seconds at which the part begins on the film's clock.
        seconds: how long it is; None up to the film's end.
    """
    found = []
    for chapter in chapters:
        base = chapter["time_base"]
        least, most = 0, None if seconds is None else round(seconds / base)
        start, end = (chapter[name] - round(origin / base) for name in ("start", "end"))
        if origin and end <= least or (most is not None and start >= most):
            continue
        start = max(start, least) if origin else start
        found.append({**chapter, "start": start, "end": end if most is None else min(end, most)})
    return found


def found_range(
    first: VideoFrame, layout: LumaLayout, planes: Callable[[], list[np.ndarray]]
) -> tuple[bool, str | None]:
    """Return whether a film is full range, and a line where that had to be guessed.

    Args:
        first: its first frame.
        layout: of its luma.
        planes: gives luma planes to guess by, such as `sample_luma`.
    """
    if layout.full_range is not None:
        return layout.full_range, None
    if first.color_range in (LIMITED, FULL):
        return first.color_range == FULL, None
    if layout.sampling != "gray":
        return False, None  # the convention for Y'CbCr
    full_range = guess_full_range(planes(), layout.bits)
    found = "full" if full_range else "limited"
    return full_range, note("film.gray_range", range=found)


def made_in(container: InputContainer) -> int | None:
    """Return the year in which a film was made, as its container says; None where it does not."""
    tags = {name.lower(): value for name, value in container.metadata.items()}
    for name in ("date_released", "date_recorded", "date", "year"):
        found = re.match(r"\s*(1[89]\d\d|20\d\d)(?!\d)", tags.get(name, ""))
        if found:
            return int(found.group(1))
    return None


def sample_luma(path: Path, layout: LumaLayout, index: int) -> list[np.ndarray]:
    """Read luma planes at five places spread over a film.

    Args:
        path: the film.
        layout: of its luma.
        index: its video stream.
    """
    from av.error import FFmpegError

    planes = []
    with open_container(path) as container:
        stream = container.streams[index]
        for place in range(_SAMPLED_PLACES):
            try:
                container.seek(int((container.duration or 0) * place / _SAMPLED_PLACES))
                frame: Any = next(iter(container.decode(stream)))
            except (FFmpegError, StopIteration):
                continue
            if frame.format.name == layout.pix_fmt:
                planes.append(read_luma(frame, layout, "bt709"))
    return planes
