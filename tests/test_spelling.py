"""One spelling: colour, and colorize as the program; names of formats and libraries stay."""

import re
from pathlib import Path

from tests.plain_english import faults
from tests.sources import source

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
SPOKEN = re.compile(r'"""(?:.|\n)*?"""|# .*')
"""Docstrings and comments."""
RIGHT_IN_CODE = ("after", "required unless, except", "colorize", "low confidence")
"""What the manual would say for words with a plain meaning, too: a ghost behind a moving thing."""


def test_names_are_spelled_one_way():
    found = {
        f"{path.name}: {name}"
        for path in FILES
        for name in source(path).defined
        if AMERICAN.search(name) and not any(other in name.casefold() for other in OTHERS)
    }
    assert found == set()


def test_prose_is_spelled_one_way():
    american = re.compile(r"\b[Cc]ol(?:ored|oring|ors)\b|\bcolou?rise")
    assert {path.name for path in FILES if american.search(path.read_text())} == set()


def test_docstrings_and_comments_are_plain_english():
    found = {
        f"{path.name}: {fault}"
        for path in FILES
        for fault in faults(" ".join(" ".join(SPOKEN.findall(path.read_text())).split()))
        if fault.rpartition(": ")[2] not in RIGHT_IN_CODE
    }
    assert found == set()
