"""Tinted films for the tests of sinks, and what is read back of them."""

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np

from colorizer.media.film.luma import at_depth
from colorizer.media.film.sink import FilmSink
from colorizer.media.film.source import FilmSource
from colorizer.settings import FilmWriting

AB = (20.0, 30.0)


def tinted(frame, sink):
    """Give a frame one colour everywhere."""
    size = sink.chroma_size(frame)
    return replace(frame, ab=np.broadcast_to(np.float32(AB)[:, None, None], (2, *size)))


def colour(source_path, target, codec="ffv1", quality=None, change=None):
    """Give a film one colour; return the source's frames, source and sink."""
    frames = []
    with (
        FilmSource(source_path, side=32) as source,
        FilmSink(target, FilmWriting(codec=codec, quality=quality), like=source, threads=1) as sink,
    ):
        for frame in source.frames():
            frames.append(frame)
            sink.write(tinted(change(frame) if change else frame, sink))
    return frames, source, sink


def read(path):
    with FilmSource(path, side=32) as source:
        return list(source.frames()), source


def seconds(frames, origin=Fraction(0)):
    return [frame.pts * frame.time_base - origin for frame in frames]


def expect_same_luma(frames, copies, bits=None):
    assert len(frames) == len(copies)
    for frame, copy in zip(frames, copies, strict=True):
        expected = at_depth(frame.Y, frame.bits, bits or frame.bits, frame.full_range)
        assert np.array_equal(copy.Y, expected)


def packets(path, kind):
    """Return (bytes, start in seconds) of every packet of a kind, by stream."""
    with av.open(str(path)) as container:
        streams = [stream for stream in container.streams if stream.type == kind]
        found = {stream.index: [] for stream in streams}
        for packet in container.demux(streams) if streams else ():
            if packet.size:
                found[packet.stream_index].append(
                    (bytes(packet), float(packet.pts * packet.time_base))
                )
    return list(found.values())


def payload(path, kind):
    return [b"".join(data for data, _ in stream) for stream in packets(path, kind)]
