"""Measures of steadiness, ghosts and truth, against values worked by hand on drawn films."""

import cv2
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
from colorizer.measure.measuring import PLAIN, RESULT, TRUTH, Measuring
from colorizer.measure.series import MOST_POINTS, Course
from colorizer.measure.view import Colours

SIZE = (96, 128)
RED, GREEN = (40.0, 30.0), (-40.0, 30.0)


def texture(seed, size=SIZE):
    noise = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    cloud = cv2.GaussianBlur(noise, (0, 0), 2)
    return cv2.normalize(cloud, None, 20, 80, cv2.NORM_MINMAX)


def plain(color, size=SIZE):
    return np.stack([np.full(size, value, np.float32) for value in color])


def measured(Ls, films, cuts=()):
    """Measure films, each a list of ab, or of ab and rgb."""
    measuring = Measuring()
    for i, L in enumerate(Ls):
        seen = {
            name: Colours(*frames[i]) if isinstance(frames[i], tuple) else Colours(frames[i])
            for name, frames in films.items()
        }
        measuring.add(L, seen, starts_shot=i in cuts)
    return measuring.facts()


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


# Ghosts and truth ----------------------------------------------------------------------------


def two_shots(share, *, frames=16):
    """Draw a red and a green shot; the first green frame holds a share of red."""
    Ls = [texture(1)] * frames + [texture(9)] * frames
    own = [plain(RED)] * frames + [plain(GREEN)] * frames
    film = [ab.copy() for ab in own]
    film[frames] = share * own[0] + (1 - share) * own[-1]
    return Ls, own, film


@pytest.mark.parametrize("share", [0.0, 0.25, 0.8])
@pytest.mark.parametrize("known", [True, False])
def test_the_ghost_at_a_cut_is_the_share_of_old_colours(share, known):
    Ls, own, film = two_shots(share)
    films = {RESULT: film, PLAIN: own} if known else {RESULT: film}
    ghost = measured(Ls, films, cuts={16})[RESULT]["ghost"]
    assert ghost["own_colours"] == ("plain" if known else "traced")
    assert ghost["after_cuts"] == pytest.approx(share, abs=1e-3)
    assert ghost["before_cuts"] == pytest.approx(0, abs=1e-3)
    assert ghost["worst_cut"] == pytest.approx(share, abs=1e-3)
    assert ghost["t90"] == (1 if share else 0)


def test_colours_that_come_too_early_are_a_ghost_too():
    Ls, own, film = two_shots(0)
    film[15] = 0.3 * own[-1] + 0.7 * own[0]
    ghost = measured(Ls, {RESULT: film, PLAIN: own}, cuts={16})[RESULT]["ghost"]
    assert ghost["before_cuts"] == pytest.approx(0.3, abs=1e-3)
    assert ghost["after_cuts"] == pytest.approx(0, abs=1e-3)


def test_noise_that_was_removed_is_no_ghost():
    """y is steady, x is not: plain least squares takes that for old colours."""
    rng = np.random.default_rng(0)
    Ls = [texture(1)] * 16 + [texture(9)] * 16
    own = [plain((10, 10))] * 16 + [plain((-15, 10))] * 16

    def noise():
        fields = rng.normal(0, 14, (2, 24, 32))
        return np.stack([cv2.resize(plane, SIZE[::-1]) for plane in fields]).astype(np.float32)

    noisy = [ab + noise() for ab in own]
    ghost = measured(Ls, {RESULT: own, PLAIN: noisy}, cuts={16})[RESULT]["ghost"]
    y, x, old = own[16], noisy[16], own[15]
    assert ((y - x) * (old - x)).sum() / ((old - x) ** 2).sum() > 0.15
    assert abs(ghost["after_cuts"]) < 0.05
    assert abs(ghost["before_cuts"]) < 0.05


def test_a_lag_is_timed_until_a_tenth_is_left():
    """A running mean of 0.5: 0.5, 0.25, 0.125, 0.0625 are left."""
    Ls, own, _ = two_shots(0)
    film = [ab.copy() for ab in own]
    for i in range(16, 32):
        film[i] = 0.5 * film[i - 1] + 0.5 * own[i]
    ghost = measured(Ls, {RESULT: film, PLAIN: own}, cuts={16})[RESULT]["ghost"]
    assert ghost["after_cuts"] == pytest.approx(0.5, abs=1e-3)
    assert ghost["t90"] == 3


def test_shots_of_like_colours_tell_no_ghosts():
    Ls, _, _ = two_shots(0)
    film = [plain(RED)] * 32
    ghost = measured(Ls, {RESULT: film, PLAIN: film}, cuts={16})[RESULT]["ghost"]
    assert ghost["after_cuts"] is None
    assert ghost["cuts"] == 0


def test_a_trail_on_uncovered_ground_is_a_ghost():
    """A red square over a green ground; the trail keeps 0.4 of what was there before."""
    size = (160, 240)
    ground, square = texture(5, size) * 0.5, texture(6, (100, 60)) * 0.3 + 70
    Ls, own = [], []
    for i in range(14):
        L, ab = ground.copy(), plain(GREEN, size)
        place = np.s_[..., 30:130, 4 + 6 * i : 64 + 6 * i]
        L[place], ab[place] = square, plain(RED, square.shape)
        Ls.append(L)
        own.append(ab)
    trail = [own[0], *(0.4 * a + 0.6 * b for a, b in zip(own, own[1:], strict=False))]
    facts = measured(Ls, {PLAIN: own, RESULT: own, "trail": trail})
    assert facts[RESULT]["ghost"]["uncovered"] == pytest.approx(0, abs=0.02)
    assert facts["trail"]["ghost"]["uncovered"] == pytest.approx(0.4, abs=0.05)


def test_errors_to_the_truth_and_behind_cuts():
    """3 and 4 off everywhere is 5; 5 times as much in the first frame of a shot."""
    Ls, own, _ = two_shots(0)
    off = plain((3, 4))
    film = [ab + off for ab in own]
    film[16] = own[16] + 5 * off
    error = measured(Ls, {RESULT: film, TRUTH: own}, cuts={16})[RESULT]["error"]
    assert error["rmse_ab"] == pytest.approx(np.sqrt((31 * 25 + 625) / 32), rel=1e-4)
    assert error["rmse_ab_behind_cuts"] == pytest.approx([25, 5, 5, 5], rel=1e-4)
    assert error["t90"] == 1


def test_chroma_is_told_against_the_frame_by_frame_colours():
    film, single = [plain((6, 8))] * 3, [plain((12, 16))] * 3
    facts = measured([texture(1)] * 3, {RESULT: film, PLAIN: single})
    assert facts[RESULT]["chroma_to_plain"] == pytest.approx(0.5)


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
