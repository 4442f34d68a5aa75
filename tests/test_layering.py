"""Imports point one way, and the command line starts without the heavy libraries."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.sources import source

ROOT = Path(__file__).resolve().parents[1]
EVERYWHERE = {"notes", "errors", "settings", "jobs", "frame", "files", "places", "colour"}
"""What every package above them may import."""
MAY_IMPORT: dict[str, set[str]] = {
    "notes": set(),
    "errors": {"notes"},
    "places": {"notes", "errors"},
    "settings": {"notes", "errors", "places"},
    "jobs": {"places", "settings"},
    "files": {"notes", "errors", "places"},
    "colour": {"notes", "errors", "files"},
    "frame": {"colour"},
    "models": EVERYWHERE,
    "media.metadata": EVERYWHERE,
    "media.film": EVERYWHERE,
    "media.photo": EVERYWHERE | {"media.metadata"},
    "media.frames": EVERYWHERE | {"media.metadata", "media.film", "media.photo"},
    "media": EVERYWHERE | {"media.metadata", "media.film", "media.photo", "media.frames"},
    "stages": EVERYWHERE | {"models"},
    "guidance": EVERYWHERE | {"models", "media", "stages"},
    "measure": EVERYWHERE | {"models", "media", "stages", "guidance"},
    "archive": EVERYWHERE | {"models", "media", "stages", "guidance"},
    "pipeline": EVERYWHERE | {"models", "media", "stages", "guidance", "archive"},
    "look": EVERYWHERE | {"models", "media", "stages", "guidance", "pipeline"},
    "engine": EVERYWHERE
    | {"models", "media", "stages", "guidance", "archive", "pipeline", "look"},
    "api": EVERYWHERE | {"models", "media", "guidance", "archive", "pipeline", "look", "engine"},
    "manual": {"settings"},
    "commands": EVERYWHERE
    | {"models", "media", "stages", "guidance", "archive", "pipeline", "look", "engine"}
    | {"manual", "measure"},
    "__main__": {"commands", "engine", "files"},
    "gui": EVERYWHERE | {"models", "guidance", "archive", "engine", "manual"},
    "training": EVERYWHERE | {"models", "stages", "guidance", "api"},
}  # fmt: skip
"""Which packages each package may import; `media` allows all that lies in it."""
CODEC_LIBRARIES = {"av", "tifffile", "PIL", "imagecodecs"}
CV2_CODECS = {"imread", "imwrite", "imdecode", "imencode", "VideoCapture", "VideoWriter"}


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted names a file imports, inside functions too."""
    for node in source(path).imports:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(parts: tuple[str, ...]) -> str:
    """Return the package of a module below colorizer, by its path or dotted name."""
    if parts[0] == "media" and len(parts) > 1 and f"media.{parts[1]}" in MAY_IMPORT:
        return f"media.{parts[1]}"
    return parts[0]


def package_of_file(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return package_of(parts[1:]) if parts[0] == "colorizer" else parts[0]


@cache
def python_files() -> list[Path]:
    own = [p for name in ("colorizer", "gui", "training") for p in files(name)]
    return [p for p in own if p != ROOT / "colorizer" / "__init__.py"]


def test_no_packages_import_each_other():
    def above(package: str, seen: tuple[str, ...] = ()) -> None:
        assert package not in seen, " -> ".join((*seen, package))
        for other in MAY_IMPORT[package]:
            above(other, (*seen, package))

    for package in MAY_IMPORT:
        above(package)


@pytest.mark.parametrize("own", sorted({package_of_file(path) for path in python_files()}))
def test_imports_are_those_of_the_table(own):
    assert own in MAY_IMPORT, f"{own} has no row in the table"
    for path in python_files():
        if package_of_file(path) == own:
            assert [name for name in imported(path) if not may_import(own, name)] == [], path


def may_import(own: str, name: str) -> bool:
    """Return whether a package may import a module, by its dotted name."""
    top, *rest = name.split(".")
    if top != "colorizer" or not rest:
        return True
    package = package_of(tuple(rest))
    allowed = MAY_IMPORT[own] | {own}
    return package not in MAY_IMPORT or not allowed.isdisjoint({package, package.partition(".")[0]})


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("package", "banned"),
    [
        ("colorizer", {"gui", "training", "PySide6", "torchvision", "timm"}),
        ("gui", {"training", "torch", "av", "cv2"}),
        ("training", {"gui", "PySide6"}),
    ],
)
def test_packages_stay_apart(package, banned):
    for path in files(package):
        tops = {name.partition(".")[0] for name in imported(path)}
        allowed = {"torchvision", "timm"} if "models" in path.parts else set()
        assert not tops & (banned - allowed), path


def test_only_media_knows_the_codec_libraries():
    for path in files("colorizer"):
        if "media" in path.relative_to(ROOT).parts or path.name == "profiles.py":  # Little CMS
            continue
        assert not {name.partition(".")[0] for name in imported(path)} & CODEC_LIBRARIES, path
        assert not source(path).of_cv2 & CV2_CODECS, path


@pytest.mark.parametrize("module", ["colorizer", "colorizer.commands.cli", "colorizer.jobs"])
def test_import_is_light(module):
    code = f"import {module}, sys, json; print(json.dumps(list(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    loaded = set(json.loads(output))
    assert module in loaded
    assert not loaded & {"numpy", "torch", "av", "cv2", "PIL", "PySide6", "gui", "training"}


def test_public_names_are_all_there():
    import colorizer

    assert set(colorizer.__all__) == set(colorizer._HOMES)
    assert all(getattr(colorizer, name) is not None for name in colorizer.__all__)
    with pytest.raises(AttributeError, match="colorise"):
        _ = colorizer.colorise
