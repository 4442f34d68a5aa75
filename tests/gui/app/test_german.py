"""Nothing in the window stays English in another language: words, tips, names for readers, keys."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTabWidget,
    QWidget,
)

from colorizer.engine.queue import Entry
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings, flag
from gui.app.help_windows import LogWindow, TextWindow, about_html, shortcuts_html
from gui.app.models_dialog import ModelsDialog
from gui.queue.details import details_of, settings_of
from gui.session.queue_cells import COLUMNS, heading, words
from gui.session.session import Session
from gui.settings.settings_dialog import SettingsDialog
from gui.words.language import Words, languages, read_words
from tests.gui.conftest import make_window

NAMES = re.compile(
    r"Colorizer|autochrome|Adobe RGB|eciRGB|sRGB|Display P3|JPEG|TIFF|PNG|ProRes|DNxHR|FFV1|H\.26|"
    r"v210|resnet|densenet|zhang|deepcolor|safetensors|^/|English|Deutsch|Apache|NumPy|"
    r"^[A-Za-z]+(\+[A-Za-z.,/]+)+$|^[\d:, ./%]+$|"
    r"^&nbsp;|^\{stem\}|^Original$"
)
"""What is the same in every language: names, flags, paths, formats."""


def texts(top):
    """Return all that a person or a screen reader meets in a window."""
    found = {top.windowTitle()}
    for part in [top, *top.findChildren(QWidget)]:
        found |= {part.toolTip(), part.accessibleName(), part.statusTip(), part.whatsThis()}
        if isinstance(part, QLabel | QAbstractButton):
            found.add(part.text())
        if isinstance(part, QLineEdit):
            found |= {part.placeholderText(), part.text()}
        if isinstance(part, QGroupBox | QMenu):
            found.add(part.title())
        if isinstance(part, QComboBox):
            found |= {part.itemText(row) for row in range(part.count())}
        if isinstance(part, QTabWidget):
            found |= {part.tabText(row) for row in range(part.count())}
        found |= {one for a in part.actions() for one in (a.text(), a.toolTip(), a.iconText())}
    return found


def cells():
    """Return what rows of every state say, as they are read from a queue file."""
    changed = Settings(vividness=0.1, faded="as-is", keep_colours="film", sidecar=False)
    for state in JobState:
        for kind in Kind:
            job = Job(Path("/in/a"), Path("/out/a"), kind, changed)
            entry = Entry(id=1, job=job, state=state, done=5, total=10, seconds=9.0)
            yield from (words(entry, column) for column in COLUMNS)
            for line in (details_of(entry) + "\n" + settings_of(entry)).splitlines():
                yield line.split(": ")[0]
    yield from map(heading, COLUMNS)


def everything(qapp, folder, settings, code):
    translator = Words(read_words(code), code, qapp)
    if code != "en":
        qapp.installTranslator(translator)
    window = make_window(qapp, folder / "profile", settings, folder / "out")
    try:
        kept = window.session.preferences
        keys = shortcuts_html(window.acts.by_name.values())
        about = about_html()
        dialogs = [
            SettingsDialog(kept, 2), ModelsDialog(window.session.engine),
            LogWindow(window.session.engine), TextWindow(window.program.tr("Log"), keys),
        ]  # fmt: skip
        found = set().union(*(texts(top) for top in (window, *dialogs)), cells())
        found |= set(re.findall(r">([^<]+)<", keys + about))
        return {line.strip() for text in found for line in text.splitlines()}
    finally:
        window.close()
        qapp.removeTranslator(translator)


@pytest.fixture
def told(qapp, tmp_path, settings, monkeypatch):
    monkeypatch.setattr(Session, "begin", lambda self: None)  # no worker is needed
    return {code: everything(qapp, tmp_path / code, settings, code) for code in languages()}


def test_no_text_of_the_window_is_the_same_in_english_and_german(told):
    """German has words that are English too, such as Video."""
    german = read_words("de").items()
    alike = {text.replace("&", "").lower() for text, said in german if text.lower() == said.lower()}
    same = {
        text for text in told["en"] & told["de"]
        if re.search("[A-Za-z]{3}", text) and not NAMES.search(text)
        and text.partition(" (")[0].replace("&", "").lower() not in alike
    }  # fmt: skip
    assert same == set()


def test_no_text_of_the_window_is_of_the_command_line(told):
    flags = {flag(item.name) for item in fields(Settings)} | {"--print", "--out", "--jobs"}
    for texts_of_language in told.values():
        found = {word for text in texts_of_language for word in re.findall("--[a-z-]+", text)}
        assert not found & flags


@pytest.mark.slow
def test_keys_are_named_as_on_a_german_keyboard(told):
    tips = [text for text in told["de"] if re.search(r"\((?:Ctrl|Strg)\+", text)]
    assert tips
    assert not [text for text in tips if "Ctrl" in text]
    assert not [text for text in told["de"] if re.search(r"\b(Ctrl|Shift|Del)\b", text)]


def test_preset_reference_and_original_are_one_word_each():
    """In notes too; a template of names is none of them."""
    from gui.words.language import read_notes

    german = {**read_words("de"), **read_notes("de")}
    for english, text in german.items():
        lines = [text] if isinstance(text, str) else text
        told = " ".join(lines)
        if "reset" in english.replace("Reset", "") and "--preset" not in english:
            assert "Vorlage" not in told, english
        if re.search(r"\breferences?\b", english, re.IGNORECASE) and "--reference" not in told:
            assert "Voreinstellung" not in told, english
    assert "Vorlage" not in read_words("de")["as the source"]


def test_a_key_sequence_is_german_with_the_translator(qapp):
    translator = Words(read_words("de"), "de", qapp)
    qapp.installTranslator(translator)
    try:
        native = QKeySequence.SequenceFormat.NativeText
        assert QKeySequence("Ctrl+Shift+O").toString(native) == "Strg+Umschalt+O"
    finally:
        qapp.removeTranslator(translator)
