"""Colour references of a film: the colours of a painted frame travel through its shot.

Every pixel of a frame is followed along the motion to its place in the reference, whose colour it
claims as far as the way there, and the lightness of both, can be trusted. Claims are found when a
reference comes near, from a second reading of the frames around it, and forgotten after it. They
reach to the next reference, and never across a cut.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from math import cos, pi

import numpy as np

from colorizer.frame import Frame
from colorizer.guidance.references.reference import PaintedFrame, resized
from colorizer.guidance.references.spread import Claim, lay_claims
from colorizer.stages.motion import View, path_of, warp
from colorizer.stages.predict import Amounts
from colorizer.stages.shot_walk import Marked, Step, walk_back, walk_forth
from colorizer.stages.temporal import LEAST_TRUST
from colorizer.stages.tones import match_tones

REACH = 240
"""Frames, or fields, that a reference reaches to either side, less and less; the claims of so many
take 45 MB."""
SURE = 0.35
"""Least trust on the way to the reference from which a claim is whole."""
TOLERANCE = 20.0
"""Difference of luma from the reference's frame at which a claim is down to 0.6, in 8-bit codes;
without it, or twice as strict, clips whose colours are known come out less true."""
_LEAST_SHARE = 0.01
"""Share of a picture that is still claimed, below which a reference is followed no further."""


def apply_references(
    frames: Iterable[Frame], references: Sequence[PaintedFrame], marked: Marked, amounts: Amounts
) -> Iterator[Frame]:
    """Give frames with references their colours, and to other key frames what travels to them.

    Args:
        frames: with the ab of the network, where they are key frames.
        references: of the film, by ascending index; their frames must be key frames.
        marked: reads the film again; closed after use.
        amounts: gives the strength that ab has been given; references get it too.
    """
    starts = [reference.index for reference in references]
    near: dict[tuple[int, bool], Mapping[int, Claim]] = {}
    for frame in frames:
        index, place = frame.index, bisect_right(starts, frame.index)
        if frame.ab is None:
            yield frame
            continue
        _, strength = amounts(index)
        if place and starts[place - 1] == index:
            ab = resized(references[place - 1].ab, frame.L.shape) * np.float32(strength)
            yield replace(frame, ab=ab, is_anchor=True)
            continue
        sides = [(n, n < place) for n in (place - 1, place) if 0 <= n < len(starts)]
        sides = [side for side in sides if abs(starts[side[0]] - index) < REACH]
        near = {
            side: near[side] if side in near else _claims(references, *side, marked)
            for side in sides
        }
        claims = {n: found[index] for (n, _), found in near.items() if index in found}
        apart = [abs(starts[n] - index) for n in claims]
        parts = [1 - one / sum(apart) if len(apart) > 1 else 1.0 for one in apart]
        if claims:
            laid = list(zip(parts, claims.values(), strict=True))
            frame = replace(frame, ab=lay_claims(frame.L, frame.ab, laid, strength))
        yield frame


def _claims(
    references: Sequence[PaintedFrame], number: int, forth: bool, marked: Marked
) -> Mapping[int, Claim]:
    """Follow a reference to one side; return its claims by the index of the frame."""
    reference, other = references[number], number + (1 if forth else -1)
    limit = REACH
    if 0 <= other < len(references):
        limit = min(limit, abs(references[other].index - reference.index))
    way = _Way(reference)
    claims: dict[int, Claim] = {}
    with closing((walk_forth if forth else walk_back)(reference.index, marked)) as steps:
        for step in steps:
            distance = abs(step.index - reference.index)
            claim = way.claim(step, 0.5 + 0.5 * cos(pi * distance / REACH))
            if distance >= limit or claim is None:
                break
            claims[step.index] = claim
    return claims


class _Way:
    """Where each pixel of a frame is in the reference, while that can be followed."""

    def __init__(self, reference: PaintedFrame) -> None:
        self._reference = reference
        self._place: np.ndarray | None = None
        self._sure: np.ndarray = np.empty(0)
        self._luma: np.ndarray = np.empty(0)
        self._ab: np.ndarray = np.empty(0)

    def claim(self, step: Step, share: float) -> Claim | None:
        """Go one step on; return what is claimed there, None where next to nothing is.

        Args:
            step: the next one of a walk.
            share: of every claim, for the distance in time.
        """
        import cv2

        size = step.here_trust.shape
        path = path_of(step.here, size)
        if self._place is None:
            self._ab = resized(self._reference.ab, size)
            self._luma = _luma_of(self._reference.L, size)
            self._place, self._sure = path, step.here_trust.copy()
        else:
            self._place = warp(self._place, path)
            self._sure = np.minimum(step.here_trust, warp(self._sure, path))
        self._sure[self._sure < LEAST_TRUST] = 0
        luma = _luma_of(step.L, size)
        seen = match_tones(warp(self._luma, self._place), luma)
        apart = cv2.blur(cv2.absdiff(luma, seen).astype(np.float32), (3, 3))
        weight = np.clip((self._sure - LEAST_TRUST) / (SURE - LEAST_TRUST), 0, 1)
        weight *= cv2.exp(apart * apart * np.float32(-0.5 / TOLERANCE**2))
        if float(weight.mean()) < _LEAST_SHARE:
            return None
        ab = np.stack([warp(plane, self._place) for plane in self._ab])
        weight *= np.float32(share)
        return Claim(ab.astype(np.float16), weight.astype(np.float16), share)


def _luma_of(L: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Return calmed 8-bit luma at the size of motion."""
    import cv2

    return cv2.resize(View(L).luma(), size[::-1], interpolation=cv2.INTER_AREA)
