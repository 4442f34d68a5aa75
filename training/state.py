"""What a run carries from step to step, and how one step changes it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from colorizer.colour.cielab import srgb_to_lab
from colorizer.models.base import ColourModel
from training.adversarial import Adversary
from training.augment import add_noise, rotate, some_levelled
from training.degrade import degrade
from training.distributed import Group
from training.emulsions import random_emulsions, seen_through, some_told
from training.objectives import Objective
from training.recipes import Recipe
from training.schedule import rate_factor


@dataclass
class State:
    """A run between two steps."""

    model: ColourModel
    average: ColourModel
    """Running average of the model, which is released; the model itself where it is not kept."""
    optimizer: torch.optim.Optimizer
    weights: Tensor
    """Of the ab bins, (313,)."""
    step: int = 0
    spent: float = 0.0
    """Seconds of training so far."""
    best: float = float("inf")
    """Least validation loss."""
    best_epoch: float = 0.0
    sums: dict[str, Tensor] = field(default_factory=dict)
    """Losses summed since the last line of the log."""
    log: list[dict[str, float]] = field(default_factory=list)
    validations: list[dict[str, float]] = field(default_factory=list)
    strips: list[float] = field(default_factory=list)
    """Progress at which strips were made."""
    adversary: Adversary | None = None
    """For recipes with an `adversarial_weight`."""
    chosen: dict[str, Any] = field(default_factory=dict)
    """For recipes that choose: `score`, `step` and `weights` of the best so far."""

    _PLAIN = ("step", "spent", "best", "best_epoch", "log", "validations", "strips")

    def saved(self) -> dict[str, Any]:
        """Return what a checkpoint needs."""
        parts: dict[str, Any] = {name: getattr(self, name) for name in self._PLAIN}
        if self.average is not self.model:
            parts["average"] = self.average.state_dict()
        if self.adversary is not None:
            parts["adversary"] = self.adversary.saved()
        if self.chosen:
            parts["chosen"] = self.chosen
        return parts | {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "weights": self.weights,
            "sums": self.sums,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from what a checkpoint held."""
        for name in self._PLAIN:
            setattr(self, name, saved[name])
        self.model.load_state_dict(saved["model"])
        if self.average is not self.model:
            self.average.load_state_dict(saved["average"])
        self.optimizer.load_state_dict(saved["optimizer"])
        if self.adversary is not None:
            self.adversary.restore(saved["adversary"])
        self.chosen = saved.get("chosen", {})
        self.weights = saved["weights"].to(self.weights.device)
        self.sums = {name: v.to(self.weights.device) for name, v in saved["sums"].items()}


def build_optimizer(model: ColourModel, recipe: Recipe) -> torch.optim.Optimizer:
    """Return the recipe's optimizer with the encoder at its own rate, frozen parts left out.

    `l2` goes to kernels alone: the gradient of l2 * w^2 is 2 * l2 * w, what Adam's decay adds.
    """
    encoder = {id(p) for p in model.encoder_parameters()}
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for parameter in model.parameters():
        if parameter.requires_grad:
            kind = (id(parameter) in encoder, recipe.l2 > 0 and parameter.dim() > 1)
            groups.setdefault(kind, []).append(parameter)
    described = [
        {
            "params": parameters,
            "rate": recipe.scaled(recipe.encoder_rate if in_encoder else recipe.decoder_rate),
            "weight_decay": recipe.weight_decay + (2 * recipe.l2 if is_kernel else 0.0),
        }
        for (in_encoder, is_kernel), parameters in sorted(groups.items())
    ]
    kind = torch.optim.AdamW if recipe.optimizer == "adamw" else torch.optim.Adam
    return kind(described, lr=recipe.decoder_rate, betas=recipe.betas)


def averaged(model: ColourModel, recipe: Recipe) -> ColourModel:
    """Return a copy for the running average, or the model itself without one."""
    return copy.deepcopy(model).eval() if recipe.average > 0 else model


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Move the averaged weights a little towards the model's; copy its statistics."""
    for kept, current in zip(average.parameters(), model.parameters(), strict=True):
        if current.requires_grad:
            kept.lerp_(current, 1 - decay)
    for kept, current in zip(average.buffers(), model.buffers(), strict=True):
        kept.copy_(current)


def generator_of(recipe: Recipe, step: int, group: Group) -> torch.Generator:
    """Return the randomness of a step on this process's device."""
    generator = torch.Generator(group.device)
    generator.manual_seed((recipe.seed * 1_000_003 + step) * 4096 + group.rank)
    return generator


def step_losses(
    network: nn.Module, objective: Objective, recipe: Recipe, pixels: Tensor,
    generator: torch.Generator,
) -> dict[str, Tensor]:  # fmt: skip
    """Return the losses of one batch, changed at random as the recipe says.

    Args:
        network: the model, or what wraps it.
        objective: of the recipe.
        recipe: which changes to make.
        pixels: (N, 3, H, W) uint8 sRGB, on any device.
        generator: randomness, on the device to work on.
    """
    rgb = pixels.to(generator.device, non_blocking=True).float() / 255
    if recipe.rotation > 0:
        rgb = rotate(rgb, recipe.rotation, generator)
    lab = srgb_to_lab(rgb)
    L, emulsions = lab[:, :1], None
    if recipe.emulsions:
        emulsions = random_emulsions(len(rgb), generator)
        L = seen_through(rgb, emulsions)
    if recipe.degrade:
        L = degrade(L, generator)
    if recipe.levels > 0:
        L = some_levelled(L, recipe.levels, generator)
    if recipe.noise > 0:
        L = add_noise(L, recipe.noise, generator)
    inputs = [L]
    if emulsions is not None and objective.model.takes_emulsion:
        inputs.append(some_told(emulsions, generator))
    return objective(network, inputs, lab, emulsions)


def take_step(
    state: State, network: nn.Module, objective: Objective, recipe: Recipe, pixels: Tensor,
    progress: float, group: Group,
) -> None:  # fmt: skip
    """Learn from one batch."""
    factor = rate_factor(recipe.schedule, state.step, progress, recipe.warmup_steps)
    if progress < recipe.critic_share:
        factor = 0.0
    for parameters in state.optimizer.param_groups:
        parameters["lr"] = parameters["rate"] * factor
    generator = generator_of(recipe, state.step, group)
    torch.manual_seed(generator.initial_seed())  # of what layers draw by themselves
    losses = step_losses(network, objective, recipe, pixels, generator)
    state.optimizer.zero_grad(set_to_none=True)
    losses["loss"].backward()
    if recipe.clip > 0:
        nn.utils.clip_grad_norm_(state.model.parameters(), recipe.clip)
    state.optimizer.step()
    if state.adversary is not None:
        losses["critic"] = state.adversary.learn(group)
    if recipe.average > 0:
        decay = min(recipe.average, (state.step + 1) / (state.step + 10))
        update_average(state.average, state.model, decay)
    for name, value in losses.items():
        value = value.detach().double()
        state.sums[name] = state.sums[name] + value if name in state.sums else value
    state.step += 1
