"""Y'CbCr, and colours at fixed luma: the luma never changes."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab

from colorizer.colour.cielab import lab_to_srgb, linear_to_srgb, opponents_to_linear, srgb_to_lab
from colorizer.colour.ycbcr import (
    LUMA_WEIGHTS,
    ab_to_chroma,
    normalize_chroma,
    normalize_luma,
    rgb_to_ycbcr,
    solve_L,
    ycbcr_to_rgb,
)
from tests.colour.test_cielab import photo, planes
from tests.matrix import mostly_slow

DEPTHS = [(8, False), (8, True), (10, False), (12, True), (16, False), (16, True)]
NAMED_CODES = [  # matrix, R'G'B', Y'CbCr in 8-bit limited range
    ("bt601", (1, 0, 0), (81.48, 90.20, 240)),
    ("bt601", (0, 0, 1), (40.97, 240, 109.79)),
    ("bt709", (1, 0, 0), (62.56, 102.34, 240)),
    ("bt709", (0, 1, 0), (172.63, 41.66, 26.27)),
    ("bt2020", (0, 0, 1), (28.99, 240, 118.99)),
    ("bt709", (1, 1, 1), (235, 128, 128)),
    ("bt709", (0, 0, 0), (16, 128, 128)),
]


def codes_dtype(bits):
    return np.uint8 if bits == 8 else np.uint16


def random_codes(rng, size, bits):
    """Return luma codes over all of the type's legal values, sub-black and super-white too."""
    return rng.integers(0, 2**bits, size).astype(codes_dtype(bits))


def decoded(Y, chroma, **coding):
    return ycbcr_to_rgb(np.stack([Y, *chroma]).astype(np.float64), **coding)


def mean_dE(one, two):
    labs = [rgb2lab(np.moveaxis(np.clip(rgb, 0, 1), 0, -1)) for rgb in (one, two)]
    return deltaE_ciede2000(*labs).mean()


@pytest.mark.parametrize(("matrix", "rgb", "codes"), NAMED_CODES)
def test_named_colours_have_their_published_codes(matrix, rgb, codes):
    made = rgb_to_ycbcr(planes(rgb), matrix=matrix, bits=8, full_range=False)
    assert made[:, 0, 0] == pytest.approx(codes, abs=0.02)
    ten = rgb_to_ycbcr(planes(rgb), matrix=matrix, bits=10, full_range=False)
    assert ten[:, 0, 0] == pytest.approx(np.array(codes) * 4, abs=0.08)


@pytest.mark.parametrize(("bits", "full_range"), DEPTHS)
@pytest.mark.parametrize("matrix", LUMA_WEIGHTS)
def test_ycbcr_round_trips_in_torch_and_numpy_alike(matrix, bits, full_range):
    coding = {"matrix": matrix, "bits": bits, "full_range": full_range}
    rgb = photo()
    codes = rgb_to_ycbcr(rgb, **coding)
    assert np.abs(ycbcr_to_rgb(codes, **coding) - rgb).max() < 1e-5
    in_torch = rgb_to_ycbcr(torch.from_numpy(rgb), **coding)
    assert np.abs(in_torch.numpy() - codes).max() < 1e-6 * 2**bits
    assert np.abs(ycbcr_to_rgb(in_torch, **coding).numpy() - rgb).max() < 1e-5


def test_full_range_uses_all_codes():
    rgb = planes((0, 0, 0), (1, 1, 1), (1, 0, 0))
    codes = rgb_to_ycbcr(rgb, matrix="bt601", bits=10, full_range=True)[:, 0]
    assert codes[0] == pytest.approx([0, 1023, 0.299 * 1023])
    assert codes[1, :2] == pytest.approx([512, 512])
    assert codes[2, 2] == pytest.approx(512 + 511.5)


def test_normalised_integer_codes_are_exact():
    assert normalize_luma(np.array([64, 940], np.uint16), 10, False).tolist() == [0, 1]
    assert normalize_chroma(torch.tensor([16, 128, 240]), 8, False).tolist() == [-0.5, 0, 0.5]


