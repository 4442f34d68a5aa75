"""Recipe: everything that makes one training run what it is. Stored in the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How to train one model. Every field is a command-line option of `training.train`."""

    model: str = "autochrome"
    minutes: float = 60.0
    """Length of the run; the learning rate falls to zero by its end, however fast the machine."""
    size: int = 128
    """Side of the square crops, pixels."""
    size_to: int = 192
    """Largest side: every batch draws its own, a multiple of 32 from `size` to here."""
    batch: int = 32
    encoder_rate: float = 1e-4
    decoder_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup_steps: int = 100
    ab_weight: float = 0.1
    """Weight of the smooth L1 loss on ab beside the rebalanced cross entropy."""
    gradient_weight: float = 0.05
    """Weight of the L1 loss on the gradient of ab, which sees bleeding that ab alone does not."""
    colorfulness_weight: float = 0.3
    """Weight of the loss on what a sample lacks in colorfulness."""
    average: float = 0.999
    """Decay of the running average of the weights, which is what is released."""
    seed: int = 0


RECIPES: dict[str, Recipe] = {"autochrome": Recipe()}
