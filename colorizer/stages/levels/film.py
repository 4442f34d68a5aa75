"""Levels of a film: what the network sees is every shot as a fresh print, in one light.

A shot has one curve; inside it only the light changes (`stages.levels.light`). Frames wait until
enough of their shot is known; later ones may widen its curve. The chroma found in that one light
follows the light of each frame by the slope of its curve, so a fade ends in neutral black.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from colorizer.frame import Frame
from colorizer.stages.found import CARD, FADE, LETTERS
from colorizer.stages.levels.curve import CALM, LIT, STEADY, TONES, Curve, Seen, State, dissolves
from colorizer.stages.levels.iris import follow_iris, in_both, picture_of, unmoved, without_iris
from colorizer.stages.levels.light import Light, change_between, small_codes
from colorizer.stages.levels.view import ends_of, middle_of, shown_as, steady, view_of, whole_of
from colorizer.stages.own_colours import AS_USUAL, NOTHING_SAID, Look, Wishes, as_wished, look_at
from colorizer.stages.region.cards import CARD_STEP, Looked, is_card
from colorizer.stages.region.charts import LEAST_CHART, is_chart
from colorizer.stages.region.film_marks import with_marks
from colorizer.stages.region.letters import LETTER_STEP, find_letters, joined, seen_large
from colorizer.stages.region.surround import Surround, find_iris, find_surround

MOST_AHEAD, LEAST_AHEAD = 48, 12
"""Frames of its shot that are looked at before a frame is passed on, at most and at least."""
BYTES_AHEAD = 96 << 20
"""Luma planes that wait, at most, as long as the least number of frames does."""
_FEW = 7
"""Frames whose median light is believed to be that of their shot."""
_SURE_GAIN = 0.3
"""Least gain of a frame by which the curve of its shot is widened."""
_LOOKED_AT = 12
"""Frames in which the surround of a shot's picture is looked for."""


