"""The training loop on a few drawn pictures."""

import io
import tarfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from colorizer.models import load_model
from colorizer.models.autochrome import Autochrome
from training import train as training_loop
from training.ab_prior import measure_prior
from training.datasets import batches, open_pack, pack, random_crop
from training.degrade import degrade, random_hints
from training.recipes import RECIPES

TINY = {"widths": (16, 16, 16, 16), "queries": 4, "query_width": 16, "fine": 8}


@pytest.fixture
def photos(tmp_path):
    """Green below, blue above, in two tar files."""
    rng = np.random.default_rng(0)
    tars = []
    for number in range(2):
        tars.append(tmp_path / f"{number}.tar")
        with tarfile.open(tars[-1], "w") as archive:
            for picture in range(6):
                pixels = rng.integers(60, 90, (180, 200, 3), dtype=np.uint8)
                pixels[:90, :, 2] += 120
                pixels[90:, :, 1] += 60
                data = io.BytesIO()
                Image.fromarray(pixels).save(data, "WEBP", quality=72)
                entry = tarfile.TarInfo(f"source{number}/{picture}.webp")
                entry.size = data.tell()
                data.seek(0)
                archive.addfile(entry, data)
    pack(tars, tmp_path / "pack", processes=1)
    return open_pack(tmp_path / "pack")


def test_a_pack_holds_every_picture_at_its_short_side(photos):
    assert len(photos) == 12
    assert photos.picture(7).shape == (160, 178, 3)
    assert photos.picture(7)[:60, :, 2].mean() > photos.picture(7)[100:, :, 2].mean() + 50
    assert photos.weights.sum() == pytest.approx(1)


def test_crops_are_square_and_repeat_with_the_seed(photos):
    first, again = (next(batches(photos, [64], 3, seed=5)) for _ in range(2))
    assert first.shape == (3, 3, 64, 64)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert random_crop(photos.picture(0), 32, np.random.default_rng(1)).shape == (32, 32, 3)


def test_prior_is_a_distribution(photos):
    prior = measure_prior(photos, 32, count=64)
    assert prior.sum().item() == pytest.approx(1, abs=1e-5)
    assert (prior > 0).sum() < 60  # two colours and their neighbours


def test_degraded_L_stays_in_range_and_differs_between_samples():
    L = torch.full((4, 1, 8, 8), 60.0)
    old = degrade(L, torch.Generator().manual_seed(0))
    assert old.min() >= 0
    assert old.max() <= 100
    assert len({round(value.item(), 2) for value in old.mean(dim=(1, 2, 3))}) == 4


def test_hints_show_true_colours_where_the_mask_is_set():
    ab = torch.tensor([30.0, -20.0]).view(1, 2, 1, 1).expand(40, 2, 32, 32)
    hints = random_hints(ab, torch.Generator().manual_seed(0))
    mask = hints[:, 2:] == 1
    assert 0 < mask.flatten(1).any(dim=1).float().mean() < 0.6
    assert torch.allclose(hints[:, :2][mask.expand(-1, 2, -1, -1)], ab[mask.expand(-1, 2, -1, -1)])
    assert hints[:, :2][~mask.expand(-1, 2, -1, -1)].abs().max() == 0


def test_thirty_steps_learn_two_pictures(photos):
    torch.manual_seed(0)
    model = Autochrome(**TINY)
    recipe = replace(RECIPES["autochrome"], size=32, size_to=32, batch=8)
    optimizer = training_loop.build_optimizer(model, replace(recipe, encoder_rate=1e-3))
    for group in optimizer.param_groups:
        group["lr"] = 3e-3
    generator = torch.Generator().manual_seed(0)
    rgb = torch.from_numpy(next(batches(photos, [32], 8, seed=0)))
    history = []
    for _ in range(30):
        losses = training_loop.batch_loss(model, rgb, recipe, torch.ones(313), generator)
        optimizer.zero_grad()
        losses["loss"].backward()
        optimizer.step()
        history.append(losses["classes"].item())
    assert history[-1] < 0.6 * history[0]


def test_a_run_writes_weights_that_load_and_goes_on_where_it_stopped(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(training_loop, "create_model", lambda name: tiny_model(name))
    monkeypatch.setattr(training_loop, "load_encoder", lambda model, file: None)
    recipe = replace(RECIPES["autochrome"], size=32, size_to=32, batch=2, minutes=0.03)
    weights = training_loop.train(recipe, photos, tmp_path / "run")
    first = torch.load(tmp_path / "run/checkpoint.pt", weights_only=True)
    assert load_model("autochrome", weights).hyper_parameters["queries"] == 4
    training_loop.train(replace(recipe, minutes=0.06), photos, tmp_path / "run")
    second = torch.load(tmp_path / "run/checkpoint.pt", weights_only=True)
    assert second["step"] > first["step"] > 0
    assert second["spent"] > first["spent"]


def tiny_model(name):
    model = Autochrome(**TINY)
    model.name = name
    return model
