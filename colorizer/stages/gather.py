"""Photos that wait for the network at the same time go through it together.

Each photo is worked on by a thread of its own, from decoding to encoding. On a GPU the network
takes several small pictures in hardly more time than one, so waiting ones of like size
share a call. On a CPU they do not: a core for each is quicker.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor

from colorizer.models.base import ColourModel
from colorizer.stages.device import is_out_of_memory, release_memory

T = TypeVar("T")
_log = logging.getLogger(__name__)

MOST_TOGETHER = 8
"""Pictures in one call, at most."""
PIXELS_TOGETHER = 1 << 20
"""Pixels in one call, at most, unless one picture alone has more."""
WAIT_SECONDS = 0.004
"""How long a picture waits for others while the network is idle."""


@dataclass(slots=True, eq=False)
class _Wish:
    """One picture that waits, and its answer."""

    L: Tensor
    ab: Tensor | None = None
    error: Exception | None = None

    @property
    def is_over(self) -> bool:
        return self.ab is not None or self.error is not None


class Gather:
    """A network that several threads share: one call at a time, of all the pictures that fit.

    Every call has the same number of pictures of a size, filled up with copies where fewer wait:
    a GPU picks its methods by that number, and a photo's last bits must not depend on which others
    were in progress next to it.

    Args:
        company: threads that share it; where all wait, no one waits for more.
    """

    def __init__(self, company: int = 1) -> None:
        self._company = company
        self._most = MOST_TOGETHER
        self._changed = threading.Condition()
        self._busy = False
        self._waiting: dict[object, list[_Wish]] = {}

    def predict(self, model: ColourModel, L: Tensor, vividness: float) -> Tensor:
        """Do what `model.predict` does, together with other threads.

        What goes wrong with another thread's picture is no matter of this one's.

        Args:
            model: a colour model.
            L: (N, 1, h, w); more than one picture has a call of its own.
            vividness: 0 is the cautious average colour, 1 the likeliest.

        Returns:
            ab (N, 2, h, w).
        """
        if len(L) > 1:
            return self.alone(partial(model.predict, L, vividness=vividness))
        wish = _Wish(L)
        taken = self._take_turn(wish, _key(model, L, vividness))
        if taken:
            try:
                self._answer(model, taken, vividness)
            finally:
                self._release()
        if wish.error is not None:
            raise wish.error
        assert wish.ab is not None
        return wish.ab

    def alone(self, call: Callable[[], T]) -> T:
        """Call the network when no other thread does; return what it gives."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy)
            self._busy = True
        try:
            return call()
        finally:
            self._release()

    def together(self, L: Tensor) -> int:
        """Return how many pictures of the size of L (N, 1, h, w) go into one call."""
        return max(1, min(self._most, PIXELS_TOGETHER // (L.shape[-2] * L.shape[-1])))

    def _take_turn(self, wish: _Wish, key: object) -> list[_Wish]:
        """Wait until another thread has answered, or the network is free.

        Returns:
            nothing in the first case; else this wish and those like it, for this thread to answer.
        """
        with self._changed:
            mine = self._waiting.setdefault(key, [])
            mine.append(wish)
            self._changed.notify_all()
            most = self.together(wish.L)
            enough = min(most, self._company)
            self._changed.wait_for(lambda: wish.is_over or len(mine) >= enough, WAIT_SECONDS)
            self._changed.wait_for(lambda: wish.is_over or not self._busy)
            if wish.is_over:
                return []
            self._busy = True
            taken = [wish, *(other for other in mine if other is not wish)][:most]
            mine[:] = [other for other in mine if other not in taken]
            if not mine:
                self._waiting.pop(key, None)
            return taken

    def _release(self) -> None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()

    def _answer(self, model: ColourModel, wishes: list[_Wish], vividness: float) -> None:
        """Give every wish its ab or its error; with fewer in a call where memory lacks."""
        while wishes:
            most = self.together(wishes[0].L)
            part, later = wishes[:most], wishes[most:]
            failure = _call(model, part, most, vividness)
            if failure is not None and most > 1 and is_out_of_memory(failure):
                self._most = most // 2
                _log.warning("out of memory: %d instead of %d photos at once", self._most, most)
                release_memory(wishes[0].L.device)
                continue
            if failure is not None and len(part) == 1:
                part[0].error = failure
            elif failure is not None:  # which of them is to blame shows when each is alone
                for wish in part:
                    wish.error = _call(model, [wish], most, vividness)
            wishes = later


def _call(
    model: ColourModel, wishes: list[_Wish], count: int, vividness: float
) -> Exception | None:
    """Give wishes their ab by one call of `count` pictures; return the error there was."""
    try:
        ab = model.predict(filled([wish.L for wish in wishes], count), vividness=vividness)
    except Exception as error:
        error.__traceback__ = None  # it would keep the tensors alive
        return error
    for number, wish in enumerate(wishes):
        wish.ab = ab[number : number + 1]
    return None


def gather_on(device: torch.device, company: int = 1) -> Gather | None:
    """Return what threads share a network on `device` by; None where each calls it at once."""
    return None if device.type == "cpu" else Gather(company)


def _key(model: ColourModel, L: Tensor, vividness: float) -> object:
    """Return what pictures of one call have in common."""
    kind = L.device.type
    halved = torch.is_autocast_enabled(kind) and torch.get_autocast_dtype(kind)
    return id(model), L.shape, L.dtype, L.device, halved, vividness


def filled(pictures: Iterable[Tensor], count: int) -> Tensor:
    """Join pictures (n, 1, h, w) and copies of the last one to (count, 1, h, w)."""
    joined = torch.cat(list(pictures))
    copies = joined[-1:].expand(count - len(joined), -1, -1, -1)
    return torch.cat([joined, copies]).contiguous(memory_format=torch.channels_last)
