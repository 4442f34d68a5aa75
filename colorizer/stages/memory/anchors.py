"""Anchors: pictures in true colours, whose colours go to what looks like what they show.

A picture may be another frame, a still of another shot, or any photograph of the thing. Its places
are found in a shot by what the network sees, never by where they are. Where nothing is like them
nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import torch
from torch import Tensor

from colorizer.stages.memory.clusters import clustered, sums_of
from colorizer.stages.memory.glimpse import Glimpse, keys_at, products

MOST = 600
"""Entries of a picture, at most."""
ALIKE = 1.0
"""Squared distance of two places that surely show the same; between pictures of other things 2 in
1,000 places are so near, between frames of one shot 200 and more."""
LEAST_ALIKE, ENOUGH_ALIKE = 0.01, 0.04
"""Share of such places in a shot from which on a picture counts, and counts in full."""
SCENE_ALIKE = (0.05, 0.25)
"""Shares between which a picture comes to be one of the whole scene."""
THING_FAR, SCENE_FAR, FAR_WIDTH = 1.1, 1.8, 0.12
"""Squared distance at which a place half gets the colours of a picture: of a picture of a thing
alone, of one of the whole scene, and over which that changes."""
_SOFTNESS = 0.1
_COLOUR = 20.0
"""CIELAB units that count as much as a distance of 1 where entries are made: they keep colours
apart."""
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Anchor:
    """One picture."""

    keys: Tensor
    """(k, channels)."""
    ab: Tensor
    """(k, 2)."""


def anchor_of(glimpse: Glimpse, ab: Tensor, inside: Tensor | None = None) -> Anchor:
    """Return what is kept of a picture.

    Args:
        glimpse: what the network found in its lightness.
        ab: its true colours at the size of the places, (2, h, w).
        inside: places whose colours are known, (h, w) bool, one at least; None is all.
    """
    places = torch.arange(glimpse.length.numel())
    places = places if inside is None else places[inside.flatten()]
    keys = keys_at(glimpse, places)
    colours = ab.flatten(1).mT[places]
    alike = torch.ones(len(keys))
    points = torch.cat([keys, colours / _COLOUR], dim=1)
    count = min(MOST, len(points))
    centres, nearest = clustered(points, alike, count, _ROUNDS)
    sums, totals = sums_of(colours, alike, nearest, count)
    held = totals > 0
    return Anchor(centres[held, :-2], sums[held] / totals[held, None])


Trusts = Callable[[int, int], float]
"""Gives for the number of an anchor and the index of a frame that begins a shot what the share of
alike places counts there at least: 1 where a person says that it is of that scene, 0 leaves it to
what it shows, below 0 where it is of another scene."""


class Anchors:
    """The anchors of a film or photo."""

    def __init__(self, anchors: Sequence[Anchor], files: Sequence[Path] = ()) -> None:
        self._anchors = list(anchors)
        self.files = tuple(files)
        """Of the pictures, where they are files."""
        self.trusts: Trusts = lambda _number, _index: 0.0
        self._squares = [one.keys.square().sum(dim=1) for one in anchors]
        self.reached = torch.zeros(len(anchors))
        """Sums over the pictures coloured of the share that each gave its colour to."""
        self.count = 0
        self._counting = Lock()
        """Pictures coloured."""

    def __len__(self) -> int:
        return len(self._anchors)

    def shares(self, glimpses: Sequence[Glimpse], index: int = 0) -> Tensor:
        """Return for each anchor the share of places of pictures that surely show its things.

        Args:
            glimpses: of a shot, some.
            index: of the first frame of that shot.
        """
        found = torch.zeros(len(self._anchors))
        for glimpse in glimpses:
            for number in range(len(self._anchors)):
                near = self._found(number, glimpse)[1]
                found[number] += (near < ALIKE).float().mean() / len(glimpses)
        for number in range(len(self._anchors)):
            trust = self.trusts(number, index)
            if trust < 0:
                found[number] = 0
            elif trust and found[number] > 0:
                found[number] = max(float(found[number]), trust * SCENE_ALIKE[1])
        return found

    def reach(self, glimpses: Sequence[Glimpse], shares: Tensor) -> Tensor:
        """Return for each anchor the share of pictures that it gives its colours to."""
        laid = [self._laid(glimpse, shares)[1] for glimpse in glimpses]
        return torch.stack(laid).mean(dim=0)

    def read(self, glimpse: Glimpse, shares: Tensor) -> Tensor:
        """Return the colours that anchors give a picture; of several the nearest, place by place.

        What each gave is counted.

        Args:
            glimpse: of the picture.
            shares: of its shot, from `shares`.

        Returns:
            ab times its weight, and the weight, 0 to 1, (3, h, w).
        """
        planes, given = self._laid(glimpse, shares)
        with self._counting:
            self.reached = self.reached + given
            self.count += 1
        return planes

    def _laid(self, glimpse: Glimpse, shares: Tensor) -> tuple[Tensor, Tensor]:
        """Return what `read` does, and the share of the picture that each anchor gave its colours.

        That is where it counts more than half.
        """
        size = glimpse.length.shape
        weight, wanted = torch.zeros(size.numel()), torch.zeros(size.numel(), 2)
        best = torch.full((size.numel(),), -1, dtype=torch.long)
        nearest = torch.full((size.numel(),), torch.inf)
        for number, share in enumerate(shares.tolist()):
            full = _ramp(share, LEAST_ALIKE, ENOUGH_ALIKE)
            if not full:
                continue
            colours, near = self._found(number, glimpse, colours=True)
            far = THING_FAR + (SCENE_FAR - THING_FAR) * _ramp(share, *SCENE_ALIKE)
            trust = full * torch.sigmoid((far - near) / FAR_WIDTH)
            here = near < nearest
            nearest[here] = near[here]
            weight[here], wanted[here], best[here] = trust[here], colours[here], number
        given = torch.stack(
            [((best == n) & (weight > 0.5)).float().mean() for n in range(len(self))]
        )
        planes = torch.cat([wanted * weight[:, None], weight[:, None]], dim=1)
        return planes.mT.unflatten(1, size), given

    def _found(
        self, number: int, glimpse: Glimpse, *, colours: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Return the colours of an anchor at all places, and how far its nearest entry is."""
        anchor = self._anchors[number]
        product = products(glimpse, anchor.keys)
        product *= 2
        product -= self._squares[number]
        near = glimpse.length.flatten() - product.amax(dim=1)
        if not colours:
            return near, near
        return torch.softmax(product / _SOFTNESS, dim=1) @ anchor.ab, near


def _ramp(value: float, low: float, high: float) -> float:
    """Return 0 up to `low`, 1 from `high` on, and what is between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)
