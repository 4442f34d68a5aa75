import math

import pytest
import torch

from colorizer.models.ab_bins import bin_centres
from training.losses import rebalanced_cross_entropy, smooth_l1


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
