import math

import pytest
import torch
from scipy.special import rel_entr

from colorizer.colour.cielab import lab_to_srgb
from colorizer.models.ab_bins import bin_centres, soft_encode
from training.losses import (
    ab_gradient,
    bin_cross_entropy,
    bin_divergence,
    colorfulness,
    colorfulness_error,
    rebalanced_cross_entropy,
    smooth_l1,
)


def test_cross_entropy_of_even_scores_is_log_313():
    loss = rebalanced_cross_entropy(
        torch.zeros(1, 313, 2, 2), torch.zeros(1, 2, 2, 2), torch.ones(313)
    )
    assert loss.item() == pytest.approx(math.log(313), abs=1e-5)


def test_a_pixel_counts_by_the_weight_of_its_nearest_bin():
    centres = bin_centres()
    ab = torch.stack([centres[10], centres[200]]).T.reshape(1, 2, 1, 2)
    scores = torch.zeros(1, 313, 1, 2)
    scores[0, 10, 0, 0] = 20.0  # the first pixel is right, the second knows nothing
    weights = torch.ones(313)
    even = rebalanced_cross_entropy(scores, ab, weights)
    weights[200] = 9.0
    assert rebalanced_cross_entropy(scores, ab, weights) != pytest.approx(even.item())
    only_second = rebalanced_cross_entropy(scores[..., 1:], ab[..., 1:], weights)
    first = rebalanced_cross_entropy(scores[..., :1], ab[..., :1], weights)
    wanted = (first + 9 * only_second) / 10
    assert rebalanced_cross_entropy(scores, ab, weights).item() == pytest.approx(wanted.item())


def test_smooth_l1_is_quadratic_then_linear():
    # |d| = 2 < 5: 0.5 * 4 / 5 = 0.4; |d| = 20 > 5: 20 - 2.5 = 17.5
    ab = torch.tensor([2.0, 20.0]).view(1, 2, 1, 1)
    assert smooth_l1(ab, torch.zeros_like(ab)).item() == pytest.approx((0.4 + 17.5) / 2)


def test_bin_cross_entropy_counts_the_nearest_bin_alone():
    centres = bin_centres()
    ab = (centres[50] + 1.0).view(1, 2, 1, 1)
    scores = torch.zeros(1, 313, 1, 1)
    scores[0, 50] = 3.0
    # -log(e^3 / (e^3 + 312))
    wanted = -math.log(math.e**3 / (math.e**3 + 312))
    assert bin_cross_entropy(scores, ab).item() == pytest.approx(wanted, rel=1e-5)


def test_bin_divergence_is_nothing_for_the_true_distribution_and_matches_scipy():
    ab = torch.tensor([12.0, -7.0]).view(1, 2, 1, 1)
    number, share = soft_encode(ab)
    true = torch.full((1, 313, 1, 1), 1e-9).scatter(1, number, share)
    assert bin_divergence(true.log(), ab).item() == pytest.approx(0, abs=1e-4)
    guess = torch.softmax(torch.randn(313, generator=torch.Generator().manual_seed(0)), 0)
    share = true.flatten().double() / true.double().sum()
    wanted = rel_entr(share.numpy(), guess.double().numpy()).sum()
    made = bin_divergence(guess.log().view(1, 313, 1, 1), ab)
    assert made.item() == pytest.approx(float(wanted), rel=1e-4)


def test_ab_gradient_of_a_step_by_hand():
    ab = torch.zeros(1, 1, 1, 3)
    ab[..., 1] = 6.0  # steps +6 and -6 beside 0 and 0
    assert ab_gradient(ab.expand(1, 1, 2, 3), torch.zeros(1, 1, 2, 3)).item() == pytest.approx(6.0)


def test_colorfulness_error_is_what_gray_lacks_and_what_is_too_much():
    L = torch.full((1, 1, 8, 8), 60.0)
    target = torch.randn(1, 2, 8, 8, generator=torch.Generator().manual_seed(0)) * 15
    gray, true, vivid = (lab_to_srgb(torch.cat([L, k * target], dim=1)) for k in (0, 1, 1.5))
    aim, much = 1.05 * colorfulness(true).item(), colorfulness(vivid).item()
    assert colorfulness_error(gray, true).item() == pytest.approx(aim, abs=0.01)
    assert colorfulness_error(vivid, true).item() == pytest.approx(much - aim, abs=1e-4)
    assert much > aim
