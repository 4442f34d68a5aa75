import pytest
import torch

from colorizer.models.ab_bins import (
    annealed_mean,
    bin_centres,
    class_weights,
    soft_encode,
)


def test_there_are_313_bins_ten_units_apart():
    centres = bin_centres()
    assert centres.shape == (313, 2)
    distance = torch.cdist(centres, centres).fill_diagonal_(1e9)
    assert distance.min() == pytest.approx(10)
    assert len(set(map(tuple, centres.tolist()))) == 313


def test_soft_encoding_of_a_centre_weighs_its_own_bin_most():
    # exp(-100 / 50) = 0.1353 for each of four neighbours ten units away: 1 / (1 + 4 * 0.1353)
    number, weight = soft_encode(torch.tensor([20.0, -30.0]).view(1, 2, 1, 1))
    assert bin_centres()[number[0, 0, 0, 0]].tolist() == [20.0, -30.0]
    assert weight[0, 0, 0, 0].item() == pytest.approx(0.6488, abs=1e-3)
    assert weight.sum().item() == pytest.approx(1)


def test_decoding_a_soft_encoded_colour_gives_it_back():
    ab = torch.tensor([[12.0, 33.0], [-41.0, 18.0], [0.0, 0.0]]).T.reshape(1, 2, 1, 3)
    number, weight = soft_encode(ab)
    logits = torch.full((1, 313, 1, 3), -1e4).scatter_(1, number, weight.log())
    assert torch.allclose(annealed_mean(logits, temperature=1.0), ab, atol=2.5)


def test_low_temperature_takes_the_best_bin_and_high_the_mean():
    logits = torch.zeros(1, 313, 1, 1)
    logits[0, 7] = 1.0
    assert torch.allclose(annealed_mean(logits, 0.01)[0, :, 0, 0], bin_centres()[7], atol=1e-2)
    mean = bin_centres().mean(dim=0)
    assert torch.allclose(annealed_mean(logits, 100.0)[0, :, 0, 0], mean, atol=1.0)


def test_rare_bins_weigh_more_than_common_ones():
    prior = torch.full((313,), 0.2 / 312)
    grays = (bin_centres() == 0).all(dim=1)
    prior[grays] = 0.8
    weight = class_weights(prior, ceiling=1e9)
    assert weight[grays].item() < weight[~grays].min().item()
    assert (prior * weight).sum().item() == pytest.approx(1)
    assert class_weights(prior, ceiling=1.5).max().item() == pytest.approx(1.5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_the_annealed_mean_is_full_precision_within_autocast(dtype):
    logits = torch.randn(1, 313, 4, 4, generator=torch.Generator().manual_seed(0)) * 5
    with torch.autocast("cpu", dtype):
        inside = annealed_mean(logits)
    assert inside.dtype == torch.float32
    assert torch.equal(inside, annealed_mean(logits))
