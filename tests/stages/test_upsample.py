"""Chroma at full size: colour edges lie where the luma has them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest

from colorizer.colour.cielab import luma_to_L
from colorizer.frame import Frame, working_L
from colorizer.stages.upsample import MAX_DETAIL, TOGETHER, upsample, upsample_chroma

RED, BLUE = (50.0, 30.0), (10.0, -45.0)


def bilinear(ab, size):
    return np.stack([cv2.resize(plane, size[::-1]) for plane in ab])


def area(plane, size):
    return cv2.resize(plane, size[::-1], interpolation=cv2.INTER_AREA)


def two_halves(size, edge):
    """Draw a slanted edge between a light red and a dark blue half: L and ab at full size."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    left = x + 0.3 * y < edge
    L = np.where(left, 65, 30).astype(np.float32)
    return L, np.stack([np.where(left, p, q) for p, q in zip(RED, BLUE, strict=True)])


def random_picture(seed, size, small):
    rng = np.random.default_rng(seed)
    L_hr = cv2.GaussianBlur(rng.uniform(0, 100, size).astype(np.float32), (0, 0), 2) * 2 - 50
    ab = rng.normal(0, 40, (2, *small)).astype(np.float32)
    return ab, area(L_hr, small), L_hr


def frame_of(Y, side, ab=None, bits=8, full_range=True):
    L = working_L(Y, bits, full_range, side)
    if ab is not None:
        ab = np.stack([np.full(L.shape, value, np.float32) for value in ab])
    return Frame(3, 40, Fraction(1, 25), Y, bits, full_range, L, ab)


@pytest.mark.parametrize("edge", [183.0, 187.0, 190.5])
def test_a_colour_edge_between_working_pixels_follows_the_luma_edge(edge):
    L_hr, true = two_halves((240, 320), edge)
    small = (30, 40)
    # As soft as a network's colours, whose grid is half the working size.
    ab = bilinear(np.stack([area(plane, (15, 20)) for plane in true]), small)
    found = upsample(ab, area(L_hr, small), L_hr)
    near = np.abs(np.mgrid[:240, :320][1] + 0.3 * np.mgrid[:240, :320][0] - edge) < 16
    error, plain = (np.abs(one - true)[:, near].mean() for one in (found, bilinear(ab, L_hr.shape)))
    assert error < 0.8 * plain
    across = np.abs(np.diff(found[1, 120])).max()
    assert across > 3 * np.abs(np.diff(bilinear(ab, L_hr.shape)[1, 120])).max()


def test_detail_of_L_does_not_colour_a_plain_surface():
    rng = np.random.default_rng(5)
    L_hr = rng.uniform(20, 80, (90, 120)).astype(np.float32)
    ab = np.stack([np.full((30, 40), value, np.float32) for value in (37.5, -12.25)])
    found = upsample(ab, area(L_hr, (30, 40)), L_hr)
    assert np.abs(found - ab[:, :1, :1]).max() < 1e-4


def test_neutral_stays_exactly_neutral():
    _, L, L_hr = random_picture(6, (90, 120), (30, 40))
    assert (upsample(np.zeros((2, 30, 40), np.float32), L, L_hr) == 0).all()


def test_no_colour_departs_from_bilinear_beyond_the_bound():
    ab, L, L_hr = random_picture(7, (120, 160), (30, 40))
    excess = np.abs(upsample(ab * 3, L, L_hr) - bilinear(ab * 3, L_hr.shape))
    assert excess.max() < MAX_DETAIL + 1e-2
    assert excess.max() > MAX_DETAIL / 2


def test_strips_equal_the_whole(monkeypatch):
    ab, L, L_hr = random_picture(8, (211, 173), (31, 25))
    whole = upsample(ab, L, L_hr)
    for pixels in (1, 173 * 10, 1 << 30):
        monkeypatch.setattr("colorizer.stages.upsample.BLOCK", pixels)
        assert np.abs(upsample(ab, L, L_hr) - whole).max() < 1e-3


