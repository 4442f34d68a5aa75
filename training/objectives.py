"""From what a model's `forward` gives and the true colour to the losses of a recipe."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.errors import SettingsError
from colorizer.models.base import ColorModel
from training import losses
from training.recipes import Recipe

_ANSWERS = {
    "autochrome": "bins and ab", "mse": "ab", "l1": "ab",
    "cross-entropy": "bins", "kl": "bins", "rebalanced": "bins",
}  # fmt: skip
"""What the model must answer for a loss to work on."""


@dataclass(frozen=True)
class Objective:
    """The losses of a recipe for one model."""

    model: ColorModel
    recipe: Recipe
    weights: Tensor
    """Of the ab bins, (313,), on the model's device."""

    def __post_init__(self) -> None:
        wanted = _ANSWERS[self.recipe.loss]
        if self.model.answer != wanted:
            raise SettingsError(
                f"loss {self.recipe.loss!r} works on {wanted}, but {self.recipe.model!r} answers"
                f" with {self.model.answer}; pass another --loss or --hyper-parameters"
            )

    def __call__(
        self, network: nn.Module, L: Tensor, lab: Tensor, hints: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Return the losses of one batch; the first, `loss`, is what is minimized.

        Args:
            network: the model, or what wraps it.
            L: what the network sees, (N, 1, H, W) in [0, 100].
            lab: true picture in CIELAB, (N, 3, H, W).
            hints: for models that take them.
        """
        inputs = (L,) if hints is None else (L, hints)
        with torch.autocast(
            L.device.type, torch.bfloat16, enabled=self.recipe.precision == "bfloat16"
        ):
            answer = network(*inputs)
        if self.recipe.loss == "autochrome":
            return self._autochrome(answer, lab)
        ab = F.interpolate(lab[:, 1:], size=answer.shape[-2:], mode="area")
        return {"loss": self._single(answer.float(), ab)}

    def _single(self, answer: Tensor, ab: Tensor) -> Tensor:
        match self.recipe.loss:
            case "mse":
                return F.mse_loss(answer, self.model.target(ab))
            case "l1":
                return F.l1_loss(answer, self.model.target(ab))
            case "cross-entropy":
                return losses.bin_cross_entropy(answer, ab)
            case "kl":
                return losses.bin_divergence(answer, ab)
            case _:
                return losses.rebalanced_cross_entropy(answer, ab, self.weights)

    def _autochrome(self, answer: tuple[Tensor, Tensor], lab: Tensor) -> dict[str, Tensor]:
        scores, predicted = answer
        L, target = F.avg_pool2d(lab, 2).split((1, 2), dim=1)
        ab4 = F.avg_pool2d(lab[:, 1:], 4)
        classes = losses.rebalanced_cross_entropy(scores, ab4, self.weights)
        regression = losses.smooth_l1(predicted, target)
        gradient = losses.ab_gradient(predicted, target)
        missing = losses.missing_colorfulness(L, predicted, target)
        total = (
            classes
            + self.recipe.ab_weight * regression
            + self.recipe.gradient_weight * gradient
            + self.recipe.colorfulness_weight * missing
        )
        parts = {"classes": classes, "regression": regression, "gradient": gradient}
        return {"loss": total, **parts, "missing": missing}
