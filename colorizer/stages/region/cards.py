"""Title cards of films: letters on an even ground that fills the frame. They stay neutral.

Whatever is in doubt counts as a picture. Between a card and the picture that it dissolves into, the
share of the card is found by how much of it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

CARD_STEP = 3
"""Frames from one that is looked at to the next."""
_DISSOLVE = 30
"""Frames that a dissolve takes, at most."""
_GONE = 0.04
"""Share of a card below which its dissolve is over."""
_STROKE = 0.045
"""Width of the widest stroke of a letter, in long sides."""
_LEAST_RANGE = 12.0
"""L* from the darkest to the lightest of a card that is faded or fades."""
_UNEVEN, _MOST_UNEVEN = 14.0, 0.015
"""Least distance from the ground of what is no ground once the letters are gone, with a range of
100, and its most share: a vignette, an ornament."""
_INK, _LEAST_INK, _MOST_INK = 35.0, 0.004, 0.3
_LEAST_LETTERS = 3
_LETTER_HEIGHT, _LETTER_AREA = 0.35, 0.05
"""Most of the frame's height and area that one letter takes."""
_TONE, _FLAT, _MOST_HALFTONE = 15.0, 3.0, 0.12
"""What departs this much from the ground and changes by less than the second from pixel to pixel is
halftone where it is no ink; the most of it, by all that departs."""


def is_card(L: np.ndarray) -> bool:
    """Tell whether a frame shows letters on an even ground alone.

    Args:
        L: (h, w) float32.
    """
    edge = max(1, round(0.04 * min(L.shape)))
    L = cv2.GaussianBlur(L, (0, 0), 0.7)[edge:-edge, edge:-edge]
    if not L.size:
        return False
    low, high = np.percentile(L[::2, ::2], [0.2, 99.8])
    if high - low < _LEAST_RANGE:
        return False
    plain = ((L - low) * (100 / (high - low))).clip(0, 100).astype(np.float32)
    ground = float(np.median(plain[::2, ::2]))
    return _has_letters(plain if ground > 50 else 100 - plain)


def _has_letters(L: np.ndarray) -> bool:
    """Tell whether dark strokes on a light, even ground are all there is; L in [0, 100]."""
    stroke = max(3, round(_STROKE * max(L.shape)) | 1)
    sheet = cv2.morphologyEx(L, cv2.MORPH_CLOSE, np.ones((stroke, stroke), np.uint8))
    paper = float(np.median(sheet[::2, ::2]))
    if paper < 60 or float(np.mean(np.abs(sheet - paper) > _UNEVEN)) > _MOST_UNEVEN:
        return False
    depth = sheet - L
    ink = depth > _INK
    share = float(ink.mean())
    if not _LEAST_INK < share < _MOST_INK:
        return False
    slope = np.hypot(cv2.Sobel(L, cv2.CV_32F, 1, 0), cv2.Sobel(L, cv2.CV_32F, 0, 1)) / 8
    halftone = (depth > _TONE) & (depth < 0.6 * np.percentile(depth, 99.5)) & (slope < _FLAT)
    if np.count_nonzero(halftone) > _MOST_HALFTONE * np.count_nonzero(depth > _TONE):
        return False
    found: Any = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)[2][1:]
    found = found[found[:, cv2.CC_STAT_AREA] >= 5]
    small = (found[:, cv2.CC_STAT_HEIGHT] < _LETTER_HEIGHT * L.shape[0]) & (
        found[:, cv2.CC_STAT_AREA] < _LETTER_AREA * L.size
    )
    letters = found[small]
    if len(letters) < _LEAST_LETTERS:
        return False
    # A frame around the card may be one long line.
    return letters[:, cv2.CC_STAT_AREA].sum() > 0.3 * found[:, cv2.CC_STAT_AREA].sum()


def share_of(card: np.ndarray, other: np.ndarray, mixed: np.ndarray) -> float:
    """Return how much of a card shows in a frame of a dissolve, 0 to 1.

    Args:
        card: small codes of the card, (h, w).
        other: those of the picture at the dissolve's other end.
        mixed: those of the frame.
    """
    way = card - other
    length = float((way * way).sum())
    return float(np.clip(((mixed - other) * way).sum() / max(length, 1e-6), 0, 1))


Looked = tuple[bool | None, np.ndarray]
"""Whether a frame is a card, None where that was not looked for; and its small codes."""


@dataclass(slots=True)
class CardShares:
    """How much of a card shows in each frame of one shot, in order."""

    was_card: bool = False
    """Whether the last frame was one."""
    card: np.ndarray | None = None
    """The last card, while it dissolves."""
    other: np.ndarray | None = None
    """The picture before a dissolve to a card, during it."""

    def share(self, one: Looked, later: Sequence[Looked]) -> float:
        """Return the share of a card in the next frame, 1 on a card.

        Args:
            one: the frame.
            later: those that follow it in its shot.
        """
        looked, codes = one
        ahead = next((card for card, _ in later if card is not None), True)
        if looked or (looked is None and self.was_card and ahead):
            self.was_card, self.card, self.other = True, codes, None
            return 1.0
        self.was_card = False
        if self.card is not None:
            end = later[min(len(later), _DISSOLVE) - 1][1] if later else codes
            share = share_of(self.card, end, codes)
            if share >= _GONE:
                return share
            self.card = None
        next_card = next((n for n, (card, _) in enumerate(later[:_DISSOLVE]) if card), None)
        if next_card is None:
            self.other = None
            return 0.0
        self.other = codes if self.other is None else self.other
        return share_of(later[next_card][1], self.other, codes)

    def state(self) -> dict[str, np.ndarray]:
        """Return what must be remembered before the next frame."""
        kept = {"was_card": np.array(self.was_card)} if self.was_card else {}
        for name, codes in (("card", self.card), ("before_card", self.other)):
            if codes is not None:
                kept[name] = codes
        return kept

    @classmethod
    def of(cls, state: Mapping[str, np.ndarray]) -> CardShares:
        """Take back what `state` gave."""
        return cls("was_card" in state, state.get("card"), state.get("before_card"))
