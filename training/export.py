"""Write the released weights: fp16 safetensors with everything about them in the metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

import colorizer
from colorizer.models.base import ColourModel


def export(model: ColourModel, file: Path, notes: dict[str, Any]) -> None:
    """Write a model's weights in half precision.

    Args:
        model: what to write.
        file: target, replaced at once when complete.
        notes: recipe, data hash, scores; stored as JSON.
    """
    state = {name: _halved(t.detach().cpu()) for name, t in model.state_dict().items()}
    metadata = {
        "model": model.name,
        "hyper_parameters": json.dumps(model.hyper_parameters),
        "notes": json.dumps(notes),
        "code_version": colorizer.__version__,
    }
    part = file.with_suffix(".part")
    save_file(state, part, metadata)
    part.replace(file)


def _halved(values: Tensor) -> Tensor:
    """Return values in half precision; counts, and what does not fit into it, as they are."""
    assert torch.isfinite(values).all()
    half = values.half().contiguous()
    return (
        half if values.is_floating_point() and torch.isfinite(half).all() else values.contiguous()
    )
