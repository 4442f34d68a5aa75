"""Shots: cuts are found, flashes and exposure flicker are none."""

import numpy as np
import pytest

from colorizer.shots import mark_shots
from tests.test_temporal import SIZE, frame_of, plain, texture

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


def test_a_list_of_cuts_is_obeyed():
    pictures = [texture(1)] * 4 + [texture(2)] * 4
    assert starts(pictures, cuts={2}) == [0, 2]
    assert starts(pictures, cuts=set()) == [0]


def test_motion_leads_to_the_frame_before():
    L = texture(4, (96, 200))
    done = marks([L[:, 5 * i : 5 * i + 128].copy() for i in range(4)])
    for one in done[1:]:
        inner = np.s_[20:-20, 20:-20]
        assert np.median(one.motion.back[inner][..., 0]) == pytest.approx(5, abs=0.3)
        assert np.median(one.motion.forth[inner][..., 0]) == pytest.approx(-5, abs=0.3)
        assert one.motion.back_trust[inner].mean() > 0.9
        assert one.motion.forth_trust[inner].mean() > 0.9


def test_large_pictures_have_their_flow_on_a_smaller_grid():
    pictures = [texture(1, (400, 700), sigma=8)] * 2
    done = marks(pictures)
    assert max(done[1].motion.back.shape[:2]) == 480
    assert not done[1].starts_shot
