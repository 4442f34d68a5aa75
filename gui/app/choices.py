"""Actions that choose one of several, or switch something for good: what preferences remember."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from gui.app.actions import Act
from gui.app.at_end import WISHES, AtEnd
from gui.session.session import Session
from gui.style.theme import THEMES, apply_theme
from gui.words.language import languages


class Choices:
    """Themes, languages, what happens at the end, what work does by itself.

    Args:
        session: whose preferences remember them.
        at_end: obeys the wish for the end.
    """

    def __init__(self, session: Session, at_end: AtEnd) -> None:
        self._session, self._at_end = session, at_end
        self.themes = [f"theme_{name}" for name in THEMES]
        self.languages = [f"language_{code}" for code in ("system", *languages())]
        self.wishes = [f"wish_{wish}" for wish in WISHES]

    def acts(self) -> list[Act]:
        """Return the actions."""
        return [*self._switches(), *self._wishes(), *self._themes(), *self._languages()]

    def _switches(self) -> list[Act]:
        found = []
        for name, key, words, tip in (
            ("start_watched", "start_watched", _tr("Sta&rt what comes in"),
             _tr("Files that come into a watched folder need no Start, unless work is paused")),
            ("battery", "pause_on_battery", _tr("Pause on batter&y"),
             _tr("Hold the work while the computer runs on its battery")),
            ("records", "keep_records", _tr("&Log and manifest"),
             _tr("Keep colorize-run-TIME.jsonl and manifest-sha256.txt next to the results")),
        ):  # fmt: skip
            found.append(
                Act(name=name, words=words, tip=tip, do=partial(self._session.toggle, key),
                    on=partial(self._session.is_on, key))
            )  # fmt: skip
        return found

    def _wishes(self) -> list[Act]:
        texts = (
            _tr("Do &nothing"),
            _tr("&Quit"),
            _tr("Send the computer to &sleep"),
            _tr("S&hut down the computer"),
        )
        return [
            Act(name=f"wish_{wish}", words=words, group="wish", do=partial(self._wish, wish),
                on=lambda wish=wish: self._at_end.wish == wish)
            for wish, words in zip(WISHES, texts, strict=True)
        ]  # fmt: skip

    def _themes(self) -> list[Act]:
        texts = (_tr("Like the &system"), _tr("&Light"), _tr("&Dark"))
        get = self._session.preferences.get
        return [
            Act(name=f"theme_{name}", words=words, group="theme", do=partial(self._theme, name),
                on=lambda name=name: get("theme", "system") == name)
            for name, words in zip(THEMES, texts, strict=True)
        ]  # fmt: skip

    def _languages(self) -> list[Act]:
        """Return one action a language, named in that language."""
        get, found = self._session.preferences.get, []
        for code in ("system", *languages()):
            words = QLocale(code).nativeLanguageName() if code != "en" else "English"
            words = _tr("Like the &system") if code == "system" else words.capitalize()
            found.append(
                Act(name=f"language_{code}", words=words, group="language",
                    do=partial(self._language, code),
                    on=lambda code=code: get("language", "system") == code)
            )  # fmt: skip
        return found

    def _wish(self, wish: str) -> None:
        self._at_end.wish = wish

    def _theme(self, name: str) -> None:
        self._session.preferences.put("theme", name)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, name)

    def _language(self, code: str) -> None:
        self._session.preferences.put("language", code)
        self._session.told.emit(_tr("The language changes when the window is opened again."))


def _tr(text: str) -> str:
    return QCoreApplication.translate("choices", text)
