"""Hints: colours a person gives to places of a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QPoint

from colorizer.colour.cielab import luma_to_L
from colorizer.engine.queue import Entry
from colorizer.jobs import Kind
from colorizer.places.hint import Guide, Hint, Reference, with_guide
from gui.picture.colour_menu import ColourMenu, RecentColours
from gui.picture.compare_view import CompareView
from gui.picture.looks import Seen, question
from gui.picture.shading import colour_of
from gui.session.session import Session

SAME_MOMENT = 0.005
"""Seconds by which the time of a frame may be rounded, as the worker takes it."""


class Hinting(QObject):
    """Turns clicks on the picture into hints of the row that is shown."""

    def __init__(self, session: Session, view: CompareView) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._row: int | None = None
        self._seen: Seen | None = None
        self._marked: list[int] = []
        self._shown: list[int] = []
        """Of the row's hints, those whose place is in the picture."""
        self.recent = RecentColours(self)
        self.recent.restore(session.preferences.get("recent_colours", []))
        self.recent.changed.connect(lambda names: session.preferences.put("recent_colours", names))
        view.clicked.connect(self._handle_place)
        view.hint_moved.connect(self._handle_moved)
        view.hint_removed.connect(self._handle_removed)
        view.hint_clicked.connect(self._handle_clicked)

    def show(self, entry: Entry, seen: Seen) -> None:
        """Draw the hints of a row on its picture."""
        self._row, self._seen = entry.id, seen
        self._shown, dots = [], []
        for number, hint in enumerate(entry.job.hints):
            place = place_of(hint, seen)
            if place is not None and isinstance(hint, Hint):
                self._shown.append(number)
                dots.append((*place, colour_of(lightness(seen, *place), hint.a, hint.b)))
        self._view.set_hints(dots)
        self.mark(self._marked)

    def forget(self) -> None:
        """No row is shown."""
        self._row = self._seen = None
        self._marked = []

    def mark(self, numbers: Iterable[int]) -> None:
        """Let hints stand out on the picture, by their place among the guides of the row."""
        self._marked = list(numbers)
        self._view.mark_hints([n for n, one in enumerate(self._shown) if one in self._marked])

    def remove(self, numbers: Iterable[int]) -> None:
        """Remove hints, by their place among the guides of the row."""
        entry, gone = self._entry(), set(numbers)
        if entry is not None:
            kept = (hint for n, hint in enumerate(entry.job.hints) if n not in gone)
            self._set(tuple(kept), self.tr("Removed hint"))

    def offer_others(self, numbers: Sequence[int], where: QPoint) -> None:
        """Offer other colours for hints, by their place among the guides of the row."""
        entry, seen = self._entry(), self._seen
        if entry is None or seen is None:
            return
        place = place_of(entry.job.hints[numbers[0]], seen)
        self._offer(*(place or (0.5, 0.5)), lambda a, b: self._recolour(numbers, a, b), where)

    def add(self, x: float, y: float, a: float, b: float) -> None:
        """Give a place a colour; in a film from the moment that is shown."""
        entry, seen = self._entry(), self._seen
        if entry is not None and seen is not None:
            colour = colour_of(65.0, a, b)
            self.recent.add(colour)
            film = entry.job.kind is Kind.FILM
            hint = Hint(x, y, a, b, seen.wish.time if film else None)
            self._set(with_guide(entry.job.hints, hint), self.tr("New hint"))

    def _entry(self) -> Entry | None:
        """Return the row that is shown, None where it can't be changed."""
        if self._row is None or not self._session.may_change(self._row):
            return None
        return self._session.model.entry(self._row)

    def _handle_place(self, x: float, y: float) -> None:
        entry, seen = self._entry(), self._seen
        if entry is None or seen is None:
            return
        self._offer(x, y, lambda a, b: self.add(x, y, a, b))

    def _handle_clicked(self, number: int) -> None:
        """Offer another colour for a hint."""
        entry, seen = self._entry(), self._seen
        if entry is None or seen is None or number >= len(self._shown):
            return
        place = place_of(entry.job.hints[self._shown[number]], seen)
        if place is not None:
            self._offer(*place, lambda a, b: self.recolour(number, a, b))

    def recolour(self, number: int, a: float, b: float) -> None:
        """Give a hint that is shown another colour."""
        if number < len(self._shown):
            self._recolour([self._shown[number]], a, b)

    def _recolour(self, numbers: Iterable[int], a: float, b: float) -> None:
        """Give hints another colour, by their place among the guides of the row."""
        entry = self._entry()
        if entry is None:
            return
        hints = list(entry.job.hints)
        for place in numbers:
            hint = hints[place]
            assert isinstance(hint, Hint)
            hints[place] = replace(hint, a=a, b=b)
        self.recent.add(colour_of(65.0, a, b))
        self._set(tuple(hints), self.tr("Another colour for a hint"))

    def _offer(
        self,
        x: float,
        y: float,
        take: Callable[[float, float], object],
        where: QPoint | None = None,
    ) -> None:
        """Show the colours that are likely at a place, and take the one that is chosen."""
        entry, seen = self._entry(), self._seen
        assert entry is not None
        assert seen is not None
        menu = ColourMenu(self.recent.colours, self._view)
        menu.chosen.connect(take)
        L = lightness(seen, x, y)

        def offer(event: dict[str, Any]) -> None:
            found = [(c["a"], c["b"], c["share"]) for c in event.get("colours", [])]
            menu.set_likely([(colour_of(L, a, b), share, a, b) for a, b, share in found])

        asked = question(entry.job, seen.wish.time)
        self._session.engine.ask("alternatives", _while_alive(menu, offer), place=(x, y), **asked)
        menu.popup(self._view.screen_place(x, y) if where is None else where)

    def _handle_moved(self, number: int, x: float, y: float) -> None:
        entry, seen = self._entry(), self._seen
        if entry is not None and seen is not None and number < len(self._shown):
            hints, place = list(entry.job.hints), self._shown[number]
            hint = hints[place]
            assert isinstance(hint, Hint)
            # Where it was followed to was wrong: from now on it is of this moment.
            when = hint.when if is_at(hint, seen.wish.time) else seen.wish.time
            hints[place] = replace(hint, x=x, y=y, when=when)
            self._set(tuple(hints), self.tr("Moved hint"))

    def _handle_removed(self, number: int) -> None:
        entry = self._entry()
        if entry is not None and number < len(self._shown):
            hints, place = entry.job.hints, self._shown[number]
            self._set(hints[:place] + hints[place + 1 :], self.tr("Removed hint"))

    def _set(self, hints: tuple[Guide, ...], words: str) -> None:
        assert self._row is not None
        self._session.give_hints(self._row, hints, words)


def is_at(hint: Hint, time: float) -> bool:
    """Tell whether a hint belongs to a moment; one of a photo always does."""
    if hint.when is None:
        return True
    return isinstance(hint.when, float) and abs(hint.when - time) < SAME_MOMENT


def place_of(hint: Guide, seen: Seen) -> tuple[float, float] | None:
    """Return where a hint is in a picture, None where it is not or no one knows yet."""
    asked = dict(zip(seen.wish.job.hints, seen.places, strict=True))
    if hint in asked:
        return asked[hint]
    if isinstance(hint, Reference) or not is_at(hint, seen.wish.time):
        return None
    return hint.x, hint.y


def lightness(seen: Seen, x: float, y: float) -> float:
    """Return L at a place, kept where colours can be told apart."""
    height, width = seen.gray.shape
    code = seen.gray[min(int(y * height), height - 1), min(int(x * width), width - 1)]
    return float(np.clip(luma_to_L(np.array([[code]]), 8, True)[0, 0], 25, 85))


def _while_alive(menu: ColourMenu, handle: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return the handler, silent once the menu is gone."""
    gone: list[bool] = []
    menu.destroyed.connect(lambda: gone.append(True))
    return lambda event: None if gone else handle(event)
