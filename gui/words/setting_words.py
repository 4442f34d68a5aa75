"""What the window calls the settings and their choices, and where the form shows them."""

from __future__ import annotations

import re
from dataclasses import Field, fields
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from colorizer.settings import Settings
from colorizer.settings.option import GROUPS, flag

USUAL = (
    "existing", "name", "model", "device", "size", "strength", "vividness", "reference", "format",
    "bit_depth", "jpeg_quality", "profile", "faded", "paper", "caption", "preset", "codec",
    "quality", "smooth", "every_frame", "sequence", "fps", "sidecar", "verify",
)  # fmt: skip
"""Settings that are always shown, in this order; the others of their group are folded away."""
_DECLARED = {item.name: item for item in fields(Settings)}
_OPTIONS = re.compile(
    rf"(?<![\w-])--({'|'.join(flag(name)[2:] for name in _DECLARED)})(?![\w-])(?: ([\w-]+))?"
)
"""Options as the core's messages name them, with the word after each: a choice, or none."""


_NAMES = {
    "existing": "Existing results", "name": "Names of results", "sidecar": "Record of each result",
    "verify": "Verify films", "size": "Working size", "hints": "Hint file",
    "assume_profile": "Assumed profile", "faded": "Faded prints", "paper": "Paper and bars",
    "screens": "Print screens", "negative": "Negatives", "damaged": "Damaged photos",
    "coloured": "Already in colour", "toned": "Tinted or toned", "blank": "Blank pages",
    "text": "Pages of text", "line_art": "Line drawings", "caption": "Caption strip",
    "preset": "Purpose", "hardware": "On the graphics card", "smooth": "Steady colours",
    "memory": "Colour memory", "every_frame": "Every frame", "cards": "Title cards",
    "shots": "Cut list", "start": "Begin at", "end": "Stop before", "changes": "Changing films",
    "interlaced": "Field order", "sequence": "Pictures as a film", "fps": "FPS",
    "transfer": "DPX codes",
}  # fmt: skip
"""Names of settings that are not those of their options."""


def groups() -> list[str]:
    """Return the groups of settings that `colorizer run --help` has, in its order."""
    used = {item.metadata["group"] for item in fields(Settings)}
    return [group for group in GROUPS if group in used]


def is_rare(item: Field[Any]) -> bool:
    """Whether a setting is folded away on its page."""
    return item.name not in USUAL


def order_of(item: Field[Any]) -> int:
    """Return the place of a setting on its page."""
    return USUAL.index(item.name) if item.name in USUAL else len(USUAL)


def group_words(name: str) -> str:
    """Return the title of a page."""
    return {
        "files": _tr("Inputs and outputs"),
        "colour": _tr("Colour"),
        "photos": _tr("Photos"),
        "films": _tr("Films"),
        "sequences": _tr("Image sequences"),
        "records": _tr("Records"),
    }[name]


def setting_words(name: str) -> str:
    """Return the name of a setting as a label."""
    plain = name.replace("_", " ").capitalize().replace("Jpeg", "JPEG").replace("C2pa", "C2PA")
    return _translated(_NAMES.get(name, plain))


def help_words(item: Field[Any]) -> str:
    """Return the help of a setting as a sentence would begin."""
    text = _translated(item.metadata["help"])
    return text[:1].upper() + text[1:]


def choice_words(value: str, setting: str) -> str:
    """Return a choice of a setting as a person reads it; what is none of them as it is."""
    choices: dict[str, str] = _DECLARED[setting].metadata["choices"] or {}
    if value not in choices:
        return value
    words = _translated(choices[value])
    first = re.split(r"\W", words, maxsplit=1)[0]
    # Names such as sRGB and v210 stay what they are.
    return words[:1].upper() + words[1:] if first.isalpha() and first.islower() else words


def value_words(value: Any, setting: str) -> str:
    """Return a value of any setting as a person reads it."""
    if value is None or value == "":
        return _tr("none")
    if isinstance(value, bool):
        return _tr("on") if value else _tr("off")
    if isinstance(value, float):
        return QLocale().toString(value, "g", 4)
    return choice_words(str(value), setting)


def in_the_window(words: str) -> str:
    """Return words of a message with the settings called as the window calls them.

    Args:
        words: may name settings as the command line does, with or without a choice, such as
            `--existing overwrite`; options that are no settings stay.
    """
    return _OPTIONS.sub(_labelled, words)


def _labelled(found: re.Match[str]) -> str:
    name, value = found[1].replace("-", "_"), found[2] or ""
    label = setting_words(name)
    choices = _DECLARED[name].metadata["choices"] or {}
    if value in choices:
        return _tr("“%1”").replace("%1", f"{label}: {choice_words(value, name)}")
    return _tr("“%1”").replace("%1", label) + (f" {value}" if value else "")


def told_settings(settings: Settings) -> list[tuple[str, str]]:
    """Return names and values, in words, of the settings that are not the usual ones."""
    usual = Settings()
    items = sorted(fields(Settings), key=order_of)
    return [
        (setting_words(item.name), value_words(getattr(settings, item.name), item.name))
        for item in items
        if getattr(settings, item.name) != getattr(usual, item.name)
    ]


def _translated(text: str) -> str:
    """Translate what a setting declares; a search for texts finds only those given to `_tr`."""
    return QCoreApplication.translate("settings", text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("settings", text)
