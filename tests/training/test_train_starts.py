"""What a training run starts from, what it refuses, and what it learns."""

import sys
from dataclasses import replace

import pytest
import torch

from colorizer.errors import SettingsError, WeightsError
from colorizer.models import create_model, load_model
from tests.training.tiny_runs import AUTOCHROME, RESNET, TINY, same
from training import precision
from training import train as command
from training.datasets import read_source_weights
from training.distributed import Group
from training.export import export
from training.objectives import Objective
from training.run_folder import RunFolder
from training.state import build_optimizer, step_losses
from training.train import train


def test_a_batch_that_processes_cannot_share_is_refused(photos, monkeypatch):
    from training.distributed import Group

    with pytest.raises(SettingsError, match="batch 5 must be a multiple of 2 processes"):
        command.build_draw(replace(RESNET, batch=5), photos, Group(0, 2, torch.device("cpu")))


@pytest.mark.slow
def test_another_recipe_other_pictures_or_a_damaged_checkpoint_are_refused(photos, tmp_path):
    run = tmp_path / "run"
    train(RESNET, photos, run, encoder="none")
    with pytest.raises(WeightsError, match=r"another recipe \(batch 4 there, 2 asked\)"):
        train(replace(RESNET, batch=2), photos, run)
    with pytest.raises(WeightsError, match="trained on other pictures"):
        train(RESNET, photos.some(photos.index["folder"] == 0), run)
    (run / "checkpoint.pt").write_bytes(b"broken")
    with pytest.raises(WeightsError, match="not a checkpoint of training"):
        train(RESNET, photos, run)


@pytest.mark.slow
def test_starting_from_another_models_weights_is_refused(photos, tmp_path):
    weights = train(RESNET, photos, tmp_path / "run", encoder="none")
    with pytest.raises(WeightsError, match="holds weights of resnet18, not of 'autochrome'"):
        train(AUTOCHROME, photos, tmp_path / "other", start=weights)


@pytest.mark.slow
def test_starting_from_released_weights_goes_on_from_them(photos, tmp_path):
    first = train(RESNET, photos, tmp_path / "run", encoder="none")
    again = replace(RESNET, epochs=1, encoder_rate=0.0, decoder_rate=0.0)
    train(again, photos, tmp_path / "more", start=first)
    kept, made = (
        load_model("resnet18", p) for p in (first, tmp_path / "more/resnet18.safetensors")
    )
    assert same(dict(kept.named_parameters()), dict(made.named_parameters()))


def test_a_loss_that_does_not_fit_the_model_is_refused(photos, tmp_path):
    with pytest.raises(
        SettingsError, match="loss 'kl' works on bins, but 'resnet18' answers with ab"
    ):
        train(replace(RESNET, loss="kl"), photos, tmp_path / "run", encoder="none")


def test_the_command_turns_errors_into_one_line(tmp_path, monkeypatch):
    for extra in ([], ["--batch", "0"]):
        line = ["train", "resnet18", "--pack", str(tmp_path), "--run", str(tmp_path / "r"), *extra]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit, match="^error: [^\n]+$"):
            command.main()


def test_auto_takes_the_quicker_precision_and_a_resumed_run_keeps_it(tmp_path, monkeypatch):
    seconds = {True: 2.0, False: 1.0}
    monkeypatch.setattr(precision, "_seconds", lambda model, picture, half: seconds[half])
    recipe = replace(AUTOCHROME, precision="auto")
    group = Group(0, 1, torch.device("cpu"))
    assert command.settled(recipe, RunFolder(tmp_path), group).precision == "float32"
    seconds[True] = 0.5
    assert command.settled(recipe, RunFolder(tmp_path), group).precision == "float32"
    assert command.settled(recipe, RunFolder(tmp_path / "new"), group).precision == "bfloat16"


@pytest.mark.slow
def test_thirty_steps_learn_two_pictures(photos):
    torch.manual_seed(0)
    model = create_model("autochrome", **TINY)
    recipe = replace(AUTOCHROME, encoder_rate=1e-3, size_to=32, degrade=False)
    optimizer = build_optimizer(model, recipe)
    for group in optimizer.param_groups:
        group["lr"] = 3e-3
    objective = Objective(model, recipe, torch.ones(313))
    group = command.Group(0, 1, torch.device("cpu"))
    pixels = torch.from_numpy(command.build_draw(recipe, photos, group).pixels(0))
    generator = torch.Generator().manual_seed(0)
    history = []
    for _ in range(30):
        made = step_losses(model, objective, recipe, pixels, generator)
        optimizer.zero_grad()
        made["loss"].backward()
        optimizer.step()
        history.append(made["loss"].item())
    assert history[-1] < 0.85 * history[0]


def test_weights_of_a_network_without_the_emulsion_input_start_one_that_has_it(tmp_path):
    known = create_model("autochrome", **TINY)
    export(known, tmp_path / "known.safetensors", {})
    wider = replace(AUTOCHROME, hyper_parameters={**TINY, "emulsions": True})
    model, source = command.begin_from(wider, tmp_path / "known.safetensors")
    assert model.takes_emulsion
    assert "new: emulsion.guess.weight" in source
    assert torch.equal(model.state_dict()["bins.weight"], known.state_dict()["bins.weight"].half())
    told = create_model("autochrome", **TINY, emulsions=True)
    export(told, tmp_path / "told.safetensors", {})
    back = replace(AUTOCHROME, hyper_parameters={**TINY, "emulsions": False})
    with pytest.raises(WeightsError, match="emulsion"):
        command.begin_from(back, tmp_path / "told.safetensors")


def test_source_weights_are_a_toml_file(tmp_path):
    file = tmp_path / "weights.toml"
    file.write_text("dogs = 0.5\n")
    assert read_source_weights(file) == {"dogs": 0.5}
    for wrong in ("dogs = 0\n", 'dogs = "much"\n', "dogs = inf\n", "dogs"):
        file.write_text(wrong)
        with pytest.raises(SettingsError, match="weights.toml"):
            read_source_weights(file)
    assert read_source_weights()["tiny-imagenet"] == 0.7
