"""What the worker answers about models: which there are, checked, imported, removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any


def models(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return what models there are, and whether their weights are in place."""
    from colorizer.models import model_names, model_spec, weights_file

    rows = []
    for name in model_names():
        file = weights_file(name)
        size = file.stat().st_size if file and file.exists() else None
        rows.append({"name": name, **asdict(model_spec(name)), "bytes": size})
    return {"models": rows}


def check_model(command: Mapping[str, Any]) -> dict[str, Any]:
    """Read the weights that come with a model and return their hash.

    Raises:
        ColorizerError: no such model, or its weights are missing or damaged.
    """
    from colorizer.models.importing import verify_model

    return {"sha256": verify_model(command["model"])}


def import_model(command: Mapping[str, Any]) -> dict[str, Any]:
    """Import a weights file and return the name to use it by.

    Raises:
        ColorizerError: it can't be used, or not be written to the data folder.
    """
    from colorizer.models.importing import import_weights

    return {"name": import_weights(Path(command["file"]), command.get("name") or None)}


def remove_model(command: Mapping[str, Any]) -> dict[str, Any]:
    """Delete weights that were imported.

    Raises:
        ColorizerError: they ship with the program, or can't be deleted.
    """
    from colorizer.models.importing import remove_weights

    return {"file": str(remove_weights(command["model"]))}
