import numpy as np
import pytest

from colorizer.colour.cielab import SRGB, light_to_L
from colorizer.colour.gamut import ab_to_srgb
from colorizer.colour.rgb_spaces import NAMED_SPACES, ab_to_codes

RNG = np.random.default_rng(0)
L = (RNG.random((64, 128)) * 100).astype(np.float32)
AB = ((RNG.random((2, 64, 128)) - 0.5) * 60).astype(np.float32)


def lightness(codes, space, top=255):
    """L* by the definition of the space, in double precision."""
    light = np.asarray(space.decode(codes.astype(np.float64) / top))
    return light_to_L(light @ np.array(space.to_xyz[1]))


@pytest.mark.parametrize(
    ("name", "matrix"),
    [  # published: IEC 61966-2-1; Adobe RGB (1998) 4.3.5.3; ECI; Display P3 of Apple
        ("srgb", ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))),
        ("adobe-rgb",
         ((0.57667, 0.18556, 0.18823), (0.29734, 0.62736, 0.07529), (0.02703, 0.07069, 0.99134))),
        ("eci-rgb-v2",
         ((0.65027, 0.17805, 0.13588), (0.32025, 0.60208, 0.07768), (0.0, 0.06784, 0.75735))),
        ("display-p3",
         ((0.48657, 0.26567, 0.19822), (0.22897, 0.69174, 0.07929), (0.0, 0.04511, 1.04394))),
    ],
)  # fmt: skip
def test_the_spaces_have_their_published_matrices(name, matrix):
    assert np.abs(np.array(NAMED_SPACES[name].to_xyz) - matrix).max() < 4e-4


@pytest.mark.parametrize("name", NAMED_SPACES)
def test_decoding_undoes_encoding(name):
    codes = np.linspace(0, 1, 1001)
    space = NAMED_SPACES[name]
    assert np.abs(np.asarray(space.encode(space.decode(codes))) - codes).max() < 1e-4


@pytest.mark.parametrize("name", NAMED_SPACES)
@pytest.mark.parametrize(("top", "limit"), [(255, 0.3), (1023, 0.2), (65535, 0.003)])
def test_codes_have_the_lightness_asked_for(name, top, limit):
    space = NAMED_SPACES[name]
    codes, departure = ab_to_codes(L, AB, space, top)
    assert codes.dtype == (np.uint8 if top == 255 else np.uint16)
    assert np.abs(lightness(codes, space, top) - L).max() < limit
    assert np.abs(lightness(codes, space, top) - L - departure).max() < 1e-3


def test_rounding_together_is_closer_than_rounding_apart():
    codes, _ = ab_to_codes(L, AB, SRGB, 255)
    apart = np.rint(np.moveaxis(ab_to_srgb(L, AB), 0, -1) * 255).astype(np.uint8)
    together = np.abs(lightness(codes, SRGB) - L).mean()
    assert together < 0.3 * np.abs(lightness(apart, SRGB) - L).mean()
    assert np.abs(codes.astype(int) - apart).max() <= 2


@pytest.mark.parametrize("top", [255, 65535])
def test_without_chroma_the_three_codes_are_equal(top):
    codes, _ = ab_to_codes(L, np.zeros_like(AB), SRGB, top)
    assert (codes == codes[..., :1]).all()


def test_black_and_white_stay_black_and_white():
    ends = np.array([[0.0, 100.0]], np.float32)
    codes, _ = ab_to_codes(ends, np.full((2, 1, 2), 30, np.float32), SRGB, 65535)
    assert codes[0, 0].max() <= 2
    assert codes[0, 1].min() >= 65533
    codes, _ = ab_to_codes(ends, np.full((2, 1, 2), 30, np.float32), SRGB, 1023)
    assert codes[0, 1].max() == 1023
