"""The colour memory: steady things, small things kept, the same after a kill, bounded waiting."""

import time
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
import torch

from colorizer.models import create_model
from colorizer.models.base import ColourModel, Insight
from colorizer.stages.found import CARD
from colorizer.stages.memory import recall
from colorizer.stages.memory.entries import Entries, Reader, entries_of, points_of
from colorizer.stages.memory.glimpse import glimpses_of, keys_at, products
from colorizer.stages.memory.recall import ShotMemory
from colorizer.stages.predict import predict_chroma
from colorizer.stages.shots import mark_shots
from tests.stages.shots_drawn import frame_of, texture

SIZE = (64, 96)
BINS = 313


class Wavering(ColourModel):
    """Finds things by their lightness, and gives the right half of them another bin each time."""

    def __init__(self, *, wavers: bool = True):
        super().__init__()
        self.anything = torch.nn.Parameter(torch.zeros(1))
        self.asked, self.wavers = 0, wavers

    def predict(self, L, **_):
        return torch.zeros(len(L), 2, *L.shape[-2:])

    def look(self, L, *, vividness=0.8):
        self.asked += 1
        small = torch.nn.functional.avg_pool2d(L, 8)
        features = torch.cat([(small / 100 * turn).sin() for turn in (3, 17, 40)], dim=1)
        scores = torch.zeros(1, BINS, *small.shape[-2:])
        other = 40 + 17 * (self.asked % 5) if self.wavers else 200
        left = small.shape[-1] // 2
        scores[:, 120, :, :left] = 12
        scores[:, other, :, left:] = 12
        ab = torch.nn.functional.interpolate(_mean(scores), scale_factor=8)
        return ab, Insight((features,), scores, 0.38)


def _mean(scores):
    from colorizer.models.ab_bins import annealed_mean

    return annealed_mean(scores)


