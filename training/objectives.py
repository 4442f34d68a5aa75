"""From what a model's `forward` gives and the true colour to the losses of a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.colour.cielab import lab_to_srgb
from colorizer.errors import SettingsError
from colorizer.models.ab_bins import annealed_mean
from colorizer.models.base import VIVIDNESS, ColourModel
from training import losses
from training.adversarial import Adversary
from training.features import FeatureDistance
from training.recipes import Recipe

_ANSWERS = {
    "autochrome": "bins and ab", "mse": "ab", "l1": "ab",
    "cross-entropy": "bins", "kl": "bins", "rebalanced": "bins",
}  # fmt: skip
"""What the model must answer for a loss to work on."""


@dataclass(frozen=True)
class Objective:
    """The losses of a recipe for one model."""

    model: ColourModel
    recipe: Recipe
    weights: Tensor
    """Of the ab bins, (313,), on the model's device."""
    features: FeatureDistance | None = None
    """For recipes with a `feature_weight`; on the model's device."""
    adversary: Adversary | None = None
    """For recipes with an `adversarial_weight`."""

    def __post_init__(self) -> None:
        wanted = _ANSWERS[self.recipe.loss]
        if self.model.answer != wanted:
            raise SettingsError(
                f"loss {self.recipe.loss!r} works on {wanted}, but {self.recipe.model!r} answers"
                f" with {self.model.answer}; pass another --loss or --hyper-parameters"
            )

    def __call__(
        self, network: nn.Module, inputs: Sequence[Tensor], lab: Tensor,
        emulsions: Tensor | None = None,
    ) -> dict[str, Tensor]:  # fmt: skip
        """Return the losses of one batch; the first, `loss`, is what is minimized.

        Args:
            network: the model, or what wraps it.
            inputs: what the network sees: L, (N, 1, H, W) in [0, 100]; after it emulsions for
                models that take them.
            lab: true picture in CIELAB, (N, 3, H, W).
            emulsions: that made the gray, (N, 3), for models that guess them.
        """
        with torch.autocast(
            lab.device.type, torch.bfloat16, enabled=self.recipe.precision == "bfloat16"
        ):
            answer = network(*inputs)
        if self.recipe.loss == "autochrome":
            parts = self._autochrome(answer[0], answer[1], lab)
            if emulsions is not None and self.model.takes_emulsion:
                parts["emulsion"] = losses.mix_cross_entropy(answer[2], emulsions)
                parts["loss"] = parts["loss"] + self.recipe.emulsion_weight * parts["emulsion"]
            return parts
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

    def _autochrome(self, scores: Tensor, predicted: Tensor, lab: Tensor) -> dict[str, Tensor]:
        recipe, target = self.recipe, F.avg_pool2d(lab[:, 1:], 2)
        parts = {
            "classes": losses.rebalanced_cross_entropy(
                scores, F.avg_pool2d(lab[:, 1:], 4), self.weights
            ),
            "regression": losses.smooth_l1(predicted, target),
            "gradient": losses.ab_gradient(predicted, target),
        }
        seen = _shown(scores, predicted)
        shown, true = _to_rgb(seen, lab), lab_to_srgb(lab)
        parts["colorfulness"] = losses.colorfulness_error(shown, true)
        weights = [1.0, recipe.ab_weight, recipe.gradient_weight, recipe.colorfulness_weight]
        if self.features is not None:
            with torch.autocast(
                lab.device.type, torch.bfloat16, enabled=recipe.precision == "bfloat16"
            ):
                parts["features"] = self.features(shown, true)
            weights.append(recipe.feature_weight)
        if self.adversary is not None:
            parts["adversarial"] = self.adversary.doubt(_upon_L(seen, lab), _upon_L(target, lab))
            weights.append(recipe.adversarial_weight)
        total = [weight * part for weight, part in zip(weights, parts.values(), strict=True)]
        return {"loss": torch.stack(total).sum(), **parts}


def _shown(scores: Tensor, predicted: Tensor) -> Tensor:
    """Return the ab that a person is shown at the default vividness, (N, 2, H/2, W/2)."""
    vivid = F.interpolate(annealed_mean(scores), size=predicted.shape[-2:], mode="bilinear")
    return torch.lerp(predicted.float(), vivid, VIVIDNESS)


def _upon_L(ab: Tensor, lab: Tensor) -> Tensor:
    """Return ab upon the true L at the size of lab, CIELAB (N, 3, H, W)."""
    full = F.interpolate(ab, size=lab.shape[-2:], mode="bilinear")
    return torch.cat([lab[:, :1], full], dim=1)


def _to_rgb(ab: Tensor, lab: Tensor) -> Tensor:
    """Return ab upon the true L as sRGB in [0, 1] at the size of lab, (N, 3, H, W)."""
    return lab_to_srgb(_upon_L(ab, lab)).clamp(0, 1)
