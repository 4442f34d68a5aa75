"""Recipe: everything that makes one training run what it is. Stored in the checkpoint.

`RECIPES` holds one for each published system and for autochrome; `STUDIES` holds sets of recipes
that differ in one thing and share a report. Where a publication leaves a value open, the recipe's
comment says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from colorizer.errors import SettingsError
from training.schedule import SCHEDULES

LOSSES = ("autochrome", "mse", "l1", "cross-entropy", "kl", "rebalanced")
CROPS = ("scaled", "fixed", "whole")
OPTIMIZERS = ("adam", "adamw")
PRECISIONS = ("auto", "bfloat16", "float32")


@dataclass(frozen=True)
class Recipe:
    """How to train one model. Every field is a command-line option of `training.train`."""

    model: str = "autochrome"
    hyper_parameters: Mapping[str, Any] = field(default_factory=dict)
    """Of the network; on the command line as JSON."""
    loss: str = "autochrome"
    """autochrome, mse, l1, cross-entropy, kl or rebalanced; see `training.objectives`."""

    epochs: int = 0
    """Length of the run in passes over the training pictures; 0 is no limit."""
    minutes: float = 0.0
    """Length of the run in minutes; 0 is no limit. With both, whichever is reached first."""
    patience: int = 0
    """Epochs without a better validation loss after which the run stops; 0 is never."""

    size: int = 128
    """Side of the square crops, pixels."""
    size_to: int = 0
    """Largest side: every batch draws its own, a multiple of 32 from `size` to here; 0: `size`."""
    crop: str = "scaled"
    """scaled, fixed or whole; see `training.batches.Cropping`."""
    resize: int = 256
    """Short side before a fixed crop, pixels."""
    mirror: bool = True
    upside_down: bool = False
    rotation: float = 0.0
    """Largest random rotation, degrees."""
    noise: float = 0.0
    """Standard deviation of the noise on L, of 100."""
    degrade: bool = False
    """Make L look like old film and prints."""
    emulsions: bool = False
    """Make the gray from the linear light of random emulsions instead of panchromatic luma."""
    levels: float = 0.0
    """Share of the samples whose range is stretched to the whole scale, as inference does."""
    weighted: bool = False
    """Draw pictures by the weights of their sources instead of each once an epoch."""
    validation_share: float = 0.1
    """Share of the pictures kept for validation."""
    validation_photos: int = 128
    """Validate on at most so many of them."""
    validate_every: float = 1.0
    """Epochs between validations."""
    subset: float = 1.0
    """Share of the training pictures that an epoch uses."""
    subset_epochs: int = 1
    """Epochs after which a fresh subset is chosen."""

    batch: int = 32
    """Pictures of a step, over all processes."""
    rates_for: int = 0
    """Batch that the rates are meant for: others change them by the root of how much larger they
    are; 0 takes the rates as they are."""
    optimizer: str = "adam"
    encoder_rate: float = 1e-3
    decoder_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    """Of the optimizer: Adam adds it to the gradient, AdamW takes it off the weights."""
    l2: float = 0.0
    """Weight of the sum of the squared kernels in the loss, as Keras counts."""
    schedule: str = "constant"
    """constant, cosine or onecycle."""
    warmup_steps: int = 0
    clip: float = 0.0
    """Largest norm of the gradient; 0 does not clip."""
    average: float = 0.0
    """Decay of the running average of the weights, which is what is released; 0: none."""
    precision: str = "auto"
    """bfloat16 (autocast), float32, or auto: the quicker of both on this machine."""
    compiled: bool = False
    """Let torch.compile make kernels for the network: some minutes at first, then quicker steps."""
    save_every: float = 150.0
    """Seconds between checkpoints; each epoch ends with one too."""
    choose: bool = False
    """Release the weights that did best in FID and set colorfulness on the validation pictures,
    judged at each validation and checkpoint, instead of the last."""

    ab_weight: float = 0.1
    """Of autochrome's loss: weight of the smooth L1 on ab next to the rebalanced cross entropy."""
    gradient_weight: float = 0.05
    """Weight of the L1 loss on the gradient of ab, which sees bleeding that ab alone does not."""
    colorfulness_weight: float = 3.0
    """Weight of the error in colorfulness of the result at the default vividness."""
    feature_weight: float = 0.0
    """Weight of the distance of that result in features of EfficientNet-Lite0; 0 is without."""
    emulsion_weight: float = 0.1
    """Weight of the cross entropy of the guessed emulsion, for networks that guess it."""
    adversarial_weight: float = 0.0
    """Weight of what a critic says of that result, see `training.adversarial`; 0 is without."""
    critic_share: float = 0.0
    """Share of the run, at its beginning, in which the critic learns alone."""
    critic_rate: float = 2e-4
    critic_width: int = 64
    """Channels of the critic's first layer."""
    rebalance_mix: float = 0.5
    """Share of the uniform distribution in the prior of the ab bins (lambda)."""
    rebalance_ceiling: float = 0.0
    """Largest weight of a bin, against speckle from small sets; 0 is none."""
    seed: int = 0

    def __post_init__(self) -> None:
        choices = {
            "loss": LOSSES, "crop": CROPS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES,
            "precision": PRECISIONS,
        }  # fmt: skip
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                found = getattr(self, name)
                raise SettingsError(f"{name} must be one of {', '.join(allowed)}, got {found!r}")
        if self.epochs <= 0 and self.minutes <= 0:
            raise SettingsError("a recipe needs a length; pass --epochs N or --minutes N")
        if self.batch < 1 or self.size < 32 or not 0 < self.subset <= 1:
            raise SettingsError("batch must be at least 1, size at least 32, subset in (0, 1]")
        if not 0 <= self.validation_share < 1 or self.validate_every <= 0:
            raise SettingsError("validation_share must be in [0, 1), validate_every above 0")
        if self.adversarial_weight > 0 and self.loss != "autochrome":
            raise SettingsError(f"adversarial_weight goes with loss autochrome, not {self.loss!r}")
        if not 0 <= self.critic_share < 1 or self.critic_width < 1:
            raise SettingsError("critic_share must be in [0, 1), critic_width at least 1")

    def scaled(self, rate: float) -> float:
        """Return a learning rate for the recipe's batch."""
        return rate * math.sqrt(self.batch / self.rates_for) if self.rates_for else rate


