"""The hints of the file that is shown as a list: found, recoloured, removed."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QListWidgetItem,
    QWidget,
)

from colorizer.engine.queue import Entry
from colorizer.places.hint import Guide, Hint
from gui.picture.colour_menu import SWATCH, swatch
from gui.picture.colour_names import colour_name
from gui.picture.hinting import Hinting
from gui.picture.shading import colour_of
from gui.session.session import Session
from gui.shots.timeline import Timeline
from gui.style.list_page import ListPage
from gui.words.text import moment

_LIGHTNESS = 65.0


class HintList(ListPage):
    """Hints with their colours, names and places.

    Args:
        session: whose file is shown.
        hinting: changes hints.
        line: goes to the moment of a hint of a film.
    """

    def __init__(
        self,
        session: Session,
        hinting: Hinting,
        line: Timeline,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self.tr("Hints"), QSize(SWATCH, SWATCH), self.tr("Other colour…"), parent)
        self._session, self._hinting, self._line = session, hinting, line
        self._entry: Entry | None = None
        self._numbers: list[int] = []
        """Of the guides of the file, those that are hints."""
        self.button.clicked.connect(self._handle_colour)
        self.on_remove(self._handle_remove)
        self.list.itemSelectionChanged.connect(self._handle_selected)
        self.list.itemActivated.connect(lambda _: self._handle_colour())
        self.show_entry(None)

    def show_entry(self, entry: Entry | None) -> None:
        """List the hints of a row, or of the same after a change."""
        chosen = self.selected() if self._entry and entry and entry.id == self._entry.id else []
        self._entry = entry
        guides: tuple[Guide, ...] = () if entry is None else entry.job.hints
        self._numbers = [n for n, hint in enumerate(guides) if isinstance(hint, Hint)]
        self.list.blockSignals(True)
        self.list.clear()
        for number in self._numbers:
            hint = guides[number]
            assert isinstance(hint, Hint)
            colour = colour_of(_LIGHTNESS, hint.a, hint.b)
            item = QListWidgetItem(swatch(colour), _words(hint))
            self.list.addItem(item)
            item.setSelected(number in chosen)
        self.list.blockSignals(False)
        words = self.tr("Press H and click on the picture to give a colour.")
        if self._session.look.hints:
            words = self.tr("Click on the picture to give a colour.")
        self.words.setText("" if self._numbers else words)
        self._handle_selected()

    def selected(self) -> list[int]:
        """Return the chosen hints by their place among the guides of the file."""
        return [self._numbers[row] for row in self.rows() if row < len(self._numbers)]

    def _handle_selected(self) -> None:
        entry, chosen = self._entry, self.selected()
        may = entry is not None and self._session.may_change(entry.id)
        self.button.setEnabled(may and bool(chosen))
        self.remove.setEnabled(may and bool(chosen))
        self._hinting.mark(chosen)
        if entry is not None and len(chosen) == 1:
            when = entry.job.hints[chosen[0]].when
            if isinstance(when, float) and abs(when - self._line.time) > 0.5 / self._line.rate:
                self._line.go(when)

    def _handle_colour(self) -> None:
        if self.selected():
            at = self.list.mapToGlobal(self.list.rect().center())
            self._hinting.offer_others(self.selected(), at)

    def _handle_remove(self) -> None:
        if self.selected() and self.remove.isEnabled():
            self._hinting.remove(self.selected())


def _words(hint: Hint) -> str:
    words = [colour_name(hint.a, hint.b), f"{hint.x:.0%}, {hint.y:.0%}"]
    if hint.when is not None:
        words.append(moment(hint.when) if isinstance(hint.when, float) else str(hint.when))
    return " · ".join(words)
