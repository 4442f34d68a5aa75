"""Average weights of one network: `python -m training.average OUT FILE FILE...`.

Runs that began from each other's weights and lie close together: their mean is often better than
each, on pictures unlike the training set above all (Wortsman et al. 2022, "Model soups" and
"Robust fine-tuning of zero-shot models"). Every file counts alike; name one twice for more. Parts
that some of the networks lack are the mean of those that have them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from colorizer.errors import ColorizerError, SettingsError
from colorizer.files.checksum import file_hash
from colorizer.models import load_model
from colorizer.models.base import ColourModel
from training.export import export


def average(files: Sequence[Path]) -> tuple[ColourModel, dict[str, Any]]:
    """Return the mean of networks, and notes that say of which.

    Args:
        files: released weights of one model, two or more.

    Raises:
        SettingsError: too few files, or networks of different shapes.
        WeightsError: a file cannot be read or is damaged.
    """
    if len(files) < 2:
        raise SettingsError("an average needs two files of weights or more")
    models, notes = [], []
    for file in files:
        metadata = _metadata(file)
        models.append(load_model(metadata.get("model", ""), file))
        notes.append({"sha256": file_hash(file), **json.loads(metadata.get("notes", "{}"))})
    states = [model.state_dict() for model in models]
    made = max(models, key=lambda model: len(model.state_dict()))
    shapes = {name: values.shape for name, values in made.state_dict().items()}
    for file, model, state in zip(files, models, states, strict=True):
        fits = all(shapes.get(name) == values.shape for name, values in state.items())
        if model.name != made.name or not fits:
            raise SettingsError(f"{file} is another network than the others; give like ones")
    with torch.no_grad():
        for name, values in made.state_dict().items():
            if values.is_floating_point():
                known = [state[name] for state in states if name in state]
                values.copy_(torch.stack(known).mean(dim=0))
    return made, {"average_of": notes}


def _metadata(file: Path) -> dict[str, str]:
    try:
        with safe_open(file, "pt") as opened:  # pyright: ignore[reportArgumentType]
            return opened.metadata() or {}
    except Exception as error:  # safetensors raises what the damage suggests
        raise SettingsError(f"{file} cannot be read as weights: {error}") from error


def main() -> None:
    """Read the command line, average, write."""
    parser = argparse.ArgumentParser(
        prog="python -m training.average",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="file of weights to write")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=".safetensors")
    asked = parser.parse_args()
    try:
        made, notes = average(asked.files)
        export(made, asked.out, notes)
    except (ColorizerError, OSError) as error:
        sys.exit(f"error: {error}")
    print(asked.out)


if __name__ == "__main__":
    main()
