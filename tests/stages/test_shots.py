"""Shots: cuts are found, flashes and exposure flicker are none."""

import numpy as np
import pytest

from colorizer.stages.shots import CONTEXT, mark_shots, scene_detector
from tests.stages.shots_drawn import SIZE, frame_of, plain, texture

NOTHING = plain((0, 0))


def marks(pictures, **options):
    frames = [frame_of(i, L, NOTHING) for i, L in enumerate(pictures)]
    return list(mark_shots(iter(frames), **options))


def starts(pictures, **options):
    return [one.index for one in marks(pictures, **options) if one.starts_shot]


def test_cuts_are_found_where_the_picture_changes():
    assert starts([texture(1)] * 4 + [texture(2)] * 3 + [texture(3)] * 4) == [0, 4, 7]


@pytest.mark.parametrize("length", [1, 2])
def test_a_flash_is_no_cut_and_is_skipped(length):
    flash = np.full(SIZE, 100, np.float32)
    done = marks([texture(1)] * 4 + [flash] * length + [texture(1)] * 4)
    assert [one.index for one in done if one.starts_shot] == [0]
    assert [one.index for one in done if one.motion is None] == [0, *range(4, 4 + length)]


def test_three_other_frames_are_a_shot():
    assert starts([texture(1)] * 4 + [texture(2)] * 3 + [texture(1)] * 4) == [0, 4, 7]


def test_a_flash_before_a_cut_belongs_to_the_next_shot():
    flash = np.full(SIZE, 100, np.float32)
    found = starts([texture(1)] * 4 + [flash] + [texture(2)] * 4)
    assert found[0] == 0
    assert 5 in found or 4 in found


def test_a_fade_through_black_parts_two_shots_and_keeps_each_whole():
    steps = np.linspace(0, 1, 13, dtype=np.float32)
    away = [texture(1) * (1 - step) for step in steps]
    back = [texture(2) * step for step in steps]
    found = starts([texture(1)] * 4 + away + back + [texture(2)] * 4, detector=scene_detector())
    assert found[0] == 0
    assert len(found) > 1
    assert all(14 <= index <= 19 for index in found[1:])


def grainy(pictures, grain=1.5):
    """Give pictures the fog and grain of film, and 8-bit codes."""
    rng = np.random.default_rng(0)
    noisy = (6 + 0.94 * L + rng.normal(0, grain, L.shape) for L in pictures)
    return [np.rint(L.clip(0, 100) * 2.55).astype(np.float32) / np.float32(2.55) for L in noisy]


@pytest.mark.matrix
@pytest.mark.parametrize("blank", [0, 100])
def test_grainy_black_or_white_between_two_fades_is_one_shot(blank):
    steps = np.linspace(0, 1, 9, dtype=np.float32)
    one, two = (texture(seed, sigma=8) for seed in (1, 2))
    away = [one + (blank - one) * step for step in steps]
    back = [blank + (two - blank) * step for step in steps]
    pictures = [one] * 4 + away + [np.full(SIZE, blank, np.float32)] * 20 + back + [two] * 4
    found = starts(grainy(pictures), detector=scene_detector())
    assert len(found) == 3
    assert 9 <= found[1] <= 13
    assert 32 <= found[2] <= 36


def test_an_even_fade_is_suspected_although_no_frame_stands_out():
    detector = pytest.importorskip("scenedetect") and scene_detector()
    steps = np.linspace(1, 0, 9, dtype=np.float32)
    pictures = grainy(
        [texture(1, sigma=8) * step for step in steps] + [np.zeros(SIZE, np.float32)] * 4, 0.5
    )
    frames = [frame_of(i, L, NOTHING) for i, L in enumerate(pictures)]
    assert any(suspected for _, suspected in detector(iter(frames)))


def test_a_dissolve_is_no_cut():
    one, two = (texture(seed, sigma=8) for seed in (1, 2))
    mixed = [one + (two - one) * step for step in np.linspace(0, 1, 14, dtype=np.float32)]
    assert starts([one] * 4 + mixed + [two] * 4, detector=scene_detector()) == [0]


