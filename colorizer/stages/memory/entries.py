"""The entries of a memory: keys by which a thing is found, and the scores of the bins it had.

Reading is one product with all keys, a softmax, and one product with all values. The mean of
scores stays a decided colour, where the mean of colours would be a grayer one.

Weights fall as a bell with what an entry is further than the nearest one: those nearly as near
share in the colour, and the many of a large ground have no say in the small figure before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from colorizer.models.ab_bins import bin_centres
from colorizer.stages.memory.clusters import clustered, nearest_of, sums_of
from colorizer.stages.memory.glimpse import Glimpse, keys_at, products

SOFTNESS = 0.6
"""Squared distance, beyond that of the nearest entry, at which an entry's weight is 1/e."""
MOST, POINTS_EACH = 320, 8
"""Entries of a memory, at most, and the points that make one, at least."""
MOST_POINTS = 6144
"""Points that entries are made of, at most."""
_GROUPS = 48
"""Of points, by whose sizes the rare ones are told: without that a figure has too few entries, and
takes on the colours of the ground around it."""
_ROUNDS = 3
"""Of k-means; more change nothing."""
_DOUBT = 0.5
"""How much less a point counts of whose colour the network was not sure, by the entropy."""
FAR, FAR_WIDTH = 2.4, 0.2
"""Squared distance of the nearest entry at which a place half keeps its own colour, and over which
that changes."""
NEW = 1.2
"""Squared distance to the nearest entry from which on a place shows a new thing."""
SAME, SAME_WIDTH = 0.7, 0.06
"""Squared distance at which an entry half takes the colour that an earlier shot gave it, and over
which that changes; places of other films are never so near."""
MOST_NEW, MOST_GROWN = 100, 600
"""Entries that a further part of a long shot adds, and that a memory has, at most."""
_FADING = 0.8
"""What counts keep from part to part."""
_LEAST_SHARE = 1e-3
"""Share that a bin must have in some entry to count."""


@dataclass(frozen=True, slots=True)
class Entries:
    """What is remembered. All float32, rounded to float16 so that it can be kept so."""

    keys: Tensor
    """(k, channels)."""
    values: Tensor
    """Scores of the bins, (k, bins)."""
    counts: Tensor
    """Points that an entry stands for, by how sure they were, (k,)."""


@dataclass(frozen=True, slots=True)
class Points:
    """Places of some pictures, to be remembered."""

    keys: Tensor
    """(n, channels)."""
    scores: Tensor
    """(n, bins)."""
    sure: Tensor
    """How much each counts, (n,)."""


def points_of(glimpses: Sequence[Glimpse]) -> Points:
    """Return places of pictures, evenly thinned to `MOST_POINTS`."""
    whole = sum(len(one.sampled) for one in glimpses)
    step = -(-whole // MOST_POINTS)
    keys = [keys_at(one, one.sampled[::step]) for one in glimpses]
    scores = torch.cat([one.scores[::step] for one in glimpses]).float()
    share = torch.softmax(scores, dim=1)
    entropy = -(share * share.clamp(min=1e-9).log()).sum(dim=1)
    return Points(torch.cat(keys), scores, torch.exp(-_DOUBT * entropy))


def entries_of(points: Points, most: int = MOST) -> Entries:
    """Join points that are alike to entries, by k-means from a fixed beginning."""
    count = min(most, max(1, len(points.keys) // POINTS_EACH))
    rarity = _rarity(points.keys)
    keys, nearest = clustered(points.keys, rarity * points.sure, count, _ROUNDS)
    values, counts = sums_of(points.scores, points.sure, nearest, count)
    held = counts > 0
    made = (keys[held], values[held] / counts[held, None], counts[held])
    return Entries(*(one.half().float() for one in made))


def _rarity(keys: Tensor) -> Tensor:
    """Return more of points (n, channels) that have few like them: small things count too."""
    alike = torch.ones(len(keys))
    groups = min(_GROUPS, len(keys))
    _, group = clustered(keys, alike, groups, 2)
    return torch.bincount(group, minlength=groups)[group].float().rsqrt()


def extended(entries: Entries, points: Points) -> Entries:
    """Add to entries what they do not know; of too many, those that stand for least are dropped."""
    near, _ = nearest_of(points.keys, entries.keys)
    kept = Entries(entries.keys, entries.values, entries.counts * _FADING)
    new = near > NEW
    if int(new.sum()) >= POINTS_EACH:
        more = entries_of(Points(points.keys[new], points.scores[new], points.sure[new]), MOST_NEW)
        kept = Entries(
            torch.cat([kept.keys, more.keys]),
            torch.cat([kept.values, more.values]),
            torch.cat([kept.counts, more.counts]),
        )
    if len(kept.counts) > MOST_GROWN:
        best = kept.counts.argsort(descending=True, stable=True)[:MOST_GROWN].sort().values
        kept = Entries(kept.keys[best], kept.values[best], kept.counts[best])
    return Entries(kept.keys, kept.values, kept.counts.half().float())


def joined(several: Sequence[Entries]) -> Entries:
    """Return all entries of several memories."""
    parts = zip(*((one.keys, one.values, one.counts) for one in several), strict=True)
    return Entries(*(torch.cat(part) for part in parts))


def adopting(entries: Entries, known: Entries) -> Entries:
    """Give entries of a shot the values of earlier shots, where those surely show the same thing.

    Args:
        entries: of the shot.
        known: of shots before it.
    """
    near, which = nearest_of(entries.keys, known.keys)
    weight = torch.sigmoid((SAME - near) / SAME_WIDTH)[:, None]
    values = torch.lerp(entries.values, known.values[which], weight)
    return Entries(entries.keys, values.half().float(), entries.counts)


class Reader:
    """Reads entries at all places of a picture."""

    def __init__(self, entries: Entries, temperature: float) -> None:
        """Prepare what does not depend on the picture.

        Args:
            entries: at least one.
            temperature: see `Insight.temperature`.
        """
        share = torch.softmax(entries.values / temperature, dim=1).amax(dim=0)
        used = share >= _LEAST_SHARE
        self._keys = entries.keys
        self._values = entries.values[:, used] / temperature
        self._centres = bin_centres()[used]
        self._squares = entries.keys.square().sum(dim=1)

    def read(
        self, glimpse: Glimpse, far: float = FAR, width: float = FAR_WIDTH
    ) -> tuple[Tensor, Tensor]:
        """Return the ab remembered of every place, (2, h, w), and how far it is to be believed.

        That is (h, w), from 0 to 1; less the further the nearest entry is.

        Args:
            glimpse: of the picture.
            far: squared distance of the nearest entry at which it is believed by half.
            width: over which that changes.
        """
        product = products(glimpse, self._keys)
        product *= 2
        product -= self._squares
        nearest = product.amax(dim=1, keepdim=True)
        near = glimpse.length - nearest.view_as(glimpse.length)
        product -= nearest
        product.square_().mul_(-1 / SOFTNESS**2)
        scores = torch.softmax(product, dim=1) @ self._values
        ab = torch.softmax(scores, dim=1) @ self._centres
        return ab.mT.unflatten(1, near.shape), torch.sigmoid((far - near) / width)
