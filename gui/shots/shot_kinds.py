"""What shots were taken for, in words and colours, and what a person says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from colorizer.guidance.shot_plan import Shot

KINDS = ("coloured", "toned", "card", "bars", "iris", "letters", "fade", "marks")
"""As the cut list names them; see `colorizer.stages.found`."""
SAID = ("cards", "coloured", "toned", "faded", "emulsion")
"""What a person may say of a shot, by the names in the cut list."""
COLOURS = {
    "coloured": QColor("#e0463c"),
    "toned": QColor("#b9772e"),
    "card": QColor("#2f7de1"),
    "bars": QColor("#8b5bd6"),
    "iris": QColor("#c04fb0"),
    "letters": QColor("#1ba39c"),
    "fade": QColor("#d9a400"),
    "marks": QColor("#7cb518"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One shot on the strip."""

    begin: float
    """Seconds."""
    end: float
    kinds: tuple[str, ...]
    """Of KINDS, as they count after what a person said."""
    words: str
    """Of its tool tip."""


def kinds_of(shot: Shot) -> tuple[str, ...]:
    """Return what a shot counts as: what it was taken for, as corrected by a person."""
    kinds, own = set(shot.taken.split()), shot.own
    if "cards" in own:
        kinds -= {"card", "letters"}
        kinds |= {"card"} if own["cards"] == "card" else set()
    if "coloured" in own or "toned" in own:
        kinds -= {"coloured", "toned"}
        kinds |= {"coloured" if "coloured" in own else "toned"}
        kinds -= {"marks"} if "coloured" in own else set()
    if own.get("faded") == "off":
        kinds -= {"fade"}
    return tuple(kind for kind in KINDS if kind in kinds)


def kind_words(kind: str) -> str:
    """Return what a shot was taken for, for a legend."""
    return {
        "coloured": _tr("in colour"),
        "toned": _tr("tinted or toned"),
        "card": _tr("title card or chart"),
        "bars": _tr("black bars"),
        "iris": _tr("iris or mask"),
        "letters": _tr("letters over the picture"),
        "fade": _tr("fade"),
        "marks": _tr("logos, letters or charts in colour"),
    }[kind]


def tip_words(number: int, shot: Shot) -> str:
    """Return the tool tip of a shot.

    Args:
        number: of the shot, from 1.
        shot: it.
    """
    words = [_tr("Shot %1").replace("%1", str(number))]
    words += listed(kinds_of(shot))
    said = [saying_words(name, str(shot.own[name])) for name in SAID if name in shot.own]
    words += [_tr("Your correction: %1").replace("%1", one) for one in said]
    if shot.scene:
        words.append(_tr("Scene: %1").replace("%1", shot.scene))
    return "\n".join(words)


def cell_words(shot: Shot) -> str:
    """Return what a shot was taken for and what a person said of it, in a line."""
    own = [name for name in SAID if shot.own.get(name, "card") != "card"]  # a card is a kind
    kinds = [kind_words(kind) for kind in kinds_of(shot) if kind not in own]
    return ", ".join([*kinds, *(saying_words(name, str(shot.own[name])) for name in own)])


def listed(kinds: Iterable[str]) -> list[str]:
    """Return lines that say what a shot was taken for; none for a picture."""
    names = ", ".join(map(kind_words, kinds))
    return [_tr("Taken for: %1").replace("%1", names)] if names else []


def title_of(name: str) -> str:
    """Return what is asked about a shot, as a label."""
    return {
        "cards": _tr("Title card"),
        "coloured": _tr("In colour"),
        "toned": _tr("Toned"),
        "faded": _tr("Fading"),
        "emulsion": _tr("Emulsion"),
    }[name]


def sayings(name: str) -> dict[str, str]:
    """Return what may be said of a shot, and its words; the empty one leaves it as it is."""
    return {
        "cards": {
            "": _tr("As found"),
            "card": _tr("Yes, gray"),
            "colour": _tr("No, colorize"),
        },
        "coloured": {
            "": _tr("As found"),
            "copy": _tr("Keep it"),
            "do": _tr("Colorize"),
            "skip": _tr("Make gray"),
        },
        "toned": {
            "": _tr("As found"),
            "copy": _tr("Keep it"),
            "do": _tr("Colorize"),
            "skip": _tr("Make gray"),
        },
        "faded": {
            "": _tr("The film's"),
            "fresh": _tr("Fresh"),
            "as-is": _tr("Faded"),
            "off": _tr("No fade"),
        },
        "emulsion": {
            "": _tr("The film's"),
            "auto": _tr("Guessed"),
            "pan": _tr("Panchromatic"),
            "ortho": _tr("Orthochromatic"),
            "blue": _tr("Blue-sensitive"),
        },
    }[name]


def saying_words(name: str, value: str) -> str:
    """Return what a person said of a shot; a value that is not known as it is."""
    return f"{title_of(name)} · {sayings(name).get(value, value)}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("shots", text)
