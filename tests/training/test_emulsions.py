"""Gray of random emulsions, and what the network is told of them."""

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from colorizer.models import create_model
from training.augment import some_levelled
from training.emulsions import TOLD, random_emulsions, seen_through, some_told

TINY = {"widths": [16, 16, 16, 16], "queries": 4, "query_width": 16, "fine": 8}
LUMA = torch.tensor([[0.2126, 0.7152, 0.0722]])


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def pictures(count=4, side=32):
    return torch.rand(count, 3, side, side, generator=generator(5))


def test_weights_sum_to_1_and_about_half_are_panchromatic():
    made = random_emulsions(4000, generator())
    assert made.shape == (4000, 3)
    assert made.min() >= 0
    assert torch.allclose(made.sum(dim=1), torch.ones(4000), atol=1e-5)
    panchromatic = (made - LUMA).abs().amax(dim=1) < 1e-6
    assert 0.44 < panchromatic.float().mean() < 0.52
    blind_to_red = made[:, 0] <= 0.1
    assert 0.33 < blind_to_red.float().mean() < 0.48


def test_gray_of_panchromatic_weights_is_scikit_images_L():
    rgb = pictures()
    made = seen_through(rgb, LUMA.expand(4, 3))
    wanted = rgb2lab(rgb.permute(0, 2, 3, 1).double().numpy())[..., 0]
    assert np.abs(made[:, 0].numpy() - wanted).max() < 0.02


def test_a_blue_sensitive_plate_sees_red_and_green_as_black():
    colours = torch.eye(3)[..., None, None]  # pure red, green, blue
    L = seen_through(colours, torch.tensor([[0.0, 0.0, 1.0]]).expand(3, 3)).flatten()
    assert torch.allclose(L, torch.tensor([0.0, 0.0, 100.0]), atol=1e-3)


def test_emulsions_that_are_not_told_are_zeros():
    told = some_told(random_emulsions(2000, generator()), generator(1))
    sums = told.sum(dim=1)
    assert set(sums.round().tolist()) == {0.0, 1.0}
    assert abs(sums.mean().item() - TOLD) < 0.04


def test_levelled_samples_use_the_whole_scale_and_others_stay():
    L = 30 + 20 * torch.rand(64, 1, 24, 24, generator=generator(3))
    made = some_levelled(L, 0.5, generator())
    same = (made == L).flatten(1).all(dim=1)
    assert 15 < same.sum() < 49
    reached = made[~same].flatten(1)
    assert reached.amin(dim=1).max() < 6
    assert reached.amax(dim=1).min() > 92


def network():
    torch.manual_seed(0)
    return create_model("autochrome", **TINY, emulsions=True).eval()


def test_an_untrained_input_changes_nothing_and_guesses_panchromatic_luma():
    told = network()
    plain = create_model("autochrome", **TINY).eval()
    plain.load_state_dict(
        {k: v for k, v in told.state_dict().items() if not k.startswith("emulsion.")}
    )
    L = 100 * torch.rand(2, 1, 40, 56, generator=generator())
    blue = torch.tensor([[0.0, 0.1, 0.9]]).expand(2, 3)
    assert torch.allclose(told.predict(L), plain.predict(L), atol=1e-4)
    assert torch.allclose(told.predict(L, emulsion=blue), plain.predict(L), atol=1e-4)
    *_, guess = told(torch.nn.functional.pad(L, (0, 8, 0, 24)))
    assert torch.allclose(guess, LUMA.expand(2, 3), atol=1e-4)


def test_a_told_emulsion_changes_the_colours_and_an_unknown_one_is_the_guess():
    model = network()
    for parameter in model.emulsion.parameters():
        torch.nn.init.normal_(parameter, std=0.5, generator=generator(2))
    L = 100 * torch.rand(2, 1, 32, 32, generator=generator())
    *_, guess = model(L)
    unknown = model.predict(L)
    assert torch.equal(model.predict(L, emulsion=torch.zeros(2, 3)), unknown)
    assert torch.allclose(model.predict(L, emulsion=guess.detach()), unknown, atol=1e-4)
    blue = torch.tensor([[0.0, 0.1, 0.9]]).expand(2, 3)
    assert not torch.allclose(model.predict(L, emulsion=blue), unknown, atol=0.1)


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["resnet18", "zhang2016"])
def test_models_without_the_input_ignore_the_emulsion(name):
    model = create_model(name).eval()
    L = torch.full((1, 1, 32, 32), 50.0)
    blue = torch.tensor([[0.0, 0.1, 0.9]])
    assert not model.takes_emulsion
    assert torch.equal(model.predict(L, emulsion=blue), model.predict(L))
