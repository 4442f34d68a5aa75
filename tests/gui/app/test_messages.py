"""What the core says is known in every language of the window."""

import re

import pytest
from PySide6.QtCore import QCoreApplication

from gui.app.language import Words, languages, read_messages, read_words
from gui.app.messages import Messages
from gui.app.text import said
from tests.gui.core_messages import every_text, messages, without_path
from tests.plain_english import faults

OTHERS = [code for code in languages() if code != "en"]


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_of_the_core_is_translated(code):
    known = read_messages(code)
    missing = {text: place for text, place in messages().items()
               if not {text, without_path(text)} & known.keys()}  # fmt: skip
    assert missing == {}, f"add them to gui/languages/messages/{code}.json"
    assert known.keys() - every_text() == set(), "no longer said"
    for text, translation in known.items():
        assert sorted(re.findall(r"%\d", translation)) == sorted(re.findall(r"%\d", text)), text


def test_values_stay_and_messages_within_are_translated():
    known = Messages(
        {
            "can't be read: %1": "nicht lesbar: %1",
            "is cut off: %1 of %2 bytes are present": "abgeschnitten: %1 von %2 Bytes",
            "page %1 of %2": "Seite %1 von %2",
            "save it": "speichern",
        }
    )
    for message, wanted in {
        "is cut off: 3 of 7 bytes are present": "abgeschnitten: 3 von 7 Bytes",
        "/a: b/c.tif: can't be read: No such file": "/a: b/c.tif: nicht lesbar: No such file",
        "can't be read: page 2 of 5": "nicht lesbar: Seite 2 von 5",
        "page 2 of 5: is cut off: 3 of 7 bytes are present":
            "Seite 2 von 5: abgeschnitten: 3 von 7 Bytes",
        "who knows; save it": "who knows; speichern",
        "/a/b.png was cut off": "/a/b.png was cut off",
        "/my b.png can't be read: page 1 of 2": "/my b.png nicht lesbar: Seite 1 von 2",
        "quite unknown: of 3": "quite unknown: of 3",
    }.items():  # fmt: skip
        assert known.translate(message) == wanted


@pytest.mark.parametrize("code", OTHERS)
def test_the_window_says_them_in_its_language(code, qapp, tmp_path):
    error = f"{tmp_path / 'a.tif'}: is cut off: 10 of 20 bytes are present"
    assert said(error) == error
    translator = Words(read_words(code), code, qapp)
    qapp.installTranslator(translator)
    try:
        words = read_messages(code)["is cut off: %1 of %2 bytes are present"]
        assert said(error) == f"{tmp_path / 'a.tif'}: " + words.replace("%1", "10").replace(
            "%2", "20"
        )
        assert QCoreApplication.translate("details", "Copy") == read_words(code).get("Copy", "Copy")
    finally:
        qapp.removeTranslator(translator)


def test_messages_are_plain_english():
    assert [fault for text in messages() for fault in faults(text)] == []
