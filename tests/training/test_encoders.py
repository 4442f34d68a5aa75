"""Where a pretrained encoder's weights come from, and pretraining one's own."""

import sys

import pytest
import torch
from torch import nn

from colorizer.errors import SettingsError, WeightsError
from colorizer.models import create_model
from training import encoders, pretrain
from training.encoders import fill_encoder


def tiny(name="autochrome"):
    torch.manual_seed(0)
    if name == "autochrome":
        return create_model(name, widths=(16, 16, 16, 16), queries=4, query_width=16, fine=8)
    return create_model(name)


def first_weights(model):
    return next(model.encoder_parameters()).detach().clone()


def test_the_default_encoder_comes_with_a_package():
    model = tiny()
    before = first_weights(model)
    assert fill_encoder(model) == "published efficientnet_lite0"
    assert not torch.equal(before, first_weights(model))


def test_none_is_from_scratch():
    model = tiny()
    before = first_weights(model)
    assert fill_encoder(model, "none") == "from scratch"
    assert torch.equal(before, first_weights(model))
    assert fill_encoder(create_model("zhang2016", width=8)) == "from scratch"


def test_weights_that_cannot_be_had_name_both_ways_out(monkeypatch):
    def no_network(name):
        raise OSError("Name or service not known")

    monkeypatch.setattr(encoders, "published_state", no_network)
    with pytest.raises(WeightsError) as error:
        fill_encoder(tiny())
    message = str(error.value)
    assert "Name or service not known" in message
    assert "--encoder-weights FILE" in message
    assert "--encoder-weights none" in message
    assert "\n" not in message


def test_a_file_is_read_and_a_wrong_one_is_named(tmp_path):
    model = tiny()
    state = encoders.published_state("efficientnet_lite0")
    torch.save(dict(state), tmp_path / "lite0.pth")
    assert fill_encoder(model, str(tmp_path / "lite0.pth")) == "lite0.pth"
    for name, content in (("text.pth", b"no weights"), ("empty.safetensors", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WeightsError, match=f"{name} cannot be read as weights"):
            fill_encoder(model, str(tmp_path / name))
    torch.save({"layer": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match=r"other\.pth"):
        fill_encoder(model, str(tmp_path / "other.pth"))
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(WeightsError, match="no state dict"):
        fill_encoder(model, str(tmp_path / "list.pth"))
    with pytest.raises(WeightsError, match="cannot be read"):
        fill_encoder(model, str(tmp_path / "absent.pth"))


class TinyClassifier(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 8, 5, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(8, pretrain.CLASSES),
        )  # fmt: skip


def test_pretraining_learns_and_the_command_writes_weights(photos, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pretrain, "published_network", lambda name: TinyClassifier())
    command = [
        "pretrain", "resnet18", "--pack", str(tmp_path / "pack"), "--out", str(tmp_path / "w.pth"),
        "--minutes", "0.02", "--size", "32", "--batch", "4",
    ]  # fmt: skip
    monkeypatch.setattr(sys, "argv", command)
    pretrain.main()
    assert "told right among 2" in capsys.readouterr().out
    state = torch.load(tmp_path / "w.pth", weights_only=True)
    assert not torch.equal(state["0.weight"], TinyClassifier().state_dict()["0.weight"])


@pytest.mark.parametrize("model", ["resnet18", "resnet34", "densenet121"])
def test_pretrained_weights_have_the_names_that_the_model_takes(model):
    pytest.importorskip("torchvision")
    net = create_model(model)
    state = pretrain.published_network(net.pretrained).state_dict()
    net.load_encoder(state)


def test_one_folder_has_nothing_to_tell_apart(photos):
    from dataclasses import replace

    with pytest.raises(SettingsError, match="sort the photos into folders"):
        pretrain.pretrain(TinyClassifier(), replace(photos, folders=["all"]), 0.01, 32)
