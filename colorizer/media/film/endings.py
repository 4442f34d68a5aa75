"""What is said of a film once its end is reached: what was damaged, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


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
        if not self.damaged:
            return []
        if self.damaged == 1:
            return ["1 frame is damaged; decoded as well as possible"]
        return [f"{self.damaged} frames are damaged; decoded as well as possible"]

    def missing_line(self, rate: Fraction) -> str | None:
        """Say that frames are missing at the end, None where none are.

        Args:
            rate: frames per second.
        """
        if self.part is not None:
            told = f"damaged: {self.read} of {self.part} frames could be read"
            return told if self.read < self.part else None
        if self.counted is not None:
            told = f"cut off or damaged: {self.read} of {self.counted} frames could be read"
            return told if self.read < self.counted else None
        if self.announced is None:
            return None
        seconds, exact = self.announced
        if float(self.reached) >= seconds - (0.1 + 2 / rate if exact else 1 + seconds / 50):
            return None
        if self.read == 1:
            return f"cut off or damaged: 1 frame could be read of {seconds:.1f} announced seconds"
        return (
            f"cut off or damaged: {self.read} frames could be read, to {float(self.reached):.1f} of"
            f" {seconds:.1f} announced seconds"
        )


def mixed_line(count: int, *, fields: bool) -> str | None:
    """Say how many frames are progressive among interlaced ones or the other way round.

    Args:
        count: of such frames.
        fields: whether the fields of all frames are coloured apart.
    """
    if not count:
        return None
    if fields:
        return f"frames that are progressive in between: {count}; all are coloured in fields"
    return f"frames that are interlaced in between: {count}; all are coloured as whole frames"
