"""Every model by name. `load_model` gives one ready to predict.

Besides those of `MODELS` there are the ones a person has imported; see `installed`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.errors import ModelNotFound
from colorizer.models.installed import holds_weights_of, installed_files
from colorizer.notes import note

if TYPE_CHECKING:
    import torch

    from colorizer.models.base import ColourModel

WEIGHTS_FOLDER = Path(__file__).parents[1] / "weights"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What a person sees of a model before torch is imported."""

    builder: str
    """module:class of the network."""
    title: str
    summary: str
    paper: str
    weights: str | None = None
    """File in the package's weights folder; None: one must be imported or given."""
    defaults: dict[str, Any] = field(default_factory=dict)
    """Hyper-parameters that make this variant of its class."""


_DEEPCOLOR: dict[str, Any] = {
    "encoder": (64, 128, 128, 256, 256, 512, 512, 256),
    "fused": 256,
    "fusions": 2,
    "decoder": (128, 64, 32, 16),
}

MODELS: dict[str, ModelSpec] = {
    "autochrome": ModelSpec(
        builder="colorizer.models.autochrome:Autochrome",
        title="Autochrome",
        summary="default: EfficientNet-Lite encoder, ab bins and ab regression",
        paper="this project; after Zhang et al. 2016 and Kang et al. 2023",
        weights="autochrome.safetensors",
    ),
    "resnet18": ModelSpec(
        builder="colorizer.models.resnet:ResNet18",
        title="ResNet-18",
        summary="ResNet-18 encoder, 128-feature bottleneck, PixelShuffle decoder, ab regression",
        paper="Parekh, Karpe, Shusharan 2021",
    ),
    "densenet121": ModelSpec(
        builder="colorizer.models.densenet:DenseNet121",
        title="DenseNet-121",
        summary="first 52 layers of DenseNet-121, deconvolution decoder, ab regression",
        paper="Akbulut, Atay",
    ),
    "zhang2016": ModelSpec(
        builder="colorizer.models.zhang2016:Zhang2016",
        title="Colorful Image Colorization",
        summary="VGG-like, dilated, 313 ab bins, class rebalancing, annealed mean",
        paper="Zhang, Isola, Efros 2016; Nicolai, Orgaz Exposito, Bianchi 2021",
    ),
    "resnet34": ModelSpec(
        builder="colorizer.models.resnet:ResNet34",
        title="Image Colorization with CNN",
        summary="first six layers of ResNet-34, conv + upsample decoder, ab regression",
        paper='poster "Image Colorization with CNN"',
    ),
    "deepcolor": ModelSpec(
        builder="colorizer.models.deepcolor:DeepColor",
        title="DeepColor",
        summary="encoder, fusion with the Inception-ResNet-v2 embedding, decoder; 6.6 M trained",
        paper="DeepColor; after Baldassarre, Gonzalez Morin, Rodes-Guirao 2017",
        defaults=_DEEPCOLOR,
    ),
    "deepcolor-1": ModelSpec(
        builder="colorizer.models.deepcolor:DeepColor",
        title="DeepColor-1",
        summary="the network of deepcolor, trained by a recipe of its own",
        paper="DeepColor",
        defaults=_DEEPCOLOR,
    ),
    "deepcolor-2": ModelSpec(
        builder="colorizer.models.deepcolor:DeepColor",
        title="DeepColor-2",
        summary="deepcolor with a shorter, thinner encoder; 1.2 M trained",
        paper="DeepColor",
        defaults=_DEEPCOLOR | {"encoder": (64, 64, 64, 128, 256)},
    ),
    "deepcolor-3": ModelSpec(
        builder="colorizer.models.deepcolor:DeepColor",
        title="DeepColor-3",
        summary="deepcolor with a thin encoder and half the fusion; 0.25 M trained",
        paper="DeepColor",
        defaults={
            "encoder": (8, 16, 16, 16, 32, 32), "fused": 128, "fusions": 1,
            "decoder": (64, 32, 16),
        },
    ),
}  # fmt: skip


def model_names() -> list[str]:
    """Return the names of all models: those of `MODELS` and those imported under other names."""
    others = [name for name, file in installed_files().items() if holds_weights_of(file) in MODELS]
    return list(dict.fromkeys([*MODELS, *others]))


def usable_models() -> list[str]:
    """Return the names of the models that have weights."""
    return [name for name in model_names() if weights_file(name) is not None]


def weights_file(name: str) -> Path | None:
    """Return the weights of a model, shipped or imported; None where there are none.

    Raises:
        ModelNotFound: no such model.
    """
    shipped = model_spec(name).weights
    return WEIGHTS_FOLDER / shipped if shipped else installed_files().get(name)


def model_spec(name: str) -> ModelSpec:
    """Return the entry of a model; of one imported under another name that of its network.

    Raises:
        ModelNotFound: no such model; the message lists those there are.
    """
    network = network_of(name)
    spec = MODELS[network]
    return spec if network == name else replace(spec, title=f"{name} ({spec.title})", weights=None)


def network_of(name: str) -> str:
    """Return the key in `MODELS` of a model that may have been imported under another name.

    Raises:
        ModelNotFound: no such model; the message lists those there are.
    """
    if name in MODELS:
        return name
    file = installed_files().get(name)
    network = holds_weights_of(file) if file else ""
    if network not in MODELS:
        raise ModelNotFound(note("model.unknown", name=repr(name), known=", ".join(model_names())))
    return network


def create_model(name: str, **hyper_parameters: Any) -> ColourModel:
    """Build a model with random weights.

    Raises:
        ModelNotFound: no such model.
    """
    spec = model_spec(name)
    module, _, class_name = spec.builder.partition(":")
    model = getattr(import_module(module), class_name)(**{**spec.defaults, **hyper_parameters})
    model.name = name
    return model


def load_model(
    name: str = "autochrome",
    weights: Path | None = None,
    device: str | torch.device = "cpu",
    dtype: torch.dtype | None = None,
) -> ColourModel:
    """Load a model with its released weights, or those of a file, ready to predict.

    Args:
        name: see `MODELS`.
        weights: safetensors file instead of the shipped or imported one.
        device: where it is to run.
        dtype: of the parameters; None is float32.

    Raises:
        ModelNotFound: no such model.
        WeightsError: the file is missing, damaged or another model's.
    """
    from colorizer.models.weights import read_weights

    network = network_of(name)
    model = read_weights(network, weights or weights_file(name), device, dtype)
    model.name = name
    return model
