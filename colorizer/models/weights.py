"""Read released weights: safetensors only, strict, checked against the model's name."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from colorizer.errors import WeightsError
from colorizer.files.bundle import is_bundle
from colorizer.files.checksum import file_hash
from colorizer.files.strangers import check_regular, check_size, parse_json
from colorizer.models import create_model
from colorizer.models.base import ColourModel
from colorizer.notes import note, one_line

_MOST_BYTES = 8 << 30
"""Of a weights file: the largest network has 0.1 GB."""


def read_weights(
    name: str,
    file: Path | None,
    device: str | torch.device = "cpu",
    dtype: torch.dtype | None = None,
) -> ColourModel:
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
        found = note("weights.none") if file is None else note("weights.file_missing", file=file)
        remedy = note("weights.remedy", model=name)
        if is_bundle():
            remedy = note("weights.remedy_of_bundle")
        raise WeightsError(note("weights.missing", model=repr(name), found=found, remedy=remedy))
    try:
        check_regular(file)
        check_size(file, _MOST_BYTES)
        with safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
            state = {key: opened.get_tensor(key).float() for key in opened.keys()}  # noqa: SIM118
        found = metadata.get("model")
        if found != name:
            raise WeightsError(
                note(
                    "weights.of_another",
                    file=file,
                    found=found or note("weights.unknown_model"),
                    model=repr(name),
                    name=found or "NAME",
                )
            )
        model = create_model(name, **parse_json(metadata["hyper_parameters"]))
        _fill(model, state)
        model.weights_sha256 = file_hash(file)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        reason = one_line(error)
        raise WeightsError(
            note("weights.not_usable", file=file, model=repr(name), why=reason)
        ) from error
    model = model.eval().requires_grad_(False).to(device=device, dtype=dtype or torch.float32)
    # torch documents this overload but does not declare it.
    return model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def _fill(model: ColourModel, state: dict[str, Tensor]) -> None:
    """Load a state dict strictly.

    Raises:
        ValueError: a parameter is missing, unknown or of another shape; the message names one.
    """
    state, wanted = model.adapted(state), model.state_dict()
    missing, unknown = wanted.keys() - state.keys(), state.keys() - wanted.keys()
    if names := missing or unknown:
        first = min(names)
        told = note("weights.lacks", name=first) if missing else note("weights.unknown", name=first)
        if len(names) > 1:
            told = note("weights.and_more", why=told, number=len(names) - 1)
        raise ValueError(told)
    for name, value in state.items():
        if value.shape != wanted[name].shape:
            shapes = str(tuple(value.shape)), str(tuple(wanted[name].shape))
            raise ValueError(note("weights.shape", name=name, shape=shapes[0], wanted=shapes[1]))
    model.load_state_dict(state)
