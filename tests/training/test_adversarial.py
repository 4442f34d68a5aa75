"""The critic, what it says, and the end of a training that listens to it."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from colorizer.errors import SettingsError, WeightsError
from colorizer.models import create_model, load_model
from tests.training.tiny_runs import AUTOCHROME, TINY, same
from training import loop
from training import train as command
from training.adversarial import Adversary, PatchCritic
from training.distributed import Group
from training.objectives import Objective
from training.recipes import RECIPES
from training.state import step_losses
from training.train import train

ALONE = Group(0, 1, torch.device("cpu"))
SMALL = replace(
    AUTOCHROME, adversarial_weight=0.5, critic_width=4, critic_rate=2e-3, size_to=32, epochs=3,
    hyper_parameters={**TINY, "emulsions": True}, clip=0.0,
)  # fmt: skip


def state(run):
    return torch.load(run / "checkpoint.pt", weights_only=True)


def coloured(shift, generator, count=4):
    """Return CIELAB squares whose ab lies about `shift` where L is bright, about 0 elsewhere."""
    L = 100 * torch.rand(count, 1, 4, 4, generator=generator).repeat_interleave(8, 2)
    L = L.repeat_interleave(8, 3)
    ab = shift * (L > 50) + 10 * torch.randn(count, 2, 32, 32, generator=generator)
    return torch.cat([L, ab], dim=1)


def test_the_critic_is_the_published_patch_gan():
    """Isola et al. 2017 print 70 pixels; their own program prints 2.765 M parameters of it."""
    critic = PatchCritic()
    assert sum(p.numel() for p in critic.parameters()) == 2_764_737
    picture = torch.zeros(1, 3, 128, 128, requires_grad=True)
    scores = critic(picture)
    assert scores.shape == (1, 1, 14, 14)
    scores[0, 0, 7, 7].backward()
    rows = picture.grad.abs().sum(dim=(0, 1, 3)).nonzero()[:, 0]
    assert rows[-1] - rows[0] + 1 == 70


@pytest.mark.slow
def test_the_critic_learns_to_tell_two_distributions():
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    adversary = Adversary(replace(SMALL, critic_width=8), torch.device("cpu"))
    losses = []
    for _ in range(60):
        adversary.doubt(coloured(0.0, generator), coloured(40.0, generator))
        losses.append(adversary.learn(ALONE).item())
    assert losses[0] == pytest.approx(2, abs=0.3)  # a hinge loss that knows nothing
    assert np.mean(losses[-5:]) < 1
    with torch.no_grad():
        critic = adversary.critic.eval()
        fake, true = (critic(coloured(c, generator, 16)).mean((1, 2, 3)) for c in (0.0, 40.0))
    assert fake.max() < true.min()


def test_the_generators_loss_moves_the_generator_alone_and_the_critics_the_critic_alone(photos):
    torch.manual_seed(0)
    model = create_model("autochrome", **SMALL.hyper_parameters)
    adversary = Adversary(SMALL, torch.device("cpu"))
    objective = Objective(model, SMALL, torch.ones(313), adversary=adversary)
    pixels = torch.from_numpy(command.build_draw(SMALL, photos, ALONE).pixels(0))
    before = copy.deepcopy(adversary.critic.state_dict())
    losses = step_losses(model, objective, SMALL, pixels, torch.Generator().manual_seed(0))
    losses["adversarial"].backward()
    assert sum(float(p.grad.abs().sum()) for p in model.parameters() if p.grad is not None) > 0
    assert all(p.grad is None for p in adversary.critic.parameters())
    assert same(before, adversary.critic.state_dict())  # its spectral norms too
    model.zero_grad(set_to_none=True)
    adversary.learn(ALONE)
    assert all(p.grad is None for p in model.parameters())
    assert all(p.requires_grad for p in adversary.critic.parameters())
    changed = adversary.critic.state_dict()
    assert not any(torch.equal(v, changed[k]) for k, v in before.items() if "original" in k)


def test_true_and_predicted_colour_are_equally_soft(photos):
    """Else the critic tells them by the size of the network's answer, not by their colours."""
    seen = []

    class Listener:
        def doubt(self, fake, true):
            seen.extend([fake, true])
            return fake.mean()

    model = create_model("autochrome", **TINY)
    objective = Objective(model, SMALL, torch.ones(313), adversary=Listener())
    lab = 100 * torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    objective(model, [lab[:, :1]], lab)
    halved = nn.functional.avg_pool2d(lab[:, 1:], 2)
    soft = nn.functional.interpolate(halved, scale_factor=2, mode="bilinear")
    assert torch.allclose(seen[1], torch.cat([lab[:, :1], soft], dim=1))
    assert torch.equal(seen[0][:, :1], lab[:, :1])


