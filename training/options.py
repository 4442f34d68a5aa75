"""The command line of `training.train`: every field of a recipe is an option."""

from __future__ import annotations

import argparse
import json
from dataclasses import MISSING, Field, dataclass, fields, replace
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError
from training.datasets import SOURCE_WEIGHTS
from training.recipes import RECIPES, STUDIES, Recipe


@dataclass(frozen=True)
class Asked:
    """What a person asked for."""

    name: str
    """Of a recipe or a study."""
    recipes: dict[str, Recipe]
    """By the name of the variant; a single recipe has the name of itself."""
    pack: Path
    run: Path
    data: list[Path]
    encoder: str
    start: Path | None
    source_weights: Path


def read_command_line(description: str, arguments: list[str] | None = None) -> Asked:
    """Read the command line.

    Raises:
        SettingsError: a field has a value that is not allowed.
    """
    parser = argparse.ArgumentParser(
        prog="python -m training.train",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=[*RECIPES, *STUDIES], metavar="NAME", help=_names())
    parser.add_argument("--pack", type=Path, required=True, help="folder of training.datasets")
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[],
        help="photos to make the pack from if there is none",
    )
    parser.add_argument("--run", type=Path, required=True, help="folder of all that is written")
    parser.add_argument(
        "--encoder-weights",
        default="",
        metavar="FILE",
        help="instead of the published ones; or none",
    )
    parser.add_argument("--start", type=Path, help="begin from these released weights")
    parser.add_argument(
        "--source-weights", type=Path, default=SOURCE_WEIGHTS, metavar="FILE",
        help="TOML of SOURCE = WEIGHT: how often its pictures are drawn (%(default)s)",
    )  # fmt: skip
    for item in fields(Recipe):
        if item.name != "model":
            _add_field(parser, item)
    values = vars(parser.parse_args(arguments))
    own = {
        name: values.pop(name)
        for name in ("name", "pack", "data", "run", "start", "source_weights")
    }
    encoder = values.pop("encoder_weights")
    changed = {key: value for key, value in values.items() if value is not None}
    name = own["name"]
    chosen = STUDIES[name] if name in STUDIES else {name: RECIPES[name]}
    recipes = {key: replace(recipe, **changed) for key, recipe in chosen.items()}
    return Asked(recipes=recipes, encoder=encoder, **own)


def _names() -> str:
    return f"recipe ({', '.join(RECIPES)}) or study ({', '.join(STUDIES)})"


def _add_field(parser: argparse.ArgumentParser, item: Field[Any]) -> None:
    default = item.default_factory() if item.default is MISSING else item.default  # pyright: ignore
    options: dict[str, Any] = {"type": type(default)}
    if isinstance(default, bool):
        options = {"action": argparse.BooleanOptionalAction}
    elif isinstance(default, dict):
        options = {"type": _mapping, "metavar": "JSON"}
    elif isinstance(default, tuple):
        options = {"type": float, "nargs": len(default)}
    parser.add_argument("--" + item.name.replace("_", "-"), default=None, **options)


def _mapping(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"hyper-parameters must be JSON, got {text!r}: {error}") from error
    if not isinstance(value, dict):
        raise SettingsError(f"hyper-parameters must be a JSON object, got {text!r}")
    return value
