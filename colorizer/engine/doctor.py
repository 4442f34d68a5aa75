"""What is installed, what is missing, and the command that gets it."""

from __future__ import annotations

import importlib
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from colorizer import __version__
from colorizer.errors import ColorizerError
from colorizer.files.bundle import how_to_get
from colorizer.files.checksum import file_hash
from colorizer.models import WEIGHTS_FOLDER, load_model, usable_models, weights_file
from colorizer.notes import note

_PACKAGES = {
    "torch": "torch",
    "av": "av",
    "numpy": "numpy",
    "cv2": "opencv-python-headless",
    "OpenImageIO": "OpenImageIO",
    "PIL": "pillow",
    "tifffile": "tifffile",
    "imagecodecs": "imagecodecs",
    "platformdirs": "platformdirs",
    "safetensors": "safetensors",
    "scenedetect": "scenedetect-headless",
    "natsort": "natsort",
    "tqdm": "tqdm",
}
"""Module -> distribution."""
_EXTRAS = {
    "heic": ("pillow_heif", "HEIC and HEIF photos"),
    "raw": ("rawpy", "camera raw: CR2, NEF, ARW, DNG, ..."),
    "bag": ("bagit", "run --bag: results as a BagIt bag"),
    "c2pa": ("c2pa", "results signed with Content Credentials"),
    "cluster": ("ray", "run --cluster: one run on several machines"),
    "gui": ("PySide6.QtWidgets", "the window, colorizer gui"),
}
"""Extra of this distribution -> the module it brings, what that opens."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    found: str
    ok: bool = True
    fix: str = ""
    """What to do where `ok` is False."""


def examine() -> list[Finding]:
    """Look at versions, device, video codecs and weights; never raises for what is missing."""
    return [
        Finding("colorizer", __version__),
        Finding("python", f"{platform.python_version()} on {platform.platform()}"),
        *(_package(module, name) for module, name in _PACKAGES.items()),
        *(_extra(name, *told) for name, told in _EXTRAS.items()),
        *_devices(),
        *_codecs(),
        *_weights(),
    ]


def _package(module: str, name: str) -> Finding:
    try:
        importlib.import_module(module)
        return Finding(name, version(name))
    except PackageNotFoundError:  # another distribution of the same module
        return Finding(name, "present, version unknown")
    except Exception as error:  # a broken library may raise anything
        return Finding(name, f"not usable: {error}", ok=False, fix=how_to_get(name, "--upgrade"))


def _extra(name: str, module: str, opens: str) -> Finding:
    """Look for an optional library; it is no fault where it is missing."""
    label = f"extra {name}"
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        bundled = note("bundle.no_cluster") if name == "cluster" else None
        how = how_to_get(f"film-colorizer[{name}]", bundled=bundled)
        return Finding(label, f"not installed; it opens {opens}: {how}")
    except Exception as error:  # a broken library may raise anything
        fix = how_to_get(f"film-colorizer[{name}]", "--upgrade", "--force-reinstall")
        if name == "gui":
            fix = note("window.libraries")
        return Finding(label, f"{module} is not usable: {error}", ok=False, fix=fix)
    return Finding(label, f"{module}: {opens}")


def _devices() -> list[Finding]:
    """Tell the device that is taken, and the untried kinds that only a person chooses."""
    try:
        from colorizer.stages.device import choose_device, describe_device, present_devices

        chosen = Finding("device", describe_device(choose_device("auto")))
        untried = [one for one in present_devices() if one[0].startswith(("mps", "xpu"))]
        return [chosen, *(Finding(f"--device {name}", words) for name, words in untried)]
    except Exception:  # a broken torch may raise anything; its own line says what
        return [Finding("device", "unknown without torch", ok=False, fix=how_to_get("torch"))]


def _codecs() -> list[Finding]:
    try:
        from colorizer.media import available_encoders
        from colorizer.media.film.hardware import card_encoders

        encoders = available_encoders()
    except Exception:  # as above
        return [Finding("codecs", "unknown without av", ok=False, fix=how_to_get("av"))]
    fix = how_to_get("av", "--force-reinstall", "--only-binary", ":all:")
    cards = [name for names in card_encoders().values() for name in names]
    return [
        Finding("--hardware", ", ".join(cards) or "no graphics card here encodes films"),
        *(
            Finding(f"codec {codec}", encoder)
            if encoder
            else Finding(f"codec {codec}", "no encoder", ok=False, fix=fix)
            for codec, encoder in encoders.items()
        ),
    ]


def _weights() -> list[Finding]:
    return [_weights_of(name, file) for name in usable_models() if (file := weights_file(name))]


def _weights_of(name: str, file: Path) -> Finding:
    label = f"weights {name}"
    try:
        load_model(name)
        return Finding(label, f"{file}, sha256 {file_hash(file)}")
    except ColorizerError as error:
        shipped = file.parent == WEIGHTS_FOLDER
        fix = (
            how_to_get("film-colorizer", "--force-reinstall")
            if shipped
            else f"colorizer models import FILE --name {name} --replace"
        )
        return Finding(label, str(error), ok=False, fix=fix)
    except Exception:  # as above
        return Finding(label, "not looked at without torch", ok=False, fix=how_to_get("torch"))
