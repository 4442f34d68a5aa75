"""Prove that coloured frames kept the lightness of a sequence, or the luma of a film."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from colorizer.colour.cielab import luma_to_L
from colorizer.errors import MediaError
from colorizer.frame import Frame
from colorizer.media.film.protocol import Film
from colorizer.media.frames.exr_frames import MOST_DL
from colorizer.media.frames.files import luma_of, read_frame, read_rgb
from colorizer.media.frames.source import SequenceSource, open_film
from colorizer.notes import note
from colorizer.settings import Reading

MOST_dL = {8: 0.5, 10: 0.15, 12: 0.05, 16: 0.02}  # noqa: N816 - L* keeps its capital
"""Largest |dL*| that rounding R, G and B to so many bits explains."""
_MOST_LINEAR = 1.0
"""The same of linear light, whose steps are coarse in the dark, at any depth."""
_MOST_LOSSY = 2.0
"""Largest mean |dL*| of a lossy format."""
_LOSSY = ("jpeg", "webp", "jp2")
_SIDE = 32


@dataclass(frozen=True, slots=True)
class SequenceVerdict:
    """What a comparison of coloured frames with their source found."""

    target: Path
    source: Path
    frames: int
    source_frames: int
    mean_dL: float  # noqa: N815
    max_dL: float  # noqa: N815
    allowed: float
    """Largest error that rounding or coding explains: of max_dL, in lossy formats of mean_dL."""
    lossy: bool
    different: int | None = None
    """Of films: luma samples that are another code when computed from R, G and B."""

    @property
    def good(self) -> bool:
        """Whether nothing but rounding, or in a lossy format coding, changed the picture."""
        if self.frames != self.source_frames:
            return False
        if self.different is not None and not self.lossy:
            return self.different == 0
        return (self.mean_dL if self.lossy else self.max_dL) <= self.allowed

    def __str__(self) -> str:
        if self.frames != self.source_frames:
            return note("verify.frames", count=self.frames, wanted=self.source_frames)
        if self.different is not None and not self.lossy:
            if not self.different:
                return note("verify.exact_rgb", count=self.frames)
            return note("verify.other_codes", count=self.different)
        text = note("verify.lightness", mean=self.mean_dL, most=self.max_dL, count=self.frames)
        return note("verify.lossy_format", what=text) if self.lossy else text


def verify_sequence(target: Path, source: Path, reading: Reading = Reading()) -> SequenceVerdict:
    """Read coloured frames next to their source and compare lightness; of films, luma.

    Args:
        target: pattern of the coloured frames.
        source: pattern or film they were made of.
        reading: how the source was read, and which part of it.

    Raises:
        MediaError: one of them can't be read, or their pictures differ in size.
    """
    made = Reading(accept_gaps=True, transfer=reading.transfer)
    with (
        open_film(source, reading, side=_SIDE) as before,
        SequenceSource(target, made, side=_SIDE) as after,
    ):
        found = _Errors()
        pairs = zip_longest(before.frames(video=False), after.numbers)
        for one, number in pairs:
            if number is not None:
                found.frames += 1
            if one is None:
                continue
            found.source_frames += 1
            if before.sequence:
                before.sequence.take(one.index)
            if number is not None:
                found.add(one, after.file(number), before, after)
        depth = after.coded[1]
        lossy = after.coded[0] in _LOSSY
        allowed = _MOST_LINEAR if after.transfer == "linear" else MOST_dL.get(depth, MOST_DL)
        allowed = MOST_DL if after.coded[0] == "exr" else allowed
        is_film = before.sequence is None
    return SequenceVerdict(
        target=target,
        source=source,
        frames=found.frames,
        source_frames=found.source_frames,
        mean_dL=found.total / max(1, found.count),
        max_dL=found.largest,
        allowed=_MOST_LOSSY if lossy else allowed,
        lossy=lossy,
        different=found.different if is_film else None,
    )


class _Errors:
    """Sums over pairs of frames."""

    def __init__(self) -> None:
        self.frames = self.source_frames = self.count = self.different = 0
        self.total = self.largest = 0.0

    def add(self, one: Frame, path: Path, before: Film, after: SequenceSource) -> None:
        """Compare a frame of the source with its result."""
        if before.sequence:
            result = read_frame(path, after.transfer).frame(0, 0, one.time_base, _SIDE)
            wanted, found = one.lightness(), result.lightness()
        else:
            named = {"matrix": before.tags.matrix, "full_range": one.full_range}
            Y = luma_of(read_rgb(path), bits=one.bits, **named)
            expected = one.Y if after.coded[0] == "exr" else _within(one)
            if Y.shape != expected.shape:
                raise MediaError(
                    path, note("verify.other_shape", shape=str(Y.shape), wanted=str(expected.shape))
                )
            self.different += int(np.count_nonzero(expected != Y))
            wanted = luma_to_L(expected, one.bits, one.full_range)
            found = luma_to_L(Y, one.bits, one.full_range)
        if wanted.shape != found.shape:
            raise MediaError(
                path, note("verify.other_shape", shape=str(found.shape), wanted=str(wanted.shape))
            )
        error = np.abs(wanted - found)
        self.total += float(error.sum(dtype=np.float64))
        self.largest = max(self.largest, float(error.max()))
        self.count += error.size


def _within(frame: Frame) -> np.ndarray:
    """Return luma codes without those beyond black and white, which RGB can't hold."""
    scale = 2 ** (frame.bits - 8)
    return frame.Y if frame.full_range else np.clip(frame.Y, 16 * scale, 235 * scale)
