"""One process or several: torchrun starts them, each works on its part of every batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class Group:
    """This process among those that train together."""

    rank: int
    world: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and talks."""
        return self.rank == 0

    def agree(self, value: float) -> float:
        """Return the first process's value, for decisions that all must take alike."""
        if self.world == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, 0)
        return float(shared.item())

    def wrap(self, model: nn.Module) -> nn.Module:
        """Return what to call in training: gradients become the mean over the processes."""
        if self.world == 1:
            return model
        ids = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(model, device_ids=ids)

    def mean(self, value: torch.Tensor) -> torch.Tensor:
        """Return the mean over the processes."""
        if self.world > 1:
            distributed.all_reduce(value)
            value /= self.world
        return value


@contextmanager
def process_group() -> Iterator[Group]:
    """Join the processes that torchrun started; alone without it."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = True  # a run has few sizes of pictures
    if world == 1:
        yield Group(0, 1, device)
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Group(rank, world, device)
    finally:
        distributed.destroy_process_group()
