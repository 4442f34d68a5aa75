"""The stage of the network: every frame, or every key frame, gets its chroma.

Owns batching, number formats and what happens when memory runs out. What the network is and does
is elsewhere (colorizer.models).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, wait
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from colorizer.errors import DeviceError, WeightsError
from colorizer.frame import Frame
from colorizer.models.base import VIVIDNESS, ColourModel, Insight
from colorizer.notes import note
from colorizer.stages.device import is_out_of_memory, on_cpu, release_memory, working_dtype
from colorizer.stages.gather import Gather, filled
from colorizer.stages.memory.glimpse import Glimpse, glimpses_of

_log = logging.getLogger(__name__)

LEAST_SIDE = 64
"""Short side in pixels below which the working picture is not halved any further."""
CPU_BATCH, CUDA_BATCH = 4, 8
"""Frames of a film in one call of the network."""
MOST_HELD = 12
"""Frames that wait together for the network, at most, where not all are key frames."""


Answer = tuple[np.ndarray, Glimpse | None]
"""ab of a picture, (2, h, w) float32, and what the network found in it, if that is wanted."""
Amounts = Callable[[int], tuple[float, float]]
"""Gives vividness and strength of a frame, by its index."""


def plain_amounts(_: int) -> tuple[float, float]:
    """Return the vividness of a result when no one asks for another, and strength 1."""
    return VIVIDNESS, 1.0


def film_batch(device: torch.device) -> int:
    """Return how many frames of a film the network sees at once on `device`."""
    return CPU_BATCH if device.type == "cpu" else CUDA_BATCH


def fills_calls(device: torch.device) -> bool:
    """Tell whether calls for the frames of a film are filled up with copies, see `Gather`.

    A run that continues an interrupted one has other batches, and must compute the same.
    """
    return device.type != "cpu"


def predict_chroma(
    frames: Iterable[Frame],
    model: ColourModel,
    *,
    batch: int = 1,
    amounts: Amounts = plain_amounts,
    warn: Callable[[str], object] = _log.warning,
    gather: Gather | None = None,
    pool: Executor | None = None,
    glimpses: bool = False,
) -> Iterator[Frame]:
    """Give every key frame its ab, at the size of its L. The result does not depend on `batch`.

    Out of memory halves the batch, then the working size, then goes to the CPU; each step is told
    to `warn`.

    Args:
        frames: with L set; those that are no key frames pass as they are.
        model: a colour model, in eval mode.
        batch: frames of like size in one call, at most.
        amounts: gives the vividness of a frame; strength is for `strengthen`.
        warn: told each fallback in one line.
        gather: the network as several threads share it; None calls it at once.
        pool: see `device.core_pool`; on the CPU each frame of a batch gets a thread of it.
        glimpses: keep with every key frame what the network found in it, where it tells that.

    Raises:
        DeviceError: out of memory at the least setting.
        WeightsError: the network's answer is not finite.
    """
    network = _Network(model, batch, warn, gather, pool)
    network.glimpses = glimpses
    for group in _alike(frames, batch, amounts):
        first, _ = group[0]
        network.vividness, _ = amounts(first.index)
        network.emulsion = first.emulsion if model.takes_emulsion else None
        keys = [seen for _, seen in group if seen is not None]
        answers = iter(network.predict(np.stack(keys)) if keys else ())
        for frame, seen in group:
            if seen is not None:
                ab, glimpse = next(answers)
                frame = replace(frame, ab=in_place(ab, frame), glimpse=glimpse)
            yield frame


def strengthen(frames: Iterable[Frame], amounts: Amounts) -> Iterator[Frame]:
    """Scale the ab of every key frame by its strength."""
    for frame in frames:
        if frame.ab is not None:
            strength = amounts(frame.index)[1]
            frame = replace(frame, ab=frame.ab * np.float32(strength))
        yield frame


def _alike(
    frames: Iterable[Frame], batch: int, amounts: Amounts
) -> Iterator[list[tuple[Frame, np.ndarray | None]]]:
    """Group neighbours that one call can answer, with `batch` key frames at most.

    Nothing waits that need not: frames before a key frame are passed on alone.

    Yields:
        frames with what the network is to see of them, (h, w) of one size in a group; None for
        those about which it is not asked.
    """
    group: list[tuple[Frame, np.ndarray | None]] = []
    keys = 0
    for frame in frames:
        seen = frame.seen if frame.is_key and not frame.kept else None  # keeps its own colours
        if group and seen is not None and not _is_like(frame, seen, *group[0], amounts):
            yield group
            group, keys = [], 0
        group.append((frame, seen))
        keys += seen is not None
        if keys == batch or not keys or len(group) == max(batch, MOST_HELD):
            yield group
            group, keys = [], 0
    if group:
        yield group


def _is_like(
    one: Frame, seen: np.ndarray, other: Frame, also: np.ndarray | None, amounts: Amounts
) -> bool:
    # What is between bars may be a line higher in one frame of a shot than in the next.
    alike = also is not None and seen.shape == also.shape and one.emulsion == other.emulsion
    return alike and amounts(one.index) == amounts(other.index)


def in_place(ab: np.ndarray, frame: Frame) -> np.ndarray:
    """Lay ab of what the network saw where that lies in the frame, neutral around it."""
    if frame.window is None:
        return ab
    import cv2

    top, bottom, left, right = frame.window
    whole = np.zeros((len(ab), *frame.L.shape), np.float32)
    for number, part in enumerate(ab):
        size = (right - left, bottom - top)
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        whole[number, top:bottom, left:right] = small
    return whole


class _Network:
    """A model with the settings that shrink when memory runs out."""

    def __init__(
        self,
        model: ColourModel,
        batch: int,
        warn: Callable[[str], object],
        gather: Gather | None,
        pool: Executor | None,
    ) -> None:
        self._model = model
        self._device = next(model.parameters()).device
        self._dtype = working_dtype(self._device)
        self._batch = batch
        self._together = batch > 1  # in batches of their own: no call is shared with others
        self._fills = self._together and fills_calls(self._device)
        self._scale = 1.0
        self.emulsion: tuple[float, float, float] | None = None
        self.vividness = VIVIDNESS
        self._warn = warn
        self._gather = gather
        self._pool = pool
        self.glimpses = False

    def predict(self, L: np.ndarray) -> list[Answer]:
        """Return what is found in each of L (N, h, w), stepping down while memory lacks."""
        while True:
            try:
                return [answer for part in self._parts(L) for answer in part]
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            # Outside the except block: its traceback would keep the tensors alive.
            self._step_down(L.shape)

    def _side_by_side(self) -> Executor | None:
        """Return the threads that each take a frame, None while the network takes whole batches."""
        return self._pool if self._device.type == "cpu" and self._batch > 1 else None

    def _parts(self, L: np.ndarray) -> list[list[Answer]]:
        """Return the answers to L in parts: batch by batch, or frame by frame on the pool."""
        pool = self._side_by_side()
        if pool is None:
            starts = range(0, len(L), self._batch)
            return [self._predict(L[start : start + self._batch]) for start in starts]
        futures = [pool.submit(self._predict, L[n : n + 1]) for n in range(len(L))]
        wait(futures)  # all of them, or a second try would share memory with the first
        return [future.result() for future in futures]

    def _predict(self, L: np.ndarray) -> list[Answer]:
        with torch.inference_mode():
            ab, glimpses = self._call(torch.from_numpy(L))
            finite = bool(torch.isfinite(ab).all())
            if not finite and self._dtype != torch.float32:
                self._warn(note("predict.float16"))
                self._dtype = torch.float32
                ab, glimpses = self._call(torch.from_numpy(L))
                finite = bool(torch.isfinite(ab).all())
            if not finite:
                raise WeightsError(note("predict.not_numbers"))
            return list(zip(ab.cpu().numpy(), glimpses, strict=True))

    def _call(self, L: Tensor) -> tuple[Tensor, Sequence[Glimpse | None]]:
        """Return ab (N, 2, h, w) float32 of L (N, h, w), through the scaled working size.

        With it, what was found in each picture, or None.
        """
        wanted, size = len(L), L.shape[-2:]
        L = L.unsqueeze(1).to(self._device)
        if self._scale < 1:
            small = [max(1, round(side * self._scale)) for side in size]
            L = interpolate(L, size=small, mode="area")
        L = filled([L], self._batch if self._fills else wanted)
        half = self._dtype != torch.float32
        with torch.autocast(self._device.type, dtype=self._dtype, enabled=half):
            ab, insight = self._answer(L)
        ab = ab[:wanted].float()
        if ab.shape[-2:] != size:
            ab = interpolate(ab, size=size, mode="bilinear", align_corners=False)
        return ab, [None] * wanted if insight is None else glimpses_of(L[:wanted], insight)

    def _answer(self, L: Tensor) -> tuple[Tensor, Insight | None]:
        told = self._told(L)
        if self.glimpses:
            look = partial(self._model.look, L, vividness=self.vividness, **told)
            return look() if self._gather is None else self._gather.alone(look)
        if self._gather is not None and not self._together and not told:
            return self._gather.predict(self._model, L, self.vividness), None
        call = partial(self._model.predict, L, vividness=self.vividness, **told)
        return (call() if self._gather is None else self._gather.alone(call)), None

    def _told(self, L: Tensor) -> dict[str, Tensor]:
        """Return the emulsion of pictures (N, 1, H, W), where it is known, as an argument."""
        if self.emulsion is None:
            return {}
        return {"emulsion": L.new_tensor(self.emulsion).float().expand(len(L), 3)}

    def _step_down(self, shape: tuple[int, ...]) -> None:
        """Take the next step of the ladder: batch, working size, CPU, error."""
        release_memory(self._device)
        batch = self._batch if self._fills else min(self._batch, shape[0])
        side = min(shape[1:]) * self._scale
        if batch > 1:
            self._batch = 1 if self._side_by_side() else batch // 2
            self._tell(note("predict.batch", now=self._batch, before=batch))
        elif side / 2 >= LEAST_SIDE:
            self._scale /= 2
            self._tell(note("predict.side", pixels=side / 2))
        elif self._device.type != "cpu":
            self._tell(note("predict.cpu"))
            self._model = on_cpu(self._model)
            self._device, self._dtype = torch.device("cpu"), torch.float32
            self._batch, self._scale = CPU_BATCH, 1.0
            self._gather, self._fills = None, False  # others continue where they are
        else:
            raise DeviceError(note("predict.out_of_memory", device=self._device))

    def _tell(self, step: str) -> None:
        self._warn(note("predict.smaller", device=self._device, what=step))
