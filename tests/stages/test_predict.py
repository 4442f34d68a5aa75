"""The network stage: batching, fallbacks and what they must not change."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import Tensor

from colorizer.errors import DeviceError, WeightsError
from colorizer.frame import Frame
from colorizer.stages import predict
from colorizer.stages.device import core_pool
from colorizer.stages.gather import Gather
from colorizer.stages.predict import predict_chroma, strengthen
from tests.tiny_model import TinyModel, tiny_model


@dataclass
class MemoryLimit:
    """Lets a model fail as an allocator does when its input has more pixels than `most`."""

    model: TinyModel
    most: int
    seen: list[tuple[int, ...]] = field(default_factory=list)

    def __call__(self, L: Tensor, *, vividness=0.5):
        self.seen.append(tuple(L.shape))
        if L.numel() > self.most:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 9 TB")
        return TinyModel.predict(self.model, L, vividness=vividness)


def frame(index: int, size: tuple[int, int] = (64, 80)) -> Frame:
    L = np.random.default_rng(index).uniform(0, 100, size).astype(np.float32)
    return Frame(
        index=index, pts=index, time_base=Fraction(1, 25), Y=np.zeros(size, np.uint8), bits=8,
        full_range=True, L=L,
    )  # fmt: skip


@pytest.fixture
def model() -> TinyModel:
    return tiny_model()


def chroma(frames, model, **options) -> list[np.ndarray]:
    return [f.ab for f in predict_chroma(frames, model, **options)]


@pytest.mark.parametrize("batch", [2, 3, 16])
def test_result_does_not_depend_on_the_batch_size(model, batch):
    frames = [frame(i) for i in range(7)]
    alone, together = chroma(frames, model, batch=1), chroma(frames, model, batch=batch)
    assert len(together) == 7
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_frames_keep_order_and_everything_but_ab(model):
    frames = [frame(i) for i in range(5)]
    for before, after in zip(frames, predict_chroma(frames, model, batch=2), strict=True):
        assert replace(after, ab=None) == before
        assert after.ab.shape == (2, 64, 80)
        assert after.ab.dtype == np.float32


def test_frames_of_different_size_are_not_mixed(model):
    sizes = [(64, 80), (64, 80), (70, 64), (64, 80)]
    frames = [frame(i, size) for i, size in enumerate(sizes)]
    for got, expected in zip(chroma(frames, model, batch=4), chroma(frames, model), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-4)


def test_strength_multiplies_and_vividness_reaches_the_model(model):
    full = list(predict_chroma([frame(0)], model, amounts=lambda _: (0.5, 0.5)))
    (half,) = strengthen(full, lambda _: (0.5, 0.5))
    np.testing.assert_allclose(half.ab, full[0].ab / 2, rtol=1e-5)
    vivid = chroma([frame(0)], model, amounts=lambda _: (1.0, 1.0))[0]
    np.testing.assert_allclose(vivid, full[0].ab + 0.5, atol=1e-4)


def test_a_batch_of_one_does_not_read_ahead(model):
    asked = []
    stage = predict_chroma((asked.append(i) or frame(i) for i in range(3)), model)
    next(stage)
    assert asked == [0]


def test_inference_mode_does_not_leak_into_the_caller(model):
    stage = predict_chroma([frame(0), frame(1)], model)
    next(stage)
    assert not torch.is_inference_mode_enabled()


def test_out_of_memory_halves_the_batch_first(model, monkeypatch):
    limit = MemoryLimit(model, most=2 * 64 * 80)
    monkeypatch.setattr(model, "predict", limit)
    told = []
    frames = [frame(i) for i in range(4)]
    got = chroma(frames, model, batch=4, warn=told.append)
    assert [shape[0] for shape in limit.seen] == [4, 2, 2]
    assert told == ["out of memory on cpu: 2 instead of 4 frames at once"]
    np.testing.assert_allclose(got, chroma(frames, tiny_model()), atol=1e-4)


def test_out_of_memory_halves_the_working_size_next_and_keeps_the_size_of_ab(model, monkeypatch):
    monkeypatch.setattr(model, "predict", MemoryLimit(model, most=64 * 80))
    told = []
    (ab,) = chroma([frame(0, (128, 160))], model, warn=told.append)
    assert ab.shape == (2, 128, 160)
    assert told == ["out of memory on cpu: colours are found at a short side of 64 pixels"]
    assert np.abs(ab).mean() > 1  # never gray in silence


def test_out_of_memory_at_the_least_setting_is_an_error(model, monkeypatch):
    monkeypatch.setattr(model, "predict", MemoryLimit(model, most=10))
    with pytest.raises(DeviceError, match="out of memory on cpu"):
        chroma([frame(i) for i in range(4)], model, batch=4, warn=lambda _: None)


def test_out_of_memory_off_the_cpu_ends_on_a_copy_there(monkeypatch):
    """The meta device stands for a GPU: it computes nothing, and here it has no memory."""
    model = tiny_model()
    network = predict._Network(model, 1, (told := []).append, None, None)
    network._device = torch.device("meta")
    network._step_down((1, 64, 80))
    assert told == ["out of memory on meta: the CPU is used from here on"]
    assert network._model is not model
    assert network._model.conv.weight.data_ptr() != 0
    L = np.stack([frame(0).L])
    expected = chroma([frame(0)], model)[0]
    np.testing.assert_allclose(network.predict(L)[0][0], expected, atol=1e-4)


@pytest.fixture
def as_on_a_card(monkeypatch):
    """Let calls of the network be filled up on the CPU too."""
    monkeypatch.setattr(predict, "fills_calls", lambda _: True)


@pytest.mark.usefixtures("as_on_a_card")
def test_on_a_card_every_call_has_as_many_frames_and_a_frame_the_same_bits(model, monkeypatch):
    limit = MemoryLimit(model, most=10**9)
    monkeypatch.setattr(model, "predict", limit)
    frames = [frame(i) for i in range(7)]
    whole = chroma(frames, model, batch=4)
    continued = chroma(frames[:3], model, batch=4) + chroma(frames[3:], model, batch=4)
    assert {shape[0] for shape in limit.seen} == {4}
    assert len(whole) == len(continued) == 7
    for one, other in zip(whole, continued, strict=True):
        assert np.array_equal(one, other)
    np.testing.assert_allclose(whole, chroma(frames, tiny_model()), atol=1e-4)


@pytest.mark.usefixtures("as_on_a_card")
def test_on_a_card_out_of_memory_halves_what_a_call_has_and_a_film_fills_up_no_single_frame(
    model, monkeypatch
):
    limit = MemoryLimit(model, most=64 * 80)
    monkeypatch.setattr(model, "predict", limit)
    told = []
    got = chroma([frame(i) for i in range(3)], model, batch=4, warn=told.append, gather=Gather())
    assert [shape[0] for shape in limit.seen] == [4, 2, 1, 1, 1]
    assert told == [
        "out of memory on cpu: 2 instead of 4 frames at once",
        "out of memory on cpu: 1 instead of 2 frames at once",
    ]
    np.testing.assert_allclose(got, chroma([frame(i) for i in range(3)], tiny_model()), atol=1e-4)


def test_float16_that_overflows_is_told_once_and_float32_is_used(model, monkeypatch):
    def overflows(L, **options):
        ab = TinyModel.predict(model, L, **options)
        return ab * float("inf") if torch.is_autocast_enabled("cpu") else ab

    expected = chroma([frame(i) for i in range(4)], model, batch=2)
    monkeypatch.setattr(model, "predict", overflows)
    monkeypatch.setattr(predict, "working_dtype", lambda _: torch.float16)
    got = chroma([frame(i) for i in range(4)], model, batch=2, warn=(told := []).append)
    assert told == ["float16 overflowed in the network; float32 is used instead"]
    np.testing.assert_allclose(got, expected, atol=1e-4)


def test_other_runtime_errors_are_not_taken_for_lack_of_memory(model, monkeypatch):
    def broken(L, **_):
        raise RuntimeError("size mismatch")

    monkeypatch.setattr(model, "predict", broken)
    with pytest.raises(RuntimeError, match="size mismatch"):
        chroma([frame(0)], model)


def test_colours_that_are_no_numbers_are_an_error(model):
    model.conv.weight.data.fill_(float("nan"))
    with pytest.raises(WeightsError, match="not numbers"):
        chroma([frame(0)], model)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA")
def test_gpu_agrees_with_the_cpu():
    model = tiny_model()
    expected = chroma([frame(i) for i in range(4)], model, batch=4)
    cuda = torch.device("cuda", 0)
    got = predict_chroma([frame(i) for i in range(4)], model.to(cuda), batch=4)
    assert np.abs(np.stack([f.ab for f in got]) - np.stack(expected)).max() < 1


def test_frames_side_by_side_get_what_each_gets_alone():
    model = tiny_model()
    frames = [frame(i) for i in range(7)]
    alone = chroma(frames, model)
    with core_pool(torch.device("cpu")) as pool:
        together = chroma(frames, model, batch=4, pool=pool)
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one, other)


def test_torch_has_its_threads_again_after_the_pool():
    before = torch.get_num_threads()
    with core_pool(torch.device("cpu")) as pool:
        assert pool.submit(torch.get_num_threads).result() == 1
    assert torch.get_num_threads() == before
