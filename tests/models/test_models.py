"""The contract of every model, and of reading and writing its weights."""

import json
from contextlib import nullcontext

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from colorizer.errors import ModelNotFound, WeightsError
from colorizer.files.checksum import file_hash
from colorizer.models import MODELS, WEIGHTS_FOLDER, create_model, load_model, model_spec
from colorizer.models.ab_bins import annealed_mean, bin_centres
from colorizer.models.autochrome import Autochrome
from colorizer.models.base import VIVIDNESS, trainable_parameters
from colorizer.models.efficientnet_lite import (
    EfficientNetLite0,
    SameConv2d,
    fold_imagenet_weights,
)
from colorizer.settings import Settings
from tests.models.scaled import SCALED, distance, scaled_model, two_pictures
from training.export import export


@pytest.fixture(params=list(MODELS))
def model(request):
    return scaled_model(request.param).eval()


def a_gradient(height=64, width=96):
    return torch.linspace(0, 100, height * width).view(1, 1, height, width)


def test_every_model_has_a_scaled_down_version():
    assert list(SCALED) == list(MODELS)


@pytest.mark.parametrize("size", [(64, 64), (33, 47), (1, 1), (20, 130)])
@torch.inference_mode()
def test_predict_keeps_any_size(model, size):
    ab = model.predict(torch.full((2, 1, *size), 50.0))
    assert ab.shape == (2, 2, *size)
    assert ab.dtype == torch.float32
    assert torch.isfinite(ab).all()
    assert ab.abs().max() <= 110


class TensorsOfTheCPU(TorchDispatchMode):
    """Remembers operations that take a tensor of the CPU."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if any(isinstance(one, torch.Tensor) and one.device.type == "cpu" for one in args):
            self.seen.append(str(func))
        return func(*args, **(kwargs or {}))


@torch.inference_mode()
def test_a_network_computes_all_where_it_is_and_waits_for_no_copy(model, monkeypatch):
    """The meta device stands for a card, where a copy from the CPU waits for all before it."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # it has none
    L = torch.full((2, 1, 33, 47), 50.0, device="meta")
    hints = torch.zeros(2, 3, 33, 47, device="meta")
    model.to("meta").look(L)  # constants are brought once
    with TensorsOfTheCPU() as mode:
        ab = model.predict(L, hints=hints)
        again, insight = model.look(L)
    assert mode.seen == []
    assert {one.device.type for one in (ab, again)} == {"meta"}
    assert insight is None or insight.scores.device.type == "meta"


@torch.inference_mode()
def test_scores_are_float32_where_the_network_works_in_float16():
    model = scaled_model("autochrome").eval()
    with torch.autocast("cpu", torch.float16):
        _, insight = model.look(a_gradient())
    assert insight.scores.dtype == torch.float32
    assert model.look(a_gradient())[1].scores.dtype == torch.float32


@torch.inference_mode()
def test_forward_gives_what_is_promised(model):
    answer = model(torch.full((2, 1, 64, 96), 50.0))
    if model.answer == "bins and ab":
        assert [tuple(part.shape) for part in answer] == [(2, 313, 16, 24), (2, 2, 32, 48)]
    else:
        wanted = (2, 313, 16, 24) if model.answer == "bins" else (2, 2, 64, 96)
        assert answer.shape == wanted


@pytest.mark.parametrize("name", [n for n in MODELS if n not in ("autochrome", "zhang2016")])
def test_predict_undoes_the_scale_of_the_loss(name):
    model = scaled_model(name)
    ab = torch.linspace(-100, 100, 2 * 64 * 96).view(1, 2, 64, 96)
    assert model.target(ab).abs().max() <= 1
    model.forward = lambda _: model.target(ab)
    assert torch.allclose(model.predict(a_gradient()), ab, atol=1e-3)


def test_gradient_reaches_the_first_trainable_layer(model):
    L, ab = two_pictures()
    distance(model.train(), L, ab).backward()
    first = next(p for p in model.parameters() if p.requires_grad)
    assert first.grad is not None
    assert first.grad.abs().max() > 0
    assert all(p.grad is None for p in model.parameters() if not p.requires_grad)


