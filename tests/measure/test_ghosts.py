"""Ghosts, lags and errors to the truth, measured on drawn films."""

import cv2
import numpy as np
import pytest

from colorizer.measure.measuring import PLAIN, RESULT, TRUTH
from tests.measure.drawn_colours import GREEN, RED, SIZE, measured, plain, texture

# Ghosts and truth ----------------------------------------------------------------------------


def two_shots(share, *, frames=16):
    """Draw a red and a green shot; the first green frame holds a share of red."""
    Ls = [texture(1)] * frames + [texture(9)] * frames
    own = [plain(RED)] * frames + [plain(GREEN)] * frames
    film = [ab.copy() for ab in own]
    film[frames] = share * own[0] + (1 - share) * own[-1]
    return Ls, own, film


@pytest.mark.matrix
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


@pytest.mark.slow
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
