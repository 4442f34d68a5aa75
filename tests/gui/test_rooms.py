"""The rooms of the window import each other one way, and what it works with knows no widget."""

import ast
from pathlib import Path

import pytest

import gui
from tests.sources import source

FOLDER = Path(gui.__file__).parent
MAY_IMPORT = {
    "words": set(),
    "style": {"words"},
    "session": {"words"},
    "settings": {"words", "style", "session"},
    "queue": {"words", "style", "session", "settings"},
    "shots": {"words", "style", "session", "settings"},
    "picture": {"words", "style", "session", "settings", "shots"},
    "app": {"words", "style", "session", "settings", "queue", "shots", "picture"},
    "__main__": {"app"},
    "screenshots": {"words", "style", "session", "settings", "app"},
}
MODULES = {
    ".".join(file.relative_to(FOLDER.parent).with_suffix("").parts): file
    for file in sorted(FOLDER.rglob("*.py"))
}


def imported(file):
    """Return the modules a file names, those that only the type checker sees too."""
    found = set()
    for node in source(file).imports:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        else:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: imported(file) & MODULES.keys() - {name} for name, file in MODULES.items()}
    done = set()

    def visit(name, above=()):
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*above, name))
            done.add(name)

    for name in graph:
        visit(name)


@pytest.mark.parametrize("room", sorted({n.split(".")[1] for n in MODULES} - {"__init__"}))
def test_rooms_import_only_those_below_them(room):
    for name, file in MODULES.items():
        if name.split(".")[1] == room:
            rooms = {other.split(".")[1] for other in imported(file) if other.startswith("gui.")}
            assert rooms <= {room, *MAY_IMPORT[room]}, name


def test_the_session_knows_no_widget():
    for name, file in MODULES.items():
        if name.startswith("gui.session."):
            widgets = [one for one in imported(file) if one.startswith("PySide6.QtWidgets")]
            assert widgets == [], name
