"""Luma at the places of chroma, and chroma lines of fields."""

import numpy as np
import pytest

from colorizer.colour.siting import chroma_shift, luma_at, luma_at_woven


def ramp(height, width, down, across):
    y, x = np.mgrid[0:height, 0:width]
    return (1000 + down * y + across * x).astype(np.uint16)


def test_left_sited_chroma_sees_the_luma_of_the_even_columns():
    Y = ramp(12, 16, 0, 16)
    for sampling, size in (("420", (6, 8)), ("422", (12, 8))):
        found = luma_at(Y, size, chroma_shift(sampling))
        assert np.array_equal(found[:, 1:], np.tile(Y[0, 2::2], (size[0], 1)))


def test_lines_of_chroma_lie_between_those_of_luma():
    Y = ramp(12, 16, 16, 0)
    found = luma_at(Y, (6, 8), chroma_shift("420"))
    assert found[:, 0].tolist() == [1000 + 16 * (2 * line) + 8 for line in range(6)]


@pytest.mark.parametrize(
    ("siting", "down", "across"), [("left", 0.5, 0), ("center", 0.5, 0.5), ("topleft", 0, 0)]
)
@pytest.mark.parametrize("parity", [None, 0, 1])
def test_each_siting_of_4_2_0_sees_the_luma_where_its_chroma_lies(siting, down, across, parity):
    Y = ramp(12, 16, 16, 64)
    shift = chroma_shift("420", parity, siting)
    if parity is not None and siting != "topleft":
        down = 0.25 + 0.5 * parity
    assert shift == ((down - 0.5) / 2, (across - 0.5) / 2)
    found = luma_at(Y, (6, 8), shift)[1:, 1:]
    assert np.array_equal(found, ramp(6, 8, 32, 128)[1:, 1:] + 16 * down + 64 * across)


def test_woven_lines_of_chroma_take_the_luma_of_their_field():
    Y = ramp(16, 16, 16, 0)
    found = luma_at_woven(Y, (8, 8), "420")
    # The same places in the frame as without fields, but found in the lines of one field alone.
    assert found[:6, 0].tolist() == [1000 + 16 * (2 * line) + 8 for line in range(6)]
    Y[1::2] = 3000
    found = luma_at_woven(Y, (8, 8), "420")
    assert (found[1::2] == 3000).all()
    assert (found[0::2] < 1300).all()
    assert np.array_equal(luma_at_woven(Y, (16, 8), "422")[1::2], np.full((8, 8), 3000))


@pytest.mark.parametrize("size", [(13, 17), (12, 17), (13, 16)])
def test_odd_sides_have_their_last_samples(size):
    Y = np.full(size, 77, np.uint8)
    height, width = -(-size[0] // 2), -(-size[1] // 2)
    assert (luma_at(Y, (height, width), chroma_shift("420")) == 77).all()
    assert luma_at_woven(Y, (height, width), "420").shape == (height, width)
    assert (luma_at_woven(Y, (height, width), "420") == 77).all()