def test_a_list_of_cuts_is_obeyed():
    pictures = [texture(1)] * 4 + [texture(2)] * 4
    assert starts(pictures, cuts={2}) == [0, 2]
    assert starts(pictures, cuts=set()) == [0]


def test_motion_leads_to_the_frame_before():
    L = texture(4, (96, 200))
    done = marks([L[:, 5 * i : 5 * i + 128].copy() for i in range(4)])
    for one in done[1:]:
        inner = np.s_[10:-10, 10:-10]  # at half size
        assert np.median(one.motion.back[inner][..., 0]) == pytest.approx(2.5, abs=0.15)
        assert np.median(one.motion.forth[inner][..., 0]) == pytest.approx(-2.5, abs=0.15)
        assert one.motion.back_trust[inner].mean() > 0.9
        assert one.motion.forth_trust[inner].mean() > 0.9


def test_large_pictures_have_their_flow_on_a_smaller_grid():
    pictures = [texture(1, (400, 700), sigma=8)] * 2
    done = marks(pictures)
    assert max(done[1].motion.back.shape[:2]) == 240
    assert not done[1].starts_shot


def test_the_second_detector_sees_cuts_and_keeps_every_frame_in_order():
    detector = pytest.importorskip("scenedetect") and scene_detector()
    pictures = [texture(1)] * 6 + [texture(2)] * 6
    frames = [frame_of(i, L, NOTHING) for i, L in enumerate(pictures)]
    pairs = list(detector(frames))
    assert [frame.index for frame, _ in pairs] == list(range(12))
    assert [frame.index for frame, cut in pairs if cut] == [6]
    assert starts(pictures, detector=detector) == [0, 6]


def test_a_suspicion_alone_is_no_cut():
    def suspicious(frames):
        return ((frame, True) for frame in frames)

    assert starts([texture(1)] * 6, detector=suspicious) == [0]


@pytest.mark.slow
def test_marks_from_a_place_are_those_of_the_whole():
    pictures = [texture(1)] * 9 + [texture(2)] * 9 + [np.full(SIZE, 99, np.float32)]
    pictures += [texture(2)] * 9
    frames = [frame_of(i, L, NOTHING) for i, L in enumerate(pictures)]
    whole = list(mark_shots(frames, detector=scene_detector()))
    for place in range(CONTEXT, 28):
        part = mark_shots(frames[place - CONTEXT :], detector=scene_detector())
        for one, other in zip(whole[place:], list(part)[CONTEXT:], strict=True):
            assert one.starts_shot == other.starts_shot
            assert (one.motion is None) == (other.motion is None)


@pytest.mark.parametrize("gain", [1.0, 0.3, 0.12])
def test_motion_is_as_true_in_a_dark_film(gain):
    """Truth: the pan that was drawn, two pixels a frame, in 8-bit codes."""
    wide = texture(1, (96, 160), sigma=2.5)
    pictures = [wide[:, 2 * n : 2 * n + 128] for n in range(4)]
    codes = [np.rint((4 + gain * L) * 2.55) / 2.55 for L in pictures]
    done = marks([L.astype(np.float32) for L in codes])
    for frame in done[1:]:
        flow = frame.motion.back[8:-8, 8:-8] * (128 / frame.motion.back.shape[1])
        assert np.abs(flow - (2.0, 0.0)).mean() < 0.25
        assert frame.motion.back_trust[8:-8, 8:-8].mean() > 0.9


@pytest.mark.parametrize("gain", [1.0, 0.3, 0.05])
def test_what_appears_in_a_dark_film_is_not_trusted(gain):
    """Truth: a bright square that was drawn into the second of two equal frames."""
    before = texture(1, low=20, high=50, sigma=4)
    after = before.copy()
    after[40:60, 40:60] = 80
    one, two = marks([np.rint((4 + gain * L) * 2.55).astype(np.float32) / 2.55
                      for L in (before, after)], cuts={0})  # fmt: skip
    assert one.starts_shot
    trust = two.motion.back_trust
    scale = trust.shape[1] / before.shape[1]
    inside = slice(round(44 * scale), round(56 * scale))
    assert trust[inside, inside].mean() < 0.3
