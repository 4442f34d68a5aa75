"""What a piece of work costs: time, and memory beyond what the process held before."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

_PROCESS = Path("/proc/self")
_HIGHEST, _NOW = "VmHWM:", "VmRSS:"
_RESET_PEAK = "5"
"""What Linux wants to be told to forget the highest memory so far (proc(5), clear_refs)."""


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Measure what is done inside.

    Yields:
        A dictionary that has, at the end, `seconds` and `MiB`: the highest memory above that of
        the beginning, on the GPU if it has one, else of the process; NaN where neither Linux
        nor CUDA tells.
    """
    cost: dict[str, float] = {}
    before = _begin()
    started = time.perf_counter()
    yield cost
    cost["seconds"] = time.perf_counter() - started
    cost["MiB"] = _highest() - before


def _begin() -> float:
    """Forget the highest memory so far; return what is held now, MiB."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated() / 2**20
    if not sys.platform.startswith("linux"):
        return float("nan")
    # What the allocator keeps for later would hide that the next one needs it.
    ctypes.CDLL(None).malloc_trim(0)
    try:
        (_PROCESS / "clear_refs").write_text(_RESET_PEAK)
    except OSError:
        return float("nan")
    return _resident(_NOW)


def _highest() -> float:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    return _resident(_HIGHEST) if sys.platform.startswith("linux") else float("nan")


def _resident(field: str) -> float:
    lines = (_PROCESS / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024