def shot(count, start=0, seed=3):
    L = texture(seed, SIZE)
    L[:, SIZE[1] // 2 :] = texture(seed + 1, SIZE, 85, 100)[:, SIZE[1] // 2 :]
    L[:, : SIZE[1] // 2] *= 0.6
    nothing = np.zeros((2, *SIZE), np.float32)
    frames = [frame_of(start + i, L, nothing) for i in range(count)]
    return [replace(one, ab=None, is_key=one.index % 6 == 0) for one in frames]


def seen(frames, model=None):
    marked = mark_shots(iter(frames))
    return predict_chroma(marked, model or Wavering().eval(), glimpses=True)


def colours(frames):
    return np.stack([one.ab for one in frames if one.ab is not None])


def right(ab):
    """Return the mean ab of the right side of every key frame."""
    return ab[..., SIZE[1] // 2 + 8 :].mean(axis=(2, 3))


def test_a_thing_whose_colour_wavers_keeps_one():
    before = right(colours(seen(shot(40))))
    after = right(colours(ShotMemory().recall(seen(shot(40)))))
    assert before.std(axis=0).max() > 10
    assert after.std(axis=0).max() < 0.5


def test_a_thing_of_one_colour_keeps_it_next_to_a_larger_one():
    model = Wavering(wavers=False).eval()
    before = colours(seen(shot(40), model))
    after = colours(ShotMemory().recall(seen(shot(40), model)))
    assert np.abs(after - before)[..., 8:40].max() < 1
    assert np.abs(after - before)[..., 56:].max() < 1


def test_it_is_the_same_every_time_and_side_by_side():
    from colorizer.stages.device import core_pool

    alone = colours(ShotMemory().recall(seen(shot(40))))
    with core_pool(torch.device("cpu")) as pool:
        again = colours(ShotMemory().recall(seen(shot(40)), pool))
    np.testing.assert_array_equal(alone, again)


def test_one_part_more_is_looked_at_while_the_frames_before_it_go_on(monkeypatch):
    from colorizer.stages.device import core_pool

    monkeypatch.setattr(recall, "BYTES_HELD", 1)
    pulled, part = [], recall.LEAST_HELD
    frames = (pulled.append(one.index) or one for one in seen(shot(4 * part)))
    with core_pool(torch.device("cpu")) as pool, closing(ShotMemory().recall(frames, pool)) as done:
        next(done)
        end = time.monotonic() + 60
        while len(pulled) <= 2 * part and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.2)
        assert len(pulled) == 2 * part + 1, "the third part waits until the first is done"
        assert len(list(done)) == 4 * part - 1


def test_no_colour_comes_from_another_shot():
    first, second = shot(30), shot(30, 30, seed=9)
    together = [*ShotMemory().recall(seen([*first, *second]))]
    apart = [*ShotMemory().recall(seen(first))]
    np.testing.assert_array_equal(colours(together[:30]), colours(apart))


@pytest.mark.matrix
@pytest.mark.parametrize("end", [30, 48, 60, 96, 108])
def test_a_run_that_continues_inside_a_shot_remembers_the_same(end, monkeypatch):
    """Of a shot of three parts: in the first, at the seam, and in the later ones."""
    monkeypatch.setattr(recall, "BYTES_HELD", 1)
    whole, states = ShotMemory(), {}
    expected = []
    frames = list(seen(shot(130)))
    for frame in whole.recall(iter(frames)):
        expected.append(frame)
        states[frame.index + 1] = whole.state(frame.index + 1)
    later = ShotMemory()
    later.resume({name: np.array(one) for name, one in states[end].items()})
    got = [*later.recall(iter(frames[end:]))]
    np.testing.assert_array_equal(colours(got), colours(expected[end:]))
    assert [one.index for one in expected] == list(range(130))


@pytest.mark.slow
def test_what_waits_does_not_grow_with_the_shot(monkeypatch):
    monkeypatch.setattr(recall, "BYTES_HELD", 1)
    pulled = []

    def pull():
        for frame in seen(shot(400)):
            pulled.append(frame.index)
            yield frame

    held = [len(pulled) - done for done, _ in enumerate(ShotMemory().recall(pull()))]
    assert max(held) <= recall.LEAST_HELD + 24


def test_a_model_without_bins_passes_without_waiting():
    class Plain(Wavering):
        def look(self, L, *, vividness=0.8):
            return self.predict(L), None

    pulled = []
    frames = (pulled.append(one.index) or one for one in seen(shot(40), Plain().eval()))
    next(ShotMemory().recall(frames))
    assert pulled == [0]


def test_frames_in_a_dissolve_are_not_remembered():
    frames = list(seen(shot(40)))
    strange = torch.full_like(frames[0].glimpse.scores, 0)
    strange[:, 10] = 12
    mixed = []
    for frame in frames:
        if frame.index <= 12 and frame.motion is not None:
            motion = replace(frame.motion, back_trust=frame.motion.back_trust * 0.2)
            frame = replace(frame, motion=motion)
        if frame.index <= 12 and frame.glimpse is not None:
            frame = replace(frame, glimpse=replace(frame.glimpse, scores=strange))
        mixed.append(frame)
    clean = colours(ShotMemory().recall(iter(f for f in frames)))
    after = colours(ShotMemory().recall(iter(mixed)))
    assert np.abs(right(after) - right(clean))[3:].max() < 12
    assert right(after).std(axis=0).max() < 0.5


@pytest.mark.parametrize(
    ("said", "remembered"),
    [({"slope": 0.1}, False), ({"slope": 0.3}, True), ({"taken": frozenset({CARD})}, False)],
)
def test_of_a_fade_all_but_the_dark_is_remembered_and_of_a_card_nothing(said, remembered):
    frames = list(seen(shot(30)))
    strange = torch.full_like(frames[0].glimpse.scores, 0)
    strange[:, 10] = 12
    told = [
        replace(frame, glimpse=frame.glimpse and replace(frame.glimpse, scores=strange), **said)
        if frame.index <= 12
        else frame
        for frame in frames
    ]
    clean = right(colours(ShotMemory().recall(iter(frames))))[-1]
    after = right(colours(ShotMemory().recall(iter(told))))[-1]
    assert (np.abs(after - clean).max() > 12) == remembered


def test_products_of_scales_are_those_of_enlarged_features():
    """Against torch's own bilinear resizing of the features themselves."""
    torch.manual_seed(1)
    model = create_model(
        "autochrome", widths=(16, 16, 16, 16), queries=4, query_width=16, fine=8
    ).eval()
    (glimpse,) = [f.glimpse for f in seen(shot(1), model) if f.glimpse is not None]
    size = glimpse.length.shape
    large = torch.cat(
        [
            torch.nn.functional.interpolate(one.float(), size=size, mode="bilinear")[0]
            for one in glimpse.features
        ]
    )
    keys = torch.randn(5, len(large))
    expected = large.flatten(1).mT @ keys.mT
    torch.testing.assert_close(products(glimpse, keys), expected, rtol=1e-4, atol=1e-4)
    places = torch.arange(size.numel())
    torch.testing.assert_close(keys_at(glimpse, places), large.flatten(1).mT, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(glimpse.length.flatten(), large.flatten(1).square().sum(0))


def test_a_place_unlike_all_that_is_remembered_keeps_its_own():
    (glimpse,) = [f.glimpse for f in seen(shot(1)) if f.glimpse is not None]
    entries = entries_of(points_of([glimpse]))
    far = Entries(entries.keys + 5, entries.values, entries.counts)
    assert Reader(entries, 0.38).read(glimpse)[1].min() > 0.95
    assert Reader(far, 0.38).read(glimpse)[1].max() < 0.01


def test_a_picture_is_remembered_the_same_alone_and_in_a_call_that_was_filled_up():
    generator = torch.Generator().manual_seed(5)

    def drawn(*shape):
        return torch.rand(4, *shape, generator=generator)

    L, scores = drawn(1, 60, 90) * 100, drawn(BINS, 8, 12) * 20
    features = drawn(24, 8, 12), drawn(40, 4, 6), drawn(60, 2, 3)
    together = glimpses_of(L[:3], Insight(features, scores, 0.38))
    assert len(together) == 3
    for n, one in enumerate(together):
        part = Insight(tuple(f[n : n + 1] for f in features), scores[n : n + 1], 0.38)
        (alone,) = glimpses_of(L[n : n + 1], part)
        assert one.size == alone.size == (60, 90)
        for got, wanted in zip(one.features, alone.features, strict=True):
            torch.testing.assert_close(got, wanted, atol=1e-3, rtol=1e-3)
        for name in ("length", "own", "scores"):
            torch.testing.assert_close(
                getattr(one, name), getattr(alone, name), atol=2e-2, rtol=1e-3
            )
        first = one.features[1].float().norm(dim=1).mean().item()
        assert first == pytest.approx(1.0, abs=1e-3), "each scale has its weight as mean length"


def wavering_shots():
    """Return a shot, another, and the first again, of a model whose right half always differs."""
    frames = [*shot(30), *shot(30, 30, seed=9), *shot(30, 60)]
    first = replace(frames[0], starts_shot=True)
    return [first, *frames[1:]]


@pytest.mark.slow
def test_a_thing_that_comes_back_keeps_its_colour_where_that_is_wanted():
    def ends(**how):
        done = [*ShotMemory(**how).recall(seen(wavering_shots(), OneEach().eval()))]
        return right(colours(done[:30])).mean(axis=0), right(colours(done[60:])).mean(axis=0)

    class OneEach(Wavering):
        """Changes its mind between shots, not inside them."""

        def look(self, L, *, vividness=0.8):
            self.asked = 5 + self.shots.setdefault(float(L.mean()), 0)
            self.turn += 1
            self.asked += self.turn // 5
            return super().look(L, vividness=vividness)

        def __init__(self):
            super().__init__()
            self.shots, self.turn = {}, 0

    first, last = ends()
    assert np.hypot(*(last - first)) > 8
    first, last = ends(shots=8)
    assert np.hypot(*(last - first)) < 2


@pytest.mark.matrix
@pytest.mark.parametrize("end", [48, 66, 84])
def test_shots_kept_are_the_same_in_a_run_that_continues(end):
    frames = list(seen(wavering_shots()))
    whole, states, expected = ShotMemory(shots=8), {}, []
    for frame in whole.recall(iter(frames)):
        expected.append(frame)
        states[frame.index + 1] = whole.state(frame.index + 1)
    later = ShotMemory(shots=8)
    later.resume({name: np.array(one) for name, one in states[end].items()})
    got = [*later.recall(iter(frames[end:]))]
    np.testing.assert_array_equal(colours(got), colours(expected[end:]))
