"""Speed of training's data path next to a training step: `python -m tests.bench.training [RECIPE]`.

Prints what the loader gives with nothing else to do, CPU time for each picture of it and of the
step, and how long steps waited for pictures when the loader's threads worked next to them. Asked:
1,500 crops a second of two cores, and less than 5 % of the time waited.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from tests.training.conftest import drawn_photo, encoded
from training.batches import Loader, on_the_way, threads_of
from training.datasets import Photos, open_pack, pack
from training.distributed import Group
from training.recipes import RECIPES, Recipe
from training.state import take_step
from training.train import begin, build_draw, build_objective

_ALONE = 40
"""Batches that the loader is timed with alone."""


@dataclass(frozen=True)
class Speed:
    """Seconds, of the processor's time but for `alone`, `waited` and `spent`."""

    data: float
    """To draw, cut and scale one picture."""
    alone: float
    """Wall time of one picture from the loader with nothing else to do."""
    step: float
    """To learn from one picture."""
    waited: float
    """Wall time that all steps waited for batches."""
    spent: float
    """Wall time of all steps, waiting included."""


def measure(recipe: Recipe, photos: Photos, folder: Path, steps: int) -> Speed:
    """Draw and learn for some steps, first apart, then next to each other."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    group = Group(0, 1, device)
    draw = build_draw(recipe, photos, group)
    state, _ = begin(recipe, photos, group, folder / "none.pt", "", "none", None)
    objective = build_objective(recipe, state, device)

    def step(pixels: torch.Tensor) -> None:
        take_step(state, state.model, objective, recipe, pixels, 0.5, group)

    def make(number: int) -> torch.Tensor:
        return on_the_way(draw.pixels(number), device)

    step(make(0))  # what is set up once
    with Loader(make, 0, threads_of(1)) as batches:
        began = time.monotonic()
        for _ in range(_ALONE):
            next(batches)
        alone = (time.monotonic() - began) / (_ALONE * recipe.batch)
    began = time.process_time()
    drawn = [make(number) for number in range(steps)]
    data = time.process_time() - began
    began = time.process_time()
    for pixels in drawn:
        step(pixels)
    learning = time.process_time() - began
    with Loader(make, 0, threads_of(1)) as batches:
        next(batches)
        batches.waited, began = 0.0, time.monotonic()
        for _ in range(steps):
            step(next(batches))
        if device.type == "cuda":
            torch.cuda.synchronize()
        spent, waited = time.monotonic() - began, batches.waited
    pictures = steps * recipe.batch
    return Speed(data / pictures, alone, learning / pictures, waited, spent)


def drawn_pack(folder: Path, count: int = 24) -> Photos:
    """Make a pack of drawn photos."""
    (folder / "photos").mkdir()
    for number in range(count):
        (folder / "photos" / f"{number}.png").write_bytes(encoded(drawn_photo(number)))
    pack([folder / "photos"], folder / "pack", processes=1)
    return open_pack(folder / "pack")


def main() -> None:
    """Measure one recipe and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", nargs="?", default="autochrome", choices=list(RECIPES))
    parser.add_argument("--pack", type=Path, help="default: drawn photos")
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--batch", type=int)
    arguments = parser.parse_args()
    recipe = RECIPES[arguments.recipe]
    recipe = replace(recipe, batch=arguments.batch or recipe.batch)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = open_pack(arguments.pack) if arguments.pack else drawn_pack(folder)
        speed = measure(recipe, photos, folder, arguments.steps)
    print(f"loader alone   {1 / speed.alone:9.1f} crops a second, {threads_of(1)} threads")
    print(f"data path      {1 / speed.data:9.1f} pictures a second of one core")
    print(f"training step  {1 / speed.step:9.1f} pictures a second of one core")
    print(f"the step takes {speed.step / speed.data:9.1f} times as long")
    print(f"waiting        {speed.waited / speed.spent:9.1%} of the time")


if __name__ == "__main__":
    main()
