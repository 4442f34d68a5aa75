"""Published weights fit the encoders, which then compute what the published networks do."""

import pytest
import torch

from colorizer.errors import WeightsError
from colorizer.models import create_model
from tests.models.scaled import scaled_model


def library(name):
    """Return a library that only the training extra installs; skips where it is not usable."""
    return pytest.importorskip(name, exc_type=ImportError)


def with_lively_norms(network):
    """Give batch norms the statistics of a trained network, so that a mix-up shows."""
    torch.manual_seed(0)
    for name, value in network.state_dict().items():
        if name.endswith("running_mean"):
            value.normal_(0, 0.1)
        elif name.endswith("running_var") or value.ndim == 1:
            value.uniform_(0.5, 1.5)
    return network.eval()


def gray():
    return torch.rand(1, 1, 96, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", ["resnet18", "resnet34"])
@torch.inference_mode()
def test_a_gray_resnet_equals_torchvisions_on_a_gray_picture(name):
    published = with_lively_norms(getattr(library("torchvision").models, name)(weights=None))
    model = create_model(name).eval()
    model.load_encoder(published.state_dict())
    wanted = torch.nn.Sequential(*list(published.children())[:-2])(gray().expand(-1, 3, -1, -1))
    assert (model.encoder(gray()) - wanted).abs().max() < 1e-5 * wanted.abs().max()


@torch.inference_mode()
def test_the_densenet_equals_the_beginning_of_torchvisions():
    published = with_lively_norms(library("torchvision").models.densenet121(weights=None))
    model = create_model("densenet121").eval()
    model.load_encoder(published.state_dict())
    rgb = torch.rand(1, 3, 64, 96)
    layers = list(published.features.children())
    layers = [*layers[:5], torch.nn.Sequential(*list(layers[5].children())[:3])]
    assert torch.allclose(model.encoder(rgb), torch.nn.Sequential(*layers)(rgb), atol=1e-5)


@pytest.mark.slow
@torch.inference_mode()
def test_the_embedding_equals_timms():
    published = library("timm").create_model("inception_resnet_v2", pretrained=False)
    published = with_lively_norms(published)
    model = create_model("deepcolor-3").eval()
    model.load_encoder(published.state_dict())
    square = torch.nn.functional.interpolate(gray(), (299, 299), mode="bilinear", antialias=True)
    wanted = published((square * 2 - 1).expand(-1, 3, -1, -1))
    assert (model.embedding(gray()) - wanted).abs().max() < 1e-5 * wanted.abs().max()


def published_state(model):
    """Return an encoder's state as if torchvision gave it: RGB, with a classifier."""
    state = {name: value.clone() + 1 for name, value in model.encoder.state_dict().items()}
    state["conv1.weight"] = torch.randn(state["conv1.weight"].shape[0], 3, 7, 7)
    return state | {"fc.weight": torch.zeros(1000, 8), "fc.bias": torch.zeros(1000)}


@pytest.mark.parametrize("name", ["resnet18", "resnet34"])
def test_the_three_inputs_of_the_first_layer_are_summed_and_the_classifier_left_out(name):
    model = scaled_model(name)
    state = published_state(model)
    model.load_encoder(state)
    wanted = state["conv1.weight"].sum(dim=1, keepdim=True)
    assert torch.equal(model.encoder.conv1.weight, wanted)
    assert torch.equal(model.encoder.layer4[1].conv2.weight, state["layer4.1.conv2.weight"])


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "densenet121", "deepcolor-3"])
def test_weights_of_another_network_are_refused_and_change_nothing(name):
    model = scaled_model(name)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    with pytest.raises(WeightsError, match=f"not weights of {model.pretrained}"):
        model.load_encoder({"classifier.weight": torch.zeros(3)})
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_weights_of_another_width_are_refused():
    with pytest.raises(WeightsError, match="not weights of resnet18.*not"):
        scaled_model("resnet18").load_encoder(published_state(scaled_model("resnet18", width=8)))


def test_a_model_without_a_pretrained_part_says_so():
    with pytest.raises(WeightsError, match="zhang2016 .*from scratch"):
        scaled_model("zhang2016").load_encoder({})


def test_frozen_blocks_of_resnet18_are_counted_from_the_front():
    trained = {
        unfrozen: sum(
            p.requires_grad
            for p in scaled_model("resnet18", unfrozen=unfrozen).encoder.parameters()
        )
        for unfrozen in (0, 1, 8, 9)
    }
    assert trained[0] == 0
    assert trained[1] == 6  # two convolutions, two norms of two
    assert trained[9] - trained[8] == 3  # the first layer
