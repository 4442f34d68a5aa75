"""What a colour of a hint is called: by hue and strength, as people say it."""

from __future__ import annotations

from math import atan2, degrees, hypot

from PySide6.QtCore import QCoreApplication

_GRAY, _PALE, _VIVID = 6.0, 22.0, 55.0
"""Chroma in CIELAB units below which a colour is gray or pale, and above which vivid."""
_HUES = (
    (18, "pink"),
    (42, "red"),
    (62, "orange"),
    (82, "ochre"),
    (107, "yellow"),
    (130, "yellow-green"),
    (172, "green"),
    (222, "turquoise"),
    (265, "sky blue"),
    (309, "blue"),
    (326, "violet"),
    (342, "purple"),
    (361, "pink"),
)
"""Names by the hue angle in CIELAB degrees at which each ends."""
_BROWN = (38.0, 95.0, 50.0)
"""Hues from and to which a colour of less chroma is brown, and that chroma."""
_BEIGE = 28.0
"""Chroma below which brown is beige."""


def colour_name(a: float, b: float) -> str:
    """Return the name of CIELAB a and b in the person's language."""
    chroma, hue = hypot(a, b), degrees(atan2(b, a)) % 360
    if chroma < _GRAY:
        return _words("gray")
    name = next(name for end, name in _HUES if hue < end)
    begin, end, most = _BROWN
    if begin <= hue < end and chroma < most:
        return _words("beige" if chroma < _BEIGE else "brown")
    if chroma < _PALE:
        return _tr("%1, pale").replace("%1", _words(name))
    return _tr("%1, vivid").replace("%1", _words(name)) if chroma > _VIVID else _words(name)


def _words(name: str) -> str:
    return {
        "gray": _tr("Gray"),
        "beige": _tr("Beige"),
        "brown": _tr("Brown"),
        "pink": _tr("Pink"),
        "red": _tr("Red"),
        "orange": _tr("Orange"),
        "ochre": _tr("Ochre"),
        "yellow": _tr("Yellow"),
        "yellow-green": _tr("Yellow-green"),
        "green": _tr("Green"),
        "turquoise": _tr("Turquoise"),
        "sky blue": _tr("Sky blue"),
        "blue": _tr("Blue"),
        "violet": _tr("Violet"),
        "purple": _tr("Purple"),
    }[name]


def _tr(text: str) -> str:
    return QCoreApplication.translate("colours", text)
