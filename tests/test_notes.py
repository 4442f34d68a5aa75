"""Messages of the core: each has a code, its words stand in one table for each language."""

import ast
import errno
import json
import pickle
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import colorizer
from colorizer import errors
from colorizer.errors import MediaError
from colorizer.notes import Note, as_json, english, from_json, note, revived
from tests.plain_english import faults
from tests.sources import source

CORE = Path(colorizer.__file__).parent
LANGUAGES = sorted((CORE.parent / "gui" / "languages" / "notes").glob("*.json"))
INNER = note("queue.program_ended")
OUTER = note("file.reason", path=Path("/a.tif"), reason=INNER)


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield where the core and the window call something of these names, and the call."""
    for file in [*CORE.rglob("*.py"), *(CORE.parent / "gui").rglob("*.py")]:
        for name in names:
            for call in source(file).calls.get(name, ()):
                yield f"{file.relative_to(CORE.parent)}:{call.lineno}", call


def is_text(node: ast.AST) -> bool:
    """Return whether an argument is words, but for those in brackets inside it."""
    match node:
        case ast.JoinedStr() | ast.Constant(value=str()):
            return True
        case ast.BinOp() | ast.BoolOp() | ast.IfExp() | ast.NamedExpr() | ast.Starred():
            return any(map(is_text, ast.iter_child_nodes(node)))
    return False


def used() -> dict[str, set[frozenset[str]]]:
    """Return the codes given to `note` in the source, each with the names of its values."""
    found: dict[str, set[frozenset[str]]] = {}
    for _, call in calls("note"):
        match call.args:
            case [ast.Constant(value=str(code))] if re.fullmatch(r"\w+(\.\w+)+", code):
                names = frozenset(one.arg for one in call.keywords if one.arg)
                found.setdefault(code, set()).add(names)
    return found


def places(words: str) -> list[str]:
    return sorted({name for _, name, _, _ in string.Formatter().parse(words) if name})


def numbers(words: str) -> list[tuple[str, str]]:
    """Return the places that round a number, and how; what joins a list may be translated."""
    every = string.Formatter().parse(words)
    return sorted({(name, form) for _, name, form, _ in every if name and re.match(r"\.\d", form)})


def forms(words: str | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else words


def test_every_code_of_the_source_is_in_the_table_and_each_of_the_table_is_used():
    assert used().keys() == english().keys()


def test_errors_and_warnings_are_notes():
    named = vars(errors).items()
    kinds = {name for name, kind in named if isinstance(kind, type) and issubclass(kind, Exception)}
    told = {*kinds, "warn", "_warn"}
    plain = [
        place
        for place, call in calls(*told)
        if any(map(is_text, (*call.args, *(one.value for one in call.keywords))))
        and not place.startswith("gui")
    ]
    assert plain == []


def test_equal_words_share_a_code():
    plain: dict[str, list[str]] = {}
    for code, words in english().items():
        plain.setdefault(re.sub(r"\{\w+", "{", json.dumps(words)), []).append(code)
    assert [codes for codes in plain.values() if len(codes) > 1] == []


def test_every_note_gets_the_values_of_its_words():
    wanted = {}
    for code, words in english().items():
        pair = forms(words)
        names_of = {name for one in pair for name in places(one)}
        wanted[code] = {frozenset(names_of | ({"count"} if len(pair) == 2 else set()))}
    assert used() == wanted


def test_the_table_is_sorted_and_plain_english():
    assert list(english()) == sorted(english())
    assert [
        fault for words in english().values() for one in forms(words) for fault in faults(one)
    ] == []


@pytest.mark.parametrize("file", LANGUAGES, ids=lambda file: file.stem)
def test_a_language_has_the_same_codes_and_places(file):
    table = json.loads(file.read_text("utf-8"))
    assert table.keys() == english().keys()
    for code, words in table.items():
        assert len(forms(words)) == len(forms(english()[code])), code
        for one, other in zip(forms(words), forms(english()[code]), strict=True):
            assert (places(one), numbers(one)) == (places(other), numbers(other)), code
            assert one


def test_a_note_is_its_english_text_and_an_error_keeps_it():
    assert OUTER == "/a.tif: the program ended during the work"
    error = MediaError(Path("/a.tif"), INNER)
    assert str(error).code == "file.reason"
    assert error.reason.code == "queue.program_ended"


@pytest.mark.parametrize(
    "way",
    [
        lambda one: pickle.loads(pickle.dumps(one)),
        lambda one: from_json(json.loads(json.dumps(as_json(one)))),
        lambda one: json.loads(json.dumps(as_json(one)), object_hook=revived),
        lambda one: str(ValueError(one)),
    ],
    ids=["pickle", "json", "wire", "error"],
)
def test_a_note_keeps_code_and_values(way):
    made = way(OUTER)
    assert (made, made.code, made.values) == (OUTER, OUTER.code, OUTER.values)
    assert made.values["reason"].code == INNER.code


def test_notes_are_told_by_a_table_and_in_english_without():
    table = {"file.reason": "{reason} ({path})", "queue.program_ended": "aus"}
    assert OUTER.told(table) == "aus (/a.tif)"
    assert OUTER.told({"queue.program_ended": "aus"}) == OUTER


def deep(levels: int) -> dict:
    inner = {"note": "file.reason", "values": {"path": "a", "reason": "b"}, "text": "innermost"}
    for _ in range(levels):
        inner = {"note": "file.reason", "values": {"path": "a", "reason": inner}, "text": "outer"}
    return inner


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("as it is", "as it is"),
        ({"note": "no.such", "values": {}, "text": "of a newer version"}, "of a newer version"),
        ({"note": ["x"], "values": {}, "text": "words"}, "words"),
        ({"note": "file.reason", "values": {"path": "a"}, "text": "words"}, "words"),
        ({"note": "file.reason", "values": [1], "text": "words"}, "words"),
        ({"note": "file.reason", "text": "words"}, "words"),
        ({"note": "tiff.cannot_unpack", "values": {"share": "x"}, "text": "words"}, "words"),
        ({"note": "tiff.cannot_unpack", "values": {"share": 10**400}, "text": "words"}, "words"),
        ({"note": "file.reason", "values": {"path": {}, "reason": None}, "text": "words"}, "words"),
        (deep(3), "a: a: a: a: b"),
        (deep(500), "a: a: a: a: a: a: outer"),
    ],
)  # fmt: skip
def test_what_a_stranger_wrote_is_shown_as_far_as_it_is_known(value, words):
    assert from_json(value) == words


@pytest.mark.parametrize("value", [None, 7, [], {}, {"note": "file.reason"}, {"text": 3}])
def test_what_is_no_message_is_a_value_error(value):
    with pytest.raises(ValueError, match="neither a text nor a note"):
        from_json(value)


def test_an_error_of_the_system_is_told_in_its_words_alone():
    error = OSError(errno.ENOSPC, "No space left on device", "/a/b")
    told = note("file.cannot_write", why=error)
    assert told == "can't be written: No space left on device"


def test_a_plain_text_stays_plain():
    assert as_json("plain") == "plain"
    assert not isinstance(from_json(as_json("plain")), Note)
    assert re.fullmatch(r"\w+(\.\w+)+", OUTER.code)
