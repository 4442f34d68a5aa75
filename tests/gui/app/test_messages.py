"""What the core says is said by the window in the person's language."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from PIL import Image

from colorizer.engine.queue import Queue
from colorizer.errors import MediaError
from colorizer.jobs import JobState
from colorizer.notes import english, note
from colorizer.settings import Settings, flag
from gui.session.queue_cells import Column, note_words, tip
from gui.words.language import languages, read_notes
from gui.words.setting_words import in_the_window, setting_words
from gui.words.text import said, use_notes
from tests.gui.speaking import spoken


@pytest.fixture
def german():
    use_notes(read_notes("de"))
    yield
    use_notes({})


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_every_language_of_the_window_has_the_notes(code):
    assert read_notes(code)


def test_a_note_and_the_notes_in_it_are_said_in_the_language(german):
    inner = note("tiff.bytes_missing", have=10, whole=20)
    error = MediaError(Path("/a.tif"), note("tiff.page", number=2, pages=5, why=inner))
    assert str(error) == "/a.tif: page 2 of 5: is cut off: 10 of 20 bytes are present"
    assert said(str(error)) == ("/a.tif: Seite 2 von 5: ist abgeschnitten: 10 von 20 Bytes sind da")


def test_one_and_several_are_said_as_the_language_has_them(german):
    told = [said(note("frames.missing", count=n, numbers="3")) for n in (1, 2)]
    assert told == ["1 Bild fehlt: 3", "2 Bilder fehlen: 3"]


def test_a_list_is_joined_in_the_words_of_the_language(german):
    changes = [note("segments.changed", what="codec"), note("segments.journal_cannot_read")]
    told = note("segments.not_used", count=7, changes=changes)
    assert told.endswith(": the codec changed and its journal can't be read")
    assert said(told).endswith(": geändert: codec und sein Verzeichnis kann nicht gelesen werden")


def test_a_plain_text_of_an_earlier_version_stays(german):
    assert said("is cut off: 10 of 20 bytes are present").startswith("is cut off")
    assert said("") == ""


def options_in(words):
    """Return the options that the words of a note name, sorted."""
    return sorted(
        re.findall("--[a-z][a-z0-9-]*", words if isinstance(words, str) else " ".join(words))
    )


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_a_note_names_the_same_settings_in_every_language(code):
    """By their options, which the window says in its own words."""
    table = read_notes(code)
    other = {
        name for name, words in english().items() if options_in(words) != options_in(table[name])
    }
    assert other == set()


@pytest.mark.parametrize("code", languages())
def test_no_message_of_the_window_names_a_setting_as_the_command_line_does(qapp, code):
    flags = {flag(item.name) for item in fields(Settings)}
    with spoken(qapp, code):
        assert said(note("signing.both")).startswith("„C2PA-Z" if code == "de" else "“C2PA c")
        for name, words in (english() | dict(read_notes(code))).items():
            for one in [words] if isinstance(words, str) else words:
                assert not flags & set(options_in(in_the_window(one))), name


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "“Existing results: Replace it” replaces it"),
        ("de", "„Vorhandene Ergebnisse: Ersetzen“ ersetzt es"),
    ],
)
def test_a_choice_is_called_as_the_window_calls_it(qapp, code, words):
    with spoken(qapp, code):
        assert said(note("existing.overwrite_replaces")) == words
        inner = note("settings.number", option="--jpeg-quality", value="x")
        label = setting_words("jpeg_quality")
        assert label in said(note("tiff.page", number=2, pages=5, why=inner))


def test_a_file_that_is_called_like_an_option_keeps_its_name():
    told = said(note("list.cannot_read", file="a --name b.txt", why="none"))
    assert "a --name b.txt" in told


def test_in_english_nothing_changes():
    told = note("queue.program_ended")
    assert said(told) == told


@pytest.mark.slow
def test_what_the_worker_finds_is_said_in_german_and_still_after_a_restart(
    german, window, tmp_path, until
):
    whole, file = tmp_path / "whole.png", tmp_path / "cut.png"
    Image.linear_gradient("L").save(whole)
    file.write_bytes(whole.read_bytes()[:200])
    window.add([file])
    until(lambda: window.session.model.rowCount() == 1)
    window.session.runner.start()
    (entry,) = window.session.model.entries
    until(lambda: window.session.model.entry(entry.id).state is JobState.FAILED)
    entry = window.session.model.entry(entry.id)
    assert "restore it" in entry.reason
    assert "wiederherstellen" in note_words(entry)
    answers = []
    window.session.engine.ask(
        "thumbnail", answers.append, source=str(tmp_path / "no.png"), kind="photo"
    )
    until(lambda: answers)
    assert "its drive is connected" in answers[0]["error"]
    assert said(answers[0]["error"]).endswith("ob der Datenträger verbunden ist")
    queue_file = window.session.preferences.queue_file
    window.close()
    with Queue(queue_file) as queue:
        (again,) = queue.entries()
    assert (again.reason, again.reason.code) == (entry.reason, entry.reason.code)
    assert "wiederherstellen" in tip(again, Column.NAME)


def test_what_the_worker_writes_is_text_with_code_and_values():
    """Somebody who reads the worker's lines without this package can show the English."""
    from colorizer.notes import as_json

    told = json.loads(json.dumps(as_json(note("tiff.bytes_missing", have=1, whole=2))))
    assert told == {
        "note": "tiff.bytes_missing",
        "values": {"have": 1, "whole": 2},
        "text": "is cut off: 1 of 2 bytes are present",
    }
