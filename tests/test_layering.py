"""Imports point one way, and the command line starts without the heavy libraries."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGE = 6
LEVELS = {
    "errors": 0, "trim": 0.5, "options": 0.5, "frame_pattern": 0.5, "name_template": 0.5,
    "strangers": 0.5,
    "checksum": 1, "settings": 1, "jobs": 2, "color": 3, "ycbcr": 4, "rgb_spaces": 4, "frame": 4,
    "device": 5, "models": 5, "media": 5, "archive": STAGE, "pipeline": 7, "plan": 7,
    "attempt": 7.5, "batch": 8, "queue_entry": 7, "queue": 8,
    "queue_json": 9, "preview": 8, "doctor": 9, "api": 9,
    "desk": 10, "worker": 11, "commands": 13, "cli": 14, "__main__": 15,
}  # fmt: skip
"""Whoever stands higher may import what stands lower; every other module is a stage."""
CODEC_LIBRARIES = {"av", "tifffile", "PIL", "imagecodecs"}
CV2_CODECS = {"imread", "imwrite", "imdecode", "imencode", "VideoCapture", "VideoWriter"}


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted names a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def level(module: str) -> int:
    return LEVELS.get(module, STAGE)


def core_files() -> list[Path]:
    return [p for p in files("colorizer") if p != ROOT / "colorizer" / "__init__.py"]


@pytest.mark.parametrize("path", core_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_core_imports_only_from_below(path):
    own = path.relative_to(ROOT / "colorizer").parts[0].removesuffix(".py")
    for name in imported(path):
        top, _, rest = name.partition(".")
        module = rest.split(".")[0]
        if top != "colorizer" or module in ("", own, "__version__"):
            continue
        same_row = level(module) == level(own) == STAGE
        assert level(module) < level(own) or same_row, f"{own} must not import {module}"


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
        if "media" in path.relative_to(ROOT).parts:
            continue
        assert not {name.partition(".")[0] for name in imported(path)} & CODEC_LIBRARIES, path
        attributes = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "cv2"
        }
        assert not attributes & CV2_CODECS, path


@pytest.mark.parametrize("module", ["colorizer", "colorizer.cli", "colorizer.jobs"])
def test_import_is_light(module):
    code = f"import {module}, sys, json; print(json.dumps(list(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    loaded = set(json.loads(output))
    assert module in loaded
    assert not loaded & {"numpy", "torch", "av", "cv2", "PIL", "PySide6", "gui", "training"}


def test_help_answers_in_no_time():
    def seconds() -> float:
        # Processor time: other work on the machine must not decide.
        start = os.times()
        command = [sys.executable, "-m", "colorizer", "--help"]
        subprocess.run(command, capture_output=True, check=True)
        end = os.times()
        return (end.children_user - start.children_user) + (
            end.children_system - start.children_system
        )

    assert min(seconds() for _ in range(5)) < 0.3


def test_public_names_are_all_there():
    import colorizer

    assert set(colorizer.__all__) == set(colorizer._HOMES)
    assert all(getattr(colorizer, name) is not None for name in colorizer.__all__)
    with pytest.raises(AttributeError, match="colorise"):
        _ = colorizer.colorise
