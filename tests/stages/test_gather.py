"""Photos that share calls of the network: together, unharmed by each other, the same as alone."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from colorizer import pipeline
from colorizer.engine import runner
from colorizer.engine.runner import run_jobs
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from colorizer.stages import gather
from colorizer.stages.gather import Gather, gather_on
from tests import drawn
from tests.tiny_model import TinyModel, tiny_model

POISON = 37.0
"""A picture that begins with this lightness makes the network fail."""


class Counted(TinyModel):
    """Remembers its calls; slow, so that others come to wait; has memory for `most` pictures."""

    def __init__(self, most: int = 99):
        super().__init__()
        self.calls: list[tuple[int, ...]] = []
        self.most = most
        self.inside = threading.Semaphore()

    def predict(self, L: Tensor, *, vividness=0.5, emulsion=None):
        assert self.inside.acquire(blocking=False), "two calls at once"
        try:
            self.calls.append(tuple(L.shape))
            threading.Event().wait(0.01)
            if len(L) > self.most:
                raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
            if (L[:, 0, 0, 0] == POISON).any():
                raise RuntimeError("a bug")
            return super().predict(L, vividness=vividness)
        finally:
            self.inside.release()


def counted(**options) -> Counted:
    return Counted(**options).eval().requires_grad_(False)


def lightness(number: int, size: tuple[int, int] = (64, 80)) -> Tensor:
    generator = torch.Generator().manual_seed(number)
    return torch.rand(1, 1, *size, generator=generator) * 100


def ask(shared: Gather, model, pictures: list[Tensor], vividness: float = 0.5) -> list:
    """Ask for all pictures at once, each from a thread of its own; errors come back as such."""

    def one(L: Tensor):
        try:
            return shared.predict(model, L, vividness)
        except RuntimeError as error:
            return error

    with ThreadPoolExecutor(len(pictures)) as pool:
        return list(pool.map(one, pictures))


@pytest.fixture
def patient(monkeypatch):
    """Let pictures wait until their company is there, however busy the machine is."""
    monkeypatch.setattr(gather, "WAIT_SECONDS", 60.0)


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
def test_pictures_that_wait_together_share_a_call_and_get_what_each_gets_alone():
    model, pictures = counted(), [lightness(number) for number in range(8)]
    answers = ask(Gather(8), model, pictures)
    assert model.calls == [(8, 1, 64, 80)]
    for L, ab in zip(pictures, answers, strict=True):
        torch.testing.assert_close(ab, tiny_model().predict(L), atol=1e-4, rtol=0)


def test_a_call_has_the_same_number_of_pictures_however_few_wait():
    model = counted()
    answer = ask(Gather(), model, [lightness(1)])[0]
    together = ask(Gather(8), model, [lightness(n) for n in range(8)])[1]
    assert {shape[0] for shape in model.calls} == {gather.MOST_TOGETHER}
    assert torch.equal(answer, together)


def test_a_picture_alone_does_not_wait_for_long():
    model = counted()
    answer = Gather(16).predict(model, lightness(0), 0.5)
    assert answer.shape == (1, 2, 64, 80)
    assert len(model.calls) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("patient")
def test_pictures_of_other_sizes_and_settings_are_not_mixed(monkeypatch):
    monkeypatch.setattr(gather, "WAIT_SECONDS", 0.3)
    model = counted()
    sizes = [(64, 80), (80, 64), (64, 96)]
    pictures = [lightness(n, sizes[n % 3]) for n in range(9)]
    answers = ask(Gather(9), model, pictures)
    assert {shape[2:] for shape in model.calls} == set(sizes)
    for L, ab in zip(pictures, answers, strict=True):
        torch.testing.assert_close(ab, tiny_model().predict(L), atol=1e-4, rtol=0)
    shared = Gather(2)
    with ThreadPoolExecutor(2) as pool:
        pale, vivid = pool.map(
            lambda vividness: shared.predict(model, lightness(0), vividness), (0.0, 1.0)
        )
    torch.testing.assert_close(vivid - pale, torch.ones_like(pale), atol=1e-4, rtol=0)


@pytest.mark.usefixtures("patient")
def test_an_error_of_one_picture_touches_no_other():
    model, pictures = counted(), [lightness(number) for number in range(8)]
    pictures[3][0, 0, 0, 0] = POISON
    answers = ask(Gather(8), model, pictures)
    failed = [n for n, answer in enumerate(answers) if isinstance(answer, RuntimeError)]
    assert failed == [3]
    assert "a bug" in str(answers[3])
    torch.testing.assert_close(answers[4], tiny_model().predict(pictures[4]), atol=1e-4, rtol=0)


@pytest.mark.usefixtures("patient")
def test_out_of_memory_halves_the_pictures_of_a_call_and_says_so(caplog):
    model, pictures = counted(most=2), [lightness(number) for number in range(8)]
    shared = Gather(8)
    with caplog.at_level(logging.WARNING):
        answers = ask(shared, model, pictures)
    assert [shape[0] for shape in model.calls] == [8, 4, 2, 2, 2, 2]
    assert [record.message for record in caplog.records] == [
        "out of memory: 4 instead of 8 photos at once",
        "out of memory: 2 instead of 4 photos at once",
    ]
    for L, ab in zip(pictures, answers, strict=True):
        torch.testing.assert_close(ab, tiny_model().predict(L), atol=1e-4, rtol=0)


@pytest.mark.usefixtures("patient")
def test_lack_of_memory_for_a_picture_alone_reaches_whoever_asked():
    model = counted(most=0)
    answers = ask(Gather(4), model, [lightness(number) for number in range(4)])
    assert all("out of memory" in str(answer) for answer in answers)
    assert [shape[0] for shape in model.calls] == [8, 4, 2, 1, 1, 1, 1]


def test_large_pictures_do_not_pile_up():
    shared = Gather(8)
    assert shared.together(torch.empty(1, 1, 256, 384)) == gather.MOST_TOGETHER
    assert shared.together(torch.empty(1, 1, 1024, 1536)) == 1


def test_films_have_calls_of_their_own():
    model, shared = counted(), Gather(2)
    frames = torch.cat([lightness(0), lightness(1), lightness(2)])
    shared.predict(model, frames, 0.5)
    assert [shape[0] for shape in model.calls] == [3]


def test_a_cpu_shares_no_calls():
    assert gather_on(torch.device("cpu"), 4) is None
    assert gather_on(torch.device("cuda", 0), 4) is not None


def results(folder: Path, out: str, model, names: list[str], workers: int) -> dict[str, JobState]:
    jobs = [
        Job(folder / "in" / name, folder / out / name, Kind.PHOTO, Settings(size=64))
        for name in names
    ]
    events = run_jobs(jobs, model, workers=workers)
    return {e.job.source.name: e.state for e in events if e.state is not JobState.RUNNING}


@pytest.mark.slow
def test_a_folder_through_shared_calls_is_the_same_to_the_byte(tmp_path, monkeypatch):
    names = [f"{number}.png" for number in range(18)]
    for number, name in enumerate(names):
        drawn.photo(tmp_path / "in" / name, number, (72, 96) if number % 6 else (96, 72))
    (tmp_path / "in" / "4.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    for module in (runner, pipeline):
        monkeypatch.setattr(module, "gather_on", lambda _, company=1: Gather(company))
    monkeypatch.setattr(gather, "WAIT_SECONDS", 1.0)
    apart, shared = counted(), counted()
    results(tmp_path, "apart", apart, names, workers=1)
    states = results(tmp_path, "shared", shared, names, workers=6)
    assert {name for name, state in states.items() if state is JobState.FAILED} == {"4.png"}
    assert len(apart.calls) == 17
    assert len(shared.calls) < 15
    assert drawn.hashes(tmp_path / "apart") == drawn.hashes(tmp_path / "shared")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA")
def test_on_a_gpu_a_picture_has_the_same_bits_in_any_company(monkeypatch):
    from colorizer.models import load_model

    monkeypatch.setattr(gather, "WAIT_SECONDS", 20.0)
    device = torch.device("cuda", 0)
    model = load_model("autochrome", None, device, torch.float32)
    pictures = [lightness(number, (256, 384)).to(device) for number in range(8)]
    with torch.inference_mode(), torch.autocast("cuda", torch.float16):
        alone = [Gather().predict(model, L, 0.8).float().cpu().numpy() for L in pictures]

    def one(L: Tensor) -> np.ndarray:
        with torch.inference_mode(), torch.autocast("cuda", torch.float16):
            return shared.predict(model, L, 0.8).float().cpu().numpy()

    shared = Gather(8)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(one, pictures))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
