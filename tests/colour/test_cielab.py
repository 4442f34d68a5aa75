"""CIELAB and sRGB against scikit-image, named colours and their own promises."""

import numpy as np
import pytest
import torch
from skimage.color import lab2rgb, rgb2lab

from colorizer.colour.cielab import (
    L_to_gray,
    gray_to_L,
    lab_to_srgb,
    look_up,
    luma_to_L,
    srgb_to_lab,
)

NAMED_LAB = {  # sRGB primaries and others under D65, to 0.02 (the white point's last digit)
    (1, 0, 0): (53.24, 80.09, 67.20),
    (0, 1, 0): (87.73, -86.18, 83.18),
    (0, 0, 1): (32.30, 79.19, -107.86),
    (1, 1, 0): (97.14, -21.55, 94.48),
    (1, 1, 1): (100, 0, 0),
    (0, 0, 0): (0, 0, 0),
    (0.5, 0.5, 0.5): (53.39, 0, 0),
}


def photo(size=(60, 80)):
    """Draw a photo-like picture: smooth muted colours, all inside the gamut, (3, h, w)."""
    y, x = np.mgrid[: size[0], : size[1]] / 20
    wave = np.stack([np.sin(x + y), np.sin(1.3 * x - y + 1), np.sin(0.7 * x + 1.9 * y + 2)])
    return (0.5 + 0.25 * np.sin(0.9 * y) + 0.2 * wave).astype(np.float32)


def planes(*colours):
    """Arrange colours as one row of pixels, (3, 1, N)."""
    return np.array(colours, np.float32).T[:, None]


@pytest.mark.parametrize(("rgb", "lab"), NAMED_LAB.items())
def test_named_colours_have_their_published_lab(rgb, lab):
    assert srgb_to_lab(planes(rgb))[:, 0, 0] == pytest.approx(lab, abs=0.03)


def test_lab_agrees_with_scikit_image():
    rgb = np.random.default_rng(1).random((3, 40, 50))
    theirs = np.moveaxis(rgb2lab(np.moveaxis(rgb, 0, -1)), -1, 0)
    assert np.abs(srgb_to_lab(rgb) - theirs).max() < 0.01
    back = np.moveaxis(lab2rgb(np.moveaxis(theirs, 0, -1)), -1, 0)
    assert np.abs(lab_to_srgb(theirs) - back).max() < 1e-4


def test_lab_round_trips_in_torch_and_numpy_alike():
    rgb = photo()
    lab = srgb_to_lab(torch.from_numpy(rgb))
    assert np.abs(lab.numpy() - srgb_to_lab(rgb)).max() < 1e-3
    assert np.abs(lab_to_srgb(lab).numpy() - rgb).max() < 1e-4


def test_gray_and_L_are_inverse():
    gray = np.linspace(0, 1, 1001)
    assert np.abs(L_to_gray(gray_to_L(gray)) - gray).max() < 1e-4
    assert gray_to_L(np.array(128 / 255)) == pytest.approx(53.585, abs=0.01)


def test_luma_lookup_knows_ranges_and_depths():
    codes = np.array([[16, 126, 235], [0, 5, 255]], np.uint8)
    limited = luma_to_L(codes, 8, full_range=False)
    assert limited[0] == pytest.approx([0, gray_to_L(110 / 219), 100], abs=0.01)
    assert limited[1] == pytest.approx([0, 0, 100], abs=1e-3)
    ten = luma_to_L(codes.astype(np.uint16) << 2, 10, full_range=False)
    assert np.abs(ten - limited).max() < 1e-3


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("value", [np.uint8, np.uint16, np.float32])
def test_codes_are_looked_up_as_numpy_does(kind, value):
    rng = np.random.default_rng(0)
    table = rng.integers(0, 255, 1 << 8 * np.dtype(kind).itemsize).astype(value)
    codes = rng.integers(0, len(table), (30, 41, 3)).astype(kind)
    for asked in (codes[..., 1], codes[::2, :7, 0], codes[0, :, 0], codes, codes[:0, :, 0]):
        found = look_up(table, asked)
        assert found.dtype == value
        assert np.array_equal(found, table[asked])


def test_a_table_of_ten_bits_serves_sixteen_bit_codes():
    table = np.linspace(0, 1, 1024, dtype=np.float32)
    codes = np.arange(1024, dtype=np.uint16).reshape(32, 32)
    assert np.array_equal(look_up(table, codes), table[codes])
