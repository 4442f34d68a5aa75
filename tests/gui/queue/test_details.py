"""Details say in words what is known of a file and which of its settings are not the usual ones."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from colorizer.engine.queue import Entry
from colorizer.jobs import Job, JobState, Kind
from colorizer.places.hint import Hint, Reference
from colorizer.settings import Settings
from gui.queue.details import details_of, settings_of
from gui.words.language import Words, read_words

CHANGED = Settings(vividness=0.35, codec="ffv1", faded="as-is", every_frame=True)


def entry(settings, guides=()):
    job = Job(Path("/in/a.mkv"), Path("/out/a.mkv"), Kind.FILM, settings, hints=guides)
    return Entry(id=1, job=job, state=JobState.FAILED, reason="cut off")


def test_settings_are_told_by_the_names_and_words_of_the_form(qapp):
    lines = settings_of(entry(CHANGED)).splitlines()
    expected = {
        "Vividness: 0.35", "Codec: FFV1", "Faded prints: Colours as faded as the print",
        "Every frame: on",
    }  # fmt: skip
    assert set(lines) == expected
    assert settings_of(entry(Settings())) == "All as usual"


def test_no_name_of_a_setting_is_left_in_german(qapp):
    translator = Words(read_words("de"), "de", qapp)
    qapp.installTranslator(translator)
    try:
        told = settings_of(entry(CHANGED))
        assert "Lebhaftigkeit" in told
        assert "Farben so verblasst wie der Abzug" in told
        assert not any(name in told for name in ("vividness", "faded", "every_frame", "as-is"))
    finally:
        qapp.removeTranslator(translator)


@pytest.fixture
def details(filled):
    filled.queue_panel.select(filled.session.model.ids()[0])
    return filled.details


@pytest.mark.slow
def test_both_columns_fold_give_their_room_and_are_remembered(details, filled, qapp):
    first, second = details.columns
    tall = details.maximumHeight()
    first.head.click()
    assert not first.text.isVisible()
    assert second.text.isVisible()
    second.head.click()
    assert details.maximumHeight() < tall / 2
    assert filled.session.preferences.get("details_0", True) is False
    second.head.click()
    assert details.maximumHeight() == tall


@pytest.mark.slow
def test_the_head_tells_how_many_files_are_selected(details, filled):
    head = details.columns[0].head
    filled.queue_panel.view.selectAll()
    assert head.text() == "File · 3 selected"
    filled.queue_panel.select(filled.session.model.ids()[0])
    assert head.text() == "File"


@pytest.mark.slow
def test_the_file_and_its_settings_are_copied(details, filled):
    session = filled.session
    session.change(session.selected, {"strength": 0.4}, "w")
    details._copy.click()
    copied = QApplication.clipboard().text()
    assert "Strength: 0.4" in copied
    assert str(session.shown_entry().job.source) in copied


def test_hints_and_references_are_counted_apart():
    guides = (Hint(x=0.1, y=0.2, a=1.0, b=2.0), Reference(Path("/p/a.png")))
    told = details_of(entry(Settings(), guides)).splitlines()
    assert "Hints: 1" in told
    assert "References: 1" in told
    placed = (Hint(x=0.1, y=0.2, a=1.0, b=2.0, when=83.26),)
    assert "Hints: 1 (1:23.3)" in details_of(entry(Settings(), placed)).splitlines()