def test_the_encoders_parameters_are_the_models_own(model):
    known = {id(p) for p in model.parameters()}
    encoder = [id(p) for p in model.encoder_parameters()]
    assert encoder
    assert set(encoder) < known


def test_training_moves_what_is_trained_and_nothing_that_is_frozen(model):
    model.train()
    frozen = {id(v) for part in model.frozen() for v in part.state_dict(keep_vars=True).values()}
    before = {name: (value.clone(), id(value)) for name, value in state_of(model).items()}
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], 1e-2)
    L, ab = two_pictures()
    for _ in range(2):
        optimizer.zero_grad()
        distance(model, L, ab).backward()
        optimizer.step()
    for name, value in state_of(model).items():
        kept = torch.equal(value, before[name][0])
        assert kept == (before[name][1] in frozen), name


def state_of(model):
    """Return all that is saved but biases, which a norm behind them can make idle."""
    state = model.state_dict(keep_vars=True)
    return {name: value for name, value in state.items() if not name.endswith("bias")}


@torch.inference_mode()
def test_a_picture_alone_and_in_a_batch_get_the_same_colours(model):
    one, other = a_gradient(), torch.full((1, 1, 64, 96), 30.0)
    both = model.predict(torch.cat([one, other]))
    assert torch.allclose(both[:1], model.predict(one), atol=1e-3)


@torch.inference_mode()
def test_weights_survive_saving_and_loading(model, tmp_path):
    file = tmp_path / "weights.safetensors"
    export(model.half().float(), file, {"seed": 3})
    loaded = load_model(model.name, file)
    assert loaded.hyper_parameters == model.hyper_parameters
    for name, value in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value), name
    # the layout in memory differs (channels last), so sums are taken in another order
    assert torch.allclose(loaded.predict(a_gradient()), model.predict(a_gradient()), atol=1e-2)
    assert not any(p.requires_grad for p in loaded.parameters())


SAME_KIND = ("deepcolor", "deepcolor-1", "deepcolor-2")
BY_HEART = [pytest.param(n, marks=pytest.mark.slow) if n in SAME_KIND else n for n in MODELS]


@pytest.mark.parametrize("name", BY_HEART)
def test_two_pictures_are_learnt_by_heart(name):
    model = scaled_model(name, **({"unfrozen": 9} if name == "resnet18" else {})).train()
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 3e-3)
    L, ab = two_pictures()
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        loss = distance(model, L, ab)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert min(losses[-5:]) < 0.3 * losses[0]


COUNTS = {
    "resnet18": 1_699_336,
    "densenet121": 542_370,
    "zhang2016": 32_235_385,
    "resnet34": 22_003_058,
    "deepcolor": 6_606_994,
    "deepcolor-1": 6_606_994,
    "deepcolor-2": 1_223_314,
    "deepcolor-3": 249_170,
}


@pytest.mark.parametrize("name", COUNTS)
def test_the_number_of_trained_parameters_is_the_published_one(name):
    thin = {"embedding_thin": 16} if name.startswith("deepcolor") else {}  # is not counted
    with torch.device("meta"):
        assert trainable_parameters(create_model(name, **thin)) == COUNTS[name]


def test_models_and_settings_agree_on_the_default_vividness():
    assert Settings().vividness == VIVIDNESS


def test_zhang2016_without_vividness_is_duller():
    model = scaled_model("zhang2016").eval()
    last = model.decoder[-1]
    torch.nn.init.zeros_(last.weight)
    torch.nn.init.constant_(last.bias, -50.0)
    for ab, score in (((0.0, 0.0), 0.0), ((60.0, 40.0), 1.0)):
        last.bias.data[(bin_centres() == torch.tensor(ab)).all(dim=1)] = score
    with torch.inference_mode():
        dull, default, vivid = (model.predict(a_gradient(), vividness=v) for v in (0, VIVIDNESS, 1))
        assert torch.equal(dull, model.predict(a_gradient(), temperature=1.0))
        assert torch.allclose(default, model.predict(a_gradient(), temperature=0.38))
    assert dull.abs().mean() < default.abs().mean() < vivid.abs().mean()
    for temperature in (0.0, -0.1, 1.1):
        with pytest.raises(ValueError, match="above 0 and at most 1"):
            model.predict(a_gradient(), temperature=temperature)