class FilmLevels:
    """Levels the frames of one film; it remembers enough for a later run to continue.

    Args:
        faded: one of `settings.FADED`.
        paper: one of `settings.PAPERS`; "colour" takes bars and masks for picture.
        cards: one of `settings.CARDS`; "colour" takes title cards for picture.
        wishes: what is done with frames that have colours.
    """

    def __init__(
        self, faded: str, paper: str = "neutral", cards: str = "neutral", wishes: Wishes = AS_USUAL
    ) -> None:
        self._faded, self._paper, self._cards = faded, paper, cards
        self._wishes = wishes
        self._look_of: Callable[[int], Look] = lambda _: NOTHING_SAID
        self._start = 0
        self._restored: Curve | None = None
        self._curve = Curve()
        self._waiting: deque[Seen] = deque()
        self._ready = False
        self._before: np.ndarray | None = None
        self._slopes: list[float] = []
        self._context: np.ndarray | None = None
        self._inside: np.ndarray | None = None  # where the frame before shows a picture
        self._iris: Surround | None = None
        self._calm = 0
        self._end: list[Looked] = []  # a card that the last frames of a shot dissolve into
        self._states: dict[int, State] = {}

    def resume(self, start: int, state: State) -> None:
        """Take up where an earlier run ended.

        Args:
            start: index of the first frame wanted; those before it are context.
            state: what `state` gave for that index.
        """
        self._start = start
        self._restored = Curve.of(state) if "levels" in state else None

    def state(self, index: int) -> State:
        """Return what must be remembered before frame `index`; ask in order."""
        for old in [known for known in list(self._states) if known < index]:
            del self._states[old]
        return self._states.get(index, {})

    def level(
        self, frames: Iterable[Frame], look_of: Callable[[int], Look] = lambda _: NOTHING_SAID
    ) -> Iterator[Frame]:
        """Yield the frames wanted, with what the network sees of them and their slope.

        Args:
            frames: from `mark_shots`, from a few before the first one wanted.
            look_of: gives what a person says of a frame, by its index.
        """
        self._look_of = look_of
        for frame in frames:
            seen = self._look(frame)
            if frame.starts_shot:
                found = seen.card and self._look_of(frame.index).cards is None
                yield from self._rest(seen if found else None)
            self._take(seen)
            if len(self._waiting) > _ahead(frame):
                yield from self._next()
        yield from self._rest()

    def _look(self, frame: Frame) -> Seen:
        """Look at what a frame shows by itself."""
        seen = Seen(frame, small_codes(frame.L))
        if frame.index < self._start:
            return seen
        seen.looked = frame.starts_shot or frame.index % CARD_STEP == 0
        if seen.looked:
            seen.own, seen.painted = look_at(frame)
        cards = self._look_of(frame.index).cards or self._cards
        if cards == "card":
            seen.card = True
        elif cards != "colour" and seen.looked:
            small = min(frame.L.shape) < LEAST_CHART
            seen.card = is_card(frame.L) or is_chart(seen_large(frame) if small else frame.L)
            seen.read = frame.starts_shot or frame.index % LETTER_STEP == 0
            if seen.read and not seen.card:
                seen.letters = find_letters(seen_large(frame))
        return seen

    def _take(self, seen: Seen) -> None:
        """Measure a frame against the one before it in its shot."""
        frame, codes = seen.frame, seen.codes
        if frame.index < self._start:
            if not seen.is_flash:
                self._before, self._context = codes, frame.L
                self._inside = picture_of(codes, find_iris(frame.L))
            return
        if frame.index == self._start and self._restored and not frame.starts_shot:
            self._curve, self._ready, self._slopes = self._restored, True, []
            self._iris, self._calm = self._curve.iris, self._curve.calm
            if self._curve.whole is None and self._curve.iris is None:
                self._curve.whole = self._context
        if frame.starts_shot:
            self._curve, self._ready, self._before = Curve(), False, None
            self._iris, self._calm = None, 0
        sure = find_iris(frame.L)
        if self._paper != "colour":
            self._iris = follow_iris(seen, sure, self._waiting, self._iris)
        inside = picture_of(codes, sure)
        seen.in_doubt = inside is not None and sure is None
        if self._before is not None and not frame.repeats:
            step = change_between(self._before, codes, frame.motion, in_both(self._inside, inside))
            seen.known = step is not None or not seen.is_flash
            seen.step = unmoved(step or Light(), self._inside, inside)
        self._near_card(seen)
        if self._before is not None:
            seen.light = self._curve.last.then(seen.step).supported(self._tones)
        if not seen.is_flash:
            self._before, self._inside, self._curve.last = codes, inside, seen.light
        self._waiting.append(seen)
        if self._ready:
            self._curve.open = max(self._curve.open, seen.open)
            self._brighten(seen)
            if not seen.in_doubt:
                self._widen(seen)

    def _begin(self) -> None:
        """Choose the light of reference of a shot from the frames that wait."""
        sure = [one for one in self._waiting if one.counts] or list(self._waiting)
        limit = LIT * float(np.quantile([one.light.gain for one in sure], 0.9))
        lit = sorted(sure, key=lambda one: one.light.gain)
        lit = [one for one in lit if one.light.gain >= limit]
        best = lit[len(lit) // 2]
        if self._paper != "colour":
            self._surround([one for one in self._waiting if one in lit])
        surround = best.iris or self._curve.around
        inside = best.codes if surround is None else best.codes[picture_of(best.codes, surround)]
        self._curve.tones = np.percentile(inside if inside.size else best.codes, TONES)
        mask = None if surround is None else surround.mask
        self._curve.middle = middle_of(best.frame.L, mask)
        self._ready, self._slopes, self._curve.slopes = True, [], {}
        self._curve.open = max(one.open for one in self._waiting)
        # Step by step, as a run that continues inside the shot does: the same numbers.
        self._relight(Light().against(best.light).supported(self._tones))
        for one in self._waiting:
            self._brighten(one)
            self._widen(one)
        if not self._curve.most:  # a short shot
            self._curve.most = float(np.median(self._slopes or [1.0]))

    @property
    def _tones(self) -> np.ndarray | None:
        return self._curve.tones if self._ready else None

    def _relight(self, last: Light) -> None:
        """Add up the light of the frames that wait, from that of the frame before them."""
        for one in self._waiting:
            one.light = last.then(one.step).supported(self._tones)
            last = last if one.is_flash else one.light
        self._curve.last = last

    def _near_card(self, seen: Seen) -> None:
        """Let a card, and what dissolves into it or out of it, be no change of light."""
        if seen.card:
            self._calm = STEADY
            self._steady_before()
        elif self._calm and (self._calm < STEADY or seen.card is False):
            self._calm -= 1
        seen.calm = self._calm
        if seen.calm:
            seen.step = Light()

    def _steady_before(self) -> None:
        """Let what dissolves into a card be no change of light."""
        for earlier in islice(reversed(self._waiting), STEADY):
            earlier.step = Light()
        if self._ready:
            self._relight(self._curve.gone)

    def _surround(self, alike: Sequence[Seen]) -> None:
        """Find what surrounds the picture of a shot in frames of one light."""
        still = [one.frame.L for one in without_iris(alike)]
        self._curve.opens = not still
        if still:
            self._curve.surround(find_surround(still[:: max(1, len(still) // _LOOKED_AT)]))

    def _brighten(self, one: Seen) -> None:
        """Let the light of a frame be that of its shot, if it is the brightest."""
        if one.counts:
            self._slopes.append(one.light.slope(self._curve.tones))
            if len(self._slopes) >= _FEW:
                self._curve.most = max(self._curve.most, float(np.median(self._slopes)))
                del self._slopes[0]

    def _widen(self, one: Seen) -> None:
        """Let a frame widen the curve of its shot."""
        curve = self._curve
        if one.counts and (one.light.gain >= _SURE_GAIN or not curve.bright):
            mask = curve.mask if one.iris is None else one.iris.mask
            share = one.open / curve.open
            dark, bright = map(float, steady(ends_of(one.frame.L, mask, share), one.light))
            curve.dark, curve.bright = min(curve.dark, dark), max(curve.bright, bright)

    def _rest(self, card: Seen | None = None) -> Iterator[Frame]:
        """Pass on all frames that wait; `card` begins the next shot, if that is one."""
        if card is not None and dissolves(self._waiting, card):
            self._steady_before()
            self._end = [(True, card.codes)]
        while self._waiting:
            yield from self._next()
        self._end = []

    def _next(self) -> Iterator[Frame]:
        """Pass on the frame that waits longest."""
        if not self._ready:
            self._begin()
        curve = self._curve
        if curve.opens:
            self._surround(list(islice(self._waiting, _LOOKED_AT)))
        slope = curve.calmed(list(islice(self._waiting, CALM + 1)))
        one = self._waiting.popleft()
        if one.in_doubt:
            self._widen(one)
        fresh, said = curve.fresh(), self._look_of(one.frame.index)
        faded = said.faded or self._faded
        fades = slope < LIT and faded != "off"
        if faded == "as-is":
            slope /= fresh[0]
        table = None if faded == "off" else view_of(one.light, fresh)
        if not one.is_flash:
            curve.gone = one.light
        slope = 1.0 if faded == "off" else slope
        later = ((other.card, other.codes) for other in self._waiting)
        card = curve.cards.share((one.card, one.codes), [*later, *self._end])
        slope *= 1 - card
        if one.frame.repeats and not one.frame.starts_shot:
            slope = curve.slope
        curve.slope = slope
        frame = replace(shown_as(one, curve, table, self._waiting), slope=slope)
        written = curve.letters.mask(one.written, (other.written for other in self._waiting))
        if card > 0.5:
            frame = replace(frame, taken=frame.taken | {CARD})
        elif fades:
            frame = replace(frame, taken=frame.taken | {FADE})
        if card <= 0.5 and written is not None:
            paper = joined(written, frame.paper)
            frame = replace(frame, paper=paper, taken=frame.taken | {LETTERS})
        own, wishes = said.own(curve.own_of(one, self._waiting)), said.wishes(self._wishes)
        marks = wishes.coloured != "do" and curve.marks_of(one, self._waiting)
        if marks and wishes.keeps_marks(own):
            frame = with_marks(frame, *marks)
        frame = as_wished(frame, own, wishes)
        curve.iris, curve.calm = one.iris, one.calm
        if one.iris is None or curve.whole is not None:
            curve.whole = whole_of(one, curve.whole)
        self._states[frame.index + 1] = curve.state()
        yield frame


def _ahead(frame: Frame) -> int:
    """Return how many frames wait."""
    return int(np.clip(BYTES_AHEAD // frame.Y.nbytes, LEAST_AHEAD, MOST_AHEAD))
