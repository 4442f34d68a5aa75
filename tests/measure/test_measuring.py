"""Measures of steadiness, ghosts and truth, against values worked by hand on drawn films."""

import numpy as np
import pytest

from colorizer.measure.flow import FlowFinder, _edges, _unmatched, flow_luma
from colorizer.measure.histograms import (
    ColourDistribution,
    ab_histogram,
    code_histogram,
    colorfulness,
    divergence,
)
from colorizer.measure.measuring import RESULT
from colorizer.measure.series import MOST_POINTS, Course
from tests.measure.drawn_colours import GREEN, RED, SIZE, measured, plain, texture

# Histograms ----------------------------------------------------------------------------------


def test_divergence_is_zero_of_equals_log_2_of_strangers_and_known_between():
    p, q = np.array([[1.0, 0, 0, 0]]), np.array([[0, 1.0, 0, 0]])
    assert divergence(p, p) == 0
    assert divergence(p, q) == pytest.approx(np.log(2))
    half = np.array([[0.5, 0.5, 0, 0]])
    # M = (3/4, 1/4): 1/2 ln(4/3) + 1/2 (1/2 ln(2/3) + 1/2 ln 2)
    assert divergence(p, half) == pytest.approx(0.5 * np.log(4 / 3) + 0.25 * np.log(4 / 3))


def test_the_divergence_is_that_of_scipys_entropy_as_published():
    from scipy.special import rel_entr

    p, q = np.random.default_rng(0).dirichlet(np.ones(256), 2)
    middle = (p + q) / 2
    published = 0.5 * rel_entr(p, middle).sum() + 0.5 * rel_entr(q, middle).sum()
    assert divergence(p[None], q[None]) == pytest.approx(published)


def test_cdc_is_the_mean_over_steps_of_the_means_over_time():
    """Frames A A B B B: step 1 differs in 1 of 4 pairs, step 2 in 2 of 3, step 4 in 1 of 1."""
    a, b = np.eye(256)[:1], np.eye(256)[1:2]
    cdc = ColourDistribution()
    for histogram in (a, a, b, b, b):
        cdc.add(histogram, starts_shot=False)
    assert cdc.value == pytest.approx(np.log(2) * (1 / 4 + 2 / 3 + 1) / 3)


def test_cdc_compares_nothing_across_cuts():
    a, b = np.eye(256)[:1], np.eye(256)[1:2]
    cdc = ColourDistribution()
    for histogram, cut in ((a, True), (a, False), (b, True), (b, False)):
        cdc.add(histogram, starts_shot=cut)
    assert cdc.value == 0


def test_a_film_of_one_frame_has_no_cdc():
    cdc = ColourDistribution()
    assert cdc.add(np.eye(256)[:1], starts_shot=True) is None
    assert cdc.value is None


def test_histograms_hold_shares_in_their_bins():
    rgb = np.zeros((2, 2, 3), np.uint8)
    rgb[0, 0] = (255, 7, 0)
    counts = code_histogram(rgb)
    assert counts.shape == (3, 256)
    assert (counts[0, 255], counts[0, 0], counts[1, 7], counts[2, 0]) == (0.25, 0.75, 0.25, 1)
    ab = np.array([[[0.4, -0.4, 300, -300]], [[1.0, 1.9, 2, 2]]], np.float32)
    bins = ab_histogram(ab)
    assert bins[0, [128, 127, 255, 0]].tolist() == [0.25] * 4
    assert bins[1, [129, 130]].tolist() == [0.5, 0.5]


def test_colorfulness_of_known_pictures():
    """Half red, half blue: rg is 255 and 0, yb 127.5 and -255."""
    rgb = np.zeros((2, 2, 3), np.uint8)
    assert colorfulness(rgb + 90) == 0
    rgb[0, :, 0] = rgb[1, :, 2] = 255
    expected = np.hypot(127.5, 191.25) + 0.3 * np.hypot(127.5, 63.75)
    assert colorfulness(rgb) == pytest.approx(expected, rel=1e-5)


# Steadiness ----------------------------------------------------------------------------------


def test_a_constant_film_is_perfectly_steady():
    facts = measured([texture(1)] * 12, {RESULT: [plain(RED)] * 12})[RESULT]
    for name in ("cdc_ab", "warp_ab_1", "warp_ab_8", "flicker_ab", "still_ab"):
        assert facts[name] == pytest.approx(0, abs=1e-6)
    assert facts["chroma"] == pytest.approx(50)


def test_an_even_drift_is_a_warp_error_and_no_flicker():
    """1 unit of a each frame: 1 squared over one frame, 64 over eight; none against the middle."""
    film = [plain((i, 5)) for i in range(17)]
    facts = measured([texture(1)] * 17, {RESULT: film})[RESULT]
    assert facts["warp_ab_1"] == pytest.approx(1, rel=1e-4)
    assert facts["warp_ab_8"] == pytest.approx(64, rel=1e-4)
    assert facts["flicker_ab"] == pytest.approx(0, abs=1e-6)
    assert facts["still_ab"] == pytest.approx(np.var(range(8)), rel=1e-4)


