"""Every model by name. `load_model` gives one ready to predict."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.errors import ModelNotFound

if TYPE_CHECKING:
    import torch

    from colorizer.models.base import ColorModel

WEIGHTS_FOLDER = Path(__file__).parents[1] / "weights"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What a person sees of a model before torch is imported."""

    builder: str
    """module:class of the network."""
    title: str
    summary: str
    paper: str
    weights: str | None
    """File in the package's weights folder; None: a file must be given."""


MODELS: dict[str, ModelSpec] = {
    "autochrome": ModelSpec(
        builder="colorizer.models.autochrome:Autochrome",
        title="Autochrome",
        summary="default: EfficientNet-Lite encoder, ab bins and ab regression, takes hints",
        paper="this project; after Zhang et al. 2016 and Kang et al. 2023",
        weights="autochrome.safetensors",
    ),
}


def model_spec(name: str) -> ModelSpec:
    """Return the entry of a model.

    Raises:
        ModelNotFound: no such model; the message lists those there are.
    """
    if name not in MODELS:
        raise ModelNotFound(f"no model named {name!r}; there are {', '.join(MODELS)}")
    return MODELS[name]


def create_model(name: str, **hyper_parameters: Any) -> ColorModel:
    """Build a model with random weights.

    Raises:
        ModelNotFound: no such model.
    """
    module, _, class_name = model_spec(name).builder.partition(":")
    model = getattr(import_module(module), class_name)(**hyper_parameters)
    model.name = name
    return model


def load_model(
    name: str = "autochrome",
    weights: Path | None = None,
    device: str | torch.device = "cpu",
    dtype: torch.dtype | None = None,
) -> ColorModel:
    """Load a model with its released weights, or those of a file, ready to predict.

    Args:
        name: see `MODELS`.
        weights: safetensors file instead of the shipped one.
        device: where it is to run.
        dtype: of the parameters; None is float32.

    Raises:
        ModelNotFound: no such model.
        WeightsError: the file is missing, damaged or another model's.
    """
    from colorizer.models.weights import read_weights

    spec = model_spec(name)
    if weights is None and spec.weights is not None:
        weights = WEIGHTS_FOLDER / spec.weights
    return read_weights(name, weights, device, dtype)
