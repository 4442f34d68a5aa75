"""What persons want of the colours of frames: hints, references, vividness and strength.

The network gives frames their ab; then hints move it, strength scales it, and references give
their frames, and what they travel to, colours of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from colorizer.errors import SettingsError
from colorizer.frame import Frame
from colorizer.guidance.hints.spread import objects_of
from colorizer.guidance.hints.tracks import HintsAt, apply_hints, track_hints
from colorizer.guidance.reader import FilmReader
from colorizer.guidance.references.files import with_frames
from colorizer.guidance.references.reference import PaintedFrame, lay_references
from colorizer.guidance.references.tracks import apply_references
from colorizer.guidance.shot_settings import Overrides
from colorizer.notes import note
from colorizer.places.hint import Guide, Hint, Reference, contradiction
from colorizer.settings import Settings
from colorizer.stages.memory.asked import Asked, AskedOf
from colorizer.stages.predict import Amounts, strengthen

SizeOf = Callable[[Frame], tuple[int, int]]
ShiftOf = Callable[[Frame], tuple[float, float]]


class References(Protocol):
    """The references of a film."""

    def guide(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """Give key frames what travels to them from references."""
        ...

    def paint(
        self, frames: Iterator[Frame], size_of: SizeOf, shift_of: ShiftOf | None = None
    ) -> Iterator[Frame]:
        """Give the frames of references exactly their colours, at the sink's chroma size."""
        ...


@dataclass(frozen=True, slots=True)
class Guides:
    """The guides of a photo, or of all frames of a film."""

    amounts: Amounts
    """Vividness and strength by the index of the frame."""
    hints_at: HintsAt = lambda _: ()
    """The hints of a frame by its index, where they are in it."""
    references: References | None = None
    emulsion: Callable[[int], str] = lambda _: "auto"
    """What light the material of a frame saw, by its index: one of `settings.EMULSIONS`."""
    anchors: frozenset[int] = frozenset()
    """Frames that hints were set on, and those of references: they must be key frames."""
    asked_of: AskedOf = lambda _: ()
    """Gives what is asked for in those frames, for the colour memory of their shot."""

    def guide(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """Give frames with the network's ab the colours that are wanted."""
        frames = strengthen(apply_hints(frames, self.hints_at), self.amounts)
        return self.references.guide(frames) if self.references else frames

    def paint(
        self, frames: Iterator[Frame], size_of: SizeOf, shift_of: ShiftOf | None = None
    ) -> Iterator[Frame]:
        """Give enlarged frames of references exactly their colours."""
        return self.references.paint(frames, size_of, shift_of) if self.references else frames


@dataclass(frozen=True, slots=True)
class FilmReferences:
    """References that were read before the film is coloured. See `References`."""

    frames: Sequence[PaintedFrame]
    """By ascending index."""
    film: FilmReader
    """Reads the film again."""
    amounts: Amounts
    fields: bool = True
    """Whether the frames of a film with fields come as single fields; False for whole frames."""

    def guide(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """See `References.guide`."""
        return apply_references(frames, self.frames, self.film.marked, self.amounts)

    def paint(
        self, frames: Iterator[Frame], size_of: SizeOf, shift_of: ShiftOf | None = None
    ) -> Iterator[Frame]:
        """See `References.paint`; frames that are single fields get theirs."""
        return lay_references(
            frames,
            self.frames,
            shape=self.film.size,
            size_of=size_of,
            shift_of=shift_of,
            amounts=self.amounts,
            first_field=self.film.first_field if self.fields else None,
        )


def photo_guides(settings: Settings, hints: tuple[Hint, ...] = ()) -> Guides:
    """Return the guides of a photo; its pages have the same hints."""
    return Guides(amounts_of(settings), lambda _: hints)


def film_guides(
    guides: Sequence[Guide],
    film: FilmReader,
    own: Overrides | None,
    settings: Settings,
    notes: list[str],
) -> Guides:
    """Follow the hints of a film through their shots, and read its references.

    Args:
        guides: of the film as a whole.
        film: reads it again.
        own: what single shots have of their own.
        settings: of the film.
        notes: told of guides outside the part that is coloured.

    Raises:
        SettingsError: a hint does not say when, or is after the film's end or outside its shot, or
            two want different colours of one place.
        MediaError: a reference can't be read or is not of its frame.
    """
    placed = [] if own is None else list(own.placed(film))
    placed += film.placed(with_frames(guides), notes)
    if found := contradiction(placed):
        frame = film.first_index + placed[found[0] - 1][0] // film.per_frame
        raise SettingsError(note("hints.contradict_in_frame", frame=frame))
    points = [(index, guide) for index, guide in placed if isinstance(guide, Hint)]
    painted = {index: guide.file for index, guide in placed if isinstance(guide, Reference)}
    read = [film.reference(index, painted[index]) for index in sorted(painted)]
    if film.first_field:  # both fields of a frame are in the still
        fields = sorted({index ^ 1 for index in painted})
        read += [film.reference(index, painted[index ^ 1]) for index in fields]
    read.sort(key=lambda reference: reference.index)
    tracks, amounts = track_hints(points, film.marked), amounts_of(settings, own, film.per_frame)
    anchors = frozenset([*(index for index, _ in points), *(one.index for one in read)])
    references = FilmReferences(read, film, amounts) if read else None
    emulsion = _emulsions(settings, own, film.per_frame)
    asked = _asked_of(points, read)
    return Guides(
        amounts, lambda index: tracks.get(index, ()), references, emulsion, anchors, asked
    )


def _asked_of(points: Sequence[tuple[int, Hint]], read: Sequence[PaintedFrame]) -> AskedOf:
    """Return what gives the colours that hints and references want of the frames they are of."""
    painted = {one.index: one for one in read}
    hinted: dict[int, list[Hint]] = {}
    for index, hint in points:
        hinted.setdefault(index, []).append(hint)

    def asked_of(frame: Frame) -> list[Asked]:
        found: list[Asked] = []
        if frame.index in painted:
            found.append(Asked(painted[frame.index].ab, None))
        if frame.index in hinted and frame.ab is not None:
            objects = objects_of(frame.L, frame.ab, hinted[frame.index])
            found += [Asked(ab, where) for ab, where in objects]
        return found

    return asked_of


def _emulsions(settings: Settings, own: Overrides | None, per_frame: int) -> Callable[[int], str]:
    if own is None:
        return lambda _: settings.emulsion
    return lambda index: own.of(index // per_frame).emulsion or settings.emulsion


def amounts_of(settings: Settings, own: Overrides | None = None, per_frame: int = 1) -> Amounts:
    """Return what gives a frame its vividness and strength, which shots may have of their own."""
    if own is None:
        return lambda _: (settings.vividness, settings.strength)

    def amounts(index: int) -> tuple[float, float]:
        shot = own.of(index // per_frame)
        vividness, strength = shot.vividness, shot.strength
        return (
            settings.vividness if vividness is None else vividness,
            settings.strength if strength is None else strength,
        )

    return amounts
