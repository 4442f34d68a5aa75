"""State of an unfinished run: written whole, read only into the run it belongs to."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from colorizer.errors import WeightsError
from training.recipes import Recipe

_MAY_CHANGE = {"minutes", "epochs", "patience"}
"""Fields of a recipe that a continued run may have otherwise."""


def save_checkpoint(file: Path, recipe: Recipe, data: str, state: dict[str, Any]) -> None:
    """Write a checkpoint through a temporary name.

    Args:
        file: target.
        recipe: of the run.
        data: hash of its pictures.
        state: plain values and tensors.
    """
    part = file.with_suffix(".part")
    torch.save({"recipe": asdict(recipe), "data": data, **state}, part)
    part.replace(file)


def load_checkpoint(file: Path, recipe: Recipe, data: str) -> dict[str, Any]:
    """Read a checkpoint of this very run, its tensors to the CPU.

    Raises:
        WeightsError: damaged, or of another recipe or other pictures.
    """
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        # Fields that the recipe has got since count as they are by default: as before.
        found = asdict(Recipe(epochs=1)) | state["recipe"]
    except Exception as error:  # noqa: BLE001 - torch raises what the damage suggests
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise WeightsError(
            f"{file} is not a checkpoint of training: {reason}; name another --run folder"
        ) from error
    asked = asdict(recipe)
    names = sorted((asked.keys() | found.keys()) - _MAY_CHANGE)
    other = [n for n in names if _plain(asked.get(n)) != _plain(found.get(n))]
    if other:
        differences = ", ".join(f"{n} {found.get(n)} there, {asked.get(n)} asked" for n in other)
        raise WeightsError(
            f"{file} is of another recipe ({differences}); name another --run folder or the same"
            " options"
        )
    if state["data"] != data:
        raise WeightsError(
            f"{file} was trained on other pictures (data {state['data']} there, {data} now); name"
            " another --run folder or the same pack"
        )
    return state


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
