"""What is known of a shot while its frames are levelled, and what is measured on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from colorizer.frame import Frame
from colorizer.stages.levels import bend_of, fresh_curve
from colorizer.stages.levels.light import BLANK, Light, spread_of
from colorizer.stages.own_colours import AROUND, GRAY, KINDS, settled
from colorizer.stages.region.cards import CardShares, share_of
from colorizer.stages.region.film_marks import FilmMarks, Painted
from colorizer.stages.region.letters import LetterMasks, Written
from colorizer.stages.region.surround import Surround

State = dict[str, np.ndarray]
CALM = 6
"""Frames to either side over which the light that chroma follows is calmed, without the extremes of
a quarter each: flicker and flashes are too quick to count."""
LIT = 0.75
"""Share of the gain of a shot's brightest tenth from which a frame is no part of a fade."""
_MIXED = 0.35
"""Share of a card in the last frame of a shot from which that dissolves into it."""
_REST = 0.5
"""Most that is no mixture of both, by what has changed: what moves is another thing."""
_SLACK = 1.12
"""Light this much below the brightest counts as the brightest: chroma does not follow flicker."""
TONES = (10, 30, 50, 70, 90)
"""Percentiles of a picture at which its slope is taken."""
STEADY = 25
"""Frames to either side of a card in which light counts as steady: it may dissolve."""


@dataclass(slots=True)
class Seen:
    """A frame that waits, with what was measured on it."""

    frame: Frame
    codes: np.ndarray
    """See `small_codes`."""
    light: Light = Light()
    """By the codes of its shot's frame of reference."""
    step: Light = Light()
    """By the codes of the frame before it that was no flash."""
    known: bool = True
    """Whether its light could be told."""
    card: bool | None = None
    """Whether it is a title card; None where that was not looked for."""
    looked: bool = False
    """Whether its colours were looked at."""
    read: bool = False
    """Whether letters were looked for."""
    letters: np.ndarray | None = None
    """See `find_letters`."""
    own: str | None = None
    """What colours it has in its source, one of `own_colours.KINDS`; None where that was not looked
    for or can't be told."""
    painted: Painted | None = None
    """Where it may have marks in colour; None where that was not looked for or surely not."""
    iris: Surround | None = None
    """What surrounds its picture, where that is found in this frame alone."""
    calm: int = 0
    """`STEADY` on a card, less by one in every frame after it."""
    in_doubt: bool = False
    """Whether later frames may tell that its black corners are an iris."""
    open: float = 1.0
    """Share of it that is then picture."""

    @property
    def written(self) -> Written:
        """The frame with the letters found in it."""
        return Written(self.frame.L, self.letters, self.read)

    @property
    def counts(self) -> bool:
        """Whether it tells something of its shot's light."""
        return self.known and not self.is_flash and self.calm < STEADY

    @property
    def is_flash(self) -> bool:
        """Whether it is a flash inside its shot."""
        return self.frame.motion is None and not self.frame.starts_shot


