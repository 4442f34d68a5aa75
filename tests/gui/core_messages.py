"""The messages of the core as templates, found in its source: f-strings with %1, %2 for values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import colorizer
from colorizer import errors

CORE = Path(colorizer.__file__).parent
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.ColorizerError)
}
TERMINAL = (
    "cli",
    "commands",
    "api",
    "doctor",
    "preview",
    "bag",
    "manifest",
    "run_log",
    "verify",
    "verify_",
    "check",
    "measure",
)
"""Beginnings of the names of modules whose messages reach only a terminal."""


def template(node: ast.AST) -> str | None:
    """Return the words of a string expression with %1, %2 for its values, None for others."""
    parts = list(_parts(node))
    if not any(isinstance(part, str) for part in parts):
        return None
    count, text, old = 0, "", ""
    for part in parts:
        if isinstance(part, str):
            text += part
        elif old is not None:  # values side by side are one
            count += 1
            text += f"%{count}"
        old = part
    return text.strip(" ;:,\n") or None


def without_path(text: str) -> str:
    """Return a message without the path before it, whose own words follow it."""
    return text.removeprefix("%1 ") if text.count("%") == 1 else text


def _parts(node: ast.AST) -> Iterator[str | None]:
    """Yield the literal parts of a string expression, None for a value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _parts(value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield None


def _files() -> Iterator[Path]:
    for file in sorted(CORE.rglob("*.py")):
        names = [*file.relative_to(CORE).parts[:-1], file.stem]
        if not any(name.startswith(TERMINAL) for name in names):
            yield file


def every_text() -> set[str]:
    """Return every string of the core as a template, whatever it is for."""
    found = set()
    for file in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if text := template(node):
                found |= {text, without_path(text)}
    return found


def messages() -> dict[str, str]:
    """Return what the core raises, warns of and notes, each with the place it comes from."""
    found: dict[str, str] = {}
    for file in _files():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _tells(node.func):
                for argument in node.args:
                    text = template(argument)
                    if text and re.search(r"[a-z]{2}", text) and " " in text:
                        found.setdefault(text, f"{file.relative_to(CORE)}:{node.lineno}")
    return found


def _tells(function: ast.expr) -> bool:
    """Tell whether a call makes an error, or adds to warnings or notes."""
    name = getattr(function, "attr", getattr(function, "id", ""))
    if name == "append" and isinstance(function, ast.Attribute):
        holder = getattr(function.value, "attr", getattr(function.value, "id", ""))
        return holder.strip("_") in ("warnings", "notes", "lost")
    return name in ERRORS or name.strip("_") in ("warn", "note")
