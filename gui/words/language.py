"""The words of the window in other languages: one JSON file each, from English to the language.

The messages of the core have a table of their own for each language, see `colorizer.notes`.
"""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from colorizer.notes import Table
from gui.words.text import use_notes

_FOLDER = Path(__file__).parents[1] / "languages"
_NOTES = _FOLDER / "notes"


class Words(QTranslator):
    """Translates by a dictionary, then by Qt's own; what is missing stays English.

    Args:
        words: from English to the language.
        code: of the language, for Qt's own words.
        parent: owner.
    """

    def __init__(self, words: dict[str, str], code: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._qt = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        self._qt.load(f"qtbase_{code}", folder)

    def isEmpty(self) -> bool:
        """Whether there is nothing to translate with."""
        return not self._words

    def translate(
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        """Return the words in the language, or the text itself."""
        # An empty answer would be shown as such: PySide makes no null text of it.
        return self._words.get(text) or self._next(context, text, disambiguation, n)

    def _next(self, context: str, text: str, disambiguation: str | None, n: int) -> str:
        """Ask for Qt's own words, such as those of its buttons."""
        return self._qt.translate(context, text, disambiguation, n) or text


def languages() -> list[str]:
    """Return the codes of all languages, English first."""
    return ["en", *sorted(file.stem for file in _FOLDER.glob("*.json"))]


def read_words(code: str) -> dict[str, str]:
    """Return the dictionary of a language, empty for English and unknown ones."""
    known = code in languages()[1:]
    return json.loads((_FOLDER / f"{code}.json").read_text("utf-8")) if known else {}


def read_notes(code: str) -> Table:
    """Return the notes of the core in a language, empty for English and unknown ones."""
    file = _NOTES / f"{code}.json"
    return json.loads(file.read_text("utf-8")) if code in languages()[1:] else {}


def use_language(app: QCoreApplication, wish: str) -> None:
    """Translate the application.

    Args:
        app: the application.
        wish: a code such as de, or system.
    """
    code = QLocale.system().name().partition("_")[0] if wish == "system" else wish
    words = read_words(code)
    if not words:
        return
    QLocale.setDefault(QLocale(code))
    app.installTranslator(Words(words, code, app))
    use_notes(read_notes(code))  # they call the settings by their translated names
