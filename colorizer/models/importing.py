"""Check weights, import those of another place into the person's data folder, remove them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import torch

from colorizer.errors import SettingsError, TargetError, WeightsError
from colorizer.files.checksum import file_hash
from colorizer.files.durable import replacing
from colorizer.files.strangers import open_regular
from colorizer.models import MODELS, load_model, model_spec
from colorizer.models.installed import SUFFIX, holds_weights_of, installed_files, models_folder
from colorizer.notes import note


def verify_model(name: str, file: Path | None = None) -> str:
    """Load weights strictly, colorize a small ramp with them and return their SHA-256.

    Args:
        name: of the model.
        file: its weights; None takes the shipped or imported ones.

    Raises:
        ModelNotFound: no such model.
        WeightsError: the weights are missing, damaged or give colours that are not numbers.
    """
    model = load_model(name, file)
    ramp = torch.linspace(0, 100, 64 * 96).view(1, 1, 64, 96)
    with torch.inference_mode():
        if not torch.isfinite(model.predict(ramp)).all():
            raise WeightsError(note("weights.not_numbers", model=repr(name)))
    return model.weights_sha256


def import_weights(file: Path, name: str | None = None, *, replace: bool = False) -> str:
    """Check a weights file and copy it into the person's data folder.

    Args:
        file: safetensors, as training writes it.
        name: under which it is to be used; None is the name of its network.
        replace: whether other weights imported under that name give way.

    Returns:
        The name to use it by.

    Raises:
        WeightsError: the file is missing, damaged or of no known network.
        SettingsError: the name is not allowed or in use.
        TargetError: the data folder can't be written to.
    """
    if not file.is_file():
        raise WeightsError(note("weights.file_missing", file=file))
    network = holds_weights_of(file)
    if not network:
        raise WeightsError(note("weights.damaged", file=file))
    if network not in MODELS:
        raise WeightsError(
            note("weights.unknown_network", file=file, network=network, known=", ".join(MODELS))
        )
    name = name or network
    _check_name(name, network)
    sha256 = verify_model(network, file)
    target = models_folder() / f"{name}{SUFFIX}"
    if target.exists() and file_hash(target) == sha256:
        return name
    if target.exists() and not replace:
        raise SettingsError(note("weights.other_imported", name=repr(name)))
    _copy(file, target)
    return name


def remove_weights(name: str) -> Path:
    """Delete weights that were imported, and return where they were.

    Raises:
        ModelNotFound: no such model.
        SettingsError: the weights ship with the program, or none were imported.
        TargetError: the file can't be deleted.
    """
    file = installed_files().get(name)
    if model_spec(name).weights or file is None:
        raise SettingsError(note("weights.not_imported", name=name))
    try:
        file.unlink()
    except OSError as error:
        raise TargetError(file, note("file.cannot_delete", why=error.strerror or error)) from error
    return file


def _check_name(name: str, network: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise SettingsError(note("weights.name_wrong", name=repr(name)))
    if name == network and MODELS[name].weights:
        raise SettingsError(note("weights.name_shipped", name=name))
    if name != network and name in MODELS:
        raise SettingsError(note("weights.name_taken", name=name, network=network))


def _copy(file: Path, target: Path) -> None:
    """Copy a file so that it exists whole or not at all.

    Raises:
        TargetError: it can't be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open_regular(file) as source, replacing(target) as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    except OSError as error:
        raise TargetError(target, note("file.cannot_write", why=error.strerror or error)) from error
