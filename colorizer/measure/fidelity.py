"""Whether a result kept the picture, the frames, their times and the sound of its source."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.frame import Frame
from colorizer.media.film.luma import at_depth
from colorizer.media.film.sound import Sound, sounds_of
from colorizer.notes import note


@dataclass(slots=True)
class Fidelity:
    """Counts over pairs of frames."""

    origin: Fraction
    """Seconds at which the source's clock starts."""
    frames: int = 0
    """Of the result."""
    source_frames: int = 0
    exact: int = 0
    """Luma samples that are the source's."""
    samples: int = 0
    worst: int = 0
    """Largest difference, in codes of the result's depth."""
    bits: int = 0
    """Of the result's luma."""
    late: float = 0.0
    """Largest distance in time of a frame from its place, in seconds."""

    def add(self, source: Frame | None, result: Frame | None) -> None:
        """Take a frame of both; None where one film has ended.

        Raises:
            ValueError: their pictures have different sizes.
        """
        self.source_frames += source is not None
        self.frames += result is not None
        if source is None or result is None:
            return
        self.bits = result.bits
        if source.pts is not None and result.pts is not None:
            wanted = source.pts * source.time_base - self.origin
            self.late = max(self.late, abs(float(result.pts * result.time_base - wanted)))
        expected = at_depth(source.Y, source.bits, result.bits, source.full_range)
        if expected.shape != result.Y.shape:
            size, wanted_size = (f"{Y.shape[1]}x{Y.shape[0]}" for Y in (result.Y, expected))
            raise ValueError(note("verify.other_picture", shape=size, wanted=wanted_size))
        self.samples += expected.size
        if np.array_equal(expected, result.Y):
            self.exact += expected.size
            return
        apart = np.abs(expected.astype(np.int32) - result.Y)
        self.exact += int(np.count_nonzero(apart == 0))
        self.worst = max(self.worst, int(apart.max()))

    def facts(self) -> dict[str, Any]:
        """Return what was found, as JSON values."""
        return {
            "frames": self.frames,
            "source_frames": self.source_frames,
            "luma_exact": self.exact / self.samples if self.samples else None,
            "luma_worst": self.worst,
            "luma_bits": self.bits,
            "late_ms": self.late * 1000,
        }


def compare_sound(result: Path, source: Path) -> dict[str, Any]:
    """Compare the audio streams of two whole films.

    Raises:
        MediaError: one of them can't be read.
    """
    after, before = sounds_of(result), sounds_of(source)
    pairs = list(zip(before, after, strict=False))
    moved = [late for one, other in pairs if (late := _moved(one, other)) is not None]
    return {
        "streams": len(after),
        "source_streams": len(before),
        "same": len(after) == len(before) and all(_same(*pair) for pair in pairs),
        "offset_ms": max(moved, default=None),
    }


def _same(one: Sound, other: Sound) -> bool:
    return one.sha256 == other.sha256


def _moved(one: Sound, other: Sound) -> float | None:
    """Return by how much sound moved against the picture, in ms."""
    if one.offset is None or other.offset is None:
        return None
    return abs(other.offset - one.offset) * 1000
