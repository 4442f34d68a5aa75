"""Small films drawn by code, of any codec, pixel format, clock and company of streams."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.filter import Graph

RATE = Fraction(25)
TONE_RATE = 48000
"""Samples per second of the drawn sound."""


@lru_cache(maxsize=1000)
def draw_luma(
    index: int, size: tuple[int, int], bits: int = 8, *, full: bool = False
) -> np.ndarray:
    """Draw a drifting pattern in (H, W) uint8 or uint16 codes that uses its whole range."""
    height, width = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    wave = 0.5 + 0.25 * np.sin((x + 2 * index) / 5) + 0.25 * np.cos((y - index) / 7)
    black, span = (
        (0.0, 2.0**bits - 1) if full else (16 * 2.0 ** (bits - 8), 219 * 2.0 ** (bits - 8))
    )
    Y = np.rint(black + span * wave).astype(np.uint8 if bits == 8 else np.uint16)
    Y.flags.writeable = False  # many films begin alike
    return Y


def fill(frame: av.VideoFrame, number: int, samples: np.ndarray) -> None:
    """Copy samples into a plane, whatever its byte order."""
    plane = frame.planes[number]
    kind = samples.dtype.newbyteorder(">") if frame.format.is_big_endian else samples.dtype
    rows = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
    rows[:] = 0
    rows[:, : samples.shape[1]] = samples


def gray_frame(index: int, size: tuple[int, int], pix_fmt: str, *, full: bool) -> av.VideoFrame:
    """Build a frame of the pattern; chroma planes are neutral, RGB planes equal."""
    frame = av.VideoFrame(size[1], size[0], pix_fmt)
    bits = frame.format.components[0].bits
    Y = draw_luma(index, size, bits, full=full or frame.format.is_rgb)
    if frame.format.is_rgb and not frame.format.is_planar:
        fill(frame, 0, np.repeat(Y, frame.format.padded_bits_per_pixel // Y.itemsize // 8, axis=1))
        return frame
    neutral = Y.dtype.type(2 ** (bits - 1))
    for number, plane in enumerate(frame.planes):
        chroma = np.full((plane.height, plane.width), neutral)
        fill(frame, number, Y if number == 0 or frame.format.is_rgb else chroma)
    return frame


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What a drawn film is like."""

    codec: str = "ffv1"
    """FFmpeg's encoder."""
    pix_fmt: str = "yuv420p"
    size: tuple[int, int] = (48, 64)
    """(height, width)."""
    frames: int = 8
    rate: Fraction = RATE
    pts: list[int] | None = None
    """Time stamps in units of `time_base`; None is even."""
    time_base: Fraction | None = None
    """None is one frame."""
    full_range: bool | None = False
    """Range drawn and tagged; None draws limited and leaves it untagged."""
    ratio: Fraction | None = None
    """Sample aspect ratio."""
    options: dict[str, str] | None = None
    """Of the encoder."""
    sounds: tuple[str, ...] = ()
    """Encoder of each sound track."""
    subtitles: str | None = None
    """Codec of a subtitle track with two lines."""
    chapters: bool = False
    """Whether there are two."""
    rotation: int = 0
    """Of the display, degrees counter-clockwise."""
    field_order: int = 0
    """FFmpeg's AVFieldOrder."""
    metadata: dict[str, str] | None = None
    """Of the container."""
    timecode: str | None = None
    """Of the first frame."""
    title: str | None = None
    """Of the picture stream."""
    attachment: bytes | None = None
    """A file to attach."""
    matrix: int = 2
    """H.273 code of the tag."""
    primaries: int = 2
    """H.273 code of the tag."""
    transfer: int = 2
    """H.273 code of the tag."""
    first_field: str | None = None
    """top or bottom, with which every frame is marked; None marks nothing."""
    muxer: str | None = None
    """FFmpeg's muxer where the suffix does not name it."""


def draw_film(path: Path, **options: Any) -> list[np.ndarray]:
    """Draw a film of the pattern and return its luma planes as encoded.

    Args:
        path: the file; its suffix names the container.
        options: fields of `Drawing`.
    """
    film = Drawing(**options)
    # "bitexact" draws no numbers by chance: the same film has the same bytes, to be damaged.
    with av.open(
        str(path), "w", format=film.muxer, container_options={"fflags": "+bitexact"}
    ) as output:
        stream = _add_picture(output, film)
        tracks = [_add_sound(output, name) for name in film.sounds]
        titles = output.add_mux_stream(film.subtitles) if film.subtitles else None
        output.metadata.update(film.metadata or {})
        if film.attachment is not None:
            output.add_attachment("font.ttf", "application/x-truetype-font", film.attachment)
        if film.chapters:
            output.set_chapters(_two_chapters(film.frames / film.rate))
        planes = _draw_frames(output, stream, tracks, film)
        if titles is not None:
            _add_titles(output, titles, film.subtitles == "mov_text")
    return planes


