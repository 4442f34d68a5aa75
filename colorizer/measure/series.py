"""Means over a film, and their course over time in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_POINTS = 2048
"""Points of a course, at most."""


@dataclass(slots=True)
class Mean:
    """A mean that takes its values one by one."""

    total: float = 0.0
    count: int = 0

    def add(self, value: float | None) -> None:
        """Take a value; None is no value."""
        if value is not None:
            self.total += value
            self.count += 1

    @property
    def value(self) -> float | None:
        """The mean; None of nothing."""
        return self.total / self.count if self.count else None


@dataclass(slots=True)
class Course:
    """What a value was over time: means of equally many frames, ever more as a film continues."""

    per_point: int = 1
    """Frames of a point."""
    points: list[Mean] = field(default_factory=list)

    def add(self, index: int, value: float | None) -> None:
        """Take the value of a frame, by its index in the film."""
        if value is None:
            return
        place = index // self.per_point
        while place >= MOST_POINTS:
            self._halve()
            place = index // self.per_point
        while len(self.points) <= place:
            self.points.append(Mean())
        self.points[place].add(value)

    @property
    def values(self) -> list[float | None]:
        """The points; None where a point has no value."""
        return [point.value for point in self.points]

    def _halve(self) -> None:
        pairs = zip(self.points[::2], [*self.points[1::2], Mean()], strict=False)
        self.points = [Mean(a.total + b.total, a.count + b.count) for a, b in pairs]
        self.per_point *= 2
