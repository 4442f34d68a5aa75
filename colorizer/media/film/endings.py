"""What is said of a film once its end is reached: what was damaged, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from colorizer.notes import note

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How far a film could be read, and what it announces."""

    read: int
    """Frames."""
    damaged: int
    """Frames that could not be decoded, or not well."""
    part: int | None
    """Frames of the part wanted, None where that is the whole film."""
    counted: int | None
    """Frames by the container's own count, None where it has none."""
    announced: tuple[float, bool] | None
    """See `open.announced_duration`."""
    reached: Fraction
    """Seconds to the end of the last frame."""

    def damaged_lines(self) -> list[str]:
        """Say how many frames are damaged."""
        return [note("film.damaged_frames", count=self.damaged)] if self.damaged else []

    def missing_line(self, rate: Fraction) -> str | None:
        """Say that frames are missing at the end, None where none are.

        Args:
            rate: frames per second.
        """
        if self.part is not None:
            told = note("film.damaged_part", read=self.read, whole=self.part)
            return told if self.read < self.part else None
        if self.counted is not None:
            told = note("film.cut_off_counted", read=self.read, whole=self.counted)
            return told if self.read < self.counted else None
        if self.announced is None:
            return None
        seconds, exact = self.announced
        if float(self.reached) >= seconds - (0.1 + 2 / rate if exact else 1 + seconds / 50):
            return None
        reached = float(self.reached)
        return note("film.cut_off_announced", count=self.read, reached=reached, seconds=seconds)


def counted_frames(container: InputContainer, stream: VideoStream) -> int:
    """Return how many frames a container counts, 0 where it does not.

    An AVI counts places too that repeat the frame before them and hold none; they are holes in the
    times of its index, which are numbers of frames.
    """
    index = stream.index_entries
    if container.format.name != "avi" or not len(index):
        return stream.frames
    places = index[len(index) - 1].timestamp - index[0].timestamp + 1
    return stream.frames - max(0, places - len(index))


def mixed_line(count: int, *, fields: bool) -> str | None:
    """Say how many frames are progressive among interlaced ones or the other way round.

    Args:
        count: of such frames.
        fields: whether the fields of all frames are coloured apart.
    """
    if not count:
        return None
    if fields:
        return note("film.progressive_between", frames=count)
    return note("film.interlaced_between", frames=count)
