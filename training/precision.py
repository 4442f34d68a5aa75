"""Chooses the arithmetic of a run by timing it.

bfloat16 halves the time of a step on GPUs and on processors with `avx512_bf16`; on others it is
emulated and takes up to twenty times as long.
"""

from __future__ import annotations

import time

import torch
from torch import Tensor

from colorizer.models.base import ColourModel

_REPEATS = 2


def quicker(model: ColourModel, device: torch.device, size: int) -> str:
    """Return `bfloat16` or `float32`, whichever the model runs forward and back in sooner.

    Args:
        model: its gradients are left empty.
        device: CUDA always takes bfloat16.
        size: side of the squares of the run, pixels.
    """
    if device.type == "cuda":
        return "bfloat16"
    picture = torch.full((1, 1, size, size), 50.0, device=device)
    # The first call of each sets up what later ones reuse, so each is warmed up.
    taken = {name: _seconds(model, picture, name == "bfloat16") for name in ("bfloat16", "float32")}
    model.zero_grad(set_to_none=True)
    return min(taken, key=lambda name: taken[name])


def _seconds(model: ColourModel, picture: Tensor, half: bool) -> float:
    best = float("inf")
    for _ in range(1 + _REPEATS):
        start = time.perf_counter()
        with torch.autocast(picture.device.type, torch.bfloat16, enabled=half):
            answer = model(picture)
        first = answer[0] if isinstance(answer, tuple) else answer
        first.float().square().mean().backward()
        best = min(best, time.perf_counter() - start)
    return best
