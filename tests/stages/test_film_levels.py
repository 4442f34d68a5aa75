"""What a network sees of a film is every shot as a fresh print in one light."""

from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
import pytest

from colorizer.colour.cielab import L_to_gray, gray_to_L, srgb_to_lab
from colorizer.frame import Colours, Frame
from colorizer.stages.levels import FRESH, fresh_print
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.levels.light import Light, change_between, small_codes
from colorizer.stages.own_colours import NOTHING_SAID, Look
from colorizer.stages.shots import CONTEXT, mark_shots
from tests.stages.shots_drawn import frame_of, plain, texture

NOTHING = plain((0, 0))
WHOLE = gray_to_L(np.clip(texture(1, low=-0.02, high=1.02), 0, 1))
"""A picture of full range."""


def film(gains, L=WHOLE, step=0):
    """Draw a film whose gray codes are scaled; it pans by `step` pixels a frame."""
    codes = L_to_gray(L)
    for index, gain in enumerate(gains):
        seen = gray_to_L(np.clip(gain * np.roll(codes, step * index, 1), 0, 1).astype(np.float32))
        yield frame_of(index, seen, NOTHING)


def levelled(frames, faded="fresh"):
    return list(FilmLevels(faded).level(mark_shots(frames)))


def test_a_fade_of_colours_follows_the_slope():
    """Truth: patches of colour whose codes fade, as IEC 61966-2-1 and CIE 15 have them."""
    rgb = np.random.default_rng(0).uniform(0.3, 0.9, (3, 12, 12))
    for gain in (0.9, 0.7, 0.5, 0.35):
        whole, faded = srgb_to_lab(rgb), srgb_to_lab(gain * rgb)
        true = np.hypot(*faded[1:]).mean() / np.hypot(*whole[1:]).mean()
        assert Light(gain, 0).slope(L_to_gray(whole[0]).ravel()) == pytest.approx(true, rel=0.06)


@pytest.mark.parametrize("gain", [0.7, 0.95, 1.2])
@pytest.mark.parametrize("step", [0, 2])
def test_the_light_is_found_on_pixels_that_correspond(gain, step):
    one, two = mark_shots(film([0.6, 0.6 * gain], step=step))
    found = change_between(small_codes(one.L), small_codes(two.L), two.motion)
    assert found is not None
    assert found.gain == pytest.approx(gain, rel=0.015)
    assert found.offset == pytest.approx(0, abs=0.01)


def test_a_dark_figure_that_walks_in_is_no_fade():
    def frames():
        for index, frame in enumerate(film([1.0] * 30)):
            L = frame.L.copy()
            L[:, : 3 * index] = 4 + 0.05 * L[:, : 3 * index]
            yield replace(frame, L=L)

    done = levelled(frames())
    assert [frame.starts_shot for frame in done].count(True) == 1
    assert min(frame.slope for frame in done) > 0.97
    assert all(np.abs(frame.seen - frame.L).max() < 4 for frame in done)


@pytest.mark.slow
def test_ever_softer_detail_at_one_brightness_is_no_fade():
    """A camera that moves from grass to haze: the mean of codes stays, as in no fade."""

    def frames():
        for index, frame in enumerate(film([1.0] * 60)):
            codes = L_to_gray(frame.L)
            codes = codes.mean() + (1 - index / 100) * (codes - codes.mean())
            yield replace(frame, L=gray_to_L(codes).astype(np.float32))

    assert min(frame.slope for frame in levelled(frames())) > 0.9


@pytest.mark.parametrize("white", [0, 1])
@pytest.mark.parametrize("gain", [0.2, 0.6, 1.5])
def test_the_gain_of_a_true_fade_is_believed(white, gain):
    """To black codes are scaled, to white what they lack to it."""
    tones = np.array([0.1, 0.3, 0.5, 0.6])
    light = Light(gain, white * (1 - gain))
    found = light.supported(tones)
    assert (found.gain, found.offset) == pytest.approx((gain, light.offset), abs=1e-6)


def test_a_fade_is_seen_in_one_light_and_its_colours_end_with_it():
    gains = [1.0] * 12 + [1 - n / 20 for n in range(20)]
    done = levelled(film(gains))
    for frame, gain in zip(done, gains, strict=True):
        if gain > 0.25:
            assert np.abs(frame.seen - done[0].seen).mean() < 2
    slopes = [frame.slope for frame in done]
    assert max(slopes) <= 1
    assert slopes[0] > 0.97
    assert all(b <= a + 0.01 for a, b in zip(slopes, slopes[1:], strict=False))
    assert 0.3 < slopes[22] < 0.8
    assert slopes[-1] < 0.15


def test_a_fade_in_knows_the_light_that_comes():
    done = levelled(film([n / 20 for n in range(1, 21)] + [1.0] * 16))
    first = max(frame.index for frame in done if frame.starts_shot)
    assert first < 4
    assert done[first + 1].slope < 0.35
    assert done[-1].slope > 0.97


def test_flicker_changes_neither_what_is_seen_nor_the_chroma():
    rng = np.random.default_rng(3)
    gains = 0.85 + 0.12 * rng.uniform(-1, 1, 48)
    done = levelled(film(gains, L=20 + 0.6 * WHOLE))
    seen = np.stack([frame.seen for frame in done])
    assert np.abs(seen - np.median(seen, 0)).mean() < 1
    slopes = np.array([frame.slope for frame in done])
    assert np.abs(np.diff(slopes)).max() < 0.03
    assert np.abs(np.diff(slopes)).mean() < 0.002


