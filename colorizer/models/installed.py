"""Models that a person has imported: which there are and of which network. torch is not needed."""

from __future__ import annotations

from pathlib import Path

from colorizer.files.strangers import open_regular, parse_json

SUFFIX = ".safetensors"
_LENGTH_BYTES = 8
_LARGEST_HEADER = 100 << 20
"""Bytes of the JSON at the beginning of a safetensors file, at most, by the format's own rule."""


def models_folder() -> Path:
    """Return the folder of imported weights, in the person's data folder; it need not exist."""
    from platformdirs import user_data_path

    return user_data_path("Colorizer", appauthor=False) / "models"


def installed_files() -> dict[str, Path]:
    """Return the imported weights files by the name of their model."""
    folder = models_folder()
    files = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    return {file.name.removesuffix(SUFFIX): file for file in files}


def holds_weights_of(file: Path) -> str:
    """Return the network whose weights a safetensors file says it holds, "" if it says none."""
    try:
        with open_regular(file) as opened:
            length = int.from_bytes(opened.read(_LENGTH_BYTES), "little")
            header = parse_json(opened.read(length)) if length < _LARGEST_HEADER else {}
        found = header["__metadata__"]["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""
