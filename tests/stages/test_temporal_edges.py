"""Smoothing at the edges of what it can do: cuts, stills, tiny pictures, states, anchors."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from colorizer.stages.shots import mark_shots
from colorizer.stages.temporal import LOOK_AHEAD, smooth_chroma
from tests.stages.shots_drawn import (
    SIZE,
    enlarged,
    flickering,
    frame_of,
    halved,
    moving_square,
    plain,
    smoothed,
    still_shot,
    texture,
)


def test_stills_pass_as_they_are():
    sizes = [(40, 60), (64, 64), (1, 1), (300, 3), SIZE]
    frames = [
        frame_of(i, texture(i, size), plain((9, 9), size), True) for i, size in enumerate(sizes)
    ]
    for one, frame in zip(smoothed(frames), frames, strict=True):
        assert one is frame


@pytest.mark.parametrize("size", [(1, 1), (12, 40), (24, 96), (16, 400), (31, 120)])
def test_pictures_too_small_for_flow_keep_their_predictions(size):
    frames = [frame_of(i, texture(1, size), flickering(plain((5, 5), size), i)) for i in range(4)]
    for one, frame in zip(smoothed(frames), frames, strict=True):
        assert (one.ab == frame.ab).all()


def test_a_change_of_size_begins_a_shot():
    frames = still_shot(3)
    frames += [frame_of(i, texture(1, (80, 100)), plain((3, 4), (80, 100))) for i in (3, 4)]
    done = smoothed(frames)
    assert [one.index for one in done if one.starts_shot] == [0, 3]
    assert (done[3].ab == frames[3].ab).all()


def test_black_and_white_leaders_do_no_harm():
    flat = [np.full(SIZE, value, np.float32) for value in (0, 0, 0, 100, 100)]
    frames = [frame_of(i, L, plain((0, 0))) for i, L in enumerate(flat)]
    frames += [frame_of(i, texture(8), plain((30, 20))) for i in range(5, 9)]
    done = smoothed(frames)
    assert done[5].starts_shot
    assert all(np.isfinite(one.ab).all() for one in done)
    assert np.abs(done[8].ab - plain((30, 20))).max() < 1e-4


def test_frames_come_one_by_one():
    taken = []

    def source():
        for frame in still_shot(5):
            taken.append(frame.index)
            yield frame

    stage = smooth_chroma(mark_shots(source()), look_ahead=0)
    for index in range(5):
        assert next(stage).index == index
        assert taken == list(range(index + 1))


@pytest.mark.slow
def test_earlier_frames_are_let_go(request):
    gc.collect()
    gc.freeze()  # the heap of other tests would make each collection slow
    request.addfinalizer(gc.unfreeze)
    alive = []

    def source():
        for i in range(60):
            frame = frame_of(i, texture(1), flickering(plain((5, 5)), i), i == 0)
            alive.append(weakref.ref(frame.L))
            yield frame
            del frame

    for _ in smooth_chroma(mark_shots(source())):
        gc.collect()
        assert sum(L() is not None for L in alive) <= 2 * LOOK_AHEAD + 2


def test_a_shot_that_begins_without_colour_is_refused():
    with pytest.raises(ValueError, match="no ab"):
        smoothed([frame_of(0, texture(1), None)])


def test_colours_travel_to_frames_that_have_none_from_both_sides():
    frames, truth = moving_square(12, step=4)
    keys = (0, 6, 11)
    some = [one if one.index in keys else replace(one, ab=None) for one in frames]
    for one, ab in zip(smooth_chroma(mark_shots(iter(some))), truth, strict=True):
        error = np.abs(one.ab - halved(ab)).max(axis=0)
        assert np.median(error) < 1
        assert error.mean() < 3, one.index


def test_what_no_prediction_shows_takes_the_colour_around_it():
    """A thing that is there for one frame between two key frames."""
    ground = plain((-30, 20))
    frames = [frame_of(i, texture(2, low=20, high=50), ground, i == 0) for i in range(5)]
    L = frames[2].L.copy()
    L[40:60, 40:60] = 95
    frames = [replace(one, ab=None) if one.index in (1, 2, 3) else one for one in frames]
    frames[2] = replace(frames[2], L=L)
    for one in smoothed(frames):
        assert np.abs(one.ab - ground).max() < 1


def test_no_colour_travels_across_a_cut():
    red, green = plain((50, 30)), plain((-40, 40))
    frames = [frame_of(i, texture(1), red if i in (0, 4) else None, i == 0) for i in range(8)]
    frames += [frame_of(i, texture(9), green if i == 8 else None) for i in range(8, 14)]
    done = smoothed(frames)
    assert [one.index for one in done if one.starts_shot] == [0, 8]
    for one in done:
        assert np.abs(one.ab - (red if one.index < 8 else green)).max() < 1e-3


@pytest.mark.matrix
@pytest.mark.parametrize("start", [12, 24, 36])
def test_going_on_from_a_state_gives_the_very_same_numbers(start):
    """Shots, a flash and motion before and after the place, as a run that was cut off there."""
    frames = moving_square(18)[0] + still_shot(45)
    frames = [frame_of(i, one.L, flickering(one.ab, i)) for i, one in enumerate(frames)]
    frames[33] = frame_of(33, np.full(SIZE, 99, np.float32), frames[33].ab)
    states = {}
    whole = smoothed(frames, keep=states.__setitem__)
    marked = (one for one in mark_shots(iter(frames[start - 8 :])) if one.index >= start)
    rest = [enlarged(one) for one in smooth_chroma(marked, state=states[start])]
    assert [one.index for one in rest] == list(range(start, len(frames)))
    for one, other in zip(whole[start:], rest, strict=True):
        assert one.starts_shot == other.starts_shot
        assert (one.ab == other.ab).all()


def test_an_anchor_holds_as_it_is_and_pulls_its_neighbours():
    frames = still_shot(31, colour=(0, 0))
    frames[15] = replace(frames[15], ab=plain((50, 30)), is_anchor=True)
    done = smoothed(frames)
    assert (halved(done[15].ab) == halved(plain((50, 30)))).all()
    for index in (14, 16):
        assert done[index].ab[0].mean() > 25
    assert done[0].ab[0].mean() < done[10].ab[0].mean() < done[14].ab[0].mean()


def test_a_shot_may_begin_with_an_anchor():
    frames = still_shot(9, colour=(0, 0))
    frames[0] = replace(frames[0], ab=plain((50, 30)), is_anchor=True)
    done = smoothed(frames)
    assert (halved(done[0].ab) == 50).any()
    assert done[1].ab[0].mean() > 25
