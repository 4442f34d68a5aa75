"""Colours a person asked for at places of a picture, as the network takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from colorizer.guidance.hints.file import Hint, points_of
from colorizer.guidance.hints.spread import spread_hints
from colorizer.models.base import VIVIDNESS, ColorModel

HINT_SHARE = 0.035
"""Side of a hint's square as a share of the picture's short side, about the middle of what the
network saw in training."""


def hint_map(hints: Iterable[tuple[float, float, float, float]], L: Tensor) -> Tensor:
    """Paint hints as the input of a network.

    Args:
        hints: x and y as shares of width and height, a and b in CIELAB units; later ones win.
        L: (N, 1, H, W); gives size, dtype and device.

    Returns:
        a, b and mask, (N, 3, H, W), the same for all N.
    """
    height, width = L.shape[-2:]
    painted = torch.zeros(3, height, width)
    side = max(2, round(HINT_SHARE * min(height, width)))
    for x, y, a, b in hints:
        top = min(max(0, round(y * height - side / 2)), max(0, height - side))
        left = min(max(0, round(x * width - side / 2)), max(0, width - side))
        colour = torch.tensor([a, b, 1.0]).view(3, 1, 1)
        painted[:, top : top + side, left : left + side] = colour
    return painted.to(L).expand(L.shape[0], -1, -1, -1)


class HintedModel(ColorModel):
    """A model that is given the same hints with every picture; stands wherever a model does.

    When a hint of a film holds is of no account here, nor are references: `colorizer.pipeline`
    follows both.
    """

    shares_calls = False  # its hints are those of one picture

    def __init__(self, model: ColorModel, hints: Iterable[Hint]) -> None:
        super().__init__()
        self.model = model
        self.name, self.stride = model.name, model.stride
        self.answer, self.takes_hints = model.answer, model.takes_hints
        self.takes_emulsion = model.takes_emulsion
        self.hyper_parameters = model.hyper_parameters
        self.weights_sha256 = model.weights_sha256
        self.hints = tuple(hints)
        self._points = [hint[:4] for hint in points_of(self.hints)]

    def extra_repr(self) -> str:
        """Show the hints where the model is shown or compared."""
        return repr(self.hints)

    def forward(self, *values: Any, **named: Any) -> Any:
        """Pass on to the model."""
        return self.model(*values, **named)

    def predict(
        self,
        L: Tensor,
        *,
        hints: Tensor | None = None,
        vividness: float = VIVIDNESS,
        emulsion: Tensor | None = None,
    ) -> Tensor:
        """Predict colour with the hints; see `ColorModel.predict`.

        The network sees the hints, but binds to them loosely; `spread_hints` makes them hold.
        """
        if hints is None:
            hints = hint_map(self._points, L)
        predicted = self.model.predict(L, hints=hints, vividness=vividness, emulsion=emulsion)
        planes = zip(L[:, 0].float().cpu().numpy(), predicted.float().cpu().numpy(), strict=True)
        held = [spread_hints(lightness, ab, self._points) for lightness, ab in planes]
        return torch.from_numpy(np.stack(held)).to(predicted)