def _both(rate: float) -> dict[str, Any]:
    return {"encoder_rate": rate, "decoder_rate": rate}


_AUTOCHROME = Recipe(
    minutes=60.0, size_to=192, degrade=True, weighted=True, validation_share=0.02,
    validate_every=0.25, optimizer="adamw", encoder_rate=1e-4, betas=(0.9, 0.99), weight_decay=0.01,
    schedule="cosine", warmup_steps=100, clip=1.0, average=0.999, rebalance_ceiling=8.0,
    feature_weight=0.25, hyper_parameters={"emulsions": True}, emulsions=True, levels=0.85,
)  # fmt: skip
# The end of a training: begins from weights (--start) and stops early, after DeOldify's NoGAN.
_AUTOCHROME_ADVERSARIAL = replace(
    _AUTOCHROME, minutes=5.0, encoder_rate=1e-5, decoder_rate=5e-5, adversarial_weight=0.1,
    critic_share=0.2, save_every=60.0, choose=True,
)  # fmt: skip
# Parekh, Karpe, Shusharan 2021: 8:2 split, 100 epochs, batch 128; pictures as squares of 224.
_RESNET18 = Recipe(
    model="resnet18", loss="mse", epochs=100, size=224, crop="whole", mirror=False, batch=128,
    validation_share=0.2,
)  # fmt: skip
# Its second network: trained last blocks, one more basic block, 1e-4; how many blocks is ours.
_RESNET18_SECOND = replace(
    _RESNET18, hyper_parameters={"unfrozen": 4, "extra_block": True}, **_both(1e-4)
)
# Akbulut, Atay: rates, batch and length are not given; Adam's defaults and 32 are ours.
_DENSENET121 = Recipe(
    model="densenet121", loss="mse", epochs=50, size=224, crop="whole", upside_down=True,
    rotation=20.0, noise=2.0,
)  # fmt: skip
# Nicolai, Orgaz Exposito, Bianchi 2021; the number of epochs is ours.
_ZHANG2016 = Recipe(
    model="zhang2016", loss="rebalanced", epochs=20, size=176, crop="fixed", resize=256, batch=40,
    betas=(0.9, 0.99), weight_decay=1e-3, **_both(3.16e-5),
)  # fmt: skip
# Poster "Image Colorization with CNN": 4 times 10 epochs of a fresh 40 %.
_RESNET34 = Recipe(
    model="resnet34", loss="mse", epochs=40, size=224, crop="whole", mirror=False, batch=128,
    subset=0.4, subset_epochs=10, patience=5,
)  # fmt: skip
# DeepColor: the study below covers what was varied; the number of epochs is ours.
_DEEPCOLOR = Recipe(
    model="deepcolor",
    loss="mse",
    epochs=50,
    size=224,
    crop="whole",
    mirror=False,
    batch=50,
    l2=0.01,
)

RECIPES: dict[str, Recipe] = {
    "autochrome": _AUTOCHROME,
    "autochrome-adversarial": _AUTOCHROME_ADVERSARIAL,
    "resnet18": _RESNET18,
    "resnet18-second": _RESNET18_SECOND,
    "densenet121": _DENSENET121,
    "zhang2016": _ZHANG2016,
    "resnet34": _RESNET34,
    "deepcolor": _DEEPCOLOR,
    **{f"deepcolor-{n}": replace(_DEEPCOLOR, model=f"deepcolor-{n}") for n in (1, 2, 3)},
}

STUDIES: dict[str, dict[str, Recipe]] = {
    "resnet18-rates": {
        f"rate {rate:g}": replace(_RESNET18, **_both(rate)) for rate in (5e-4, 1e-3, 5e-3, 1e-2)
    },
    "resnet18-losses": {
        loss: replace(_RESNET18, loss=loss, hyper_parameters={"head": head})
        for loss, head in (("l1", "ab"), ("mse", "ab"), ("cross-entropy", "bins"), ("kl", "bins"))
    },
    "deepcolor-rates": {
        f"rate {rate:g}": replace(_DEEPCOLOR, **_both(rate))
        for rate in (0.1, 0.01, 1e-3, 1e-4, 1e-5)
    },
    "deepcolor-batches": {f"batch {n}": replace(_DEEPCOLOR, batch=n) for n in (5, 50)},
    "deepcolor-l2": {f"l2 {l2:g}": replace(_DEEPCOLOR, l2=l2) for l2 in (0.1, 0.01, 1e-3)},
}
