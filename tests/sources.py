"""What the program's own source says, each file parsed once for all tests that read it."""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


@dataclass
class Source:
    """What one file says."""

    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    """Inside functions too, and those that only the type checker sees."""
    defined: set[str] = field(default_factory=set)
    """Names of functions, classes, arguments and variables."""
    of_cv2: set[str] = field(default_factory=set)
    """Names of cv2 that are used."""
    calls: dict[str, list[ast.Call]] = field(default_factory=dict)
    """By the name of what is called, without that of its owner."""


@cache
def source(path: Path) -> Source:
    """Return what a file says."""
    found = Source()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import() | ast.ImportFrom():
                found.imports.append(node)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.defined.add(name)
            case ast.AsyncFunctionDef(name=name) | ast.arg(arg=name):
                found.defined.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.defined.add(name)
            case ast.Attribute(attr=name, value=ast.Name(id="cv2")):
                found.of_cv2.add(name)
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                found.calls.setdefault(name, []).append(node)
    return found
