"""A card that torch has no driver for here: its tensors say that they lie on it.

They lie on the CPU. What can't be known without the card is left out: which of its operations
torch lacks.
"""

from typing import Any

import pytest
import torch
from torch.utils._pytree import tree_leaves

MOVES = {torch.Tensor.to, torch.Tensor.cpu, torch.Tensor.copy_}


class OnCard(torch.Tensor):
    """A tensor of the card; what is made of it lies there too."""

    kind = "mps"

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        return torch.device(self.kind, 0)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = [one for one in tree_leaves((args, kwargs)) if isinstance(one, torch.Tensor)]
        if func not in MOVES and any(type(one) is torch.Tensor and one.ndim for one in given):
            raise RuntimeError(f"{func}: expected all tensors to be on the same device")
        made = super().__torch_function__(func, types, args, kwargs)
        for one in tree_leaves(made):
            if isinstance(one, torch.Tensor) and one.dtype == torch.float64:
                raise TypeError("the device does not support float64")
        return made

    def cpu(self) -> torch.Tensor:  # type: ignore[override]
        return self.as_subclass(torch.Tensor)


@pytest.fixture(params=["mps", "xpu"])
def card(request, monkeypatch) -> str:
    """Return the name of a card, which torch then has."""
    kind = request.param
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: kind == "mps")
    monkeypatch.setattr(torch.xpu, "is_available", lambda: kind == "xpu")
    monkeypatch.setattr(torch.xpu, "device_count", lambda: 1)
    monkeypatch.setattr(getattr(torch, kind), "empty_cache", lambda: None)
    monkeypatch.setattr(torch.__future__, "_overwrite_module_params_on_conversion", True)
    monkeypatch.setattr(OnCard, "kind", kind)
    plain = torch.Tensor.to

    def to(tensor: torch.Tensor, *args: Any, **options: Any) -> torch.Tensor:
        names = [
            one for one in (*args, options.get("device")) if isinstance(one, str | torch.device)
        ]
        kept = isinstance(tensor, OnCard)
        held = tensor.as_subclass(torch.Tensor) if kept else tensor
        for device in names:
            kept = torch.device(device).type == kind
            args = tuple(torch.device("cpu") if one is device else one for one in args)
            options = {name: value for name, value in options.items() if name != "device"}
        moved = plain(held, *args, **options)
        return moved.as_subclass(OnCard) if kept else moved

    def made(function: Any) -> Any:
        def on_card(*args: Any, device: Any = None, **options: Any) -> torch.Tensor:
            tensor = function(*args, **options)
            return tensor if device is None else to(tensor, device)

        return on_card

    monkeypatch.setattr(torch.Tensor, "to", to)
    for name in ("zeros", "ones", "empty", "full", "arange", "linspace", "tensor"):
        monkeypatch.setattr(torch, name, made(getattr(torch, name)))
    return kind
