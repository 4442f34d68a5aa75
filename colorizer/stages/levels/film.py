"""Levels of a film: what the network sees is every shot as a fresh print, in one light.

A shot has one curve; inside it only the light changes (`stages.levels.light`). Frames wait until
enough of their shot is known: the curve is found on its first frames, and widened where later ones
reach further. The chroma found in that one light follows the light of each frame by the slope of
its curve, so a fade ends in neutral black.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

import cv2
import numpy as np

from colorizer.color.cielab import L_to_gray, gray_to_L
from colorizer.frame import Frame, working_L
from colorizer.stages.levels import FRESH, GAIN_LIMIT
from colorizer.stages.levels.light import (
    BLANK,
    Light,
    change_between,
    small_codes,
    spread_of,
)
from colorizer.stages.region.cards import CARD_STEP, CardShares, is_card
from colorizer.stages.region.surround import Surround, box_of, filled, find_iris, find_surround

MOST_AHEAD, LEAST_AHEAD = 48, 12
"""Frames of its shot that are looked at before a frame goes on, at most and at least."""
BYTES_AHEAD = 96 << 20
"""Luma planes that wait, at most, as long as the least number of frames does."""
_CALM = 6
"""Frames to either side over which the light that chroma follows is calmed, without the extremes of
a quarter each: flicker and flashes are too quick to count."""
_FEW = 7
"""Frames whose median light is believed to be that of their shot."""
_SLACK = 1.08
"""Light this much below the brightest counts as the brightest."""
_LIT = 0.75
"""Share of the gain of a shot's brightest tenth from which a frame is no part of a fade."""
_SURE_GAIN = 0.3
"""Least gain of a frame by which the curve of its shot is widened."""
_OPENS = 0.93
"""Share of a shot's picture below which what a single frame shows of it is an iris."""
_LOOKED_AT = 12
"""Frames in which the surround of a shot's picture is looked for."""
_TABLE = np.linspace(0, 100, 1024, dtype=np.float32)
State = dict[str, np.ndarray]
_TONES = (10, 30, 50, 70, 90)
"""Percentiles of a picture at which its slope is taken."""


@dataclass(slots=True)
class _Seen:
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
    iris: Surround | None = None
    """What surrounds its picture, where that is found in this frame alone."""

    open: float = 1.0
    """Share of it that is then picture."""

    @property
    def is_flash(self) -> bool:
        return self.frame.motion is None and not self.frame.starts_shot


@dataclass(slots=True)
class _Curve:
    """What is known of a shot."""

    last: Light = Light()
    """Of the last frame looked at that was no flash."""
    gone: Light = Light()
    """The same of those that went on."""
    dark: float = 100.0
    bright: float = 0.0
    """Ends of the range of its picture, in L* of the light of reference."""
    most: float = 0.0
    """Slope of its brightest frame."""
    tones: np.ndarray = field(default_factory=lambda: np.full(len(_TONES), 0.5))
    recent: list[float] = field(default_factory=list)
    """Slopes of the last frames that went on."""
    around: Surround | None = None
    """What surrounds its picture."""
    mask: np.ndarray | None = None
    """See `Surround.mask`."""
    cards: CardShares = field(default_factory=CardShares)
    whole: np.ndarray | None = None
    """L of the last frame gone on without an iris, while an iris closes."""

    def state(self, *, iris: bool) -> State:
        ends = [self.gone.gain, self.gone.offset, self.dark, self.bright, self.most]
        kept = {"levels": np.array([*ends, *self.tones, *self.recent])}
        if self.around is not None:
            kept["surround"] = np.array([self.around.size, *self.around.hull], np.int32)
        kept |= self.cards.state()
        if self.whole is not None and iris:
            kept["whole"] = self.whole
        return kept

    @classmethod
    def of(cls, state: State) -> _Curve:
        gain, offset, dark, bright, most, *rest = map(float, state["levels"])
        tones, recent = np.array(rest[: len(_TONES)]), rest[len(_TONES) :]
        light = Light(gain, offset)
        curve = cls(light, light, dark, bright, most, tones, recent, whole=state.get("whole"))
        curve.cards = CardShares.of(state)
        if "surround" in state:
            (height, width), *hull = state["surround"].tolist()
            curve.surround(Surround(np.array(hull, np.int32), (height, width)))
        return curve

    def surround(self, found: Surround | None) -> None:
        """Take what was found around the picture."""
        self.around, self.mask = found, None if found is None else found.mask

    def fresh(self) -> tuple[float, float, float]:
        """Return gain and the points of L* before and after that the fresh print's curve joins."""
        low, high = min(self.dark, FRESH[0]), max(self.bright, FRESH[1])
        gain = min((high - low) / max(self.bright - self.dark, 1e-3), GAIN_LIMIT)
        return (1.0, 0.0, 0.0) if gain <= 1 else (gain, self.dark, low)


