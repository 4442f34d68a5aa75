"""Pretrain an encoder where the published weights cannot be had.

`python -m training.pretrain MODEL --pack PACK --out FILE` trains MODEL's encoder to tell the
training photos by the folder they come from, and writes its weights with the published names, for
`training.train MODEL --encoder-weights FILE`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from colorizer.colour.cielab import L_to_gray, srgb_to_lab
from colorizer.errors import ColorizerError, SettingsError
from colorizer.models import create_model
from colorizer.models.base import ColourModel
from training.batches import WHOLE, Cropping, Draw, Loader, crop, on_the_way, threads_of
from training.datasets import Photos, open_pack

_RATE = 1e-3
_SEED = 0
_VALIDATION_SHARE = 0.05
_BATCH = 64
_LOG_EVERY = 25
_EMBEDDING = "inception_resnet_v2"
_PREFIXES = {"resnet18": "", "resnet34": "", "densenet121": "features.", _EMBEDDING: ""}
"""What stands before the names of each published network's encoder."""


class Classifier(nn.Module):
    """A model's encoder with a linear layer on the mean of its features.

    Args:
        model: whose encoder to train, as the model itself feeds it; loses its decoder.
        classes: to tell apart.

    Raises:
        SettingsError: the model takes no encoder that could be pretrained here.
    """

    def __init__(self, model: ColourModel, classes: int) -> None:
        super().__init__()
        if model.pretrained not in _PREFIXES:
            known = ", ".join(_PREFIXES)
            raise SettingsError(f"{model.name} has none of the encoders {known}; train it as it is")
        self.prefix = _PREFIXES[model.pretrained]
        self.part = model.get_submodule("encoder")
        self.features: nn.Module = model
        if model.pretrained == _EMBEDDING:
            self.part = self.features = model.get_submodule("embedding")
        for name in ("bottleneck", "decoder"):
            if hasattr(self.features, name):
                setattr(self.features, name, nn.Identity())
        self.part.requires_grad_(True)
        self.classes = nn.LazyLinear(classes)

    def train(self, mode: bool = True) -> Classifier:
        """Switch to training or evaluation, all of it."""
        self.training = mode
        self.part.train(mode)
        return self

    def forward(self, L: Tensor) -> Tensor:
        """Score the classes, (N, classes), from L (N, 1, H, W) in [0, 100]."""
        features = self.features(L_to_gray(L) if self.features is self.part else L)
        if features.dim() == 4:
            features = features.mean(dim=(2, 3))
        return self.classes(features)

    def published_state(self) -> dict[str, Tensor]:
        """Return the encoder's weights by the names of the published network."""
        state = self.part.state_dict()
        return {self.prefix + name: value.cpu() for name, value in state.items()}


def lightness(pixels: Tensor) -> Tensor:
    """Turn (N, 3, H, W) uint8 sRGB into L, (N, 1, H, W)."""
    return srgb_to_lab(pixels.float() / 255)[:, :1]


def pretrain(
    network: nn.Module, photos: Photos, minutes: float, size: int, batch: int = _BATCH
) -> float:
    """Train a classifier of the folders; return its share of right answers on unseen photos.

    Args:
        network: changed in place; gives a score for each folder.
        photos: training and validation pictures.
        minutes: length; the learning rate goes as OneCycle over it.
        size: side of the square crops, pixels.
        batch: pictures of a step.

    Raises:
        SettingsError: there is only one folder.
    """
    if len(photos.folders) < 2:
        raise SettingsError("one folder has no classes to tell apart; sort the photos into folders")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    training, validation = photos.divide(_VALIDATION_SHARE)
    draw = Draw(training, [size], batch, _SEED, Cropping("scaled"))
    network = network.to(device).train()
    network(torch.zeros(2, 1, size, size, device=device))  # the last layer learns its width
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.01)
    began = time.monotonic()
    loader = Loader(lambda step: on_the_way(draw.pixels(step), device), 0, threads_of(1))
    with loader as batches, tqdm(unit="step", mininterval=1.0) as bar:
        while (progress := (time.monotonic() - began) / (60 * minutes)) < 1:
            for group in optimizer.param_groups:
                group["lr"] = _RATE * min(1.0, 10 * progress + 0.01) * (1 - progress)
            labels = torch.from_numpy(training.index["folder"][draw.numbers(bar.n)]).long()
            pixels = next(batches).to(device, non_blocking=True)
            with torch.autocast(device.type, torch.bfloat16):
                scores = network(lightness(pixels))
            loss = F.cross_entropy(scores.float(), labels.to(device))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            bar.update()
            if bar.n % _LOG_EVERY == 0:
                bar.set_postfix_str(f"loss {loss.item():.3f}, {progress:.0%} done", refresh=False)
    return _accuracy(network.eval(), validation, size, device)


@torch.no_grad()
def _accuracy(network: nn.Module, photos: Photos, size: int, device: torch.device) -> float:
    unused = np.random.default_rng(0)
    right = 0
    for first in range(0, len(photos), _BATCH):
        some = range(first, min(first + _BATCH, len(photos)))
        squares = np.stack([crop(photos.picture(n), size, WHOLE, unused) for n in some])
        pixels = torch.from_numpy(squares.transpose(0, 3, 1, 2).copy()).to(device)
        answers = network(lightness(pixels)).argmax(dim=1).cpu().numpy()
        right += int((answers == photos.index["folder"][some.start : some.stop]).sum())
    return right / max(1, len(photos))


def main() -> None:
    """Read the command line and pretrain."""
    parser = argparse.ArgumentParser(
        prog="python -m training.pretrain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", help="whose encoder to pretrain")
    parser.add_argument("--pack", type=Path, required=True, help="folder of training.datasets")
    parser.add_argument("--out", type=Path, required=True, help="file of weights to write")
    parser.add_argument("--minutes", type=float, default=30.0, help="length (%(default)s)")
    parser.add_argument("--size", type=int, default=128, help="side of the crops (%(default)s)")
    parser.add_argument("--batch", type=int, default=_BATCH, help="(%(default)s)")
    arguments = parser.parse_args()
    try:
        photos = open_pack(arguments.pack)
        torch.manual_seed(_SEED)
        network = Classifier(create_model(arguments.model), len(photos.folders))
        right = pretrain(network, photos, arguments.minutes, arguments.size, arguments.batch)
    except ColorizerError as error:
        sys.exit(f"error: {error}")
    part = arguments.out.with_suffix(".part")
    torch.save(network.published_state(), part)
    part.replace(arguments.out)
    print(f"{arguments.out}: {right:.1%} of unseen photos told right among {len(photos.folders)}")


if __name__ == "__main__":
    main()
