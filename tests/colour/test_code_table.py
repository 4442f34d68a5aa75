import numpy as np
import pytest

from colorizer.colour.cielab import luma_to_L
from colorizer.colour.code_table import CodeTable
from colorizer.colour.rgb_spaces import LINEAR_LIGHT, NAMED_SPACES, SRGB, ab_to_codes
from tests.colour.test_rgb_spaces import lightness

RNG = np.random.default_rng(0)
LEVELS = luma_to_L(np.arange(256, dtype=np.uint8)[None], 8, True)[0]
Y = RNG.integers(0, 256, (64, 128), np.uint8)
AB = ((RNG.random((2, 64, 128)) - 0.5) * 60).astype(np.float32)


@pytest.mark.parametrize("name", NAMED_SPACES)
def test_codes_have_the_lightness_of_their_gray_code(name):
    space = NAMED_SPACES[name]
    codes, error = CodeTable(LEVELS, space).codes(Y, AB)
    found = lightness(codes, space)
    assert abs(found - LEVELS[Y]).max() < 0.3
    assert abs(abs(found - LEVELS[Y]) - error).max() < 2e-3


def test_codes_are_those_of_chroma_rounded_to_half_a_unit():
    codes, _ = CodeTable(LEVELS, SRGB).codes(Y, AB)
    exact, _ = ab_to_codes(LEVELS[Y], np.rint(AB * 2) / 2, SRGB, 255)
    assert (codes == exact).all()


def test_colours_beyond_the_table_are_not_rounded_or_limited():
    wide = AB * 4
    codes, error = CodeTable(LEVELS, SRGB).codes(Y, wide)
    exact, departure = ab_to_codes(LEVELS[Y], wide, SRGB, 255)
    beyond = (abs(wide) > 64).any(0)
    assert beyond.mean() > 0.5
    assert (codes[beyond] == exact[beyond]).all()
    assert abs(error - abs(departure))[beyond].max() == 0


def test_a_picture_may_be_all_beyond_the_table():
    wide = np.full_like(AB, -80)
    codes, _ = CodeTable(LEVELS, SRGB).codes(Y, wide)
    exact, _ = ab_to_codes(LEVELS[Y], wide, SRGB, 255)
    assert (codes == exact).all()


def test_errors_that_an_entry_cannot_hold_are_exact():
    """Linear 8-bit codes are 3.5 units of L* apart near black."""
    dark = np.linspace(0, 3, 256, dtype=np.float32)
    codes, error = CodeTable(dark, LINEAR_LIGHT).codes(Y, AB / 100)
    assert error.max() > 1
    assert abs(abs(lightness(codes, LINEAR_LIGHT) - dark[Y]) - error).max() < 2e-3


def test_a_colour_has_its_codes_whatever_was_met_before():
    used = CodeTable(LEVELS, SRGB)
    used.codes(Y[::-1], AB[:, ::2].repeat(2, 1))
    used.codes(Y, AB)
    again, error = used.codes(Y, AB)
    codes, fresh = CodeTable(LEVELS, SRGB).codes(Y, AB)
    assert (again == codes).all()
    assert (error == fresh).all()


@pytest.mark.parametrize("top", [255, 1023, 65535])
def test_a_pixel_has_its_codes_and_its_error_in_any_company(top):
    codes, departure = ab_to_codes(LEVELS[Y], AB, SRGB, top)
    for row in range(len(Y)):
        alone, own = ab_to_codes(LEVELS[Y[row : row + 1]], AB[:, row : row + 1], SRGB, top)
        assert (alone[0] == codes[row]).all()
        assert (own[0] == departure[row]).all()


def test_a_picture_that_comes_in_small_parts_has_the_same_codes_and_errors():
    whole = CodeTable(LEVELS, SRGB).codes(Y, AB * 3)
    parts = CodeTable(LEVELS, SRGB)
    for row in range(0, len(Y), 8):
        for left in range(0, Y.shape[1], 7):
            part = np.s_[row : row + 1, left : left + 7]
            codes, error = parts.codes(Y[part], AB[:, *part] * 3)
            assert (codes == whole[0][part]).all()
            assert (error == whole[1][part]).all()


def test_without_chroma_the_three_codes_are_the_gray_code():
    every = np.arange(256, dtype=np.uint8)[None]
    codes, error = CodeTable(LEVELS, SRGB).codes(every, np.zeros((2, 1, 256), np.float32))
    assert (codes[0] == every[0, :, None]).all()
    assert error.max() == 0
