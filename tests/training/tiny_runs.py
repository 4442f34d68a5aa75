"""Small training runs for the tests."""

from dataclasses import replace

import torch

from training.recipes import RECIPES

TINY = {"widths": [16, 16, 16, 16], "queries": 4, "query_width": 16, "fine": 8}
AUTOCHROME = replace(
    RECIPES["autochrome"], hyper_parameters=TINY, minutes=0.0, epochs=4, size=32, size_to=64,
    batch=2, precision="float32",
    validation_share=0.3, validation_photos=3, validate_every=1.0, warmup_steps=2,
)  # fmt: skip
RESNET = replace(
    RECIPES["resnet18"], hyper_parameters={"width": 8, "unfrozen": 9}, epochs=2, size=32, batch=4,
    validation_share=0.3, validation_photos=3, precision="float32", crop="scaled",
)  # fmt: skip


def same(one, other):
    return all(torch.equal(one[k], other[k]) for k in one)
