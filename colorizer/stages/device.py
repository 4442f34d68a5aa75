"""Choose the device the network runs on, its number format and threads; describe it in words."""

from __future__ import annotations

import os
import platform
import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, TypeGuard

import torch
from torch import Tensor, nn

from colorizer.errors import DeviceError
from colorizer.files.bundle import how_to_get
from colorizer.models.base import ColourModel
from colorizer.notes import note, one_line

_HALF_CAPABILITY = (7, 0)
"""CUDA compute capability from which float16 is faster than float32 (Volta)."""

_OUT_OF_MEMORY = re.compile(
    r"out of memory|allocate memory|not enough memory|ALLOC_FAILED|bad_alloc"
    # No room for cuDNN's and cuBLAS's own memory is told so.
    r"|STATUS_NOT_INITIALIZED|unable to find an engine|find a valid cuDNN algorithm",
    re.IGNORECASE,
)


def choose_device(asked: str) -> torch.device:
    """Return the device that `asked` names.

    Args:
        asked: auto (the first usable CUDA device, else the CPU), cpu, cuda or cuda:N; mps (Apple)
            and xpu or xpu:N (Intel) have not been tried, so that auto never takes them.

    Raises:
        DeviceError: no such device, with what there is.
    """
    if asked == "cpu":
        return torch.device("cpu")
    match = re.fullmatch(r"auto|mps|(?P<kind>cuda|xpu)(?::(?P<number>\d+))?", asked)
    if not match:
        raise DeviceError(note("device.unknown", device=repr(asked)))
    kind = "mps" if asked == "mps" else match["kind"] or "cuda"
    device = torch.device(kind, int(match["number"] or 0))
    trouble = cuda_trouble(device.index) if kind == "cuda" else _other_trouble(device)
    if not trouble:
        return device
    if asked == "auto":
        return torch.device("cpu")
    raise DeviceError(note("device.cannot_use", device=asked, why=trouble, present=_present()))


def cuda_trouble(index: int = 0) -> str:
    """Return why CUDA device `index` can't be used, or an empty string when it can."""
    if torch.version.cuda is None and torch.version.hip is None:
        return note("device.cpu_torch")
    if not torch.cuda.is_available():
        return note("device.no_cuda")
    if index >= torch.cuda.device_count():
        return note("device.no_number", kind="cuda", number=index)
    return _not_computing(torch.device("cuda", index))


def _other_trouble(device: torch.device) -> str:
    """Return why an Apple or Intel device can't be used, or an empty string when it can."""
    usable = torch.backends.mps.is_available() if device.type == "mps" else torch.xpu.is_available()
    count = torch.xpu.device_count() if device.type == "xpu" else 1
    if not usable:
        return note("device.none_of_kind", kind=device.type)
    return (
        _not_computing(device)
        if device.index < count
        else note("device.no_number", kind=device.type, number=device.index)
    )


def _not_computing(device: torch.device) -> str:
    try:
        torch.zeros(1, device=device).add_(1).item()
    except RuntimeError as error:  # a card this torch has no code for, or one that is full
        return one_line(error)
    return ""


