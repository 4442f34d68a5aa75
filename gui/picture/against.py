"""What the picture is compared with: the gray one, or the same in other settings (A and B)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QWidget

from colorizer.engine.queue import Entry
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from gui.picture.canvas import Canvas
from gui.picture.looks import Looks, Seen, Wish
from gui.picture.shader import Shader
from gui.picture.shading import shade
from gui.session.look import Mode
from gui.session.session import Session
from gui.style.narrow_box import narrow_box

_OF_THE_FILE = ("shots", "start", "end", "reference", "hints", "device", "fps", "sequence",
                "accept_gaps", "transfer", "interlaced", "negative", "changes", "damaged",
                "assume_profile")  # fmt: skip
"""Settings that a file keeps when it is looked at with others."""
_EDGES, _WIDEST = 34, 180
"""Of the box: around its words, and its width, in device-independent pixels."""
_FIXED = 3
"""Choices before the presets: gray, as it is now, the usual settings."""


@dataclass(frozen=True)
class _Other:
    """A file as it is compared with."""

    job: Job
    amounts: tuple[float, float]
    """Strength and vividness."""


class Against(QComboBox):
    """Chooses what the left picture is.

    Args:
        session: presets, and how the file is looked at.
        view: shows the picture.
        amounts: gives the strength and vividness that a picture of a row has.
    """

    def __init__(
        self,
        session: Session,
        view: Canvas,
        amounts: Callable[[Entry, Seen], tuple[float, float]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._view, self._amounts = session, view, amounts
        self._looks = Looks(session.engine, self)
        self._entry: Entry | None = None
        self._seen: Seen | None = None
        self._presets: dict[str, Settings] = {}
        self._kept: _Other | None = None
        """The file as it was when a person wanted to compare with that."""
        self._asked: tuple[int, float, Job] | None = None
        self.setAccessibleName(self.tr("Compare with"))
        self.setToolTip(self.tr("What the picture on the left is: gray, or in other settings"))
        narrow_box(self, 4)
        self.currentIndexChanged.connect(self.updateGeometry)
        self._fill()
        self.activated.connect(self._handle_chosen)
        self._shader = Shader(self)
        self._shader.shaded.connect(lambda image: self._show(image, self.currentText()))
        self._looks.seen.connect(self._handle_seen)
        self._looks.failed.connect(lambda *_: self._show(QImage(), self.tr("A can't be shown")))

    @property
    def is_busy(self) -> bool:
        """Whether the other picture is on its way."""
        return self._looks.is_busy or self._shader.is_busy

    def follow(self, entry: Entry, seen: Seen) -> None:
        """Compare with another picture."""
        if self._entry is None or entry.id != self._entry.id:
            self._kept = None
            if self.currentIndex() == 1:
                self.setCurrentIndex(0)
        self._entry, self._seen = entry, seen
        self._ask()

    def forget(self) -> None:
        """No picture is shown; what was chosen stays."""
        self._looks.forget()
        self._asked = self._seen = None
        self._show(QImage(), "")

    def sizeHint(self) -> QSize:
        """Return the room for what is chosen; in a narrow window it gets less."""
        words = self.fontMetrics().horizontalAdvance(self.currentText())
        usual = super().sizeHint()
        return usual.expandedTo(QSize(min(words + _EDGES, _WIDEST), usual.height()))

    def minimumSizeHint(self) -> QSize:
        """Return the room for a few letters."""
        return super().sizeHint()

    def showPopup(self) -> None:
        """Offer the presets that there are now."""
        self._fill()
        super().showPopup()

    def _fill(self) -> None:
        chosen = self.currentText()
        self._presets = self._session.preferences.presets.all()
        self.clear()
        self.addItems([
            self.tr("Before"), self.tr("A: as it is now"), self.tr("A: usual settings"),
            *(self.tr("A: %1").replace("%1", name) for name in self._presets),
        ])  # fmt: skip
        self.setCurrentIndex(max(0, self.findText(chosen)))

    def _handle_chosen(self) -> None:
        entry, seen, look = self._entry, self._seen, self._session.look
        if self.currentIndex() == 1 and entry is not None and seen is not None:
            now = self._session.model.entry(entry.id)
            self._kept = _Other(now.job, self._amounts(now, seen))
        if self.currentIndex() and look.mode in (Mode.BEFORE, Mode.AFTER):
            self._session.set_look(mode=Mode.SPLIT)
        self._ask()

    def _other(self, entry: Entry) -> _Other | None:
        """Return the file as it is compared with; None for the gray picture."""
        place = self.currentIndex()
        if place == 1:
            return self._kept
        if place <= 0:
            return None
        presets = list(self._presets.values())
        usual = [Settings(), *presets][min(place - _FIXED + 1, len(presets))]
        now = entry.job.settings
        settings = replace(usual, **{name: getattr(now, name) for name in _OF_THE_FILE})
        if usual.weights is None and usual.model == Settings().model:  # none of its own
            settings = replace(settings, model=now.model, weights=now.weights)
        return _Other(replace(entry.job, settings=settings), (usual.strength, usual.vividness))

    def _ask(self) -> None:
        entry, seen = self._entry, self._seen
        other = None if entry is None else self._other(entry)
        if entry is None or seen is None or other is None:
            self._looks.forget()
            self._asked = None
            self._show(QImage(), "")
            return
        key = (entry.id, seen.wish.time, other.job)
        if key == self._asked:
            return
        self._asked = key
        self._show(QImage(), self.tr("A: coming…"))
        time = seen.wish.time if entry.job.kind is Kind.FILM else 0.0
        self._looks.want(Wish(row=entry.id, job=other.job, time=time))

    def _handle_seen(self, seen: Seen) -> None:
        entry = self._entry
        other = None if entry is None else self._other(entry)
        if other is None or seen.ab is None or seen.wish.job != other.job:
            return
        self._shader.want(partial(shade, seen.gray, seen.ab, *other.amounts))

    def _show(self, picture: QImage, words: str) -> None:
        self._shader.forget()
        self._view.set_left(picture, words)