class FilmLevels:
    """Levels the frames of one film; it remembers enough for a later run to go on.

    Args:
        faded: one of `settings.FADED`.
        paper: one of `settings.PAPERS`; "colour" takes bars and masks for picture.
        cards: one of `settings.CARDS`; "colour" takes title cards for picture.
    """

    def __init__(self, faded: str, paper: str = "neutral", cards: str = "neutral") -> None:
        self._faded, self._paper, self._cards = faded, paper, cards
        self._off = (faded, paper, cards) == ("off", "colour", "colour")
        self._start = 0
        self._restored: _Curve | None = None
        self._curve = _Curve()
        self._waiting: deque[_Seen] = deque()
        self._ready = False
        self._before: np.ndarray | None = None
        self._slopes: list[float] = []
        self._context: np.ndarray | None = None
        self._states: dict[int, State] = {}

    def go_on(self, start: int, state: State) -> None:
        """Take up where an earlier run ended.

        Args:
            start: index of the first frame wanted; those before it are context.
            state: what `state` gave for that index.
        """
        self._start = start
        self._restored = _Curve.of(state) if "levels" in state else None

    def state(self, index: int) -> State:
        """Return what must be remembered before frame `index`, which went on; ask in order."""
        for old in [known for known in list(self._states) if known < index]:
            del self._states[old]
        return self._states.get(index, {})

    def level(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Yield the frames wanted, with what the network sees of them and their slope.

        Args:
            frames: from `mark_shots`, from a few before the first one wanted.
        """
        for frame in frames:
            if self._off:
                if frame.index >= self._start:
                    yield frame
                continue
            if frame.starts_shot:
                yield from self._rest()
            self._take(frame)
            if len(self._waiting) > _ahead(frame):
                yield from self._next()
        yield from self._rest()

    def _take(self, frame: Frame) -> None:
        """Measure a frame against the one before it in its shot."""
        codes = small_codes(frame.L)
        seen = _Seen(frame, codes)
        if frame.index < self._start:
            if not seen.is_flash:
                self._before, self._context = codes, frame.L
            return
        if frame.index == self._start and self._restored and not frame.starts_shot:
            self._curve, self._ready, self._slopes = self._restored, True, []
            if self._curve.whole is None:
                self._curve.whole = self._context
        if frame.starts_shot:
            self._curve, self._ready, self._before = _Curve(), False, None
        if self._before is not None:
            step = change_between(self._before, codes, frame.motion)
            seen.known = step is not None or not seen.is_flash
            seen.step = step or Light()
            seen.light = self._curve.last.then(seen.step)
        if self._cards != "colour" and (frame.starts_shot or frame.index % CARD_STEP == 0):
            seen.card = is_card(frame.L)
        if self._paper != "colour":
            seen.iris = find_iris(frame.L)
            seen.open = 1.0 if seen.iris is None else float(1 - seen.iris.mask.mean())
        if not seen.is_flash:
            self._before, self._curve.last = codes, seen.light
        self._waiting.append(seen)
        if self._ready:
            self._widen(seen)

    def _begin(self) -> None:
        """Choose the light of reference of a shot from the frames that wait."""
        sure = [one for one in self._waiting if _counts(one)] or list(self._waiting)
        limit = _LIT * float(np.quantile([one.light.gain for one in sure], 0.9))
        lit = sorted(sure, key=lambda one: one.light.gain)
        lit = [one for one in lit if one.light.gain >= limit]
        best = lit[len(lit) // 2]
        # Step by step, as a run that goes on in the midst of the shot does: the same numbers.
        last = Light().against(best.light)
        for one in self._waiting:
            one.light = last.then(one.step)
            last = last if one.is_flash else one.light
        self._curve.last = last
        self._curve.tones = np.percentile(best.codes, _TONES)
        self._ready, self._slopes = True, []
        if self._paper != "colour":
            alike = [one.frame.L for one in self._waiting if one in lit]
            self._curve.surround(find_surround(alike[:: max(1, len(alike) // _LOOKED_AT)]))
        for one in self._waiting:
            self._widen(one)
        if not self._curve.most:  # a short shot
            self._curve.most = float(np.median(self._slopes or [1.0]))

    def _widen(self, one: _Seen) -> None:
        """Let a frame widen the curve of its shot."""
        if not _counts(one):
            return
        curve = self._curve
        self._slopes.append(one.light.slope(curve.tones))
        if len(self._slopes) >= _FEW:
            curve.most = max(curve.most, float(np.median(self._slopes)))
            del self._slopes[0]
        if one.light.gain >= _SURE_GAIN or not curve.bright:
            mask = curve.mask if one.iris is None else one.iris.mask
            dark, bright = map(float, _steady(_ends(one.frame.L, mask), one.light))
            curve.dark, curve.bright = min(curve.dark, dark), max(curve.bright, bright)

    def _rest(self) -> Iterator[Frame]:
        while self._waiting:
            yield from self._next()

    def _next(self) -> Iterator[Frame]:
        """Let the frame go on that waits longest."""
        if not self._ready:
            self._begin()
        curve = self._curve
        after = [self._raw_slope(one) for one in islice(self._waiting, _CALM + 1)]
        before, later = len(curve.recent), len(after) - 1
        if after[0] < _LIT:  # a fade reaches its end
            before = later = min(before, later)
        around = curve.recent[len(curve.recent) - before :] + after[: later + 1]
        cut = len(around) // 4
        slope = float(np.mean(sorted(around)[cut : len(around) - cut]))
        curve.recent = [*curve.recent, after[0]][-_CALM:]
        one = self._waiting.popleft()
        fresh = curve.fresh()
        if self._faded == "as-is":
            slope /= fresh[0]
        table = None if self._faded == "off" else _view(one.light, fresh)
        if not one.is_flash:
            curve.gone = one.light
        slope = 1.0 if self._faded == "off" else slope
        later = ((other.card, other.codes) for other in self._waiting)
        slope *= 1 - curve.cards.share((one.card, one.codes), list(later))
        frame = self._finished(one, table, slope)
        if one.iris is None:
            curve.whole = one.frame.L
        self._states[frame.index + 1] = curve.state(iris=one.iris is not None)
        yield frame

    def _finished(self, one: _Seen, table: np.ndarray | None, slope: float) -> Frame:
        """Return a frame with what the network is shown of it."""
        frame, curve, mask = one.frame, self._curve, self._curve.mask
        if one.iris is not None and (mask is None or one.open < _OPENS * float(1 - mask.mean())):
            widest = max([*reversed(self._waiting), one], key=lambda other: other.open)
            rest = widest.frame.L if curve.whole is None or widest.open == 1 else curve.whole
            shown = partial(_completed, frame.L, one.iris.mask, rest, table)
            return replace(frame, shown=shown, paper=one.iris.mask, slope=slope)
        if mask is not None:
            shown = partial(_within, frame, mask, table)
            return replace(frame, shown=shown, window=box_of(mask), paper=mask, slope=slope)
        shown = None if table is None else partial(_through, frame.L, table)
        return replace(frame, shown=shown, slope=slope)

    def _raw_slope(self, one: _Seen) -> float:
        """Return the share of the light of its shot that a frame has, by the law of chroma."""
        curve = self._curve
        if not one.known:
            return 1.0
        share = _SLACK * one.light.slope(curve.tones) / max(curve.most, 1e-3)
        blank = np.clip(spread_of(one.codes) / BLANK - 1, 0, 1)
        return float(min(share, 1.0) * blank)


def _counts(one: _Seen) -> bool:
    """Tell whether a frame tells something of its shot's light."""
    return one.known and not one.is_flash


def _ends(L: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """Return the 1st and 99th percentile of a picture without what surrounds it."""
    inside = L[::3, ::3] if mask is None else L[mask < 0.5][::9]
    return np.percentile(inside, [1, 99]).astype(np.float32)


def _ahead(frame: Frame) -> int:
    """Return how many frames wait."""
    return int(np.clip(BYTES_AHEAD // frame.Y.nbytes, LEAST_AHEAD, MOST_AHEAD))


def _steady(L: np.ndarray, light: Light) -> np.ndarray:
    """Return L as it is in the light of reference."""
    gain = max(light.gain, 1 / GAIN_LIMIT)
    return gray_to_L(np.clip((L_to_gray(L) - light.offset) / gain, 0, 1).astype(np.float32))


def _view(light: Light, fresh: tuple[float, float, float]) -> np.ndarray | None:
    """Return what the network sees of each L of `_TABLE`; None where it is as it was."""
    gain, dark, low = fresh
    same = abs(light.gain - 1) < 0.01 and abs(light.offset) < 0.004
    if same and gain == 1:
        return None
    L = _TABLE if same else _steady(_TABLE, light)
    return np.clip((L - dark) * gain + low, 0, 100).astype(np.float32)


def _through(L: np.ndarray, table: np.ndarray) -> np.ndarray:
    return np.interp(L, _TABLE, table).astype(np.float32)


def _completed(
    L: np.ndarray, mask: np.ndarray, whole: np.ndarray, table: np.ndarray | None
) -> np.ndarray:
    """Return what the network sees of a frame with an iris: outside it, another of its shot."""
    mask = cv2.GaussianBlur(mask, (0, 0), 2) if whole.shape == L.shape else mask
    L = np.maximum(L * (1 - mask) + whole * mask, L)
    return L if table is None else _through(L, table)


def _within(frame: Frame, mask: np.ndarray, table: np.ndarray | None) -> np.ndarray:
    """Return what the network sees of the picture alone, as large as that of a film without bars.

    Args:
        frame: with its surround.
        mask: 1 around the picture.
        table: the curve; None changes nothing.
    """
    top, bottom, left, right = box_of(mask)
    high, wide = frame.Y.shape[0] / frame.L.shape[0], frame.Y.shape[1] / frame.L.shape[1]
    rows = slice(round(top * high), max(round(bottom * high), 1))
    columns = slice(round(left * wide), max(round(right * wide), 1))
    side = min(frame.L.shape)
    L = working_L(frame.Y[rows, columns], frame.bits, frame.full_range, side, frame.tone)
    outside = cv2.resize(mask[top:bottom, left:right], L.shape[::-1])
    L = filled(L, (outside > 0.02).astype(np.float32))
    return L if table is None else _through(L, table)
