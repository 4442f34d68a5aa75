"""Hints colour their object and nothing else."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.color import rgb2lab

import colorizer
from colorizer import colorize
from colorizer.guidance.hints.spread import spread_hints
from colorizer.models import create_model
from colorizer.places.hint import Hint

COFFEE = Path(colorizer.__file__).parent / "samples" / "coffee.png"


@pytest.fixture
def two_halves():
    """L with a dark left and a light right half, both grainy, and no colour."""
    rng = np.random.default_rng(0)
    L = np.where(np.arange(200) < 100, 30.0, 70.0) + rng.normal(0, 0.5, (150, 200))
    return L.astype(np.float32), np.zeros((2, 150, 200), np.float32)


def test_a_hint_fills_its_object_and_leaves_the_other(two_halves):
    L, ab = two_halves
    done = spread_hints(L, ab, [Hint(0.25, 0.5, 40.0, -20.0)])
    assert done.dtype == np.float32
    assert done[:, 75, 50] == pytest.approx([40, -20], abs=2)
    assert np.median(done[0, :, :95]) > 30
    assert np.abs(done[:, :, 105:]).max() < 2


def test_two_hints_share_the_picture(two_halves):
    L, ab = two_halves
    done = spread_hints(L, ab, [Hint(0.25, 0.5, 40.0, 0.0), Hint(0.75, 0.5, -30.0, 10.0)])
    assert np.median(done[0, :, :95]) > 30
    assert np.median(done[0, :, 105:]) < -22


def test_a_hint_stays_in_its_object_where_lightness_shows_no_edge(two_halves):
    _, ab = two_halves
    L = np.full(ab.shape[1:], 50, np.float32)
    ab[0] = np.linspace(-60, 60, 200, dtype=np.float32)  # so smooth that no link is weak
    change = spread_hints(L, ab, [Hint(0.25, 0.5, -30.0, -45.0)]) - ab
    assert np.median(change[1, :, 30:70]) < -30
    assert np.abs(change[:, :, 140:]).max() < 2


def test_a_colour_the_network_would_never_give_reaches_the_whole_object():
    """A saucer that the network finds brown; the places are shares of width and height."""
    with Image.open(COFFEE) as picture:
        gray = np.asarray(picture.convert("L"))
    brown, blue = (
        ab_at(colorize(gray, hints=asked)) for asked in ([], [Hint(0.74, 0.62, 10, -45)])
    )
    for place in ((0.74, 0.62), (0.76, 0.45), (0.70, 0.55), (0.78, 0.55)):
        assert brown(place)[1] > 25
        assert blue(place)[1] < -30
    assert blue((0.5, 0.4)) == pytest.approx(brown((0.5, 0.4)), abs=2)  # in the cup


def ab_at(picture):
    lab = rgb2lab(np.asarray(picture))
    height, width = lab.shape[:2]
    return lambda place: lab[int(place[1] * height), int(place[0] * width), 1:]


def test_without_hints_nothing_changes(two_halves):
    L, ab = two_halves
    assert spread_hints(L, ab, []) is ab


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (64, 64)])
def test_any_size_and_places_at_the_rim_are_taken(size):
    L = np.full(size, 50.0, np.float32)
    done = spread_hints(L, np.zeros((2, *size), np.float32), [Hint(1.0, 1.0, 10.0, 5.0)])
    assert done.shape == (2, *size)
    assert done[:, -1, -1] == pytest.approx([10, 5], abs=1)


def test_a_picture_has_the_colour_asked_for():
    torch.manual_seed(0)
    model = create_model("autochrome").eval()
    gray = np.full((64, 96), 119, np.uint8)  # L* 50
    hint = Hint(0.5, 0.5, 60.0, 30.0)
    rgb = np.asarray(colorize(gray, model=model, hints=[hint], size=64, strength=0.5))
    _, a, b = rgb2lab(rgb)[32, 48]
    assert (a, b) == pytest.approx((30, 15), abs=4)
