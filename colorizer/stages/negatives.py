"""Tells a likely negative by what the encoder of the shipped network finds in it.

An encoder that has learned from pictures finds other things in a picture than in the same one with
light and dark exchanged. What it finds in both is compared by one linear map, which
`python -m training.negatives` fits.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from colorizer.colour.cielab import L_to_gray, gray_to_L
from colorizer.models import WEIGHTS_FOLDER
from colorizer.models.base import pad_to_stride
from colorizer.models.efficientnet_lite import EfficientNetLite

MAP = WEIGHTS_FOLDER / "negatives.safetensors"
_ENCODER = WEIGHTS_FOLDER / "autochrome.safetensors"
_SIDE = 96
"""Short side at which a picture is looked at."""
_LONGEST = 4
"""Of the sides of what is looked at."""
_SCALES, _STRIDE = 4, 16
"""Scales of features up to those that are compared, and the stride of these."""


def looks_negative(L: np.ndarray) -> bool:
    """Tell whether a picture looks like a negative.

    Args:
        L: CIELAB lightness, (h, w).
    """
    if min(L.shape) < 16 or max(L.shape) > _LONGEST * min(L.shape) or float(np.ptp(L)) < 10:
        return False
    weights, sure = _map()
    return float(findings(L) @ weights) > sure


def findings(L: np.ndarray) -> np.ndarray:
    """Return by how much the mean features of a picture's inverse exceed its own, (112,) float32.

    Args:
        L: CIELAB lightness, (h, w).
    """
    scale = _SIDE / min(L.shape)
    size = tuple(max(_SIDE, round(side * scale)) for side in L.shape[::-1])
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(np.asarray(L, np.float32), size, interpolation=kind)
    inverse = gray_to_L(1 - L_to_gray(small.clip(0, 100)))
    both = torch.from_numpy(np.stack([_whole_range(small), _whole_range(inverse)]))[:, None]
    with torch.inference_mode():
        gray = (L_to_gray(pad_to_stride(both, _STRIDE)) * 255 - 127) / 128
        gray = gray.squeeze(1).unsqueeze(-1).movedim(-1, 1)  # channels last
        own, other = _encoder()(gray, _SCALES)[-1].mean(dim=(2, 3)).numpy()
    return other - own


def _whole_range(L: np.ndarray) -> np.ndarray:
    """Return L with its 1st and 99th percentiles at the ends of the scale, float32."""
    dark, bright = np.percentile(L, [1, 99])
    return ((L - dark) * (96 / max(bright - dark, 1)) + 2).clip(0, 100).astype(np.float32)


@lru_cache(maxsize=1)
def _map() -> tuple[np.ndarray, float]:
    """Return the weights of the findings, and the sum from which a picture is named a negative."""
    with safe_open(MAP, framework="np") as file:
        return file.get_tensor("weights"), float(file.get_tensor("sure"))


@lru_cache(maxsize=1)
def _encoder() -> EfficientNetLite:
    state: dict[str, Tensor] = {}
    with safe_open(_ENCODER, framework="pt") as file:
        for key in file.keys():  # noqa: SIM118 - it is no mapping
            if key.startswith("encoder."):
                state[key.removeprefix("encoder.")] = file.get_tensor(key).float()
    state["_conv_stem.weight"] = state["_conv_stem.weight"][:, :1]
    encoder = EfficientNetLite("efficientnet_lite0", channels=1)
    encoder.load_state_dict(state)
    encoder = encoder.eval().requires_grad_(False)
    # torch documents this overload but does not declare it.
    return encoder.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
