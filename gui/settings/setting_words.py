"""What the form calls the settings and their choices, and where it shows them."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from colorizer.settings import Settings
from colorizer.settings.option import GROUPS

USUAL = (
    "existing", "name", "model", "device", "size", "strength", "vividness", "reference", "format",
    "bit_depth", "jpeg_quality", "profile", "faded", "paper", "caption", "preset", "codec",
    "quality", "smooth", "every_frame", "sequence", "fps", "sidecar", "verify",
)  # fmt: skip
"""Settings that are always shown, in this order; the others of their group are folded away."""


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
    labels = {"preset": "Purpose", "size": "Working size", "shots": "Cut list", "fps": "FPS",
              "hints": "Hint file", "faded": "Faded prints", "cards": "Title cards"}  # fmt: skip
    plain = name.replace("_", " ").capitalize().replace("Jpeg", "JPEG").replace("C2pa", "C2PA")
    return _translated(labels.get(name, plain))


def help_words(item: Field[Any]) -> str:
    """Return the help of a setting as a sentence would begin."""
    text = _translated(item.metadata["help"])
    return text[:1].upper() + text[1:]


def choice_words(value: str, setting: str = "") -> str:
    """Return a choice of a setting as a person reads it; names of formats stay what they are."""
    fixed = {
        "h264": "H.264", "h265": "H.265", "ffv1": "FFV1", "v210": "v210", "prores": "ProRes",
        "dnxhr": "DNxHR", "av1": "AV1", "tiff": "TIFF",
        "png": "PNG", "jpeg": "JPEG", "jp2": "JPEG 2000",
        "srgb": "sRGB", "adobe-rgb": "Adobe RGB (1998)", "eci-rgb-v2": "eciRGB v2",
        "display-p3": "Display P3",
    }  # fmt: skip
    words = _choices()
    return fixed.get(value) or words.get(f"{setting}.{value}") or words.get(value, value)


def value_words(value: Any, setting: str = "") -> str:
    """Return a value of any setting as a person reads it."""
    if value is None or value == "":
        return _tr("none")
    if isinstance(value, bool):
        return _tr("on") if value else _tr("off")
    if isinstance(value, float):
        return QLocale().toString(value, "g", 4)
    return choice_words(str(value), setting)


def told_settings(settings: Settings) -> list[tuple[str, str]]:
    """Return names and values, in words, of the settings that are not the usual ones."""
    usual = Settings()
    items = sorted(fields(Settings), key=order_of)
    return [
        (setting_words(item.name), value_words(getattr(settings, item.name), item.name))
        for item in items
        if getattr(settings, item.name) != getattr(usual, item.name)
    ]


def _choices() -> dict[str, str]:
    return {
        "auto": _tr("Automatic"),
        "none": _tr("By the codec"),
        "same": _tr("As the source"),
        "8": _tr("8 bit"),
        "16": _tr("16 bit"),
        "do": _tr("Colorize"),
        "skip": _tr("Skip"),
        "copy": _tr("Copy unchanged"),
        "update": _tr("Update"),
        "rename": _tr("Rename"),
        "overwrite": _tr("Overwrite"),
        "fail": _tr("Fail"),
        "salvage": _tr("Salvage"),
        "access": _tr("Access copy"),
        "archive": _tr("Archive"),
        "edit": _tr("Editing"),
        "web": _tr("Web"),
        "neutral": _tr("Neutral gray"),
        "tint": _tr("Tint of the scan"),
        "colour": _tr("Coloured like the rest"),
        "fresh": _tr("As a fresh print"),
        "as-is": _tr("As faded as the print"),
        "faded.off": _tr("Contrast not stretched"),
        "on": _tr("On"),
        "off": _tr("Off"),
        "no": _tr("No"),
        "top": _tr("Top field first"),
        "bottom": _tr("Bottom field first"),
        "video": _tr("Video"),
        "log": _tr("Printing density"),
        "linear": _tr("Linear light"),
        "mixed-top": _tr("Mixed, top field first"),
        "mixed-bottom": _tr("Mixed, bottom field first"),
        "changes.fail": _tr("Refuse such a film"),
        "split": _tr("Make a film of each part"),
        "pan": _tr("Panchromatic"),
        "ortho": _tr("Orthochromatic"),
        "blue": _tr("Sensitive to blue alone"),
        "scene": _tr("In a scene"),
        "film": _tr("In the whole film"),
        "folder": _tr("In a folder of photos"),
        "hide": _tr("Hide from the network"),
        "show": _tr("Show to the network"),
    }


def _translated(text: str) -> str:
    return QCoreApplication.translate("settings", text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("settings", text)
