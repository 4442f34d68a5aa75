"""Read released weights: safetensors only, strict, checked against the model's name."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from colorizer.checksum import file_hash
from colorizer.errors import WeightsError
from colorizer.models import create_model
from colorizer.models.base import ColorModel


def read_weights(
    name: str,
    file: Path | None,
    device: str | torch.device = "cpu",
    dtype: torch.dtype | None = None,
) -> ColorModel:
    """Build a model and fill it from a weights file.

    Args:
        name: model the file must be of.
        file: safetensors with `model` and `hyper_parameters` in its metadata.
        device: where the model is to run.
        dtype: of the parameters; None is float32.

    Raises:
        WeightsError: the file is missing, damaged or another model's.
    """
    if file is None or not file.is_file():
        found = "none is shipped" if file is None else f"{file} is not there"
        raise WeightsError(f"no weights for {name!r}: {found}; pass --weights FILE")
    try:
        with safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
            state = {key: opened.get_tensor(key).float() for key in opened.keys()}  # noqa: SIM118
        found = metadata.get("model")
        if found != name:
            raise WeightsError(
                f"{file} holds weights of {found or 'an unknown model'}, not of {name!r};"
                f" pass --model {found or 'NAME'} or another file"
            )
        model = create_model(name, **json.loads(metadata["hyper_parameters"]))
        model.load_state_dict(state)
        model.weights_sha256 = file_hash(file)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise WeightsError(f"{file} is not a usable weights file of {name!r}: {reason}") from error
    model = model.eval().requires_grad_(False).to(device=device, dtype=dtype or torch.float32)
    # torch documents this overload but does not declare it.
    return model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
