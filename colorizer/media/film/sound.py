"""The sound of a film as its packets tell it: for comparing a result with its source."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

from colorizer.media.film.clock import WITHOUT_TIMES
from colorizer.media.film.container import open_container
from colorizer.media.film.open import film_stream


@dataclass(frozen=True, slots=True)
class Sound:
    """One audio stream."""

    codec: str
    packets: int
    offset: float | None
    """Seconds from the first picture shown to the first sound heard; None where unknown."""
    sha256: str
    """Of the payload of all packets that are not cut out."""


class Cuts:
    """Tells packets of one file that its edit list cuts out of the middle, as edited films have it.

    Those ahead of a stream's beginning belong to it: its first samples are computed from them. Of
    pictures all are kept, since later ones are computed from them.
    """

    def __init__(self) -> None:
        self._begun: set[int] = set()

    def leaves_out(self, packet: Any) -> bool:
        """Tell whether the next packet of a stream is cut out; ask in order."""
        index = packet.stream.index
        if not packet.is_discard:
            self._begun.add(index)
        return packet.is_discard and index in self._begun and packet.stream.type != "video"


def sounds_of(path: Path) -> list[Sound]:
    """Demux a film and describe its audio streams, in order.

    Raises:
        MediaError: it can't be read.
    """
    from av.error import FFmpegError

    with open_container(path) as film:
        picture, tracks = film_stream(film, path), list(film.streams.audio)
        counts = {track.index: 0 for track in tracks}
        hashes = {track.index: sha256() for track in tracks}
        first: dict[int, Fraction] = {}
        cuts = Cuts()
        try:
            for packet in film.demux([picture, *tracks]):
                _note(packet, first, film.format.name in WITHOUT_TIMES)
                if packet.size and packet.stream.index in counts and not cuts.leaves_out(packet):
                    counts[packet.stream.index] += 1
                    hashes[packet.stream.index].update(memoryview(packet))
        except (FFmpegError, OSError):
            pass  # what the pictures say of a damaged end is enough
        began = first.get(picture.index)
        return [
            Sound(
                track.codec_context.name,
                counts[track.index],
                None
                if began is None or track.index not in first
                else float(first[track.index] - began),
                hashes[track.index].hexdigest(),
            )
            for track in tracks
        ]


def _note(packet: Any, first: dict[int, Fraction], ordered: bool) -> None:
    """Remember the earliest time of each stream; packets come in order of decoding."""
    stamp = packet.dts if ordered else packet.pts
    if stamp is None or not packet.time_base or not packet.size or packet.is_discard:
        return
    time, index = stamp * packet.time_base, packet.stream.index
    if index not in first or time < first[index]:
        first[index] = time
