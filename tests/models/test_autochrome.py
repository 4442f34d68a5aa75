"""The project's own network."""

import pytest
import torch
from torch.nn import functional as F

from colorizer.models.ab_bins import annealed_mean
from colorizer.models.autochrome import Autochrome
from colorizer.models.efficientnet_lite import (
    EfficientNetLite,
    SameConv2d,
    fold_imagenet_weights,
)
from tests.models.gradient import a_gradient


class TestAutochrome:
    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
    @torch.inference_mode()
    def test_half_precision_changes_colours_by_less_than_one_unit(self, dtype):
        torch.manual_seed(0)
        model = Autochrome().eval()
        exact = model.predict(a_gradient())
        with torch.autocast("cpu", dtype):
            half = model.predict(a_gradient())
        assert half.dtype == torch.float32
        assert (half - exact).abs().max() < 1

    def test_stays_below_25_million_parameters(self):
        assert sum(p.numel() for p in Autochrome().parameters()) < 25_000_000

    def test_inputs_for_hints_of_an_older_file_are_left_out(self):
        torch.manual_seed(0)
        model = Autochrome()
        state = model.state_dict()
        old, hints = dict(state), {"encoder._conv_stem.weight": 1, "stage4.lateral.weight": 24}
        for name, at in (hints | {"fine_skip.weight": 16}).items():
            kept = state[name]
            more = kept.new_full((len(kept), 3, *kept.shape[2:]), 7)
            old[name] = torch.cat([kept[:, :at], more, kept[:, at:]], dim=1)
        for given in (old, state):
            adapted = model.adapted(given)
            assert adapted.keys() == state.keys()
            assert all(torch.equal(adapted[name], state[name]) for name in state)

    @pytest.mark.parametrize("temperature", [0.38, 0.2])
    def test_prediction_decodes_the_scores_of_forward(self, temperature):
        torch.manual_seed(0)
        model = Autochrome().eval()
        torch.nn.init.normal_(model.bins.weight, std=0.3)
        L = torch.rand(2, 1, 64, 96) * 100
        with torch.inference_mode():
            scores, _ = model(L)
            wanted = annealed_mean(scores, temperature)
            for size in ((32, 48), (64, 96)):
                wanted = F.interpolate(wanted, size=size, mode="bilinear", align_corners=False)
            got = model.predict(L, vividness=1, temperature=temperature)
        assert wanted.std() > 1
        assert torch.allclose(got, wanted, atol=1e-3)

    def test_query_maps_are_the_products_of_queries_and_pixel_embeddings(self):
        torch.manual_seed(0)
        model = Autochrome().eval()
        features = torch.randn(2, 96, 16, 24)
        scales = [torch.randn(2, c, 2, 3) for c in (192, 192, 128)]
        with torch.no_grad():
            queries = model.queries.expand(2, -1, -1)
            for layer, scale in zip(model.query_layers, scales, strict=True):
                queries = layer(queries, scale)
            pixels = model.pixel_embedding(features)
            maps = torch.einsum("nqc,nchw->nqhw", queries, pixels) * pixels.shape[1] ** -0.5
            wanted = model.bins(torch.cat([features, maps], dim=1))
            weight, bias = model._on_maps(model.bins, model._query_maps(None, *scales))
            got = torch.einsum("noc,nchw->nohw", weight, features) + bias[..., None, None]
        assert torch.allclose(got, wanted, atol=1e-4)

    def test_vividness_blends_the_two_heads(self):
        torch.manual_seed(0)
        model = Autochrome().eval()
        torch.nn.init.normal_(model.fine_out.weight, std=0.1)
        with torch.inference_mode():
            low, mid, high = (model.predict(a_gradient(), vividness=v) for v in (0, 0.5, 1))
        assert not torch.allclose(low, high, atol=0.1)
        assert torch.allclose(mid, (low + high) / 2, atol=1e-3)


def test_folded_encoder_equals_convolution_then_norm():
    torch.manual_seed(0)
    conv = torch.nn.Conv2d(3, 32, 3, stride=2, bias=False)
    norm = torch.nn.BatchNorm2d(32, eps=1e-3).eval()
    for tensor in (norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var):
        tensor.uniform_(0.5, 2)
    state = {"_conv_stem.weight": conv.weight.data}
    state |= {f"_bn0.{name}": value for name, value in norm.state_dict().items()}
    encoder = EfficientNetLite("efficientnet_lite0", channels=1)
    encoder.load_state_dict(fold_imagenet_weights(state), strict=False)
    gray = torch.rand(1, 1, 8, 8)
    padded = torch.nn.functional.pad(gray.expand(1, 3, 8, 8), (0, 1, 0, 1))
    wanted = norm(conv(padded))
    found = encoder._conv_stem(gray)
    assert torch.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("size", [(8, 8), (9, 9), (8, 11), (11, 14)])
@torch.inference_mode()
def test_strided_convolutions_pad_as_tensorflow_does(kernel, size):
    conv = SameConv2d(6, 6, kernel, stride=2, groups=6)
    x = torch.rand(2, 6, *size)
    pads = [max((-(-side // 2) - 1) * 2 + kernel - side, 0) for side in reversed(size)]
    around = [half for pad in pads for half in (pad // 2, pad - pad // 2)]
    wanted = F.conv2d(F.pad(x, around), conv.weight, conv.bias, 2, groups=6)
    assert torch.allclose(conv(x), wanted, atol=1e-6)
