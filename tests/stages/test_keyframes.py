"""Key frames: few where all can be followed, at once where it can't."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from colorizer.media.film.segment import BLOCK_FRAMES
from colorizer.stages.keyframes import KEY_STEP, mark_keys
from colorizer.stages.shots import CONTEXT, mark_shots
from tests.stages.shots_drawn import SIZE, frame_of, texture

NOTHING = np.zeros((2, *SIZE), np.float32)


def keys(pictures, **options) -> list[int]:
    frames = (frame_of(i, L, NOTHING) for i, L in enumerate(pictures))
    return [one.index for one in mark_keys(mark_shots(frames), **options) if one.is_key]


def test_a_steady_shot_has_one_every_few_frames():
    assert keys([texture(1)] * 14, step=6) == [0, 6, 12]


def test_the_first_frame_of_every_shot_is_one():
    assert keys([texture(1)] * 5 + [texture(2)] * 6, step=8) == [0, 5, 8]


def test_a_flash_is_one_and_the_shot_goes_on_behind_it():
    flash = np.full(SIZE, 100, np.float32)
    assert keys([texture(1)] * 3 + [flash] + [texture(1)] * 4, step=8) == [0, 3]


def test_ground_that_comes_into_view_calls_for_one():
    """A camera that turns by a twentieth of the picture each frame."""
    wide = texture(4, (96, 320))
    found = keys([wide[:, 6 * i : 6 * i + 128].copy() for i in range(12)], step=12)
    assert found[0] == 0
    assert 4 <= len(found) <= 9
    assert max(np.diff(found)) <= 4


def test_a_picture_no_flow_can_follow_is_all_key_frames():
    rng = np.random.default_rng(0)
    ground = texture(2)
    pictures = []
    for _ in range(8):
        L = ground.copy()
        L[20:70, 30:90] = cv2.resize(rng.uniform(0, 100, (5, 6)), (60, 50), interpolation=0)
        pictures.append(L.astype(np.float32))
    cuts = {0}  # otherwise each might be taken for a shot of its own
    frames = (frame_of(i, L, NOTHING) for i, L in enumerate(pictures))
    found = [one.is_key for one in mark_keys(mark_shots(frames, cuts), step=8)]
    assert all(found)


@pytest.mark.parametrize("start", [KEY_STEP, 2 * KEY_STEP])
def test_going_on_finds_the_same(start):
    wide = texture(4, (96, 400))
    frames = [
        frame_of(i, wide[:, 4 * i : 4 * i + 128].copy(), NOTHING) for i in range(3 * KEY_STEP)
    ]
    whole = [one.is_key for one in mark_keys(mark_shots(iter(frames)))]
    marked = mark_shots(iter(frames[max(0, start - CONTEXT) :]))
    rest = [one.is_key for one in mark_keys(one for one in marked if one.index >= start)]
    assert rest == whole[start:]
    assert BLOCK_FRAMES % KEY_STEP == 0


def test_nothing_but_the_mark_is_changed():
    frames = list(mark_shots(frame_of(i, texture(1), NOTHING) for i in range(4)))
    for one, marked in zip(frames, mark_keys(iter(frames)), strict=True):
        assert replace(marked, is_key=True).L is one.L
        assert (marked.motion, marked.starts_shot) == (one.motion, one.starts_shot)
