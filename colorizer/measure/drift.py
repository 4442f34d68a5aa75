"""Drift: how far the colour of one thing wanders while its shot lasts.

The places of a shot are joined to things: by their true colour, lightness and place where the truth
is known, else by what the network that ships sees in the gray picture. The drift of a thing is the
spread over time of its mean ab; that of a film is their mean, by the places they take up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import torch

from colorizer.measure.series import Mean
from colorizer.models import load_model
from colorizer.stages.memory.clusters import clustered
from colorizer.stages.memory.glimpse import glimpses_of, keys_at

STEP, MOST_MOMENTS = 6, 48
"""Frames from one moment that is looked at to the next, and moments of a shot, at most; of a longer
one every second is left out, and so on."""
THINGS = 24
"""Of a shot."""
STRIDE = 8
"""Pixels of the grid to a place, in height and width."""
_LEAST_PLACES = 4
"""Of a thing in a frame whose colour counts."""
_ROUNDS = 15
_LIGHTNESS, _PLACE = 0.5, 40.0
"""Weights of L, and of the place as a share of the width, next to true a and b."""

Keys = Callable[[np.ndarray], np.ndarray]
"""Gives what is seen at the places of a gray picture, (h, w) -> (h / 8, w / 8, channels)."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """A frame, by its places."""

    keys: np.ndarray
    """(places, channels)."""
    ab: Mapping[str, np.ndarray]
    """Of each film, (places, 2)."""


class Drift:
    """Takes the frames of a film in order; memory does not grow with its shots.

    Args:
        truth: the name of the film in its true colours, where things are told by it.
        keys: what they are told by otherwise; None with neither: nothing is measured.
    """

    def __init__(self, truth: str | None = None, keys: Keys | None = None) -> None:
        self._truth, self._keys = truth, keys
        self._moments: list[_Moment] = []
        self._step, self._place = STEP, 0
        self._sums: dict[str, Mean] = {}

    def add(self, L: np.ndarray, ab: Mapping[str, np.ndarray], *, starts_shot: bool) -> None:
        """Take the next frame.

        Args:
            L: CIELAB lightness on the grid, (h, w).
            ab: of every film by its name, (2, h, w).
            starts_shot: whether a shot begins here.
        """
        if self._truth is None and self._keys is None:
            return
        if starts_shot:
            self._end()
        place, self._place = self._place, self._place + 1
        if place % self._step:
            return
        if len(self._moments) == MOST_MOMENTS:
            del self._moments[1::2]
            self._step *= 2
            if place % self._step:
                return
        self._moments.append(self._moment(L, ab))

    def value(self, name: str) -> float | None:
        """End; return the drift of a film, in CIELAB units; None where nothing could be told."""
        self._end()
        found = self._sums.get(name)
        return None if found is None else found.value

    def _moment(self, L: np.ndarray, ab: Mapping[str, np.ndarray]) -> _Moment:
        size = (L.shape[0] // STRIDE, L.shape[1] // STRIDE)
        small = {name: _at_places(planes, size) for name, planes in ab.items()}
        if self._truth is None:
            assert self._keys is not None
            seen = np.moveaxis(self._keys(L), -1, 0)
            return _Moment(_at_places(seen, size), small)
        y, x = np.indices(size, np.float32).reshape(2, -1, 1) * (_PLACE / size[1])
        lightness = _at_places(L[None], size) * _LIGHTNESS
        return _Moment(np.hstack([small[self._truth], lightness, y, x]), small)

    def _end(self) -> None:
        """Measure the shot that has ended."""
        moments, self._moments = self._moments, []
        self._step, self._place = STEP, 0
        if len(moments) < 2:
            return
        keys = torch.from_numpy(np.concatenate([one.keys for one in moments])).float()
        count = min(THINGS, len(keys))
        _, thing = clustered(keys, torch.ones(len(keys)), count, _ROUNDS)
        things = thing.numpy().reshape(len(moments), -1)
        for name in moments[0].ab:
            mean = self._sums.setdefault(name, Mean())
            for number in range(count):
                wanders, weight = _spread([one.ab[name] for one in moments], things == number)
                mean.total += wanders * weight
                mean.count += weight


def network_keys() -> Keys:
    """Return keys by the features of the network that ships, which is loaded when first asked."""
    model = cache(load_model)

    def keys(L: np.ndarray) -> np.ndarray:
        seen = torch.from_numpy(np.ascontiguousarray(L, np.float32))[None, None]
        with torch.inference_mode():
            _, insight = model().look(seen)
            assert insight is not None
            (glimpse,) = glimpses_of(seen, insight)
            found = keys_at(glimpse, torch.arange(glimpse.length.numel()))
        return found.unflatten(0, glimpse.length.shape).numpy()

    return keys


def _spread(colours: list[np.ndarray], held: np.ndarray) -> tuple[float, int]:
    """Return how far the mean colour of a thing spreads over time, and the places it takes up.

    Args:
        colours: of each moment, (places, 2).
        held: which places are the thing's, (moments, places).
    """
    counts = held.sum(axis=1)
    seen = np.flatnonzero(counts >= _LEAST_PLACES)
    if len(seen) < 2:
        return 0.0, 0
    means = np.stack([colours[place][held[place]].mean(axis=0) for place in seen])
    weight = counts[seen].astype(np.float64)
    apart = means - np.average(means, axis=0, weights=weight)
    return float(np.sqrt(np.average((apart**2).sum(axis=1), weights=weight))), int(weight.sum())


def _at_places(planes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the mean of planes (n, h, w) at each place, (places, n)."""
    wanted = size[::-1]
    small = [cv2.resize(one, wanted, interpolation=cv2.INTER_AREA).ravel() for one in planes]
    return np.stack(small, axis=-1)