def present_devices() -> list[tuple[str, str]]:
    """Return the names of all devices as `choose_device` takes them, each with its words."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    cards = [torch.device("cuda", index) for index in range(count)]
    untried = [one for kind in ("mps", "xpu") if not _other_trouble(one := torch.device(kind, 0))]
    devices = (*cards, *untried, torch.device("cpu"))
    names = {one: one.type if one.type == "mps" else str(one) for one in devices}
    return [(name, describe_device(device)) for device, name in names.items()]


def cuda_fix() -> str:
    """Return the command that lets torch use the installed card; empty: nothing is to mend."""
    for_cpu = torch.version.cuda is None and torch.version.hip is None
    if not (for_cpu and shutil.which("nvidia-smi")):
        return ""
    index = "https://download.pytorch.org/whl/cu128"
    options = ("--force-reinstall", "--index-url", index)
    return how_to_get("torch", *options, bundled=note("bundle.no_cuda"))


def seconds_of(predict: Callable[[Tensor], Tensor], like: Tensor, side: int) -> float:
    """Return how long a network takes for one picture, after a first one to get warm.

    Args:
        predict: the network, from L (1, 1, side, side).
        like: one of its parameters, for device and number format.
        side: of the picture.
    """
    L = torch.full((1, 1, side, side), 50.0, device=like.device, dtype=like.dtype)
    began = 0.0
    with torch.inference_mode():
        for _ in range(2):
            began = time.perf_counter()
            predict(L).sum().item()
    return round(time.perf_counter() - began, 3)


def working_dtype(device: torch.device) -> torch.dtype:
    """Return the number format of the network's inner layers: float16 on a fitting GPU.

    float16 rather than bfloat16: its 11 bits keep ab to 0.06 units, 8 bits would leave steps of
    half a unit.
    """
    if device.type == "cuda" and torch.cuda.get_device_capability(device) >= _HALF_CAPABILITY:
        return torch.float16
    return torch.float32


def device_facts(device: torch.device) -> dict[str, Any]:
    """Return what of a device the last bits of a result depend on, as JSON values."""
    if device.type == "cuda":
        return {"type": str(device), "name": torch.cuda.get_device_name(device)}
    if device.type != "cpu":
        return {"type": str(device), "name": f"{device.type} of {platform.machine()}"}
    capability = torch.backends.cpu.get_cpu_capability()
    return {
        "type": "cpu",
        "name": f"{platform.machine()} {capability}",
        "threads": torch.get_num_threads(),
    }


def describe_device(device: torch.device) -> str:
    """Say in words what `device` is: name and memory of a GPU, cores and the reason of a CPU."""
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        name = torch.cuda.get_device_name(device)
        return note("device.card", device=device, card=name, total=total / 2**30, free=free / 2**30)
    if device.type != "cpu":
        return note("device.untried", device=device)
    trouble = cuda_trouble()
    cores = note("device.cpu", cores=cpu_cores())
    return note("device.cpu_because", cpu=cores, why=trouble) if trouble else cores


def cpu_cores() -> int:
    """Return the number of CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def core_pool(device: torch.device) -> Iterator[Executor]:
    """Own one thread a core, each with a core of its own for the network, memory and upsampling.

    On a CPU, frames side by side are quicker than one frame on all cores, and much quicker while
    decoder and encoder want the cores too: no layer waits for the slowest core. Nor does OpenCV
    split its small pictures meanwhile; with a card it does, since cores are left for the flow.
    """
    import cv2

    torch_threads, cv2_threads = torch.get_num_threads(), cv2.getNumThreads()
    cv2.setNumThreads(1 if device.type == "cpu" else cv2_threads)
    try:
        with ThreadPoolExecutor(cpu_cores(), "network", torch.set_num_threads, (1,)) as pool:
            yield pool
    finally:
        cv2.setNumThreads(cv2_threads)
        torch.set_num_threads(torch_threads)  # the pool's threads have changed what new ones get


def is_out_of_memory(error: BaseException) -> TypeGuard[MemoryError | RuntimeError]:
    """Tell whether `error` is lack of memory, of the GPU or the computer.

    The CPU allocator and cuBLAS raise a plain RuntimeError, so its text decides.
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and bool(_OUT_OF_MEMORY.search(str(error)))


def release_memory(device: torch.device) -> None:
    """Give a card's memory that torch keeps for later back to it."""
    if device.type in ("cuda", "mps", "xpu"):
        getattr(torch, device.type).empty_cache()


def on_cpu(model: ColourModel) -> ColourModel:
    """Copy a model to the CPU in float32, leaving the one that others share where it is."""
    memo: dict[int, Any] = {}
    for parameter in model.parameters():
        memo[id(parameter)] = nn.Parameter(parameter.detach().cpu(), requires_grad=False)
    for buffer in model.buffers():
        memo[id(buffer)] = buffer.detach().cpu()
    return deepcopy(model, memo).float()


def _present() -> str:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    names = [f"cuda:{index} ({torch.cuda.get_device_name(index)})" for index in range(count)]
    return " and ".join([*names, "cpu"])
