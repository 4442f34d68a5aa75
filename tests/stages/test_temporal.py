"""Temporal smoothing: steady in a shot, no colour across cuts, no ghosts behind moving things."""

import gc
import weakref
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest

from colorizer.frame import Frame
from colorizer.stages.shots import mark_shots
from colorizer.stages.temporal import LOOK_AHEAD, smooth_chroma

SIZE = (96, 128)


def texture(seed, size=SIZE, low=20, high=80, sigma=2.0):
    """Draw a cloudy pattern, (h, w) float32 between low and high."""
    noise = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    cloud = cv2.GaussianBlur(noise, (0, 0), sigma)
    return cv2.normalize(cloud, None, low, high, cv2.NORM_MINMAX)


def plain(color, size=SIZE):
    return np.stack([np.full(size, value, np.float32) for value in color])


def flickering(ab, seed):
    """Add what per-frame prediction adds: an offset and blotches that differ in every frame."""
    rng = np.random.default_rng(seed)
    small = rng.normal(0, 6, (2, 6, 8)).astype(np.float32)
    blotches = np.stack([cv2.resize(plane, ab.shape[:0:-1]) for plane in small])
    return ab + blotches + rng.normal(0, 2, (2, 1, 1)).astype(np.float32)


def frame_of(index, L, ab, starts_shot=False):
    Y = np.clip(L * 2.55, 0, 255).astype(np.uint8)
    return Frame(index, index * 40, Fraction(1, 1000), Y, 8, True, L, ab, starts_shot)


def still_shot(count, seed=1, color=(25, -20)):
    L = texture(seed)
    return [frame_of(i, L, flickering(plain(color), i), i == 0) for i in range(count)]


def smoothed(frames, **options):
    return [enlarged(one) for one in smooth_chroma(mark_shots(iter(frames)), **options)]


def enlarged(frame):
    """Bring ab back to working size, where it has travelled at half of it."""
    if frame.ab.shape[1:] == frame.L.shape:
        return frame
    planes = [cv2.resize(plane, frame.L.shape[::-1]) for plane in frame.ab]
    return replace(frame, ab=np.stack(planes))


def flicker(frames):
    """Return the mean change of ab from one frame to the next."""
    return np.mean([np.abs(b.ab - a.ab).mean() for a, b in zip(frames, frames[1:], strict=False)])


def moving_square(count, step=5):
    """Draw a red square moving over a blue-green ground: frames and true ab."""
    ground, square = texture(2, low=20, high=55), texture(3, (36, 36), low=60, high=95)
    frames, truth = [], []
    for i in range(count):
        L, ab = ground.copy(), plain((-30, -15))
        left = 4 + step * i
        L[30:66, left : left + 36] = square
        ab[:, 30:66, left : left + 36] = np.array([55, 35])[:, None, None]
        truth.append(ab)
        frames.append(frame_of(i, L, ab.copy(), i == 0))
    return frames, truth


def test_flicker_of_a_static_shot_falls_by_a_large_factor():
    frames = still_shot(30)
    done = smoothed(frames)
    assert flicker(done[8:]) < flicker(frames[8:]) / 8
    before, after = (np.abs(list_[-1].ab - plain((25, -20))).mean() for list_ in (frames, done))
    assert after < before / 2.5


def test_colours_follow_a_moving_camera():
    L, ab = texture(4, (96, 260)), np.stack([texture(5 + i, (96, 260), -50, 50, 6) for i in (0, 1)])
    views = [np.s_[..., 4 * i : 4 * i + 128] for i in range(24)]
    frames = [
        frame_of(i, L[view].copy(), flickering(ab[view], i), i == 0) for i, view in enumerate(views)
    ]
    done = smoothed(frames)
    inner = np.s_[:, 8:-8, 8:64]  # in view from the beginning, as the camera moves right
    before, after = (
        np.mean([np.abs(one.ab - ab[view])[inner].mean() for one, view in pairs])
        for pairs in (list(zip(group, views, strict=True))[12:] for group in (frames, done))
    )
    assert after < before / 1.8
    assert sum(one.starts_shot for one in done) == 1


def test_the_first_frame_of_a_shot_is_as_steady_as_the_others():
    frames = still_shot(30)
    (past,), (both,) = (smoothed(frames, look_ahead=n)[:1] for n in (0, LOOK_AHEAD))
    assert (past.ab == frames[0].ab).all()
    errors = [np.abs(one.ab - plain((25, -20))).mean() for one in (past, both)]
    assert errors[1] < errors[0] / 2


@pytest.mark.parametrize("marked", [True, False])
def test_no_colour_crosses_a_cut(marked):
    red, green = plain((50, 30)), plain((-40, 40))
    frames = [frame_of(i, texture(1), red, i == 0) for i in range(6)]
    frames += [frame_of(i, texture(9), green, marked and i == 6) for i in range(6, 12)]
    done = smoothed(frames)
    assert [one.index for one in done if one.starts_shot] == [0, 6]
    for one in done:
        assert np.abs(one.ab - (red if one.index < 6 else green)).max() < 1e-4


def test_a_marked_cut_is_kept_even_between_equal_pictures():
    frames = still_shot(6)
    frames[3] = frame_of(3, frames[3].L, plain((-60, 0)), starts_shot=True)
    done = smoothed(frames)
    assert done[3].starts_shot
    assert done[3].motion is None
    assert done[2].ab[0].mean() == pytest.approx(25, abs=4)


def halved(ab):
    """Bring ab to the size at which it travels; exact where edges lie at even pixels."""
    if ab.shape[1:] != SIZE:
        return ab
    return np.stack([cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=3) for p in ab])


