"""Whole runs of tiny networks on a few drawn pictures."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from colorizer.models import load_model
from tests.training.tiny_runs import AUTOCHROME, RESNET, TINY, same
from training import loop
from training import train as command
from training.loop import Diverged
from training.recipes import RECIPES
from training.report import _rows
from training.train import train

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def losses(run):
    return [{k: v for k, v in row.items() if k != "minutes"} for row in _rows(run / "log.csv")]


def scores(run):
    return [
        {k: v for k, v in row.items() if k != "minutes"} for row in _rows(run / "validation.csv")
    ]


def state(run):
    return torch.load(run / "checkpoint.pt", weights_only=True)


def test_a_run_leaves_weights_that_load_log_pictures_and_report(photos, tmp_path):
    run = tmp_path / "run"
    weights = train(AUTOCHROME, photos, run, encoder="none")
    assert load_model("autochrome", weights).hyper_parameters["queries"] == 4
    about = json.loads((run / "run.json").read_text())
    assert about["status"] == "finished"
    assert about["encoder"] == "from scratch"
    assert about["recipe"]["epochs"] == 4
    assert len(losses(run)) == 4
    assert [row["epoch"] for row in scores(run)] == [0, 1, 2, 3, 4]
    strips = sorted(p.stem for p in (run / "strips").glob("*.png"))
    assert strips == ["0.00", "0.25", "0.50", "0.75", "1.00", "gray", "true"]
    assert (run / "report.html").is_file()
    assert not list(run.glob("*.part"))


class Killed(BaseException):
    pass


@pytest.mark.parametrize("recipe", [AUTOCHROME, RESNET], ids=["autochrome", "resnet18"])
def test_a_resumed_run_equals_an_uninterrupted_one(photos, tmp_path, monkeypatch, recipe):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    recipe = replace(recipe, batch=2, epochs=3)
    monkeypatch.setattr(loop, "LOG_EVERY", 2)
    train(recipe, photos, whole, encoder="none")
    take_step = loop.take_step

    def die_at_step_5(state, *rest):  # behind the checkpoint of step 3 and the log line of step 4
        if state.step == 5:
            raise Killed
        take_step(state, *rest)

    monkeypatch.setattr(loop, "take_step", die_at_step_5)
    with pytest.raises(Killed):
        train(recipe, photos, broken, encoder="none")
    assert state(broken)["step"] == 3
    assert losses(broken)[-1]["step"] == 4
    monkeypatch.setattr(loop, "take_step", take_step)
    train(recipe, photos, broken, encoder="none")
    assert losses(broken) == losses(whole)
    assert scores(broken) == scores(whole)
    one, other = state(whole), state(broken)
    assert same(one["model"], other["model"])
    assert "average" not in one or same(one["average"], other["average"])
    assert len(losses(whole)) == 4
    for name in ("0.50.png", "1.00.png"):
        assert (broken / "strips" / name).read_bytes() == (whole / "strips" / name).read_bytes()


def shell(tmp_path, run, *options, launcher=("-m",), **environment):
    """Start the command in a process of its own."""
    line = [
        sys.executable, *launcher, "training.train", "autochrome", "--pack", tmp_path / "pack",
        "--run", run, "--encoder-weights", "none", "--hyper-parameters", json.dumps(TINY),
        "--size", 32, "--size-to", 32, "--batch", 2, "--validation-share", 0.3,
        "--validation-photos", 3, "--minutes", 0, *options,
    ]  # fmt: skip
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **environment}
    return subprocess.Popen(
        [str(word) for word in line], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_run_killed_at_any_moment_goes_on_by_the_same_command(photos, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert shell(tmp_path, whole, "--epochs", 12).wait(timeout=120) == 0
    process = shell(tmp_path, broken, "--epochs", 12)
    deadline = time.monotonic() + 100
    while len(losses(broken)) < 5 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process.poll() is None, "it ended before it could be killed"
    process.kill()
    process.wait()
    assert state(broken)["step"] < state(whole)["step"]
    assert shell(tmp_path, broken, "--epochs", 12).wait(timeout=120) == 0
    assert losses(broken) == losses(whole)
    assert same(state(whole)["average"], state(broken)["average"])


def test_two_processes_learn_what_one_learns(photos, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    recipe = replace(
        RECIPES["deepcolor-3"], epochs=2, size=32, batch=4, precision="float32", crop="scaled",
        validation_share=0.3, validation_photos=3,
        hyper_parameters={"embedding_thin": 16, "embedding_repeats": [1, 1, 1]},
    )  # fmt: skip
    train(recipe, photos, one, encoder="none")
    line = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone",
        "-m", "--", "training.train", "deepcolor-3", "--pack", tmp_path / "pack", "--run", two,
        "--encoder-weights", "none",
    ]  # fmt: skip
    for name, value in asdict(recipe).items():
        if value != getattr(RECIPES["deepcolor-3"], name):
            shown = json.dumps(value) if isinstance(value, dict) else value
            line += ["--" + name.replace("_", "-"), shown]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [str(word) for word in line], cwd=ROOT, env=environment | {"CUDA_VISIBLE_DEVICES": ""},
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads((two / "run.json").read_text())["environment"]["processes"] == 2
    assert len(losses(one)) == len(losses(two)) > 0
    for alone, together in zip(losses(one), losses(two), strict=True):
        assert alone["loss"] == pytest.approx(together["loss"], rel=1e-4)
    mine, theirs = state(one)["model"], state(two)["model"]
    assert all(torch.allclose(mine[k].float(), theirs[k].float(), atol=1e-4) for k in mine)


def test_more_epochs_go_on_where_the_run_ended(photos, tmp_path):
    run = tmp_path / "run"
    train(RESNET, photos, run, encoder="none")
    before = losses(run)
    train(replace(RESNET, epochs=3), photos, run)
    assert losses(run)[: len(before)] == before
    assert scores(run)[-1]["epoch"] == 3


def test_a_diverged_run_stops_says_so_and_is_reported(photos, tmp_path):
    run = tmp_path / "run"
    wild = replace(RESNET, encoder_rate=1e30, decoder_rate=1e30, epochs=50)
    for _ in range(2):  # run again it says the same
        with pytest.raises(Diverged, match="diverged: the loss was not a finite number at step"):
            train(wild, photos, run, encoder="none")
    about = json.loads((run / "run.json").read_text())
    assert about["status"] == "diverged"
    assert about["diverged_at"] < 20
    assert "diverged" in (run / "report.html").read_text()


def test_early_stopping_ends_the_run(photos, tmp_path):
    patient = replace(RESNET, patience=2, epochs=30, encoder_rate=0.0, decoder_rate=0.0)
    patient = replace(patient, hyper_parameters={"width": 8, "unfrozen": 0})
    train(patient, photos, tmp_path / "run", encoder="none")
    about = json.loads((tmp_path / "run/run.json").read_text())
    assert about["status"] == "stopped early"
    assert scores(tmp_path / "run")[-1]["epoch"] == 2


def test_minutes_limit_a_run(photos, tmp_path):
    train(replace(RESNET, epochs=0, minutes=0.03), photos, tmp_path / "run", encoder="none")
    about = json.loads((tmp_path / "run/run.json").read_text())
    assert about["status"] == "finished"
    assert about["step"] > 2


def test_a_study_compares_its_recipes_and_counts_divergence_as_a_result(photos, tmp_path, capsys):
    study = [
        "resnet18-losses", "--pack", str(tmp_path / "pack"), "--run", str(tmp_path / "study"),
        "--encoder-weights", "none", "--epochs", "1", "--size", "32", "--batch", "4",
        "--validation-photos", "2",
    ]  # fmt: skip
    asked = command.read_command_line("", study)
    recipes = {
        name: replace(r, hyper_parameters={**r.hyper_parameters, "width": 8})
        for name, r in asked.recipes.items()
    }
    recipes["mse"] = replace(recipes["mse"], decoder_rate=1e30, epochs=40)
    command.study(replace(asked, recipes=recipes), photos)
    page = (tmp_path / "study/report.html").read_text()
    for name in ("l1", "mse", "cross-entropy", "kl"):
        assert f"<td>{name}</td>" in page
    assert "diverged at step" in page
    assert (tmp_path / "study/loss.svg").is_file()
    assert "diverged" in capsys.readouterr().err
