"""The contract of every model, and of reading and writing its weights."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from colorizer.errors import ModelNotFound
from colorizer.models import MODELS, create_model, model_spec
from colorizer.models.ab_bins import bin_centres
from colorizer.models.base import VIVIDNESS, pad_to_stride
from colorizer.settings import Settings
from tests.models.gradient import a_gradient
from tests.models.scaled import SCALED, distance, scaled_model, two_pictures


def test_every_model_has_a_scaled_down_version():
    assert list(SCALED) == list(MODELS)


@pytest.mark.matrix
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


@pytest.mark.slow
@pytest.mark.matrix
@torch.inference_mode()
def test_a_network_computes_all_where_it_is_and_waits_for_no_copy(model, monkeypatch):
    """The meta device stands for a card, where a copy from the CPU waits for all before it."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # it has none
    L = torch.full((2, 1, 33, 47), 50.0, device="meta")
    model.to("meta").look(L)  # constants are brought once
    with TensorsOfTheCPU() as mode:
        ab = model.predict(L)
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


@pytest.mark.matrix
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


@pytest.mark.matrix
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


@pytest.mark.slow
@pytest.mark.matrix
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


@pytest.mark.matrix
@torch.inference_mode()
def test_a_picture_alone_and_in_a_batch_get_the_same_colours(model):
    one, other = a_gradient(), torch.full((1, 1, 64, 96), 30.0)
    both = model.predict(torch.cat([one, other]))
    assert torch.allclose(both[:1], model.predict(one), atol=1e-3)


SAME_KIND = ("deepcolor", "deepcolor-1", "deepcolor-2")
BY_HEART = [pytest.param(n, marks=pytest.mark.slow) if n in SAME_KIND else n for n in MODELS]


@pytest.mark.slow
@pytest.mark.matrix
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


@pytest.mark.matrix
@pytest.mark.parametrize("name", COUNTS)
def test_the_number_of_trained_parameters_is_the_published_one(name):
    thin = {"embedding_thin": 16} if name.startswith("deepcolor") else {}  # is not counted
    trained = [one for one in create_model(name, **thin).parameters() if one.requires_grad]
    assert sum(one.numel() for one in trained) == COUNTS[name]


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


@pytest.mark.parametrize("size", [(64, 96), (65, 91), (90, 64), (20, 40)])
def test_sides_are_filled_up_with_the_mirror_of_the_picture(size):
    """Against numpy's padding; a side too short for that is repeated."""
    x = torch.rand(1, 2, *size)
    below, right = -size[0] % 32, -size[1] % 32
    mode = "reflect" if below < size[0] and right < size[1] else "edge"
    expected = np.pad(x.numpy(), ((0, 0), (0, 0), (0, below), (0, right)), mode=mode)
    np.testing.assert_array_equal(pad_to_stride(x, 32).numpy(), expected)
