"""Recipes as published, the command line made of them, and what each loss works on."""

from dataclasses import replace

import pytest
import torch

from colorizer.errors import SettingsError
from colorizer.models import MODELS
from training.options import read_command_line
from training.recipes import RECIPES, STUDIES, Recipe

BASE = ["--pack", "p", "--run", "r"]


def test_every_model_has_a_recipe():
    assert {recipe.model for recipe in RECIPES.values()} == set(MODELS)


def test_published_values():
    resnet18, zhang, resnet34 = (RECIPES[n] for n in ("resnet18", "zhang2016", "resnet34"))
    assert (resnet18.decoder_rate, resnet18.batch, resnet18.epochs) == (1e-3, 128, 100)
    assert (resnet18.validation_share, resnet18.loss) == (0.2, "mse")
    assert RECIPES["resnet18-second"].decoder_rate == 1e-4
    assert (zhang.size, zhang.resize, zhang.batch, zhang.betas) == (176, 256, 40, (0.9, 0.99))
    assert (zhang.decoder_rate, zhang.weight_decay, zhang.rebalance_mix) == (3.16e-5, 1e-3, 0.5)
    assert (resnet34.subset, resnet34.subset_epochs, resnet34.epochs) == (0.4, 10, 40)
    assert resnet34.patience == 5
    assert {r.decoder_rate for r in STUDIES["resnet18-rates"].values()} == {5e-4, 1e-3, 5e-3, 1e-2}
    assert set(STUDIES["resnet18-losses"]) == {"l1", "mse", "cross-entropy", "kl"}
    assert {r.decoder_rate for r in STUDIES["deepcolor-rates"].values()} == {
        0.1, 0.01, 1e-3, 1e-4, 1e-5,
    }  # fmt: skip
    assert {r.l2 for r in STUDIES["deepcolor-l2"].values()} == {0.1, 0.01, 0.001}
    assert {r.batch for r in STUDIES["deepcolor-batches"].values()} == {5, 50}


def test_every_field_is_an_option():
    asked = read_command_line(
        "", ["zhang2016", *BASE, "--batch", "8", "--betas", "0.5", "0.9", "--no-mirror",
             "--hyper-parameters", '{"width": 8}', "--minutes", "1.5", "--degrade"],
    )  # fmt: skip
    wanted = replace(
        RECIPES["zhang2016"], batch=8, betas=(0.5, 0.9), mirror=False, minutes=1.5, degrade=True,
        hyper_parameters={"width": 8},
    )  # fmt: skip
    assert replace(asked.recipes["zhang2016"], betas=(0.5, 0.9)) == wanted
    assert tuple(asked.recipes["zhang2016"].betas) == (0.5, 0.9)


def test_an_option_goes_to_every_recipe_of_a_study():
    asked = read_command_line("", ["resnet18-rates", *BASE, "--epochs", "3"])
    assert [recipe.epochs for recipe in asked.recipes.values()] == [3] * 4
    assert len({recipe.decoder_rate for recipe in asked.recipes.values()}) == 4


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"loss": "l7"}, "loss must be one of .*mse.*got 'l7'"),
        ({"epochs": 0, "minutes": 0.0}, "--epochs N or --minutes N"),
        ({"size": 8}, "size at least 32"),
        ({"schedule": "step"}, "schedule must be one of constant, cosine, onecycle"),
        ({"validation_share": 1.0}, "validation_share"),
    ],
)
def test_a_wrong_field_is_named(wrong, message):
    with pytest.raises(SettingsError, match=message):
        replace(Recipe(minutes=1.0), **wrong)


def test_a_wrong_hyper_parameter_is_no_traceback():
    with pytest.raises(SettingsError, match="must be JSON"):
        read_command_line("", ["resnet18", *BASE, "--hyper-parameters", "width=3"])


def test_l2_on_kernels_is_the_gradient_of_the_sum_of_squares():
    from training.state import build_optimizer

    class Tiny(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = torch.nn.Conv2d(1, 2, 1)

        def encoder_parameters(self):
            return iter(())

    groups = build_optimizer(Tiny(), replace(RECIPES["deepcolor"], l2=0.01)).param_groups
    decays = {tuple(group["params"][0].shape): group["weight_decay"] for group in groups}
    assert decays == {(2,): 0.0, (2, 1, 1, 1): pytest.approx(0.02)}
