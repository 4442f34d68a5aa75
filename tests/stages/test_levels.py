"""What a network sees is the picture as a fresh print."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from colorizer.colour.cielab import gray_to_L
from colorizer.stages.levels import (
    FRESH,
    GAIN_LIMIT,
    follow_light,
    fresh_print,
    level_alone,
    levelled,
)
from colorizer.stages.predict import predict_chroma
from tests.stages.test_predict import frame
from tests.tiny_model import tiny_model


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


def test_a_faded_print_is_seen_with_the_range_of_a_fresh_one():
    L = np.linspace(40, 70, 4000, dtype=np.float32).reshape(40, 100)
    seen, slope = fresh_print(L)
    assert np.percentile(seen, [1, 99]) == pytest.approx(FRESH, abs=0.05)
    assert slope == pytest.approx(0.98 * 30 / (FRESH[1] - FRESH[0]), rel=1e-3)


def test_a_print_of_full_range_is_seen_as_it_is():
    L = np.linspace(0, 100, 4000, dtype=np.float32).reshape(40, 100)
    seen, slope = fresh_print(L)
    assert seen is L
    assert slope == 1


def test_paper_does_not_count():
    L = np.linspace(40, 70, 4000, dtype=np.float32).reshape(40, 100)
    mounted = np.pad(L, 20, constant_values=98)
    paper = np.pad(np.zeros_like(L), 20, constant_values=1)
    seen, slope = fresh_print(mounted, paper)
    assert slope == pytest.approx(fresh_print(L)[1], rel=0.02)
    assert np.abs(seen[20:-20, 20:-20] - fresh_print(L)[0]).max() < 2


def still(strength: float):
    one = frame(3)
    return replace(one, pts=None, L=20 + strength * one.L)


def predicted(strength: float, faded: str) -> np.ndarray:
    frames = predict_chroma(level_alone([still(strength)], faded), tiny_model())
    (done,) = follow_light(frames)
    return done.ab


def test_a_faded_print_has_the_colours_of_the_fresh_one_or_faded_ones():
    fresh, faded = (predicted(strength, "fresh") for strength in (0.7, 0.4))
    np.testing.assert_allclose(faded, fresh, atol=0.5)
    slope = fresh_print(still(0.4).L)[1]
    np.testing.assert_allclose(predicted(0.4, "as-is"), faded * slope, rtol=1e-5)
    assert np.abs(predicted(0.4, "off") - fresh).mean() > 1


@pytest.mark.parametrize("lightness", [3, 50, 96])
def test_an_even_picture_stays_as_it_is(lightness):
    """With grain it keeps its own lightness on the whole."""
    even = np.full((48, 64), lightness, np.float32)
    assert np.array_equal(fresh_print(even)[0], even)
    grainy = even + np.random.default_rng(0).normal(0, 0.4, even.shape).astype(np.float32)
    assert fresh_print(grainy)[0].mean() == pytest.approx(lightness, abs=8)


def test_the_mid_tones_of_a_dark_copy_come_up_and_those_of_a_fresh_print_stay():
    """A copy as murky as one with a gamma of 1.4, of a picture whose tones are even."""
    even = np.linspace(0, 1, 4000, dtype=np.float32).reshape(40, 100)
    fresh = gray_to_L(even)
    assert fresh_print(fresh)[0] is fresh
    murky = gray_to_L(0.15 + 0.35 * even**1.4)
    linear = np.clip(np.interp(murky, np.percentile(murky, [1, 99]), FRESH), *FRESH)
    seen = fresh_print(murky)[0]
    inside = slice(4, 36)
    far = [np.abs(one[inside] - fresh[inside]).mean() for one in (linear, seen)]
    assert far[1] < 0.8 * far[0]
    assert np.percentile(seen, [1, 99]) == pytest.approx(FRESH, abs=0.5)
    assert (np.diff(seen.ravel()) >= 0).all()  # a curve that never turns
