"""Shots of a film that are in colour already, and tinted or toned ones: what becomes of them.

A tint is one hue at each lightness; the colours of things are not. What a frame shows is decided by
those around it, so a dark frame of a fade, or one bad frame, does not change its shot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from colorizer.colour.tint import beyond_tint
from colorizer.frame import Frame
from colorizer.settings import Settings
from colorizer.stages.region.film_marks import Painted, look_for_marks, off_marks

GRAY, COLOURED, TONED = "", "coloured", "toned"
KINDS = (GRAY, COLOURED, TONED)
COLOUR_LIMIT = 2.0
"""`beyond_tint` from which a frame is in colour; of clips in colour the brownest has 2.6."""
TINT_LIMIT = 3.0
"""Mean chroma from which a frame without colours of things is toned."""
_SIDE = 96
"""Long side of the picture that is looked at."""
AROUND = 4
"""Frames looked at to either side that have a say."""
_LIT = 12.0
"""L* that the lightest of a frame must reach for its colours to be told."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is done with frames that have colours: do, skip or copy, see `settings.UNCOLOURED`."""

    coloured: str = "copy"
    toned: str = "do"

    def of(self, kind: str) -> str:
        """Return what is done with a frame of a kind."""
        return {COLOURED: self.coloured, TONED: self.toned}.get(kind, "do")

    def keeps_marks(self, kind: str) -> bool:
        """Tell whether marks in frames of a kind keep their colours while the rest gets others."""
        return self.coloured != "do" and kind != COLOURED and self.of(kind) != "copy"


AS_USUAL = Wishes()


def wishes_of(settings: Settings) -> Wishes:
    """Return what is done with frames that have colours; of films those are kept by default."""
    return Wishes("copy" if settings.coloured == "auto" else settings.coloured, settings.toned)


@dataclass(frozen=True, slots=True)
class Look:
    """What a person says of the frames of a shot; None leaves it to the rest."""

    cards: str | None = None
    """One of `settings.CARDS`, or "card" where it is one."""
    faded: str | None = None
    """One of `settings.FADED`."""
    coloured: str | None = None
    """What is done with it, whose colours are then those of things, found or not."""
    toned: str | None = None
    """The same of a shot that is then toned."""

    def own(self, found: str) -> str:
        """Return what colours a frame has, one of KINDS, where `found` is what it seems."""
        if self.coloured is not None:
            return COLOURED
        return found if self.toned is None else TONED

    def wishes(self, rest: Wishes) -> Wishes:
        """Return what is done with its frames."""
        return Wishes(self.coloured or rest.coloured, self.toned or rest.toned)


NOTHING_SAID = Look()


def kind_of(frame: Frame) -> str | None:
    """Tell what colours a frame has in its source, one of KINDS; None where it is too dark."""
    return _kind(*_small(frame))


def look_at(frame: Frame) -> tuple[str | None, Painted | None]:
    """Tell what colours a frame has off its marks, see `kind_of`, and where it may have marks."""
    L, ab = _small(frame)
    painted = None if ab is None else look_for_marks(frame, L, ab)
    if ab is None or painted is None or not painted.found:
        return _kind(L, ab), painted
    rest = off_marks(painted.marks, L.shape)
    return _kind(L[rest], ab[:, rest]), painted


def _small(frame: Frame) -> tuple[np.ndarray, np.ndarray | None]:
    """Return L and ab, which may be None, of a frame at the size at which it is looked at."""
    if frame.colours is None:
        return frame.L, None
    import cv2

    scale = min(1.0, _SIDE / max(frame.L.shape))
    size = tuple(max(1, round(side * scale)) for side in frame.L.shape)
    L = cv2.resize(frame.L, size[::-1], interpolation=cv2.INTER_AREA)
    return L, frame.colours.ab((size[0], size[1]))


def _kind(L: np.ndarray, ab: np.ndarray | None) -> str | None:
    """See `kind_of`; L and ab of any pixels."""
    if ab is None:
        return None if L.max() < _LIT else GRAY
    if np.percentile(L, 99) < _LIT:
        return None
    a, b = ab
    if beyond_tint(L.ravel(), a.ravel(), b.ravel()) > COLOUR_LIMIT:
        return COLOURED
    return TONED if float(np.hypot(a, b).mean()) > TINT_LIMIT else GRAY


def settled(before: Sequence[str], after: Sequence[str | None], last: str) -> str:
    """Return what a frame is by those around it.

    Args:
        before: what the frames before it showed that were looked at, of its shot.
        after: those from it on; None where one is too dark.
        last: what the frame before it was; it stays where nothing else is known.
    """
    known = [kind for kind in after if kind is not None]
    near = [kind for kind in after[: AROUND + 1] if kind is not None]
    votes = [*before[-AROUND:], *near] if near or before else known[:1]
    if not votes:
        return last
    most = max(votes.count(kind) for kind in KINDS)
    best = [kind for kind in KINDS if votes.count(kind) == most]
    return last if last in best else best[-1]


def as_wished(frame: Frame, kind: str, wishes: Wishes) -> Frame:
    """Return a frame of a kind as is wished: with its own colours, without any, or as it is."""
    wish = wishes.of(kind)
    taken = frame.taken | ({kind} if kind else set())
    if wish == "do":
        return frame if taken == frame.taken else replace(frame, taken=taken)
    if wish == "skip":
        return replace(frame, taken=taken, slope=0.0)
    size = (frame.L.shape[0], frame.L.shape[1])
    own = np.zeros((2, *size), np.float32) if frame.colours is None else frame.colours.ab(size)
    return replace(frame, taken=taken, ab=own, kept=True, is_anchor=True, slope=1.0, paper=None,
                   window=None, shown=None)  # fmt: skip


def keep_alone(frames: Iterable[Frame], wishes: Wishes) -> Iterator[Frame]:
    """Do as is wished with every frame on its own."""
    for frame in frames:
        yield as_wished(frame, kind_of(frame) or GRAY, wishes)
