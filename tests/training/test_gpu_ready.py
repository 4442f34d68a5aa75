"""What a step must not do, and what a run must do, for a GPU not to wait; told on a CPU."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from colorizer.models import create_model
from colorizer.stages.device import cpu_cores
from tests.training.tiny_runs import AUTOCHROME, RESNET, TINY
from training import batches, loop
from training import train as command
from training.adversarial import Adversary
from training.distributed import Group
from training.options import read_command_line
from training.recipes import RECIPES
from training.state import build_optimizer, take_step

ALONE = Group(0, 1, torch.device("cpu"))
WAITS = {
    "_local_scalar_dense": "asks for a value (item, float, if)",
    "nonzero": "its shape depends on values",
    "masked_select": "its shape depends on values",
    "_unique2": "its shape depends on values",
    "equal": "asks for a value",
    "lift_fresh": "a constant that is copied from the host",
}


class Watch(TorchDispatchMode):
    """Notes what makes the host wait for a GPU, which a CPU does without a word."""

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        masked = name in ("index", "index_put", "index_put_") and any(
            i is not None and i.dtype == torch.bool for i in args[1]
        )
        if name in WAITS or masked:
            self.found.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.slow
def test_the_watch_sees_what_waits():
    x = torch.arange(4.0)
    with Watch() as watch:
        x.sum().item()
        x[x > 1]
        torch.tensor([1.0, 2.0])
        x.nonzero()
    assert watch.found == ["_local_scalar_dense", "index", "lift_fresh", "nonzero"]


@pytest.mark.parametrize("recipe", ["autochrome", "autochrome-adversarial", "resnet18"])
def test_a_step_asks_the_device_for_nothing(photos, tmp_path, monkeypatch, recipe):
    small = {"autochrome": {**TINY, "emulsions": True}, "resnet18": {"width": 8}}
    recipe = RECIPES[recipe]
    recipe = replace(
        recipe, hyper_parameters=small[recipe.model], size=32, size_to=0, batch=2, noise=1.0,
        rotation=5.0, feature_weight=0.0, critic_width=4, precision="float32", clip=1.0,
    )  # fmt: skip
    state, _ = command.begin(recipe, photos, ALONE, tmp_path / "none", "", "none", None)
    objective = command.build_objective(recipe, state, ALONE.device)
    # On a CPU an optimizer asks for the number of its step, which on a GPU stays on the host.
    monkeypatch.setattr(torch.optim.AdamW, "step", lambda self: None)
    monkeypatch.setattr(torch.optim.Adam, "step", lambda self: None)
    pixels = torch.from_numpy(command.build_draw(recipe, photos, ALONE).pixels(0))
    take_step(state, state.model, objective, recipe, pixels, 0.5, ALONE)  # what is kept from then
    with Watch() as watch:
        take_step(state, state.model, objective, recipe, pixels, 0.5, ALONE)
    assert watch.found == []


def test_a_batch_lies_where_a_gpu_can_copy_from(monkeypatch):
    pinned = []
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda self: pinned.append(self) or self)
    pixels = np.zeros((2, 3, 4, 4), np.uint8)
    batches.on_the_way(pixels, torch.device("cpu"))
    assert not pinned
    batches.on_the_way(pixels, torch.device("cuda"))
    assert len(pinned) == 1


def test_the_loader_has_a_thread_for_each_core_and_processes_share_them(monkeypatch):
    assert batches.threads_of(1) == max(2, cpu_cores())
    monkeypatch.setattr(batches, "cpu_cores", lambda: 16)
    assert [batches.threads_of(world) for world in (1, 4, 16)] == [16, 4, 2]


def test_rates_grow_by_the_root_of_the_batch():
    recipe = replace(AUTOCHROME, encoder_rate=1e-4, decoder_rate=1e-3, batch=192, rates_for=48)
    optimizer = build_optimizer(create_model("autochrome", **TINY), recipe)
    assert sorted(group["rate"] for group in optimizer.param_groups) == [2e-4, 2e-3]
    critic = Adversary(replace(recipe, critic_rate=1e-4, critic_width=4), ALONE.device)
    assert critic.optimizer.param_groups[0]["lr"] == 2e-4
    assert recipe.scaled(1.0) == 2
    assert replace(recipe, rates_for=0).scaled(1.0) == 1


def test_the_network_is_compiled_only_when_asked(photos, tmp_path, monkeypatch):
    compiled, stepped = [], []

    def compile_(network, **options):
        compiled.append(options)
        return lambda *inputs: stepped.append(1) or network(*inputs)

    monkeypatch.setattr(torch, "compile", compile_)
    short = replace(RESNET, epochs=1, batch=4)
    plain = torch.load(_run(short, photos, tmp_path / "plain"), weights_only=True)
    assert not compiled
    quick = replace(short, compiled=True)
    made = torch.load(_run(quick, photos, tmp_path / "compiled"), weights_only=True)
    assert compiled == [{"dynamic": False}]
    assert len(stepped) == made["step"]
    assert all(torch.equal(v, made["model"][k]) for k, v in plain["model"].items())


def _run(recipe, photos, run):
    command.train(recipe, photos, run, encoder="none")
    return run / "checkpoint.pt"


def test_a_run_makes_its_batches_with_as_many_threads(photos, tmp_path, monkeypatch):
    asked = []
    kind = loop.Loader
    monkeypatch.setattr(loop, "threads_of", lambda world: 5)
    monkeypatch.setattr(loop, "Loader", lambda *how: asked.append(how[2]) or kind(*how))
    _run(replace(RESNET, epochs=1), photos, tmp_path / "run")
    assert asked == [5]


@pytest.mark.skipif(os.name == "nt", reason="a script of bash")
def test_the_one_command_packs_trains_and_ends_with_a_critic(tmp_path):
    """A stand-in of python3 writes down what it is told; the command line reads that back."""
    stand_in = tmp_path / "bin" / "python3"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {tmp_path}/told\n')
    stand_in.chmod(0o755)
    script = Path(command.__file__).with_name("on_a_gpu.sh")
    words = ["bash", script, tmp_path / "photos", tmp_path / "out", "6", "2", "--seed", "5"]
    path = f"{stand_in.parent}:{os.environ['PATH']}"
    subprocess.run(words, check=True, cwd=tmp_path, env=os.environ | {"PATH": path})
    told = (tmp_path / "told").read_text().splitlines()
    packing, first, _, last = [line.split() for line in told]
    assert packing[:2] == ["-m", "training.datasets"]
    assert packing[3] == str(tmp_path / "photos")
    asked = [read_command_line("", words[2:]) for words in (first, last)]
    assert [str(one.pack) for one in asked] == [packing[2]] * 2
    main, end = (one.recipes[one.name] for one in asked)
    assert (main.model, main.minutes, main.batch, main.rates_for, main.seed) == (
        "autochrome", 6, 192, 32, 5,
    )  # fmt: skip
    assert asked[1].start == asked[0].run / "autochrome.safetensors"
    assert asked[0].start == Path("colorizer/weights/autochrome.safetensors")
    assert (end.minutes, end.choose, end.feature_weight) == (2, True, 0)
    assert end.adversarial_weight > 0 == main.adversarial_weight