def test_unknown_model_lists_the_known():
    with pytest.raises(ModelNotFound, match="autochrome"):
        model_spec("nosuch")


class TestDamagedWeights:
    @pytest.fixture
    def file(self, tmp_path):
        file = tmp_path / "weights.safetensors"
        export(create_model("autochrome"), file, {})
        return file

    def test_missing_file_says_how_to_name_another(self, tmp_path):
        with pytest.raises(WeightsError, match="--weights"):
            load_model("autochrome", tmp_path / "none.safetensors")

    def test_truncated_file_is_refused(self, file):
        file.write_bytes(file.read_bytes()[:5000])
        with pytest.raises(WeightsError, match="not a usable weights file"):
            load_model("autochrome", file)

    def test_pickle_is_refused(self, tmp_path):
        file = tmp_path / "weights.pth"
        torch.save({"a": torch.zeros(1)}, file)
        with pytest.raises(WeightsError, match="not a usable weights file"):
            load_model("autochrome", file)

    def test_weights_of_another_model_are_refused(self, file):
        save_file(load_file(file), file, {"model": "zhang", "hyper_parameters": "{}"})
        with pytest.raises(WeightsError, match="holds weights of zhang"):
            load_model("autochrome", file)

    def test_missing_parameter_is_refused(self, file):
        state = load_file(file)
        del state["bins.weight"]
        hyper = json.dumps({})
        save_file(state, file, {"model": "autochrome", "hyper_parameters": hyper})
        with pytest.raises(WeightsError, match="not a usable weights file"):
            load_model("autochrome", file)


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

    def test_hints_change_the_answer(self):
        torch.manual_seed(0)
        model = Autochrome().eval()
        torch.nn.init.normal_(model.encoder._conv_stem.weight, std=0.3)
        hints = torch.zeros(1, 3, 64, 96)
        with torch.inference_mode():
            automatic = model.predict(a_gradient(), hints=hints)
            # without hints nothing is computed from their zeros: other sums, the same colours
            assert torch.allclose(automatic, model.predict(a_gradient()), atol=1e-3)
            hints[:, :, 20:40, 20:40] = torch.tensor([60.0, 40.0, 1.0]).view(1, 3, 1, 1)
            assert not torch.equal(automatic, model.predict(a_gradient(), hints=hints))

    @pytest.mark.parametrize("temperature", [0.38, 0.2])
    def test_prediction_decodes_the_scores_of_forward(self, temperature):
        torch.manual_seed(0)
        model = Autochrome().eval()
        torch.nn.init.normal_(model.bins.weight, std=0.3)
        L = torch.rand(2, 1, 64, 96) * 100
        hints = torch.rand(2, 3, 64, 96)
        with torch.inference_mode():
            scores, _ = model(L, hints)
            wanted = annealed_mean(scores, temperature)
            for size in ((32, 48), (64, 96)):
                wanted = F.interpolate(wanted, size=size, mode="bilinear", align_corners=False)
            got = model.predict(L, hints=hints, vividness=1, temperature=temperature)
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
    encoder = EfficientNetLite0(channels=4)
    encoder.load_state_dict(fold_imagenet_weights(state, 4), strict=False)
    gray = torch.rand(1, 1, 8, 8)
    padded = torch.nn.functional.pad(gray.expand(1, 3, 8, 8), (0, 1, 0, 1))
    wanted = norm(conv(padded))
    found = encoder._conv_stem(torch.cat([gray, torch.rand(1, 3, 8, 8)], dim=1))
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


class TestShippedWeights:
    def test_load_and_stay_below_50_megabytes(self):
        file = WEIGHTS_FOLDER / "autochrome.safetensors"
        assert file.stat().st_size < 50_000_000
        model = load_model()
        assert model.name == "autochrome"
        assert model.weights_sha256 == file_hash(file)
