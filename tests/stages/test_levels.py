"""What a network sees is the picture as a fresh print."""

import numpy as np
import torch

from colorizer.stages.levels import GAIN_LIMIT, levelled


def picture(seed=0):
    return 100 * torch.rand(1, 1, 40, 60, generator=torch.Generator().manual_seed(seed))


def test_the_1st_and_99th_percentiles_of_numpy_reach_the_ends():
    L = 20 + 0.3 * picture()
    made = levelled(L, 5, 93)
    dark, bright = np.percentile(L.numpy(), [1, 99])
    wanted = ((L - dark) * (88 / (bright - dark)) + 5).clamp(0, 100)
    assert torch.allclose(made, wanted, atol=1e-2)


def test_any_linear_fading_is_undone():
    L = picture()
    for faded in (0.4 * L, 40 + 0.5 * L, 10 + 0.35 * L):
        assert torch.allclose(levelled(faded), levelled(L), atol=1e-2)


def test_pictures_of_a_batch_are_levelled_on_their_own():
    both = torch.cat([picture(0), 0.3 * picture(1)])
    assert torch.equal(levelled(both)[1:], levelled(both[1:]))


def test_a_blank_picture_is_not_blown_up():
    L = 50 + 0.1 * picture()
    dark = np.percentile(L.numpy(), 1)
    assert torch.allclose(levelled(L), ((L - dark) * GAIN_LIMIT).clamp(0, 100), atol=1e-2)
    assert torch.isfinite(levelled(torch.full((1, 1, 8, 8), 30.0))).all()
