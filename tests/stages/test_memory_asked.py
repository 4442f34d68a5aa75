"""Hints and references of one frame in the colour memory: found again after what covered them."""

from dataclasses import replace

import numpy as np
import pytest

from colorizer.stages.memory import recall
from colorizer.stages.memory.asked import Asked
from colorizer.stages.memory.recall import ShotMemory
from tests.stages.test_memory import SIZE, Wavering, colours, seen, shot
from tests.stages.test_temporal import frame_of, texture


class Things(Wavering):
    """Gives every thing one colour; things are told by their lightness."""

    def __init__(self):
        super().__init__(wavers=False)


def covered_shot():
    """A bright square that goes behind a dark wall and comes out of it, 72 frames."""
    frames = []
    for index in range(72):
        L = texture(3, SIZE, 0, 10).astype(np.float32)
        left = index
        L[16:48, left : left + 24] = texture(5, (32, 24), 85, 95)[:, : 96 - left]
        L[:, 40:64] = texture(7, SIZE, 40, 50)[:, 40:64]
        frames.append(frame_of(index, L, np.zeros((2, *SIZE), np.float32)))
    return [replace(one, ab=None, is_key=one.index % 6 == 0) for one in frames]


@pytest.mark.slow
def test_a_hint_finds_its_thing_again_after_it_was_covered():
    red = np.array([50.0, 30.0], np.float32)

    def asked_of(frame):
        if frame.index != 6:
            return ()
        where = np.zeros(SIZE, np.float32)
        where[16:48, 6:30] = 1
        return [Asked(np.broadcast_to(red[:, None, None], (2, *SIZE)), where)]

    memory = ShotMemory()
    memory.asked_of = asked_of
    frames = list(memory.recall(seen(covered_shot(), Things().eval())))
    plain = list(ShotMemory().recall(seen(covered_shot(), Things().eval())))
    last, before = frames[66].ab, plain[66].ab
    assert np.abs(last[:, 24:40, 74:88].mean(axis=(1, 2)) - red).max() < 6
    assert np.abs(last - before)[:, :, :56].max() < 3  # neither the ground nor the wall


@pytest.mark.matrix
@pytest.mark.parametrize("end", [30, 48, 60])
def test_what_was_asked_for_is_remembered_by_a_run_that_continues(end, monkeypatch):
    monkeypatch.setattr(recall, "BYTES_HELD", 1)
    painted = np.full((2, *SIZE), 30, np.float32)

    def remembering():
        memory = ShotMemory()
        memory.asked_of = lambda frame: [Asked(painted, None)] if frame.index == 12 else ()
        return memory

    whole, states, expected = remembering(), {}, []
    frames = list(seen(shot(110)))
    for frame in whole.recall(iter(frames)):
        expected.append(frame)
        states[frame.index + 1] = whole.state(frame.index + 1)
    later = remembering()
    later.resume({name: np.array(one) for name, one in states[end].items()})
    np.testing.assert_array_equal(
        colours(later.recall(iter(frames[end:]))), colours(expected[end:])
    )
    assert np.abs(colours(expected)[-1] - 30).mean() < 3