def _add_picture(output: Any, film: Drawing) -> Any:
    stream = output.add_stream(film.codec, rate=film.rate)
    stream.height, stream.width, stream.pix_fmt = *film.size, film.pix_fmt
    context = stream.codec_context
    context.time_base = film.time_base or 1 / film.rate
    # Without it some processors' code rounds by chance.
    same = {"x264-params": "cpu-independent=1"} if film.codec == "libx264" else {}
    context.options = same | (film.options or {})
    context.thread_count = 1
    context.color_range = {None: 0, False: 1, True: 2}[film.full_range]
    context.colorspace = film.matrix
    context.color_primaries, context.color_trc = film.primaries, film.transfer
    context.field_order = film.field_order
    if film.ratio:
        context.sample_aspect_ratio = film.ratio
    if film.rotation:
        stream.set_display_rotation(film.rotation)
    if film.title:
        stream.metadata["title"] = film.title
    if film.timecode:
        stream.metadata["timecode"] = film.timecode
    return stream


def _draw_frames(output: Any, stream: Any, tracks: list[Any], film: Drawing) -> list[np.ndarray]:
    base, full = film.time_base or 1 / film.rate, bool(film.full_range)
    times = film.pts or [round(index / film.rate / base) for index in range(film.frames)]
    planes = []
    for index, stamp in enumerate(times):
        frame = gray_frame(index, film.size, film.pix_fmt, full=full)
        frame.pts, frame.time_base = stamp, base
        frame.color_range = stream.codec_context.color_range
        frame.colorspace = film.matrix
        frame.color_primaries, frame.color_trc = film.primaries, film.transfer
        bits = frame.format.components[0].bits
        planes.append(draw_luma(index, film.size, bits, full=full or frame.format.is_rgb))
        output.mux(stream.encode(marked(frame, film.first_field)))
        for track in tracks:
            _add_tone(output, track, index, film.rate)
    for coded in (stream, *tracks):
        output.mux(coded.encode(None))
    return planes


def marked(frame: Any, first_field: str | None) -> Any:
    """Return a frame marked as woven of two fields, by FFmpeg's setfield."""
    if first_field is None:
        return frame
    graph = Graph()
    into = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    marks = graph.add("setfield", {"top": "tff", "bottom": "bff"}[first_field])
    out = graph.add("buffersink")
    into.link_to(marks)
    marks.link_to(out)
    graph.configure()
    into.push(frame)
    return out.pull()


def _add_sound(output: Any, codec: str) -> Any:
    track = output.add_stream(codec, rate=TONE_RATE, layout="stereo")
    track.metadata["language"] = "eng"
    return track


def _add_tone(output: Any, track: Any, index: int, rate: Fraction) -> None:
    """Encode the sound under one frame."""
    kind = track.codec_context.format.name
    length = int(TONE_RATE / rate)
    tone = np.sin(np.arange(index * length, (index + 1) * length) / 20 * (1 + track.index))
    both = np.stack([tone, tone / 2])
    scale, sample = {"flt": (0.5, np.float32), "s16": (2**14, np.int16), "s32": (2**30, np.int32)}[
        kind[:3]
    ]
    samples = (both * scale).astype(sample)
    if not kind.endswith("p"):
        samples = samples.T.reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), kind, "stereo")
    frame.sample_rate, frame.pts, frame.time_base = (
        TONE_RATE,
        index * length,
        Fraction(1, TONE_RATE),
    )
    output.mux(track.encode(frame))


def _add_titles(output: Any, titles: Any, counted: bool) -> None:
    for number, text in enumerate((b"First line", b"Second line")):
        packet = av.Packet(len(text).to_bytes(2, "big") + text if counted else text)
        packet.stream, packet.time_base = titles, Fraction(1, 1000)
        packet.pts = packet.dts = 40 + 120 * number
        packet.duration = 80
        output.mux(packet)


def _two_chapters(seconds: Fraction) -> list[Any]:
    half, end = int(seconds * 500), int(seconds * 1000)
    return [
        {"id": n, "start": a, "end": b, "time_base": Fraction(1, 1000), "metadata": {"title": t}}
        for n, a, b, t in ((1, 0, half, "One"), (2, half, end, "Two"))
    ]