def test_a_flash_keeps_the_chroma_of_its_neighbours():
    frames = list(film([1.0] * 20))
    codes = np.clip(0.6 + 0.4 * L_to_gray(frames[9].L), 0, 1)
    frames[9] = replace(frames[9], L=gray_to_L(codes.astype(np.float32)))
    done = levelled(frames)
    assert min(frame.slope for frame in done) > 0.97
    assert np.abs(done[9].seen - done[8].seen).mean() < 4
    assert np.abs(done[10].seen - done[8].seen).mean() < 1


def test_every_shot_has_one_curve_of_its_own():
    flat, other = 40 + 0.3 * WHOLE, 10 + 0.4 * np.roll(WHOLE[::-1], 40, 1)
    later = (replace(frame, index=frame.index + 10) for frame in film([1.0] * 10, other))
    done = levelled([*film([1.0] * 10, flat), *later])
    assert [frame.index for frame in done if frame.starts_shot] == [0, 10]
    for frame in done:
        assert np.percentile(frame.seen, [1, 99]) == pytest.approx(FRESH, abs=2)
        assert frame.slope == 1
    as_is = levelled(film([1.0] * 10, flat), "as-is")
    assert as_is[4].slope == pytest.approx(fresh_print(flat)[1], rel=0.05)


def test_a_shot_that_a_person_says_does_not_fade_keeps_its_colours():
    gains = [1.0] * 12 + [1 - n / 40 for n in range(20)]
    looks = {"fresh": NOTHING_SAID, "off": Look(faded="off")}
    done = {
        name: list(FilmLevels("fresh").level(mark_shots(film(gains)), lambda _, look=look: look))
        for name, look in looks.items()
    }
    assert min(frame.slope for frame in done["fresh"]) < 0.75
    assert "fade" in done["fresh"][-1].taken
    assert all(frame.slope == 1 and not frame.taken for frame in done["off"])


@pytest.mark.parametrize("wish", ["copy", "skip", "do"])
def test_a_shot_that_a_person_says_is_in_colour_is_one(wish):
    done = FilmLevels("fresh").level(mark_shots(film([1.0] * 8)), lambda _: Look(coloured=wish))
    for frame in done:
        assert "coloured" in frame.taken
        assert frame.kept == (wish == "copy")
        assert (frame.slope == 0) == (wish == "skip")


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_short_shot_in_colour_between_others_is_kept(length):
    """The work looks at every shot, not at places of the film."""
    rng = np.random.default_rng(1)
    own = rng.uniform(-40, 40, (2, 6, 8)).astype(np.float32)
    colours = Colours(lambda size: np.stack([cv2.resize(one, size[::-1]) for one in own]))
    coloured = range(11, 11 + length)

    def frames():
        for frame in film([1.0] * 24):
            inside = frame.index in coloured
            L = np.roll(frame.L[::-1], 30, 1) if inside else frame.L
            yield replace(frame, L=L, colours=colours if inside else None)

    cuts = frozenset({0, coloured.start, coloured.stop})
    for frame in FilmLevels("fresh").level(mark_shots(frames(), cuts)):
        assert frame.kept == (frame.index in coloured)


def test_a_blank_shot_stays_neutral():
    noise = np.random.default_rng(0).normal(4, 0.3, (12, *WHOLE.shape)).astype(np.float32)
    done = levelled(frame_of(n, L.clip(0, 100), NOTHING) for n, L in enumerate(noise))
    assert max(frame.slope for frame in done) < 0.05


def test_nothing_changes_where_it_is_off():
    frames = list(mark_shots(film([1.0, 0.8, 0.5])))
    assert [*FilmLevels("off").level(frames)] == frames


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("start", [12, 24, 60, 84])
def test_a_run_that_goes_on_finds_the_same_levels(start):
    gains = [n / 30 for n in range(1, 31)] + [1.0] * 40 + [1 - n / 40 for n in range(38)]
    rng = np.random.default_rng(1)
    gains = np.array(gains) * (0.9 + 0.1 * rng.random(len(gains)))
    frames = list(film(gains, L=10 + 0.6 * WHOLE, step=1))
    whole = FilmLevels("fresh")
    done, kept = [], None
    for frame in whole.level(mark_shots(iter(frames))):
        done.append(frame)
        if frame.index == start - 1:
            kept = whole.state(start)
    later = FilmLevels("fresh")
    later.resume(start, kept)
    again = list(later.level(mark_shots(islice(frames, start - CONTEXT, None))))
    assert [frame.index for frame in again] == list(range(start, len(frames)))
    for one, other in zip(again, done[start:], strict=True):
        assert one.slope == other.slope
        assert np.array_equal(one.seen, other.seen)
        assert one.starts_shot == other.starts_shot


@pytest.mark.slow
def test_memory_stays_flat():
    levels, alive = FilmLevels("fresh"), []

    def frames():
        for frame in film([1.0] * 150):
            alive.append(frame.index)
            yield frame

    for frame in levels.level(mark_shots(frames())):
        assert len(alive) - frame.index < 60
    assert isinstance(frame, Frame)
