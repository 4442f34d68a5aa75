"""Every word of the window is in every language."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

import gui
from colorizer.settings import CODECS, FORMATS, Settings
from colorizer.settings.writing import SPACES
from gui.words.language import Words, languages, read_words
from gui.words.setting_words import setting_words
from tests.plain_english import faults

FORMATS = {*CODECS.values(), *SPACES.values(), *list(FORMATS.values())[1:]}
"""Names that are the same in every language."""


def english() -> set[str]:
    """Return all texts given to tr, and the names, help and choices of the settings."""
    found = set()
    for file in Path(gui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                first = node.args[0]
                if name in ("tr", "_tr") and isinstance(first, ast.Constant):
                    found.add(first.value)
    for item in fields(Settings):
        found |= {setting_words(item.name), item.metadata["help"]}
        found |= set((item.metadata["choices"] or {}).values()) - FORMATS
    return found


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_a_language_is_complete_and_keeps_its_places(code):
    words = read_words(code)
    assert english() - words.keys() == set(), "not translated"
    assert words.keys() - english() == set(), "no longer used"
    for text, translation in words.items():
        assert translation
        assert text.count("%") == translation.count("%"), text
        assert ("&" in text) == ("&" in translation), text


def test_words_are_translated_and_unknown_ones_stay(qapp):
    translator = Words({"Before": "Vorher"}, "de", qapp)
    qapp.installTranslator(translator)
    try:
        assert QCoreApplication.translate("Canvas", "Before") == "Vorher"
        assert QCoreApplication.translate("Canvas", "Beyond") == "Beyond"
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    finally:
        qapp.removeTranslator(translator)


@pytest.mark.slow
def test_the_words_of_the_window_are_plain_english():
    assert [fault for text in english() for fault in faults(text.replace("&", ""))] == []
