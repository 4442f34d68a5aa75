"""Temporal smoothing: steady in a shot, no colour across cuts, no ghosts behind moving things."""

from dataclasses import replace

import numpy as np
import pytest

from colorizer.stages.shots import mark_shots
from colorizer.stages.temporal import LOOK_AHEAD, smooth_chroma
from tests.stages.shots_drawn import (
    flickering,
    frame_of,
    halved,
    moving_square,
    plain,
    smoothed,
    still_shot,
    texture,
)


def flicker(frames):
    """Return the mean change of ab from one frame to the next."""
    return np.mean([np.abs(b.ab - a.ab).mean() for a, b in zip(frames, frames[1:], strict=False)])


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


@pytest.mark.slow
def test_a_lasting_change_of_colour_arrives():
    L = texture(7)
    frames = [frame_of(i, L, plain((0, 30) if i < 30 else (0, -10)), i == 0) for i in range(90)]
    past, both = smoothed(frames, look_ahead=0), smoothed(frames)
    assert past[29].ab[1].mean() == pytest.approx(30, abs=0.1)
    assert past[31].ab[1].mean() > 25
    assert both[5].ab[1].mean() == pytest.approx(30, abs=0.1)
    assert 5 < both[30].ab[1].mean() < 25, "the change is met half-way, from both sides"
    assert max(past[89].ab[1].mean(), both[89].ab[1].mean()) < -6


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
