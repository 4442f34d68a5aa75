"""What the models of one head share: decoding its answer to colour at any size."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from colorizer.colour.cielab import L_to_gray
from colorizer.models.ab_bins import TEMPERATURE, annealed_mean
from colorizer.models.base import VIVIDNESS, ColourModel, Insight, pad_to_stride

BIN_STRIDE = 4
"""Pixels of the picture to one place of the bin scores, in height and width."""
LIMIT = 110.0
"""Largest |a| and |b| that is given, CIELAB units."""
_GRAY_MEAN, _GRAY_SPREAD = 0.449, 0.226
"""Mean and standard deviation that torchvision's ImageNet networks expect, over the channels."""


class SingleHeadModel(ColourModel):
    """A model whose `forward` gives one tensor: scaled ab at full size, or bin scores."""

    ab_offset: float = 0.0
    """Added to ab, CIELAB units, before it is scaled for the loss."""
    ab_scale: float = 128.0
    """CIELAB units that the loss sees as 1."""

    def target(self, ab: Tensor) -> Tensor:
        """Bring true colour to the scale of `forward`; see `ColourModel.target`."""
        if self.answer == "bins":
            return ab
        return (ab + self.ab_offset) / self.ab_scale

    def predict(
        self,
        L: Tensor,
        *,
        vividness: float = VIVIDNESS,
        emulsion: Tensor | None = None,
        temperature: float | None = None,
    ) -> Tensor:
        """Predict colour; see `ColourModel.predict`. The emulsion is ignored.

        Args:
            L: CIELAB lightness in [0, 100], (N, 1, H, W), any size.
            emulsion: ignored.
            vividness: turned into the temperature of the annealed mean; without bins ignored.
            temperature: of the annealed mean, in (0, 1]; None takes what belongs to `vividness`.
        """
        height, width = L.shape[-2:]
        answer = self(pad_to_stride(L, self.stride))
        heat = temperature_of(vividness) if temperature is None else temperature
        return self._colours(answer, heat)[..., :height, :width]

    def look(
        self, L: Tensor, *, vividness: float = VIVIDNESS, emulsion: Tensor | None = None
    ) -> tuple[Tensor, Insight | None]:
        """Predict colour and tell what was found on the way; see `ColourModel.look`."""
        if self.answer != "bins":
            return super().look(L, vividness=vividness)
        height, width = L.shape[-2:]
        encoded, scores = self.scored(pad_to_stride(L, self.stride))
        heat = temperature_of(vividness)
        pooled = F.avg_pool2d(scores.float(), scores.shape[-1] // encoded.shape[-1])
        return self._colours(scores, heat)[..., :height, :width], Insight((encoded,), pooled, heat)

    def scored(self, L: Tensor) -> tuple[Tensor, Tensor]:
        """Return the encoder's features and the bin scores; of models that answer with bins."""
        raise NotImplementedError

    def _colours(self, answer: Tensor, temperature: float) -> Tensor:
        """Turn what `forward` gives into ab at full size."""
        if self.answer == "bins":
            if not 0 < temperature <= 1:
                raise ValueError(f"temperature must be above 0 and at most 1, got {temperature}")
            ab = F.interpolate(
                annealed_mean(answer, temperature), scale_factor=BIN_STRIDE, mode="bilinear"
            )
        else:
            ab = answer.float() * self.ab_scale - self.ab_offset
        return ab.clamp(-LIMIT, LIMIT)


def temperature_of(vividness: float) -> float:
    """Return the temperature of the annealed mean: 1 at vividness 0, as published by default."""
    return TEMPERATURE ** (vividness / VIVIDNESS)


def imagenet_gray(L: Tensor) -> Tensor:
    """Turn L in [0, 100] into what a network trained on ImageNet expects of a gray picture.

    Args:
        L: (N, 1, H, W).

    Returns:
        (N, 1, H, W); with the weights of the three colour inputs summed, close to the published
        normalisation of each channel.
    """
    return ((L_to_gray(L) - _GRAY_MEAN) / _GRAY_SPREAD).to(L.dtype)


def sum_inputs(weight: Tensor) -> Tensor:
    """Fold the three colour inputs of a convolution, (out, 3, k, k), to one gray input."""
    return torch.sum(weight, dim=1, keepdim=True)
