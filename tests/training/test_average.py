import json
import sys

import pytest
import torch
from safetensors import safe_open

from colorizer.errors import SettingsError
from colorizer.models import create_model, load_model
from training import average as command
from training.average import average
from training.export import export

TINY = {"widths": (16, 16, 16, 16), "queries": 4, "query_width": 16, "fine": 8}


def weights(folder, seed, **changed):
    torch.manual_seed(seed)
    file = folder / f"{seed}.safetensors"
    export(create_model("autochrome", **TINY | changed), file, {"step": seed})
    return file


@pytest.mark.slow
def test_every_file_counts_alike_and_one_named_twice_twice(tmp_path):
    files = [weights(tmp_path, seed) for seed in (1, 2)]
    one, two = (load_model("autochrome", file).state_dict() for file in files)
    made, _ = average([files[0], files[1], files[1]])
    for name, values in made.state_dict().items():
        assert torch.allclose(values, (one[name] + 2 * two[name]) / 3, atol=1e-6), name


@pytest.mark.slow
def test_parts_that_one_network_lacks_are_those_of_the_other(tmp_path):
    files = [weights(tmp_path, 1), weights(tmp_path, 2, emulsions=True)]
    one, two = (load_model("autochrome", file).state_dict() for file in files)
    for order in (files, files[::-1]):
        made, _ = average(order)
        assert made.takes_emulsion
        for name, values in made.state_dict().items():
            known = (one[name] + two[name]) / 2 if name in one else two[name]
            assert torch.allclose(values, known, atol=1e-6), name


def test_the_command_writes_weights_that_tell_what_they_are_of(tmp_path, monkeypatch, capsys):
    files = [weights(tmp_path, seed) for seed in (1, 2)]
    out = tmp_path / "mean.safetensors"
    monkeypatch.setattr(sys, "argv", ["average", str(out), *map(str, files)])
    command.main()
    assert capsys.readouterr().out == f"{out}\n"
    assert load_model("autochrome", out).hyper_parameters["queries"] == 4
    with safe_open(out, "pt") as opened:
        notes = json.loads(opened.metadata()["notes"])
    assert [note["step"] for note in notes["average_of"]] == [1, 2]
    assert all(len(note["sha256"]) == 64 for note in notes["average_of"])


def test_different_networks_one_file_and_damage_are_one_line(tmp_path, monkeypatch):
    files = [weights(tmp_path, 1), weights(tmp_path, 2, queries=6)]
    with pytest.raises(SettingsError, match="another network"):
        average(files)
    with pytest.raises(SettingsError, match="two files"):
        average(files[:1])
    files[1].write_bytes(b"no weights")
    monkeypatch.setattr(sys, "argv", ["average", str(tmp_path / "m"), *map(str, files)])
    with pytest.raises(SystemExit, match="^error: [^\n]*cannot be read as weights"):
        command.main()
    assert not (tmp_path / "m").exists()
