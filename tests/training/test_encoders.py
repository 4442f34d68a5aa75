"""Where a pretrained encoder's weights come from, and pretraining one's own."""

import sys
from dataclasses import replace

import pytest
import torch

from colorizer.errors import SettingsError, WeightsError
from colorizer.models import create_model
from training import encoders
from training.encoders import fill_encoder
from training.pretrain import Classifier, main, pretrain


def tiny(name="autochrome"):
    torch.manual_seed(0)
    if name == "autochrome":
        return create_model(name, widths=(16, 16, 16, 16), queries=4, query_width=16, fine=8)
    small = {"resnet18": {"width": 8}, "resnet34": {"width": 8}, "densenet121": {"growth": 4}}
    small["deepcolor-3"] = {"embedding_thin": 16, "embedding_repeats": (1, 1, 1)}
    return create_model(name, **small[name])


def first_weights(model):
    return next(model.encoder_parameters()).detach().clone()


def test_the_default_encoder_comes_with_a_package():
    model = tiny()
    before = first_weights(model)
    assert fill_encoder(model) == "published efficientnet_lite0"
    assert not torch.equal(before, first_weights(model))


@pytest.mark.parametrize("network", ["efficientnet_lite0", "efficientnet_lite2"])
def test_an_encoder_is_the_published_network_without_its_head(network):
    """The package that publishes the weights builds the same network; norms are folded away."""
    package = pytest.importorskip("efficientnet_lite_pytorch")
    original = package.EfficientNet.from_name(network.replace("_lite", "-lite"))
    original.load_state_dict(encoders.published_state(network))
    model = create_model("autochrome", encoder=network)
    assert fill_encoder(model) == f"published {network}"
    kernels = [p for n, p in original.named_parameters() if "conv" in n and "head" not in n]
    # A convolution has a bias for its norm, and the stem takes gray in place of R, G, B.
    wanted = sum(p.numel() + len(p) for p in kernels) - 2 * kernels[0].numel() // 3
    assert sum(p.numel() for p in model.encoder.parameters()) == wanted
    whole = {"efficientnet_lite0": 4_652_008, "efficientnet_lite2": 6_092_072}
    assert sum(p.numel() for p in original.parameters()) == whole[network]
    side = {"efficientnet_lite0": 224, "efficientnet_lite2": 260}[network]  # pads for this alone
    gray = 2 * torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(0)) - 1
    rgb = gray.repeat(1, 3, 1, 1)
    with torch.inference_mode():
        seen = torch.nn.functional.relu6(original.eval()._bn0(original._conv_stem(rgb)))
        for block in original._blocks:
            seen = block(seen)
        assert torch.allclose(model.encoder(gray)[-1], seen, rtol=1e-3, atol=1e-3)


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


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("name", ["resnet18", "resnet34", "densenet121", "deepcolor-3"])
def test_a_pretrained_encoder_is_what_the_model_takes(name, photos):
    torch.manual_seed(0)
    network = Classifier(tiny(name), 2)
    before = {key: value.clone() for key, value in network.published_state().items()}
    pretrain(network, photos, minutes=0.01, size=64, batch=2)
    state = network.published_state()
    changed = [key for key in state if not torch.equal(state[key], before[key])]
    assert len(changed) > 0.8 * len([k for k in state if "num_batches" not in k])
    model = tiny(name)
    model.load_encoder(state)
    loaded = {value.data_ptr(): value for value in model.state_dict().values()}.values()
    first = next(key for key in state if state[key].dim() == 4)
    assert any(v.shape == state[first].shape and torch.equal(v, state[first]) for v in loaded)


@pytest.mark.slow
def test_the_command_writes_weights_for_training(photos, tmp_path, monkeypatch, capsys):
    out = tmp_path / "w.pth"
    command = ["pretrain", "resnet18", "--pack", str(tmp_path / "pack"), "--out", str(out)]
    command += ["--minutes", "0.005", "--size", "32", "--batch", "2"]
    monkeypatch.setattr(sys, "argv", command)
    main()
    assert "told right among 2" in capsys.readouterr().out
    assert fill_encoder(create_model("resnet18"), str(out)) == "w.pth"
    monkeypatch.setattr(sys, "argv", [*command[:1], "zhang2016", *command[2:]])
    with pytest.raises(SystemExit, match="error: zhang2016 has none of the encoders"):
        main()


def test_one_folder_has_nothing_to_tell_apart(photos):
    with pytest.raises(SettingsError, match="sort the photos into folders"):
        pretrain(Classifier(tiny("resnet18"), 2), replace(photos, folders=["all"]), 0.01, 32)