@pytest.mark.parametrize("matrix", LUMA_WEIGHTS)
def test_the_solved_L_gives_the_wanted_luma_and_ab(matrix):
    rgb = photo().astype(np.float64)
    y = rgb_to_ycbcr(rgb, matrix=matrix, bits=8, full_range=True)[0] / 255
    L, a, b = srgb_to_lab(rgb)
    assert np.abs(solve_L(y, a, b, matrix) - L).max() < 0.01


@pytest.mark.parametrize("matrix", LUMA_WEIGHTS)
def test_there_is_an_L_for_every_luma_and_ab(matrix):
    y, a, b = np.random.default_rng(2).random((3, 20000)) * [[1], [220], [220]] - [
        [0],
        [110],
        [110],
    ]
    L = solve_L(y, a, b, matrix)
    assert np.isfinite(L).all()
    steps = [
        np.diff(solve_L(np.linspace(0, 1, 99), np.full(99, p), np.full(99, q), matrix))
        for p, q in ((-110.0, 110.0), (-110.0, -110.0), (110.0, 110.0), (110.0, -110.0))
    ]
    assert min(step.min() for step in steps) > 0


@pytest.mark.matrix
@pytest.mark.parametrize(("bits", "full_range"), mostly_slow(DEPTHS, (8, False), (16, True)))
@pytest.mark.parametrize("matrix", LUMA_WEIGHTS)
def test_true_ab_of_a_photo_comes_back(matrix, bits, full_range):
    coding = {"matrix": matrix, "bits": bits, "full_range": full_range}
    rgb = photo()
    true = rgb_to_ycbcr(rgb, **coding)
    Y = np.rint(true[0]).astype(codes_dtype(bits))
    chroma = ab_to_chroma(Y, srgb_to_lab(rgb)[1:], **coding)
    assert chroma.dtype == codes_dtype(bits)
    assert np.abs(chroma - true[1:]).max() < 1 + 2.0**bits / 300
    assert mean_dE(decoded(Y, chroma, **coding), rgb) < (0.6 if bits == 8 else 0.15)


@pytest.mark.parametrize(("matrix", "bits", "full_range"), mostly_slow(
    [(matrix, *depth) for depth in DEPTHS for matrix in LUMA_WEIGHTS],
    ("bt601", 8, True), *((matrix, 10, False) for matrix in LUMA_WEIGHTS),
))  # fmt: skip
def test_luma_of_any_result_is_the_source_luma_and_in_gamut(matrix, bits, full_range):
    coding = {"matrix": matrix, "bits": bits, "full_range": full_range}
    rng = np.random.default_rng(bits)
    Y = random_codes(rng, (50, 60), bits)
    ab = rng.normal(0, 80, (2, 50, 60)).astype(np.float32)
    chroma = ab_to_chroma(Y, ab, **coding)
    rgb = decoded(Y, chroma, **coding)
    kr, kb = LUMA_WEIGHTS[matrix]
    y = normalize_luma(Y.astype(np.float64), bits, full_range)
    assert np.abs(kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2] - y).max() < 1e-9
    legal = (y >= 0) & (y <= 1)
    half_code = 2.1 * 0.5 / (2**bits * 0.85)  # rounding of the chroma codes
    assert rgb[:, legal].min() > -half_code
    assert rgb[:, legal].max() < 1 + half_code


def test_the_table_is_close_to_the_direct_solution():
    coding = {"matrix": "bt709", "bits": 16, "full_range": True}
    rgb = photo((100, 100)).astype(np.float64)
    Y = np.rint(rgb_to_ycbcr(rgb, **coding)[0]).astype(np.uint16)
    ab = srgb_to_lab(rgb)[1:].astype(np.float32)
    L = solve_L(normalize_luma(Y.astype(np.float64), 16, True), *ab.astype(np.float64), "bt709")
    direct = rgb_to_ycbcr(lab_to_srgb(np.stack([L, *ab])), **coding)[1:]
    error = np.abs(ab_to_chroma(Y, ab, **coding) - direct) / 64  # in ten-bit codes
    assert error.mean() < 0.3
    assert np.percentile(error, 99) < 2
    assert error.max() < 6


