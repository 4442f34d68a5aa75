"""One spelling: colour, and colorize as the program; names of formats and libraries stay."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(
    path
    for room in ("colorizer", "gui", "training", "packaging")
    for path in (ROOT / room).rglob("*.py")
)
AMERICAN = re.compile(r"color(?!iz|ful|map)", re.IGNORECASE)
"""Colorize, and colorfulness, the metric of that name by Hasler and Suesstrunk, are no other's."""
OTHERS = {
    "deepcolor", "xcolorrange",
    "color_range", "color_primaries", "color_trc", "colorspace", "outcolorspace",
}  # fmt: skip
"""A network, a keyword of y4m headers, names of PyAV and imagecodecs."""


def defined(tree: ast.Module):
    """Yield the names that a module defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_names_are_spelled_one_way():
    found = {
        f"{path.name}: {name}"
        for path in FILES
        for name in defined(ast.parse(path.read_text()))
        if AMERICAN.search(name) and not any(other in name.casefold() for other in OTHERS)
    }
    assert found == set()


def test_prose_is_spelled_one_way():
    american = re.compile(r"\b[Cc]ol(?:ored|oring|ors)\b|\bcolou?rise")
    assert {path.name for path in FILES if american.search(path.read_text())} == set()
