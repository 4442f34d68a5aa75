"""What the network sees of a frame with an iris is the picture as its clean film shows it."""

from functools import cache

import numpy as np
import pytest

from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.shots import CONTEXT, mark_shots
from tests.stages.shots_drawn import frame_of, texture
from tests.stages.test_surround import NOTHING, SIZE, circle

RADII = [14 + 2 * n for n in range(40)]
PAN = 1
"""Pixels from one frame to the next: what lies around an iris is elsewhere when it has opened."""


def film(radii):
    """Draw a picture that pans under an iris; a radius of 999 has none."""
    wide = texture(1, (SIZE[0], SIZE[1] + PAN * len(radii)), 30, 85, 10)
    for index, radius in enumerate(radii):
        L = wide[:, PAN * index :][:, : SIZE[1]]
        yield frame_of(index, np.where(circle(radius), L, 1).astype(np.float32), NOTHING)


def seen(frames):
    """Return the frames masked, and levelled no further."""
    return list(FilmLevels("off").level(mark_shots(frames)))


@cache
def clean_film():
    """Return the same film without an iris, as the network sees it."""
    return seen(film([999] * len(RADII)))


def ring(radius, begin, end):
    return circle(radius + end) & ~circle(radius + begin)


@pytest.mark.matrix
@pytest.mark.parametrize("way", [1, -1])
def test_next_to_an_iris_the_network_sees_what_is_there(way):
    """Truth: the same film without an iris; at its rim too, where nothing dark is left."""
    radii = RADII[::way]
    clean, done = clean_film(), seen(film(radii))
    apart, rim, other = [], [], []
    last = clean[-1 if way == 1 else 0].seen
    for one, whole, radius in list(zip(done, clean, radii, strict=True)):
        if 20 <= radius <= 40:
            near = ring(radius, 2, 7)
            apart.append(np.abs(one.seen - whole.seen)[near].mean())
            other.append(np.abs(last - whole.seen)[near].mean())
            rim.append((one.seen - whole.seen)[ring(radius, -3, 3)].mean())
    assert np.mean(apart) < 0.6 * np.mean(other)  # of another moment
    assert np.mean(rim) > -2


@pytest.mark.slow
@pytest.mark.parametrize("way", [1, -1])
def test_a_dark_thing_that_fills_a_small_iris_is_not_the_range_of_its_picture(way):
    """Truth: the levels of the same film without an iris, in which it fills half a hundredth."""

    def flat(radii):
        for one in film(radii):
            L = np.where(one.L > 5, 20 + 0.6 * one.L, one.L)
            L = np.where(circle(5) & circle(radii[one.index]), 8, L)
            yield frame_of(one.index, L.astype(np.float32), NOTHING)

    radii = RADII[::way]
    clean, done = (
        list(FilmLevels("fresh").level(mark_shots(flat(some))))
        for some in ([999] * len(radii), radii)
    )
    apart = [
        np.abs(one.seen - whole.seen)[circle(radius - 4)].mean()
        for one, whole, radius in zip(done, clean, radii, strict=True)
    ]
    assert np.mean(apart) < 4


@pytest.mark.slow
@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("start", [8, 25])
def test_a_run_that_continues_under_an_iris_sees_the_same(way, start):
    radii = [14 + 1.3 * n for n in range(40)][::way]
    whole, states = FilmLevels("fresh"), {}
    first, marked = [], list(mark_shots(film(radii)))
    for frame in whole.level(iter(marked)):
        first.append(frame.seen)
        states[frame.index + 1] = whole.state(frame.index + 1)
    later = FilmLevels("fresh")
    later.resume(start, states[start])
    rest = marked[max(0, start - CONTEXT) :]
    again = {one.index: one.seen for one in later.level(iter(rest))}
    for index in range(start, len(radii)):
        np.testing.assert_array_equal(again[index], first[index])
