"""Prove that a coloured film kept the luma of its source, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import zip_longest
from math import inf, log10
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.archive.verify.sequence import SequenceVerdict, verify_sequence
from colorizer.errors import MediaError
from colorizer.frame import Frame
from colorizer.media.film.codecs import codec_named
from colorizer.media.film.container import open_container
from colorizer.media.film.luma import at_depth
from colorizer.media.film.open import film_stream
from colorizer.media.film.source import FilmSource
from colorizer.media.frames.source import open_film
from colorizer.notes import joined, note
from colorizer.places.frame_pattern import is_pattern
from colorizer.settings import Reading

LOSSLESS = ("ffv1", "v210", "rawvideo", "huffyuv", "ffvhuff", "utvideo")
"""Codecs that keep every sample by nature; h264 and h265 do when they are told to."""
_SIDE = 32
"""Short side of the L that reading makes and no one needs here."""
_CLOCK = Fraction(1, 2000)
"""Seconds by which a time may differ: Matroska rounds to milliseconds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison of a film with its source found."""

    target: Path
    source: Path
    frames: int
    """Of the target."""
    source_frames: int
    different: int
    """Frames whose luma planes have another hash."""
    first_different: int | None
    moved: int
    """Frames shown at another time."""
    psnr: float
    """Of all luma samples in dB; inf where all are equal."""
    worst_psnr: float
    """Of the worst frame."""
    must_be_exact: bool
    rounded: tuple[int, int] | None = None
    """Bits of luma before and after, where the target has fewer."""
    clipped: tuple[int, int] | None = None
    """Least and most code of the codec, where only samples beyond them differ."""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong: a lossy codec may change luma, never count and times."""
        counted = self.frames == self.source_frames and not self.moved
        return counted and not (self.must_be_exact and self.different)

    def __str__(self) -> str:
        faults = []
        if self.frames != self.source_frames:
            faults.append(note("verify.frames", count=self.frames, wanted=self.source_frames))
        if self.moved:
            faults.append(note("verify.moved", count=self.moved))
        if not self.different:
            faults.append(note("verify.exact", count=self.frames))
            if self.rounded:
                was, now = self.rounded
                faults.append(note("verify.rounded", was=was, now=now))
        elif self.must_be_exact:
            first = self.first_different
            faults.append(
                note("verify.differs", different=self.different, count=self.frames, first=first)
            )
            if self.clipped:
                least, most = self.clipped
                faults.append(note("verify.codes_out_of_range", least=least, most=most))
        else:
            faults.append(note("verify.lossy", psnr=self.psnr, worst=self.worst_psnr))
        return joined(faults)


def verify_film(
    target: Path,
    source: Path,
    reading: Reading = Reading(),
    *,
    exact: bool = False,
) -> Verdict | SequenceVerdict:
    """Decode a coloured film next to its source and compare the hashes of their luma planes.

    The source's luma is brought to the target's depth first, as `at_depth` does; a target of fewer
    bits is compared with the rounded luma.

    Args:
        target: the coloured film.
        source: the film it was made from.
        reading: how the source was read, and which part of it.
        exact: demand equal luma of a codec that may be lossy too.

    Raises:
        MediaError: one of them can't be read.
    """
    found = _Comparison()
    if is_pattern(target):
        return verify_sequence(target, source, reading)
    with (
        open_film(source, reading, side=_SIDE) as before,
        FilmSource(target, side=_SIDE) as after,
    ):
        found.codes = codec_named("v210").codes if after.codec_name == "v210" else None
        try:
            for one, other in zip_longest(before.frames(video=True), after.frames()):
                found.add(one, other, before.origin)
        except ValueError as error:
            raise MediaError(target, str(error)) from error
        must_be_exact = exact or after.codec_name in LOSSLESS
        bits = before.layout.bits, after.layout.bits
    return Verdict(
        target=target,
        source=source,
        frames=found.frames,
        source_frames=found.source_frames,
        different=found.different,
        first_different=found.first_different,
        moved=found.moved,
        psnr=_decibel(found.error / max(found.compared, 1)),
        worst_psnr=_decibel(found.worst),
        must_be_exact=must_be_exact,
        rounded=bits if bits[1] < bits[0] else None,
        clipped=found.codes if 0 < found.different == found.clipped else None,
    )


def luma_hash(Y: np.ndarray) -> str:
    """Return the SHA-256 of a luma plane."""
    return sha256(np.ascontiguousarray(Y).data).hexdigest()


def same_frames(one: Path, other: Path) -> int:
    """Decode two films side by side and count the frames that differ in time or any sample.

    Raises:
        MediaError: one of them can't be read.
    """
    with open_container(one) as before, open_container(other) as after:
        frames = (
            film.decode(film_stream(film, path)) for film, path in ((before, one), (after, other))
        )
        pairs = zip_longest(*frames)
        return sum(a is None or b is None or _samples(a) != _samples(b) for a, b in pairs)


def _samples(frame: Any) -> tuple[float | None, str, str]:
    return frame.time, frame.format.name, sha256(frame.to_ndarray().tobytes()).hexdigest()


class _Comparison:
    """Counts over pairs of frames."""

    def __init__(self) -> None:
        self.frames = self.source_frames = self.different = self.moved = self.compared = 0
        self.clipped = 0
        self.first_different: int | None = None
        self.codes: tuple[int, int] | None = None
        self.error = self.worst = 0.0

    def add(self, one: Frame | None, other: Frame | None, origin: Fraction) -> None:
        """Compare a frame of the source, whose clock starts at `origin`, with one of the target."""
        self.source_frames += one is not None
        self.frames += other is not None
        if one is None or other is None:
            return
        if one.pts is not None and other.pts is not None:
            late = other.pts * other.time_base - (one.pts * one.time_base - origin)
            self.moved += abs(late) > _CLOCK
        expected = at_depth(one.Y, one.bits, other.bits, one.full_range)
        if expected.shape != other.Y.shape:
            shape, wanted = str(other.Y.shape), str(expected.shape)
            raise ValueError(note("verify.other_picture", shape=shape, wanted=wanted))
        self.compared += 1
        if luma_hash(expected) == luma_hash(other.Y):
            return
        self.different += 1
        if self.codes is not None:
            self.clipped += np.array_equal(np.clip(expected, *self.codes), other.Y)
        if self.first_different is None:
            self.first_different = other.index
        gap = (expected.astype(np.float32) - other.Y) / (2**other.bits - 1)
        error = float(np.mean(gap * gap))
        self.error += error
        self.worst = max(self.worst, error)


def _decibel(error: float) -> float:
    return inf if error == 0 else -10 * log10(error)
