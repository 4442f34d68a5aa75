"""Countdown leaders, slates, test charts and blank leader stay neutral, and photos are none."""

import numpy as np
import pytest

from colorizer.frame import working_L
from colorizer.stages.region.charts import is_chart
from tests.stages.drawn_leaders import LEADERS, SIZE, as_filmed, universal
from tests.stages.shots_drawn import of_a_resumed_run
from tests.stages.test_cards import levelled
from tests.stages.test_temporal import frame_of, plain, texture

NOTHING = plain((0, 0), SIZE)
WORN = {"grain": 4.0, "vignette": 0.2, "soft": 1.0, "turn": -0.8}


def seen(codes, side=240):
    return working_L(np.rint(codes).astype(np.uint8), 8, True, side)


@pytest.mark.matrix
@pytest.mark.parametrize("side", [192, 256, 480])
@pytest.mark.parametrize("name", LEADERS)
def test_drawings_of_many_kinds_are_told(name, side):
    assert is_chart(seen(as_filmed(LEADERS[name]()), side))


@pytest.mark.matrix
@pytest.mark.parametrize("name", LEADERS)
def test_worn_prints_of_them_are_told(name):
    assert is_chart(seen(as_filmed(LEADERS[name](), **WORN)))
    faded = 60 + 0.5 * as_filmed(LEADERS[name](), turn=0)
    assert is_chart(seen(faded)) or name in ("black leader", "white leader")


@pytest.mark.parametrize("seed", range(5))
def test_pictures_are_none(seed):
    picture = texture(seed, SIZE, low=5, high=95, sigma=4)
    assert not is_chart(picture)
    assert not is_chart(np.full(SIZE, 40, np.float32))
    boxed = np.full(SIZE, 1, np.float32)
    boxed[30:210, 40:280] = picture[30:210, 40:280]
    assert not is_chart(boxed), "bars have straight edges"
    sky = np.linspace(90, 60, SIZE[0], dtype=np.float32)[:, None] + np.zeros(SIZE, np.float32)
    sky[150:] = picture[150:]
    assert not is_chart(sky), "an even sky above a picture"


def film(*parts):
    """Join parts of 20 frames each, L, with dissolves of 8 frames between them."""
    pictures = [one for part in parts for one in part]
    for cut in range(20, len(pictures), 20):
        for n in range(8):
            share = (n + 1) / 9
            before, after = pictures[cut - 5], pictures[cut + 4]
            pictures[cut - 4 + n] = ((1 - share) * before + share * after).astype(np.float32)
    return [frame_of(n, L, NOTHING) for n, L in enumerate(pictures)]


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("name", ["slate", "step wedge", "resolution chart", "universal leader"])
def test_a_chart_is_neutral_through_its_dissolves_and_the_picture_is_not(name):
    def still(seed):
        return [texture(seed, SIZE, low=10, high=95, sigma=4)] * 20

    if name == "universal leader":  # its hand moves
        chart = [seen(as_filmed(universal(5, 18.0 * n), seed=n)) for n in range(20)]
    else:
        chart = [seen(as_filmed(LEADERS[name](), seed=n)) for n in range(20)]
    slopes = [frame.slope for frame in levelled(film(still(1), chart, still(2)))]
    assert max(slopes[25:34]) < 0.01
    assert min(slopes[:12]) > 0.97
    assert min(slopes[48:]) > 0.97
    assert slopes[23] < 0.35
    assert slopes[36] < 0.35
    for way in (slopes[14:26], slopes[46:34:-1]):
        assert all(b <= a + 0.05 for a, b in zip(way, way[1:], strict=False)), way


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["slate", "step wedge"])
def test_a_hard_cut_to_a_chart_leaves_the_picture_before_it_alone(name):
    picture = texture(1, SIZE, low=10, high=95, sigma=4)
    chart = seen(as_filmed(LEADERS[name]()))
    frames = [frame_of(n, picture if n < 20 else chart, NOTHING) for n in range(40)]
    slopes = [frame.slope for frame in levelled(frames)]
    assert min(slopes[:20]) > 0.97
    assert max(slopes[20:]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("start", [12, 22, 30, 38, 44])
def test_a_run_that_goes_on_finds_the_same_charts(start):
    still = [texture(1, SIZE, low=10, high=95, sigma=4)] * 20
    chart = [seen(as_filmed(LEADERS["resolution chart"](), seed=n)) for n in range(20)]
    frames = film(still, chart, still)
    whole, resumed = of_a_resumed_run(frames, start, lambda frame: frame.slope)
    assert resumed == whole