def test_enlargement_without_detail_is_bilinear():
    ab, _, _ = random_picture(9, (10, 10), (31, 25))
    found = upsample(ab, np.full((31, 25), 50, np.float32), np.full((211, 173), 50, np.float32))
    assert np.abs(found - bilinear(ab, (211, 173))).max() < 2e-3


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (2, 2), (17, 1)])
def test_tiny_and_narrow_pictures_work(size):
    Y = np.random.default_rng(10).integers(0, 256, size).astype(np.uint8)
    for wanted in (size, ((size[0] + 1) // 2, (size[1] + 1) // 2)):
        (done,) = upsample_chroma(iter([frame_of(Y, 64, ab=(20, -30))]), lambda _, w=wanted: w)
        assert done.ab.shape == (2, *wanted)
        assert np.abs(done.ab - np.array([20, -30])[:, None, None]).max() < 1e-3


@pytest.mark.parametrize("wanted", [(360, 480), (360, 240), (180, 240), (90, 120), (64, 86)])
def test_frames_get_the_size_the_sink_wants_and_keep_the_rest(wanted):
    Y = np.random.default_rng(11).integers(64, 941, (360, 480)).astype(np.uint16)
    frame = frame_of(Y, 128, ab=(-15, 25), bits=10, full_range=False)
    before = Y.copy()
    (done,) = upsample_chroma(iter([frame]), lambda _: wanted)
    assert done.ab.shape == (2, *wanted)
    assert done.ab.dtype == np.float32
    assert done.Y is Y
    assert (before == Y).all()
    assert (done.index, done.pts, done.L is frame.L) == (3, 40, True)


def test_a_frame_is_guided_by_its_own_luma():
    Y = np.where(np.mgrid[:240, :320][1] < 187, 160, 70).astype(np.uint8)
    frame = frame_of(Y, 30)
    ab = np.stack([np.where(frame.L > 45, p, q) for p, q in zip(RED, BLUE, strict=True)])
    ab = cv2.GaussianBlur(ab.transpose(1, 2, 0).astype(np.float32), (0, 0), 1).transpose(2, 0, 1)
    frame = Frame(0, 0, Fraction(1, 25), Y, 8, True, frame.L, ab)
    (done,) = upsample_chroma(iter([frame]), lambda one: one.Y.shape)
    assert np.abs(done.ab - upsample(ab, frame.L, luma_to_L(Y, 8, True))).max() < 1e-5
    steps = np.abs(np.diff(done.ab[0, 120]))
    assert steps.argmax() == 186
    assert steps[186] > 12


def test_frames_come_one_by_one():
    taken = []

    def source():
        for index in range(3):
            taken.append(index)
            yield frame_of(np.full((32, 32), 90, np.uint8), 16, ab=(1, 2))

    stage = upsample_chroma(source(), lambda _: (32, 32))
    next(stage)
    assert taken == [0]


def test_frames_side_by_side_get_what_each_gets_alone_in_order_and_few_wait():
    taken = []

    def source():
        rng = np.random.default_rng(4)
        last = None
        for index in range(12):
            taken.append(index)
            Y = rng.integers(0, 256, (96, 128), np.uint8)
            frame = replace(frame_of(Y, 32, ab=(index, -index)), index=index)
            if index % 3 == 2:
                frame = replace(last, index=index, repeats=True)
            last = replace(frame, kept=index == 7)
            yield last

    alone = list(upsample_chroma(source(), lambda _: (96, 128)))
    taken.clear()
    with ThreadPoolExecutor(3) as pool:
        stage = upsample_chroma(source(), lambda _: (96, 128), pool=pool)
        together = [next(stage)]
        assert len(taken) == TOGETHER + 1
        together += stage
    assert [frame.index for frame in together] == list(range(12))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.ab, other.ab)
    assert together[5].ab is together[4].ab, "a frame that repeats is not computed again"


def test_an_error_of_a_frame_side_by_side_comes_at_its_place():
    frames = [frame_of(np.full((64, 64), 90, np.uint8), 16, ab=(1, 2)) for _ in range(3)]
    frames[1] = replace(frames[1], Y=None)
    with ThreadPoolExecutor(2) as pool:
        stage = upsample_chroma(iter(frames), lambda _: (64, 64), pool=pool)
        next(stage)
        with pytest.raises((AttributeError, TypeError)):
            next(stage)


def test_a_frame_without_colour_is_refused():
    with pytest.raises(ValueError, match="no ab"):
        next(upsample_chroma(iter([frame_of(np.zeros((9, 9), np.uint8), 16)]), lambda _: (9, 9)))


def test_chroma_that_travelled_at_half_size_gets_its_edges_from_the_luma_too():
    L_hr, true = two_halves((240, 320), 187.0)
    ab = bilinear(np.stack([area(plane, (30, 40)) for plane in true]), (60, 80))
    found = upsample(ab, area(L_hr, (120, 160)), L_hr)
    near = np.abs(np.mgrid[:240, :320][1] + 0.3 * np.mgrid[:240, :320][0] - 187) < 8
    error, plain = (np.abs(one - true)[:, near].mean() for one in (found, bilinear(ab, L_hr.shape)))
    assert error < 0.9 * plain