def test_alternating_colours_flicker_by_their_squared_distance():
    """a is 0, 4, 0, 4: each is 4 from the mean of its neighbours."""
    film = [plain((4 * (i % 2), 0)) for i in range(10)]
    facts = measured([texture(1)] * 10, {RESULT: film})[RESULT]
    assert facts["flicker_ab"] == pytest.approx(16, rel=1e-4)
    assert facts["warp_ab_1"] == pytest.approx(16, rel=1e-4)
    assert facts["warp_ab_8"] == pytest.approx(0, abs=1e-4)
    assert facts["still_ab"] == pytest.approx(4, rel=1e-4)


def test_warp_error_in_rgb_is_the_mean_of_three_channels_from_0_to_1():
    """Red alone goes from 0 to 51, a fifth: 0.04 / 3."""
    rgb = [np.zeros((*SIZE, 3), np.uint8) for _ in range(4)]
    for frame in rgb[1::2]:
        frame[..., 0] = 51
    facts = measured([texture(1)] * 4, {RESULT: [(plain(RED), frame) for frame in rgb]})
    assert facts[RESULT]["warp_rgb_1"] == pytest.approx(0.04 / 3, rel=1e-4)
    assert facts[RESULT]["warp_rgb_8"] is None


def test_colours_that_move_with_the_picture_are_steady():
    L, ab = texture(2, (96, 200)), np.stack([texture(n, (96, 200)) for n in (3, 4)])
    views = [np.s_[..., 3 * i : 3 * i + 128] for i in range(10)]
    moving = {RESULT: [ab[v].copy() for v in views], "fixed": [ab[views[0]].copy()] * 10}
    facts = measured([L[v].copy() for v in views], moving)
    assert facts[RESULT]["warp_ab_1"] < 0.05 * facts["fixed"]["warp_ab_1"]
    assert facts[RESULT]["flicker_ab"] < 1.5
    assert facts[RESULT]["still_ab"] is None, "nothing stands still"


def test_cuts_are_no_unsteadiness():
    Ls = [texture(1)] * 10 + [texture(9)] * 10
    film = [plain(RED)] * 10 + [plain(GREEN)] * 10
    facts = measured(Ls, {RESULT: film}, cuts={10})
    assert facts["shots"] == 2
    for name in ("cdc_ab", "warp_ab_1", "warp_ab_8", "flicker_ab"):
        assert facts[RESULT][name] == pytest.approx(0, abs=1e-6)


def test_uncovered_ground_is_found():
    """A square moves 6 pixels to the right: 6 columns behind it come into view."""
    ground, square = texture(5) * 0.5, texture(6, (40, 40)) * 0.3 + 70
    lumas = []
    for left in (30, 36):
        L = ground.copy()
        L[28:68, left : left + 40] = square
        lumas.append(flow_luma(L))
    between = FlowFinder().between(*lumas)
    assert between.uncovered[32:64, 34:36].mean() > 0.5  # flow is dragged along over the rest
    assert between.uncovered[:, 80:].mean() < 0.05


def test_what_leaves_the_picture_and_edges_of_motion_are_masked():
    """Flow 4 to the left in the left half, none in the right."""
    flow, back = np.zeros((2, 40, 60, 2), np.float32)
    flow[:, :30, 0], back[:, :26, 0] = -4, 4
    lost = _unmatched(flow, back)
    assert lost[:, :4].all(), "these lead out of the picture"
    assert not lost[:, 4:29].any()
    assert np.flatnonzero(_edges(flow)[5]).tolist() == [29]


@pytest.mark.parametrize("size", [(1, 1), (20, 40)])
def test_pictures_too_small_for_flow_are_measured_as_if_they_stood_still(size):
    film = [plain((i % 2, 0), size) for i in range(4)]
    facts = measured([np.full(size, 50, np.float32)] * 4, {RESULT: film})[RESULT]
    assert facts["warp_ab_1"] == pytest.approx(1)


# What is held --------------------------------------------------------------------------------


def test_a_course_is_bounded_and_keeps_its_means():
    course = Course()
    for i in range(5 * MOST_POINTS):
        course.add(i, float(i % 2))
    assert len(course.points) <= MOST_POINTS
    assert course.per_point == 8
    assert set(course.values) == {0.5}
    assert sum(point.count for point in course.points) == 5 * MOST_POINTS


def test_the_window_is_bounded():
    from colorizer.measure.view import REACH, Window

    window = Window()
    for i in range(80):
        window.add(i, np.full((8, 8), 50, np.float32), {}, starts_shot=False)
    assert len(window.views) == 2 * REACH + 1
