"""What is installed, what is missing, and the command that gets it.

A broken library may end the process that loads it: `examine_apart` has one for that.
"""

from __future__ import annotations

import importlib
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from colorizer import __version__
from colorizer.engine.apart import how_ended, worker_command
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


def examine(
    ended: Mapping[str, str] | None = None, tell: Callable[[str], object] = str
) -> list[Finding]:
    """Look at versions, device, video codecs and weights; never raises for what is missing.

    Args:
        ended: what is not looked at, since that ended a process, and how.
        tell: called with the name of what is looked at next.
    """
    ended = ended or {}
    found = [
        Finding("colorizer", __version__),
        Finding("python", f"{platform.python_version()} on {platform.platform()}"),
    ]
    for name, look, fix in _looks():
        if name in ended:
            words = f"not usable: it ends the program ({ended[name]})"
            found.append(Finding(name, words, ok=False, fix=fix))
            continue
        tell(name)
        found += look()
    return found


def examine_apart() -> list[Finding]:
    """Look at the same in a process of its own; what ends it is told, and left out by the next."""
    ended: dict[str, str] = {}
    program, words = worker_command("--doctor")
    while True:
        child = subprocess.run(
            [program, *words, json.dumps(ended)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
        told = ""
        for line in child.stdout.splitlines():
            with suppress(ValueError):  # what libraries print
                told = json.loads(line)
        if isinstance(told, list):
            return [Finding(**one) for one in told]
        if not told or told in ended:
            return examine(ended)  # no such process can be had
        ended[told] = how_ended(child.returncode)


def main() -> int:
    """Be the process of `examine_apart`: print what is looked at, then all findings."""

    def say(told: str | list[dict[str, Any]]) -> None:
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()

    say([asdict(one) for one in examine(json.loads(sys.argv[2]), say)])
    return 0


def _looks() -> Iterator[tuple[str, Callable[[], list[Finding]], str]]:
    """Yield what is looked at: its name, how, and what helps where that ends the process."""
    for module, name in _PACKAGES.items():
        yield name, partial(_package, module, name), how_to_get(name, "--force-reinstall")
    for name, told in _EXTRAS.items():
        fix = how_to_get(f"film-colorizer[{name}]", "--upgrade", "--force-reinstall")
        yield f"extra {name}", partial(_extra, name, *told), fix
    yield "device", _devices, how_to_get("torch", "--force-reinstall")
    yield "codecs", _codecs, how_to_get("av", "--force-reinstall")
    for name in usable_models():
        if file := weights_file(name):
            fix = how_to_get("torch", "--force-reinstall")
            yield f"weights {name}", partial(_weights_of, name, file), fix


def _package(module: str, name: str) -> list[Finding]:
    try:
        importlib.import_module(module)
        return [Finding(name, version(name))]
    except PackageNotFoundError:  # another distribution of the same module
        return [Finding(name, "present, version unknown")]
    except Exception as error:  # a broken library may raise anything
        return [Finding(name, f"not usable: {error}", ok=False, fix=how_to_get(name, "--upgrade"))]


def _extra(name: str, module: str, opens: str) -> list[Finding]:
    """Look for an optional library; it is no fault where it is missing."""
    label = f"extra {name}"
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        bundled = note("bundle.no_cluster") if name == "cluster" else None
        how = how_to_get(f"film-colorizer[{name}]", bundled=bundled)
        return [Finding(label, f"not installed; it opens {opens}: {how}")]
    except Exception as error:  # a broken library may raise anything
        fix = how_to_get(f"film-colorizer[{name}]", "--upgrade", "--force-reinstall")
        if name == "gui":
            fix = note("window.libraries")
        return [Finding(label, f"{module} is not usable: {error}", ok=False, fix=fix)]
    return [Finding(label, f"{module}: {opens}")]


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


def _weights_of(name: str, file: Path) -> list[Finding]:
    label = f"weights {name}"
    try:
        load_model(name)
        return [Finding(label, f"{file}, sha256 {file_hash(file)}")]
    except ColorizerError as error:
        shipped = file.parent == WEIGHTS_FOLDER
        fix = (
            how_to_get("film-colorizer", "--force-reinstall")
            if shipped
            else f"colorizer models import FILE --name {name} --replace"
        )
        return [Finding(label, str(error), ok=False, fix=fix)]
    except Exception:  # as above
        return [Finding(label, "not looked at without torch", ok=False, fix=how_to_get("torch"))]
