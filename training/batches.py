"""Draws batches of square crops from a pack, in threads ahead of the step that takes them.

The batch of a step depends on the seed and the step alone: a resumed run draws what an
uninterrupted one would have drawn, and several processes draw together what one would have drawn
alone.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Self, TypeVar

import cv2
import numpy as np
import torch
from torch import Tensor

from colorizer.stages.device import cpu_cores
from training.datasets import Photos

Batch = TypeVar("Batch")
_BATCH, _ORDER, _SUBSET, _CROP = range(4)
"""What a stream of random numbers is for; first word after the seed."""


@dataclass(frozen=True)
class Cropping:
    """How a picture becomes a square."""

    kind: str = "scaled"
    """`scaled`: a random rectangle of 0.5 to 1 of the area, aspect 3/4 to 4/3, scaled;
    `fixed`: scaled to `resize`, then a random square; `whole`: the central square, scaled."""
    resize: int = 256
    """Short side before a fixed crop, pixels."""
    mirror: bool = True
    """Swap left and right of every second picture."""
    upside_down: bool = False
    """Swap top and bottom of every second picture."""


WHOLE = Cropping("whole", mirror=False)
"""How validation pictures are cut."""


def crop(picture: np.ndarray, size: int, how: Cropping, rng: np.random.Generator) -> np.ndarray:
    """Cut a square of `size` pixels from (h, w, 3) uint8; returns (size, size, 3) uint8."""
    height, width = picture.shape[:2]
    if how.kind == "scaled":
        side = min(height, width) * rng.uniform(0.5, 1.0) ** 0.5
        aspect = np.exp(rng.uniform(-0.29, 0.29)) ** 0.5
        h, w = min(height, round(side * aspect)), min(width, round(side / aspect))
    else:
        h = w = min(height, width)
        if how.kind == "fixed":
            h = w = round(h * min(1.0, size / how.resize))
    if how.kind == "whole":
        top, left = (height - h) // 2, (width - w) // 2
    else:
        top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
    piece = picture[top : top + h, left : left + w]
    if how.mirror and rng.random() < 0.5:
        piece = piece[:, ::-1]
    if how.upside_down and rng.random() < 0.5:
        piece = piece[::-1]
    shrinks = min(h, w) > size
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(piece), (size, size), interpolation=interpolation)


@dataclass
class Draw:
    """Which pictures make up the batch of a step, and how they are cut."""

    photos: Photos
    sizes: list[int]
    """Sides of the squares; every batch has one of them."""
    batch: int
    """Pictures of a step over all processes."""
    seed: int = 0
    cropping: Cropping = field(default_factory=Cropping)
    weighted: bool = False
    """Draw by the sources' weights with replacement, instead of each picture once an epoch."""
    subset: float = 1.0
    """Share of the pictures that an epoch uses."""
    subset_epochs: int = 1
    """Epochs after which a fresh subset is chosen."""
    rank: int = 0
    world: int = 1
    """This process and how many there are; each takes its part of every batch."""
    _order: tuple[int, np.ndarray] = field(default=(-1, np.empty(0, int)), init=False, repr=False)

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which about every picture of the subset is seen once; at least one."""
        return max(1, round(len(self.photos) * self.subset) // self.batch)

    def _random(self, *purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *purpose])

    def _epoch_order(self, epoch: int) -> np.ndarray:
        """Return the numbers of an epoch's pictures in random order."""
        kept, order = self._order
        if kept != epoch:
            order = np.arange(len(self.photos))
            if self.subset < 1:
                chosen = self._random(_SUBSET, epoch // self.subset_epochs).permutation(order)
                order = chosen[: max(1, round(len(order) * self.subset))]
            order = self._random(_ORDER, epoch).permutation(order)
            self._order = (epoch, order)
        return order

    def numbers(self, step: int) -> np.ndarray:
        """Return the numbers of the pictures of a step, over all processes, (batch,)."""
        if self.weighted:
            random = self._random(_BATCH, step)
            return random.choice(len(self.photos), self.batch, p=self.photos.weights)
        epoch, within = divmod(step, self.steps_per_epoch)
        places = np.arange(within * self.batch, (within + 1) * self.batch)
        return self._epoch_order(epoch).take(places, mode="wrap")

    def pixels(self, step: int) -> np.ndarray:
        """Return this process's part of a batch, (batch / world, 3, size, size) uint8 sRGB."""
        size = int(self._random(_BATCH, step, 1).choice(self.sizes))
        part = self.batch // self.world
        mine = range(self.rank * part, (self.rank + 1) * part)
        numbers = self.numbers(step)
        crops = [
            crop(self.photos.picture(numbers[n]), size, self.cropping, self._random(_CROP, step, n))
            for n in mine
        ]
        return np.ascontiguousarray(np.stack(crops).transpose(0, 3, 1, 2))


def on_the_way(pixels: np.ndarray, device: torch.device) -> Tensor:
    """Return a batch in memory from which a GPU can copy while it works on the one before."""
    batch = torch.from_numpy(pixels)
    return batch.pin_memory() if device.type == "cuda" else batch


def threads_of(world: int) -> int:
    """Return how many threads make the batches of one of `world` processes: one per core."""
    return max(2, cpu_cores() // world)


class Loader(Generic[Batch]):
    """Batches of one step after another, made by threads in advance; a context manager.

    Args:
        make: returns the batch of a step.
        first: first step.
        threads: that make batches; OpenCV and numpy work next to each other.
        ahead: batches made before they are asked for; 0: three a thread.
    """

    def __init__(
        self, make: Callable[[int], Batch], first: int = 0, threads: int = 2, ahead: int = 0
    ) -> None:
        self.waited = 0.0
        """Seconds that the taker waited for batches."""
        self._make = make
        self._next = first
        self._ahead = ahead or 3 * threads
        self._pool = ThreadPoolExecutor(threads)
        self._coming: deque[Future[Batch]] = deque()

    def __enter__(self) -> Self:
        cv2.setNumThreads(1)
        self._fill()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        self._pool.shutdown(cancel_futures=True)

    def _fill(self) -> None:
        while len(self._coming) < self._ahead:
            self._coming.append(self._pool.submit(self._make, self._next))
            self._next += 1

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        start = time.perf_counter()
        batch = self._coming.popleft().result()
        self.waited += time.perf_counter() - start
        self._fill()
        return batch


def validation_pixels(photos: Photos, size: int, count: int) -> np.ndarray:
    """Return the first validation pictures whole, (count or fewer, 3, size, size) uint8 sRGB."""
    unused = np.random.default_rng(0)
    chosen = range(min(count, len(photos)))
    squares = [crop(photos.picture(n), size, WHOLE, unused) for n in chosen]
    stacked = np.stack(squares) if squares else np.empty((0, size, size, 3), np.uint8)
    return np.ascontiguousarray(stacked.transpose(0, 3, 1, 2))
