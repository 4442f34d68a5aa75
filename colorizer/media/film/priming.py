"""Sound before the film's beginning, from which an encoder's first samples are computed.

An edit list of MP4 leaves it out of what is heard, so its times are negative. Matroska has no such
times; there CodecDelay (RFC 9559, 5.1.4.1.25) says how much of the beginning is not heard, and all
times of the track are later by as much.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from colorizer.media.film.container import open_container
from colorizer.media.film.matroska import codec_delays

_MOST_PACKETS = 4096
"""Packets in which the first of every sound track is looked for."""
MUXERS = ("matroska", "webm")


def early_sound(source: Path, indices: Iterable[int], origin: Fraction) -> dict[int, Fraction]:
    """Return for how many seconds sound tracks begin before the film.

    Args:
        source: the film.
        indices: of streams that are copied; those that are no sound, begin in time or have a
            delay that FFmpeg's muxer writes itself are left out.
        origin: seconds at which the film's clock starts.
    """
    found: dict[int, Fraction] = {}
    with open_container(source, picture=True) as container:
        tracks = [container.streams[index] for index in indices]
        tracks = [track for track in tracks if track.type == "audio"]
        known = codec_delays(source) if "matroska" in container.format.name else set()
        wanted = {
            track.index
            for track in tracks
            if track.codec_context and track.codec_context.name not in ("opus", "libopus")
        } - known
        packets = container.demux(tracks) if wanted else ()
        for number, packet in enumerate(packets):
            if not wanted or number == _MOST_PACKETS:
                break
            if packet.pts is not None and packet.stream.index in wanted:
                wanted.discard(packet.stream.index)
                early = origin - packet.pts * Fraction(packet.time_base)
                if early > 0:
                    found[packet.stream.index] = early
    return found