@dataclass(slots=True)
class Curve:
    """What is known of a shot."""

    last: Light = Light()
    """Of the last frame looked at that was no flash."""
    gone: Light = Light()
    """The same of those that were passed on."""
    dark: float = 100.0
    bright: float = 0.0
    """Ends of the range of its picture, in L* of the light of reference."""
    middle: float = 50.0
    """Median of the same."""
    most: float = 0.0
    """Slope of its brightest frame."""
    slope: float = 1.0
    """Of the last frame gone on, see `Frame.slope`: those that repeat it have the same."""
    tones: np.ndarray = field(default_factory=lambda: np.full(len(TONES), 0.5))
    recent: list[float] = field(default_factory=list)
    """Slopes of the last frames that were passed on."""
    around: Surround | None = None
    """What surrounds its picture."""
    mask: np.ndarray | None = None
    """See `Surround.mask`."""
    cards: CardShares = field(default_factory=CardShares)
    letters: LetterMasks = field(default_factory=LetterMasks)
    marks: FilmMarks = field(default_factory=FilmMarks)
    own: str = GRAY
    """What colours the last frame gone on had, see `own_colours.settled`."""
    owns: list[str] = field(default_factory=list)
    """The same of the last frames that were looked at, each by itself."""
    whole: np.ndarray | None = None
    """L of the last frame gone on, outside its iris that of those before it."""
    iris: Surround | None = None
    """That of the last frame gone on."""
    calm: int = 0
    """See `Seen.calm`; of the last frame gone on."""
    opens: bool = False
    """Whether what surrounds its picture can't be told yet, as an iris still opens."""
    open: float = 1.0
    """Largest `Seen.open` of its frames."""
    slopes: dict[Light, float] = field(default_factory=dict)
    """Those of the light of the frames last asked about, each of which is asked about often."""

    def state(self) -> State:
        """Return what must be remembered."""
        ends = [self.gone.gain, self.gone.offset, self.dark, self.bright, self.middle]
        ends += [self.most, self.slope]
        kept = {"levels": np.array([*ends, *self.tones, *self.recent])}
        for name, found in (("surround", self.around), ("iris", self.iris)):
            if found is not None:
                kept[name] = np.array([found.size, *found.hull], np.int32)
        kept |= self.cards.state() | self.letters.state() | self.marks.state()
        if self.own or any(self.owns):
            kept["own"] = np.array([KINDS.index(kind) for kind in (self.own, *self.owns)], np.int32)
        if self.calm:
            kept["calm"] = np.array(self.calm)
        if self.open < 1:
            kept["open"] = np.array(self.open)
        if self.opens:
            kept["opens"] = np.array(self.opens)
        if self.whole is not None and self.iris is not None:
            kept["whole"] = self.whole
        return kept

    @classmethod
    def of(cls, state: State) -> Curve:
        """Take back what `state` gave."""
        gain, offset, dark, bright, middle, most, slope, *rest = map(float, state["levels"])
        tones, recent = np.array(rest[: len(TONES)]), rest[len(TONES) :]
        light = Light(gain, offset)
        curve = cls(light, light, dark, bright, middle, most, slope, tones, recent)
        curve.whole = state.get("whole")
        curve.cards, curve.letters = CardShares.of(state), LetterMasks.of(state)
        curve.marks = FilmMarks.of(state)
        curve.opens, curve.open = "opens" in state, float(state.get("open", 1))
        curve.calm = int(state.get("calm", 0))
        if "own" in state:
            curve.own, *curve.owns = (KINDS[number] for number in state["own"].tolist())
        if "surround" in state:
            curve.surround(_surround_of(state["surround"]))
        if "iris" in state:
            curve.iris = _surround_of(state["iris"])
        return curve

    def surround(self, found: Surround | None) -> None:
        """Take what was found around the picture."""
        self.around, self.mask = found, None if found is None else found.mask

    def fresh(self) -> tuple[float, float, float, float]:
        """Return gain, the points of L* before and after that the fresh print's curve joins, bend.

        See `fresh_curve` and `bend_of`.
        """
        gain, dark, low = fresh_curve(self.dark, self.bright)
        return gain, dark, low, bend_of((self.middle - dark) * gain + low, gain)

    def calmed(self, ahead: Sequence[Seen]) -> float:
        """Return the slope of the next frame by those around it, and remember its own.

        Args:
            ahead: it and the `CALM` frames after it, or as many as its shot has.
        """
        known = self.slopes
        self.slopes = {
            one.light: known.get(one.light) or one.light.slope(self.tones) for one in ahead
        }
        after = [self._slope_of(one) for one in ahead]
        before, later = len(self.recent), len(after) - 1
        if after[0] < LIT:  # a fade reaches its end
            before = later = min(before, later)
        around = self.recent[len(self.recent) - before :] + after[: later + 1]
        cut = len(around) // 4
        self.recent = [*self.recent, after[0]][-CALM:]
        return float(np.mean(sorted(around)[cut : len(around) - cut]))

    def _slope_of(self, one: Seen) -> float:
        """Return the share of the light of its shot that a frame has, by the law of chroma."""
        if not one.known:
            return 1.0
        share = _SLACK * self.slopes[one.light] / max(self.most, 1e-3)
        blank = np.clip(spread_of(one.codes) / BLANK - 1, 0, 1)
        return float(min(share, 1.0) * blank)

    def own_of(self, one: Seen, later: Iterable[Seen]) -> str:
        """Return what colours the next frame has by those around it, one of KINDS.

        Args:
            one: the frame.
            later: those that follow it in its shot.
        """
        looked = [other.own for other in (one, *later) if other.looked]
        self.own = settled(self.owns, looked, self.own)
        if one.looked and one.own is not None:
            self.owns = [*self.owns, one.own][-AROUND:]
        return self.own

    def marks_of(self, one: Seen, later: Iterable[Seen]) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the marks of the next frame and its colours, see `FilmMarks.of_next`.

        Args:
            one: the frame.
            later: those that follow it in its shot.
        """
        return self.marks.of_next(one.frame, one.painted, (other.painted for other in later))


def _surround_of(state: np.ndarray) -> Surround:
    (height, width), *hull = state.tolist()
    return Surround(np.array(hull, np.int32), (height, width))


def dissolves(waiting: Sequence[Seen], card: Seen) -> bool:
    """Tell whether the last frames of a shot dissolve into a card that begins the next."""
    if not waiting or waiting[-1].card or waiting[-1].codes.shape != card.codes.shape:
        return False
    before, last = waiting[max(0, len(waiting) - STEADY)].codes, waiting[-1].codes
    share = share_of(card.codes, before, last)
    rest = last - (before + share * (card.codes - before))
    return share > _MIXED and float(np.abs(rest).mean()) < _REST * float(
        np.abs(last - before).mean()
    )
