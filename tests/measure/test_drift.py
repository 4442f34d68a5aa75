"""Drift: the spread over time of the mean colour of one thing, told apart from flicker in space."""

import numpy as np
import pytest

from colorizer.measure.drift import MOST_MOMENTS, Drift
from colorizer.measure.measuring import RESULT, TRUTH, Measuring
from colorizer.measure.view import Colours

SIZE = (128, 192)
FRAMES = 61


def picture(left, right):
    """Draw two things side by side."""
    ab = np.zeros((2, *SIZE), np.float32)
    ab[:, :, : SIZE[1] // 2] = np.reshape(left, (2, 1, 1))
    ab[:, :, SIZE[1] // 2 :] = np.reshape(right, (2, 1, 1))
    return ab


TRUE = picture((40, 0), (0, -40))
L = np.where(np.arange(SIZE[1]) < SIZE[1] // 2, 30, 80) * np.ones(SIZE, np.float32)


def gray_keys(L):
    return L[4::8, 4::8, None]


def drift_of(colours, **how):
    measure = Drift(**how)
    for index, ab in enumerate(colours):
        measure.add(L, {TRUTH: TRUE, RESULT: ab}, starts_shot=index == 0)
    return measure.value(RESULT)


WAYS = pytest.mark.parametrize("how", [{"truth": TRUTH}, {"keys": gray_keys}])


@WAYS
def test_a_thing_that_swings_drifts_by_its_standard_deviation(how):
    """The left half swings by 8 about its mean, the right half stands: half of NumPy's std."""
    swing = 8 * np.sin(np.arange(FRAMES))
    seen = [picture((40 + s, 0), (0, -40)) for s in swing]
    assert drift_of(seen, **how) == pytest.approx(np.std(swing[::6]) / 2, rel=0.05)


@WAYS
def test_a_wrong_colour_that_stays_is_no_drift(how):
    assert drift_of([picture((5, 5), (-9, 7))] * FRAMES, **how) == pytest.approx(0, abs=1e-4)


@WAYS
def test_each_shot_is_measured_for_itself(how):
    measure = Drift(**how)
    for index in range(FRAMES):
        ab = picture((40, 0), (0, -40)) if index < 30 else picture((-20, 0), (0, 30))
        measure.add(L, {TRUTH: TRUE, RESULT: ab}, starts_shot=index in (0, 30))
    assert measure.value(RESULT) == pytest.approx(0, abs=1e-4)


def test_what_is_held_does_not_grow_with_a_shot():
    measure = Drift(TRUTH)
    for index in range(2000):
        measure.add(L, {TRUTH: TRUE, RESULT: TRUE}, starts_shot=index == 0)
        assert len(measure._moments) <= MOST_MOMENTS
    assert measure.value(RESULT) == 0


@pytest.mark.slow
def test_it_is_among_the_measures_of_every_film():
    measuring = Measuring()
    rng = np.random.default_rng(1)
    for index in range(30):
        ab = TRUE + rng.normal(0, 3, (2, 1, 1)).astype(np.float32)
        seen = {TRUTH: Colours(TRUE), RESULT: Colours(ab)}
        measuring.add(L, seen, starts_shot=index == 0)
    facts = measuring.facts()
    assert facts[TRUTH]["drift"] == 0
    assert facts[RESULT]["drift"] > 1
