import io

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter

from training import degrade as old
from training.augment import add_noise, rotate
from training.degrade import degrade


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def dice(count, seed=0):
    return old._Dice(count, generator(seed))


def ramp(count=8, side=48):
    return torch.linspace(0.1, 0.9, side).expand(count, 1, side, side).contiguous()


def test_old_L_stays_in_range_differs_between_samples_and_repeats_with_the_seed():
    L = 100 * ramp(16, 50)
    first = degrade(L, generator())
    assert first.shape == L.shape
    assert first.min() >= 0
    assert first.max() <= 100
    assert len({round(value.item(), 3) for value in first.mean(dim=(1, 2, 3))}) == 16
    assert torch.equal(first, degrade(L, generator()))
    assert not torch.equal(first, degrade(L, generator(1)))


def test_blur_is_a_gaussian_of_each_samples_own_width():
    x = torch.zeros(3, 1, 21, 21)
    x[:, :, 10, 10] = 1
    made = old.blur(x, torch.tensor([0.0, 0.8, 1.2]).view(-1, 1, 1, 1))
    assert torch.allclose(made[0], x[0], atol=1e-6)
    for sample, sigma in ((1, 0.8), (2, 1.2)):
        wanted = gaussian_filter(x[0, 0].numpy(), sigma, radius=4)
        assert np.abs(made[sample, 0].numpy() - wanted).max() < 1e-4


@pytest.mark.parametrize("quality", [40, 75])
def test_jpeg_blocks_match_pillows(quality):
    rng = np.random.default_rng(0)
    gray = np.clip(
        128 + 60 * np.sin(np.arange(64) / 5)[:, None] + rng.normal(0, 8, (64, 64)), 0, 255
    ).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(gray).save(data, "JPEG", quality=quality)
    wanted = np.asarray(Image.open(data)).astype(float)
    x = torch.from_numpy(gray).float()[None, None] / 255
    made = old.jpeg(x, torch.full((1, 1, 1, 1), float(quality)), torch.ones(1, 1, 1, 1))
    apart = np.abs(made[0, 0].numpy() * 255 - wanted)  # now and then a tie is rounded otherwise
    assert np.median(apart) < 0.6
    assert apart.mean() < 0.2 * np.abs(gray - wanted).mean()


def test_jpeg_leaves_samples_that_are_not_chosen_and_takes_any_size():
    x = torch.rand(2, 1, 13, 21, generator=generator())
    chosen = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
    made = old.jpeg(x, torch.full((2, 1, 1, 1), 30.0), chosen)
    assert torch.equal(made[0], x[0])
    assert not torch.equal(made[1], x[1])


def test_about_every_sixth_sample_has_scratches_that_stand_upright():
    x = torch.full((300, 1, 40, 40), 0.4)
    changed = (old.scratches(x, dice(300)) - x).abs()
    hit = changed.flatten(1).amax(dim=1) > 0.02
    assert 0.08 < hit.float().mean() < 0.22
    along = changed[hit].amax(dim=3).amin(dim=2)  # a scratch crosses every row
    assert (along > 0.005).float().mean() > 0.8


def test_dust_covers_little():
    x = torch.full((200, 1, 48, 48), 0.4)
    changed = (old.dust(x, dice(200)) - x).abs() > 0.1
    assert 0.08 < changed.flatten(1).any(dim=1).float().mean() < 0.25
    assert changed.float().mean() < 0.01


def test_a_vignette_darkens_corners_more_than_the_middle():
    x = torch.ones(100, 1, 32, 32)
    made = old.vignette(x, dice(100))
    hit = made.flatten(1).amin(dim=1) < 0.99
    assert 0.1 < hit.float().mean() < 0.3
    assert (made[hit][:, 0, 16, 16] > made[hit][:, 0, ::31, ::31].flatten(1).amin(dim=1)).all()


def test_grain_keeps_the_mean_and_fading_keeps_the_order_of_tones():
    x = ramp(64)
    made = old.grain(x, dice(64))
    assert (made - x).mean().abs() < 2e-3
    assert (made - x).std() > 3e-3
    faded = old.fade(x, dice(64))
    assert (faded.diff(dim=-1) > 0).all()
    assert faded.min() >= 0
    assert faded.max() <= 1


def test_rotation_turns_the_picture_and_keeps_its_colours():
    x = torch.zeros(6, 3, 33, 33)
    x[:, 0, :16] = 1  # red above, black below
    x[:, 1] = 0.25
    turned = rotate(x, 90.0, generator())
    assert torch.allclose(turned[:, 1], x[:, 1], atol=1e-5)
    assert (turned - x).abs().amax(dim=(1, 2, 3)).median() > 0.5
    assert torch.allclose(rotate(x, 0.0, generator()), x, atol=1e-4)


def test_noise_has_the_asked_strength():
    L = torch.full((4, 1, 64, 64), 50.0)
    assert add_noise(L, 2.0, generator()).std().item() == pytest.approx(2.0, rel=0.05)
