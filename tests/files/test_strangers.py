"""JSON of strangers: what no program of ours writes is refused with a reason."""

import json

import pytest

from colorizer.files.strangers import parse_json


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 10_000 + "]" * 10_000, "nested"),
        (f"[{'9' * 5000}]", "thousands of digits"),
        ('{"x": 0.1, "y": 0, "x": 0.9}', "it says 'x' twice"),
        ('[{"a": {"b": 1, "b": 1}}]', "it says 'b' twice"),
        (r'{"path": "\ud800"}', "no text"),
        (r'{"\uD83D": 1}', "no text"),
    ],
)
def test_what_no_program_writes_is_refused(text, why):
    for data in (text, text.encode()):
        with pytest.raises(ValueError, match=why):
            parse_json(data)


@pytest.mark.parametrize("name", ["\U0001f600", "\udcff.png", "a\nb\x1b[31m", "\\ud800"])
def test_names_of_any_bytes_and_letters_are_read(name):
    assert parse_json(json.dumps({"path": name})) == {"path": name}
