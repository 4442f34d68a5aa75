"""Chroma at fixed lightness scaled to what an RGB space has."""

import numpy as np
import pytest
from skimage.color import rgb2lab

from colorizer.colour.cielab import L_to_gray, lab_to_linear, srgb_to_lab
from colorizer.colour.gamut import ab_to_linear, ab_to_srgb
from tests.colour.test_cielab import photo


def test_srgb_keeps_L_for_every_L_and_ab():
    rng = np.random.default_rng(3)
    L = rng.uniform(0, 100, (200, 200)).astype(np.float32)
    L[0], L[1] = 0, 100
    ab = rng.uniform(-150, 150, (2, 200, 200)).astype(np.float32)
    rgb = ab_to_srgb(L, ab)
    assert rgb.dtype == np.float32
    assert rgb.min() >= 0
    assert rgb.max() <= 1
    measured = rgb2lab(np.moveaxis(rgb.astype(np.float64), 0, -1))
    assert np.abs(measured[..., 0] - L).max() < 0.01


def test_srgb_of_colours_inside_the_gamut_is_exact():
    rgb = photo()
    lab = srgb_to_lab(rgb)
    assert np.abs(ab_to_srgb(lab[0], lab[1:]) - rgb).max() < 2e-4


def test_chroma_is_scaled_no_further_than_the_gamut():
    rng = np.random.default_rng(5)
    L = rng.uniform(0, 100, (200, 200)).astype(np.float32)
    ab = rng.uniform(-150, 150, (2, 200, 200)).astype(np.float32)
    linear = ab_to_linear(L, ab)
    scaled = np.abs(lab_to_linear(np.stack([L, *ab])) - linear).max(0) > 1e-3
    edge = np.minimum(linear.min(0), 1 - linear.max(0))
    assert scaled.mean() > 0.5
    assert edge[scaled].max() < 1e-4


def test_a_colour_does_not_depend_on_those_beside_it():
    rng = np.random.default_rng(6)
    L = rng.uniform(0, 100, (60, 60)).astype(np.float32)
    ab = rng.uniform(-100, 100, (2, 60, 60)).astype(np.float32)
    whole = ab_to_linear(L, ab)
    for row, column in rng.integers(0, 60, (200, 2)):
        place = np.s_[row : row + 1, column : column + 1]
        alone = ab_to_linear(L[place], ab[:, *place])
        assert np.abs(alone - whole[:, *place]).max() < 1e-6


def test_srgb_scales_toward_gray_along_the_lab_hue():
    L = np.full((1, 1), 50, np.float32)
    ab = np.array([[[-80]], [[40]]], np.float32)
    _, a, b = srgb_to_lab(ab_to_srgb(L, ab))[:, 0, 0]
    assert b / a == pytest.approx(-0.5, abs=0.01)
    assert -80 < a < -20


def test_srgb_of_neutral_is_exactly_gray():
    L = np.linspace(0, 100, 4001, dtype=np.float32)[None]
    rgb = ab_to_srgb(L, np.zeros((2, *L.shape), np.float32))
    assert np.ptp(rgb, axis=0).max() < 1e-6
    assert np.abs(rgb[0] - L_to_gray(L)).max() < 1e-6


def test_srgb_is_the_same_in_strips():
    rng = np.random.default_rng(4)
    L = rng.uniform(0, 100, (300, 200)).astype(np.float32)
    ab = rng.normal(0, 40, (2, 300, 200)).astype(np.float32)
    whole = ab_to_srgb(L, ab)
    assert (ab_to_srgb(L[37:91], ab[:, 37:91]) == whole[:, 37:91]).all()
