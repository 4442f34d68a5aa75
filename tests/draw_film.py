"""Small films drawn by code, of any codec, pixel format, clock and company of streams."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

RATE = Fraction(25)
TONE_RATE = 48000
"""Samples per second of the drawn sound."""


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
    return np.rint(black + span * wave).astype(np.uint8 if bits == 8 else np.uint16)


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


def draw_film(
    path: Path,
    *,
    codec: str = "ffv1",
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (48, 64),
    frames: int = 8,
    rate: Fraction = RATE,
    pts: list[int] | None = None,
    time_base: Fraction | None = None,
    full_range: bool | None = False,
    ratio: Fraction | None = None,
    options: dict[str, str] | None = None,
    sounds: tuple[str, ...] = (),
    subtitles: str | None = None,
    chapters: bool = False,
    rotation: int = 0,
    field_order: int = 0,
    metadata: dict[str, str] | None = None,
    attachment: bytes | None = None,
    matrix: int = 2,
    muxer: str | None = None,
) -> list[np.ndarray]:
    """Draw a film of the pattern and return its luma planes as encoded.

    Args:
        path: the file; its suffix names the container.
        codec: FFmpeg's encoder.
        pix_fmt: its pixel format.
        size: (height, width).
        frames: how many.
        rate: frames per second.
        pts: time stamps in units of `time_base`; default even.
        time_base: default one frame.
        full_range: range drawn and tagged; None draws limited and leaves it untagged.
        ratio: sample aspect ratio.
        options: of the encoder.
        sounds: encoder of each sound track.
        subtitles: codec of a subtitle track with two lines.
        chapters: whether to add two.
        rotation: of the display, degrees counter-clockwise.
        field_order: FFmpeg's AVFieldOrder.
        metadata: of the container.
        attachment: a file to attach.
        matrix: H.273 code of the tag.
        muxer: FFmpeg's muxer where the suffix does not name it.
    """
    base = time_base or 1 / rate
    times = pts or [round(index / rate / base) for index in range(frames)]
    planes = []
    with av.open(str(path), "w", format=muxer) as output:
        stream: Any = output.add_stream(codec, rate=rate)
        stream.height, stream.width, stream.pix_fmt = *size, pix_fmt
        stream.codec_context.time_base = base
        stream.codec_context.options = options or {}
        stream.codec_context.thread_count = 1
        stream.codec_context.color_range = {None: 0, False: 1, True: 2}[full_range]
        stream.codec_context.colorspace = matrix
        stream.codec_context.field_order = field_order
        if ratio:
            stream.codec_context.sample_aspect_ratio = ratio
        if rotation:
            stream.set_display_rotation(rotation)
        tracks = [_add_sound(output, name) for name in sounds]
        titles = output.add_mux_stream(subtitles) if subtitles else None
        output.metadata.update(metadata or {})
        if attachment is not None:
            output.add_attachment("font.ttf", "application/x-truetype-font", attachment)
        if chapters:
            output.set_chapters(_two_chapters(frames / rate))
        for index, stamp in enumerate(times):
            frame = gray_frame(index, size, pix_fmt, full=bool(full_range))
            frame.pts, frame.time_base = stamp, base
            frame.color_range = stream.codec_context.color_range
            frame.colorspace = matrix
            planes.append(
                draw_luma(
                    index,
                    size,
                    frame.format.components[0].bits,
                    full=bool(full_range) or frame.format.is_rgb,
                )
            )
            output.mux(stream.encode(frame))
            for track in tracks:
                _add_tone(output, track, index, rate)
        output.mux(stream.encode(None))
        for track in tracks:
            output.mux(track.encode(None))
        if titles is not None:
            _add_titles(output, titles, subtitles == "mov_text")
    return planes


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