def test_a_moving_object_leaves_no_ghost():
    frames, truth = moving_square(10, step=6)
    truth = [halved(ab) for ab in truth]
    done = [one.ab for one in smooth_chroma(mark_shots(iter(frames)))]
    average, errors, averaged = truth[0], [], []
    for i in range(1, 10):
        average = 0.8 * average + 0.2 * truth[i]
        uncovered = np.s_[:, 16:32, 2 + 3 * (i - 1) : 2 + 3 * i]  # ground again since this frame
        errors.append(((done[i] - truth[i])[uncovered] ** 2).mean())
        averaged.append(((average - truth[i])[uncovered] ** 2).mean())
    assert np.sqrt(np.mean(errors)) < 7  # edges soften as colours travel; 17 without trust
    assert np.sqrt(np.mean(averaged)) > 25
    trail = np.sqrt(np.mean([((ab - t) ** 2).mean() for ab, t in zip(done, truth, strict=True)]))
    assert trail < 1.5


def test_what_comes_into_view_has_its_own_colour_at_once():
    L = texture(4, (96, 260))
    ab = plain((40, 10), (96, 260))
    ab[:, :, 128:] = np.array([-30, 30])[:, None, None]
    views = [np.s_[..., 6 * i : 6 * i + 128] for i in range(8)]
    frames = [frame_of(i, L[v].copy(), ab[v].copy(), i == 0) for i, v in enumerate(views)]
    for i, one in enumerate(smoothed(frames)[1:], 1):
        entered = np.s_[:, 8:-8, 128 - 6 * i + 4 :]
        assert np.abs(one.ab[entered] - np.array([-30, 30])[:, None, None]).mean() < 1.5


def test_exposure_flicker_is_no_cut():
    L = texture(6, low=5)
    L[:, :24] = L[:, -24:] = 0  # a telecine's black borders
    exposures = [(1, 1), (1.6, 1), (0.6, 1), (1.5, 0.6), (0.7, 1.6)]  # gain, gamma; clips at white
    frames = [
        frame_of(i, np.clip(100 * (L / 100) ** gamma * gain, 0, 100), plain((20, 20)))
        for i, (gain, gamma) in enumerate(exposures)
    ]
    assert [one.starts_shot for one in smoothed(frames)] == [True, False, False, False, False]


def test_a_lasting_change_of_colour_arrives():
    L = texture(7)
    frames = [frame_of(i, L, plain((0, 30) if i < 30 else (0, -10)), i == 0) for i in range(90)]
    past, both = smoothed(frames, look_ahead=0), smoothed(frames)
    assert past[29].ab[1].mean() == pytest.approx(30, abs=0.1)
    assert past[31].ab[1].mean() > 25
    assert both[5].ab[1].mean() == pytest.approx(30, abs=0.1)
    assert 5 < both[30].ab[1].mean() < 25, "the change is met half-way, from both sides"
    assert max(past[89].ab[1].mean(), both[89].ab[1].mean()) < -6


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


def test_only_chroma_is_changed():
    frames = still_shot(6)
    copies = [(one.Y.copy(), one.L.copy(), one.ab.copy()) for one in frames]
    done = smoothed(frames)
    for one, frame, (Y, L, ab) in zip(done, frames, copies, strict=True):
        assert one.Y is frame.Y
        assert one.L is frame.L
        assert (one.index, one.pts, one.time_base) == (frame.index, frame.pts, frame.time_base)
        assert (frame.Y == Y).all()
        assert (frame.L == L).all()
        assert (frame.ab == ab).all()
        assert one.ab.dtype == np.float32


def test_smoothing_again_gives_the_same():
    frames = moving_square(6)[0]
    for one, two in zip(smoothed(frames), smoothed(frames), strict=True):
        assert (one.ab == two.ab).all()


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


def test_both_directions_beat_the_past_alone_and_the_predictions():
    frames, truth = moving_square(26, step=2)
    frames = [replace(one, ab=flickering(one.ab, i)) for i, one in enumerate(frames)]
    errors = [
        np.sqrt(
            np.mean(
                [((halved(a.ab) - halved(t)) ** 2).mean() for a, t in zip(way, truth, strict=True)]
            )
        )
        for way in (
            smooth_chroma(mark_shots(iter(frames))),
            smooth_chroma(mark_shots(iter(frames)), look_ahead=0),
            frames,
        )
    ]
    assert errors[0] < 0.95 * errors[1] < 0.7 * errors[2]


def test_averaging_does_not_pale_the_shot():
    rng = np.random.default_rng(3)
    hues = rng.uniform(-0.5, 0.5, 40)
    frames = [
        frame_of(i, texture(1), plain((30 * np.cos(hue), 30 * np.sin(hue))), i == 0)
        for i, hue in enumerate(hues)
    ]
    strength = [np.hypot(*one.ab).mean() for one in smoothed(frames)]
    assert np.mean(strength) == pytest.approx(30, rel=0.03)
    assert max(strength) < 30 * 1.15


def test_an_anchor_holds_as_it_is_and_pulls_its_neighbours():
    frames = still_shot(31, color=(0, 0))
    frames[15] = replace(frames[15], ab=plain((50, 30)), is_anchor=True)
    done = smoothed(frames)
    assert (halved(done[15].ab) == halved(plain((50, 30)))).all()
    for index in (14, 16):
        assert done[index].ab[0].mean() > 25
    assert done[0].ab[0].mean() < done[10].ab[0].mean() < done[14].ab[0].mean()


def test_a_shot_may_begin_with_an_anchor():
    frames = still_shot(9, color=(0, 0))
    frames[0] = replace(frames[0], ab=plain((50, 30)), is_anchor=True)
    done = smoothed(frames)
    assert (halved(done[0].ab) == 50).any()
    assert done[1].ab[0].mean() > 25
