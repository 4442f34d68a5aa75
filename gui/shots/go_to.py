"""Going to a place of a film that a person writes: a frame, a time or a time code."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QInputDialog

from colorizer.errors import SettingsError
from colorizer.places.timecode import frame_of
from colorizer.places.trim import parse_place
from gui.shots.timeline import Timeline
from gui.style.plain import warn
from gui.words.text import said


def ask_place(line: Timeline) -> None:
    """Ask for a place and go there; what is no place is said."""
    words = _tr("Frame number, time (1:30, 90s) or time code:")
    text, given = QInputDialog.getText(line, _tr("Go to"), words)
    if not given or not text.strip():
        return
    try:
        go_to_place(line, text)
    except SettingsError as error:
        warn(said(str(error)), line)


def go_to_place(line: Timeline, text: str) -> None:
    """Go to a place of the film.

    Raises:
        SettingsError: the text is no place.
    """
    place = parse_place(text.strip(), _tr("Go to"))
    rate = Fraction(line.rate).limit_denominator(100_000)
    line.go_to(min(line.last, frame_of(place, line.timecode, rate)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("shots", text)
