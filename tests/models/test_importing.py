"""Imported models: checked, copied whole, listed, and used by their name."""

import json
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load, save_file

import colorizer
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.errors import SettingsError, TargetError, WeightsError
from colorizer.models import MODELS, load_model, model_names, usable_models, weights_file
from colorizer.models.importing import import_weights, remove_weights, verify_model
from tests import drawn
from tests.models.scaled import scaled_model
from training.export import export


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    """Keep what is imported out of the folder of the person who runs the tests."""
    folder = tmp_path / "data of a person"
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: folder)
    return folder


def weights_of(name, folder, **changed):
    file = folder / "trained.safetensors"
    export(scaled_model(name, **changed), file, {})
    return file


@pytest.mark.matrix
@pytest.mark.parametrize("name", [name for name in MODELS if name != "autochrome"])
def test_an_imported_model_is_listed_and_colorizes(name, tmp_path, capsys):
    assert cli.main(["models", "import", str(weights_of(name, tmp_path))]) == ExitCode.OK
    assert name in usable_models()
    Image.fromarray(np.tile(np.arange(0, 240, 3, np.uint8), (70, 1))).save(tmp_path / "a.png")
    arguments = ["run", str(tmp_path / "a.png"), "-o", str(tmp_path / "out.png"), "--size", "64"]
    assert cli.main([*arguments, "--model", name, "--vividness", "0.3"]) == ExitCode.OK
    told = capsys.readouterr().err
    assert ("--vividness is ignored" in told) == (name != "zhang2016")
    rgb = np.asarray(Image.open(tmp_path / "out.png"), dtype=int)
    assert rgb.shape == (70, 80, 3)
    assert np.ptp(rgb, axis=2).max() > 0


def test_a_film_is_coloured_by_an_imported_model(tmp_path):
    import_weights(weights_of("densenet121", tmp_path))
    film = drawn.film(tmp_path / "film.mkv", 3)
    colorizer.colorize(film or tmp_path / "film.mkv", tmp_path / "out.mkv", model="densenet121")
    assert (tmp_path / "out.mkv").stat().st_size > 0


def test_a_name_of_its_own_leaves_the_shipped_model_as_it_is(tmp_path):
    file = weights_of("autochrome", tmp_path)
    shipped = weights_file("autochrome")
    with pytest.raises(SettingsError, match="--name"):
        import_weights(file)
    assert import_weights(file, "mine") == "mine"
    assert weights_file("autochrome") == shipped
    assert model_names()[-1] == "mine"
    model = load_model("mine")
    assert model.name == "mine"
    assert model.hyper_parameters["queries"] == 4


def test_the_same_weights_twice_are_fine_and_others_need_replace(tmp_path):
    first = weights_of("resnet18", tmp_path)
    import_weights(first)
    before = weights_file("resnet18").read_bytes()
    assert import_weights(first) == "resnet18"
    other = weights_of("resnet18", tmp_path, head="bins")
    with pytest.raises(SettingsError, match="replace them"):
        import_weights(other)
    assert weights_file("resnet18").read_bytes() == before
    import_weights(other, replace=True)
    assert load_model("resnet18").answer == "bins"


@pytest.mark.parametrize("name", ["../x", " ", ".hidden", "a/b", "é", "x" * 80])
def test_a_name_that_is_no_plain_file_name_is_refused(name, tmp_path, data_folder):
    file = weights_of("densenet121", tmp_path)
    with pytest.raises(SettingsError, match="--name must be"):
        import_weights(file, name)
    assert not data_folder.exists()


def test_the_name_of_another_network_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="another network"):
        import_weights(weights_of("densenet121", tmp_path), "zhang2016")


def damaged(kind, tmp_path):
    """Make a weights file that can't be used in one of many ways."""
    file = weights_of("densenet121", tmp_path)
    state = load(file.read_bytes())
    metadata = {"model": "densenet121", "hyper_parameters": '{"growth": 8}'}
    match kind:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut off":
            file.write_bytes(file.read_bytes()[:-1000])
        case "pickle":
            torch.save(state, file)
        case "a text":
            file.write_text("weights " * 1000)
        case "no metadata":
            save_file(state, file)
        case "unknown network":
            save_file(state, file, metadata | {"model": "nosuch"})
        case "another shape":
            save_file(state, file, metadata | {"hyper_parameters": '{"growth": 16}'})
        case "unknown hyper-parameter":
            save_file(state, file, metadata | {"hyper_parameters": '{"depth": 3}'})
        case "one parameter less":
            save_file({n: v for n, v in state.items() if n != "decoder.4.bias"}, file, metadata)
        case "one parameter more":
            save_file(state | {"extra": torch.zeros(1)}, file, metadata)
        case "not a number":
            save_file(state | {"decoder.4.bias": torch.full((2,), torch.nan)}, file, metadata)
    return file


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "does not exist"),
        ("empty", "damaged, or no safetensors file"),
        ("cut off", "not a usable weights file"),
        ("pickle", "damaged, or no safetensors file"),
        ("a text", "damaged, or no safetensors file"),
        ("no metadata", "damaged, or no safetensors file"),
        ("unknown network", "holds weights of nosuch; known are autochrome"),
        ("another shape", "instead of"),
        ("unknown hyper-parameter", "depth"),
        ("one parameter less", "it lacks decoder.4.bias"),
        ("one parameter more", "it has an unknown extra"),
        ("not a number", "not numbers"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(kind, words, tmp_path, data_folder):
    file = damaged(kind, tmp_path)
    with pytest.raises(WeightsError, match=words) as caught:
        import_weights(file)
    assert "\n" not in str(caught.value)
    assert not data_folder.exists()


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path, data_folder):
    data_folder.write_text("a file is in the way")
    with pytest.raises(TargetError, match="can't be written"):
        import_weights(weights_of("densenet121", tmp_path))


def test_verify_finds_weights_that_were_damaged_after_the_import(tmp_path, capsys):
    import_weights(weights_of("densenet121", tmp_path))
    assert len(verify_model("densenet121")) == 64
    file = weights_file("densenet121")
    file.write_bytes(file.read_bytes()[:-100])
    assert cli.main(["models", "verify", "densenet121", "--json"]) == ExitCode.MISSING
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["good"]) == ("densenet121", False)


def test_models_without_an_action_lists_them_all(tmp_path):
    import_weights(weights_of("densenet121", tmp_path), "mine")
    texts = []
    for arguments in (["models"], ["models", "list"], ["models", "--json"]):
        with redirect_stdout(StringIO()) as out:
            assert cli.main(arguments) == ExitCode.OK
        texts.append(out.getvalue())
    assert texts[0] == texts[1]
    assert [line.split()[0] for line in texts[0].splitlines()] == [*MODELS, "mine"]
    rows = {row["name"]: row for row in json.loads(texts[2])["models"]}
    assert rows["mine"]["bytes"] > 0
    assert rows["densenet121"]["bytes"] is None


def test_imported_weights_can_be_removed_and_shipped_ones_stay(tmp_path, capsys):
    import_weights(weights_of("resnet18", tmp_path))
    file = weights_file("resnet18")
    assert cli.main(["models", "remove", "resnet18"]) == ExitCode.OK
    assert capsys.readouterr().out == f"{file}\n"
    assert not file.exists()
    assert weights_file("resnet18") is None
    for name in ("resnet18", "autochrome"):
        with pytest.raises(SettingsError, match="no imported weights"):
            remove_weights(name)
    assert weights_file("autochrome").exists()
