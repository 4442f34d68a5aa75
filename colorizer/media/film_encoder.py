"""The encoder of a colorized film: its stream, and the frames that it is fed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from colorizer.frame import Frame
from colorizer.media.codecs import Coding
from colorizer.media.color_tags import ColorTags
from colorizer.media.film import FilmSource
from colorizer.media.film_copy import stream_tags
from colorizer.media.luma import at_depth
from colorizer.ycbcr import ab_to_chroma

if TYPE_CHECKING:
    from av.container import OutputContainer


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