@pytest.mark.parametrize(("matrix", "bits", "full_range"), mostly_slow(
    [(matrix, *depth) for depth in DEPTHS for matrix in LUMA_WEIGHTS],
    ("bt601", 8, True), ("bt709", 10, False), ("bt2020", 12, True),
))  # fmt: skip
def test_neutral_ab_gives_exactly_the_neutral_code(matrix, bits, full_range):
    Y = np.linspace(0, 2**bits - 1, 1000).astype(codes_dtype(bits))[None]
    ab = np.zeros((2, *Y.shape), np.float32)
    chroma = ab_to_chroma(Y, ab, matrix=matrix, bits=bits, full_range=full_range)
    assert (chroma == 2 ** (bits - 1)).all()


def test_luma_outside_black_to_white_gets_neutral():
    Y = np.array([[0, 7, 16, 235, 240, 255]], np.uint8)
    ab = np.full((2, 1, 6), 60, np.float32)
    assert (ab_to_chroma(Y, ab, matrix="bt709", bits=8, full_range=False) == 128).all()


def test_gamut_scaling_keeps_the_hue_of_cb_cr():
    coding = {"matrix": "bt709", "bits": 16, "full_range": True}
    Y = np.full((1, 2), 33000, np.uint16)
    strong = solve_L(np.full(1, 33000 / 65535), np.full(1, 95.0), np.full(1, 40.0), "bt709")
    ab = np.array([[[95, 20]], [[40, 8.421]]], np.float32)
    cb, cr = ab_to_chroma(Y, ab, **coding).astype(float) - 32768
    linear_hue = cbcr_hue_unclipped(strong[0], 95.0, 40.0)
    assert np.arctan2(cb[0, 0], cr[0, 0]) == pytest.approx(linear_hue, abs=0.01)
    assert np.hypot(cb[0, 0], cr[0, 0]) > np.hypot(cb[0, 1], cr[0, 1])


def cbcr_hue_unclipped(L, a, b):
    """Return the hue angle in Cb, Cr of a colour outside the gamut."""
    linear = np.array(opponents_to_linear(np.array([[L]]), np.array([[a]]), np.array([[b]])))
    rgb = np.copysign(linear_to_srgb(np.abs(linear)), linear)
    _, cb, cr = rgb_to_ycbcr(rgb, matrix="bt709", bits=16, full_range=True)
    return np.arctan2(cb[0, 0] - 32768, cr[0, 0] - 32768)


def test_colours_beyond_the_table_equal_those_at_its_edge():
    Y = np.full((1, 1), 120, np.uint8)
    coding = {"matrix": "bt601", "bits": 8, "full_range": True}
    far = ab_to_chroma(Y, np.array([[[440.0]], [[-220.0]]], np.float32), **coding)
    edge = ab_to_chroma(Y, np.array([[[110.0]], [[-55.0]]], np.float32), **coding)
    assert (far == edge).all()
    assert (far != 128).any()


def test_no_jump_in_chroma_along_a_ramp_out_of_the_gamut():
    Y = np.full((1, 1101), 90, np.uint8)
    ab = np.outer([0.8, -0.6], np.linspace(0, 137, 1101)).astype(np.float32)[:, None]
    chroma = ab_to_chroma(Y, ab, matrix="bt709", bits=8, full_range=False).astype(int)
    assert np.abs(np.diff(chroma)).max() <= 1


@pytest.mark.slow
def test_colour_needs_no_torch():
    code = (
        "import sys, numpy as np; from colorizer.colour.ycbcr import ab_to_chroma;"
        "ab_to_chroma(np.zeros((2, 2), np.uint8), np.zeros((2, 2, 2), np.float32),"
        " matrix='bt709', bits=8, full_range=False); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