@pytest.mark.slow
def test_a_resumed_adversarial_run_equals_an_uninterrupted_one(photos, tmp_path, monkeypatch):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    recipe = replace(SMALL, epochs=3, critic_share=0.3, choose=True, validate_every=1.0)
    monkeypatch.setattr(command, "Judge", Eye)
    train(recipe, photos, whole, encoder="none")
    take_step = loop.take_step

    def die_at_step_8(state, *rest):  # after the checkpoint of step 6
        if state.step == 8:
            raise KeyboardInterrupt
        take_step(state, *rest)

    monkeypatch.setattr(loop, "take_step", die_at_step_8)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, photos, broken, encoder="none")
    monkeypatch.setattr(loop, "take_step", take_step)
    train(recipe, photos, broken, encoder="none")
    one, other = state(whole), state(broken)
    assert same(one["model"], other["model"])
    assert same(one["average"], other["average"])
    assert same(one["adversary"]["critic"], other["adversary"]["critic"])
    pairs = [(one, other), (one["adversary"], other["adversary"])]
    for mine, theirs in ((a["optimizer"]["state"], b["optimizer"]["state"]) for a, b in pairs):
        assert mine.keys() == theirs.keys()
        assert all(same(mine[k], theirs[k]) for k in mine)
    weights = [run / "autochrome.safetensors" for run in (whole, broken)]
    assert same(*(load_model("autochrome", file).state_dict() for file in weights))


class Eye:
    """Sees the mean colour of a picture."""

    def __init__(self, device):
        pass

    def look(self, rgb):
        class Seen:
            features = rgb.mean(axis=(0, 1)) / 255

        return Seen


@pytest.mark.slow
def test_while_the_critic_learns_alone_the_network_stays(photos, tmp_path):
    recipe = replace(SMALL, epochs=1, critic_share=0.99)
    train(recipe, photos, tmp_path / "run", encoder="none")
    after = state(tmp_path / "run")
    torch.manual_seed(recipe.seed)
    before = create_model("autochrome", **recipe.hyper_parameters)
    assert all(torch.equal(p, after["model"][n]) for n, p in before.named_parameters())
    critic = Adversary(recipe, torch.device("cpu")).critic  # drawn after the network
    learned = after["adversary"]["critic"]
    kernels = [(n, p) for n, p in critic.named_parameters() if p.dim() == 4]
    assert len(kernels) == 5
    assert not any(torch.equal(p, learned[n]) for n, p in kernels)


@pytest.mark.slow
def test_the_best_by_fid_and_colorfulness_is_released(photos, tmp_path, monkeypatch):
    """The scores come from the test, so the best is known: the second of the candidates."""
    scores = iter([0.9, 0.4, 0.6, 0.5])
    kept = []

    def judged(self, model):
        kept.append(copy.deepcopy(model.state_dict()))
        return {"loss": 1.0, "fid": 1.0, "score": next(scores)}

    monkeypatch.setattr(command, "Judge", Eye)
    monkeypatch.setattr(command.Validation, "judge", judged)
    recipe = replace(AUTOCHROME, epochs=3, choose=True, size_to=32)
    made = load_model("autochrome", train(recipe, photos, tmp_path / "run", encoder="none"))
    half = {name: value.half().float() for name, value in kept[1].items()}
    assert same(half, made.state_dict())
    assert not same(half, {name: value.half().float() for name, value in kept[3].items()})
    assert state(tmp_path / "run")["chosen"]["step"] == 3


@pytest.mark.slow
def test_candidates_are_judged_at_every_checkpoint(photos, tmp_path, monkeypatch):
    judged = []
    monkeypatch.setattr(command, "Judge", Eye)
    monkeypatch.setattr(
        command.Validation, "judge",
        lambda self, model: judged.append(1) or {"loss": 1.0, "score": 1.0},
    )  # fmt: skip
    recipe = replace(AUTOCHROME, epochs=1, choose=True, size_to=32, save_every=0.0)
    train(recipe, photos, tmp_path / "run", encoder="none")
    assert len(judged) == state(tmp_path / "run")["step"] + 1


def test_score_is_a_share_of_grays_distance_and_of_the_originals_colorfulness(photos):
    """True pictures have 0, gray ones 1 of each; numpy alone says so of the two moments."""
    pixels = command.validation_pixels(photos, 32, 6)
    model = create_model("autochrome", **TINY)
    recipe = replace(AUTOCHROME, choose=True)
    validation = command.Validation(
        pixels, Objective(model, recipe, torch.ones(313)), lambda rgb: Eye(None).look(rgb).features
    )
    true = list(pixels.transpose(0, 2, 3, 1))
    full = {"colorfulness": 30.0, "true_colorfulness": 30.0}
    none = {"colorfulness": 0.0, "true_colorfulness": 30.0}
    gray = list(validation._without_colour(pixels))
    assert validation._score(true, full)["score"] == pytest.approx(0, abs=1e-6)
    assert validation._score(gray, none)["score"] == pytest.approx(2, abs=1e-6)
    assert len({p[..., 0].tobytes() == p[..., 2].tobytes() for p in gray}) == 1


def test_a_recipe_that_cannot_have_its_stage_is_refused(monkeypatch):
    with pytest.raises(SettingsError, match="adversarial_weight goes with loss autochrome"):
        replace(RECIPES["resnet18"], adversarial_weight=1.0)
    recipe = RECIPES["autochrome-adversarial"]
    assert recipe.choose
    assert recipe.save_every == 60
    objective = Objective(create_model("autochrome", **TINY), recipe, torch.ones(313))
    with pytest.raises(SettingsError, match="needs 2 validation pictures"):
        command.build_validation(np.empty((0, 3, 32, 32), np.uint8), objective)

    def missing(device):
        raise ImportError("No module named 'efficientnet_lite_pytorch'")

    monkeypatch.setattr(command, "Judge", missing)
    with pytest.raises(WeightsError, match="pass --no-choose"):
        command.build_validation(np.zeros((2, 3, 32, 32), np.uint8), objective)
