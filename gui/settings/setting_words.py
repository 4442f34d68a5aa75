"""What the form calls the settings and their choices, and where it shows them."""

from __future__ import annotations

from dataclasses import Field, dataclass, fields
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from colorizer.settings import Settings


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that are shown on one page."""

    name: str
    usual: tuple[str, ...]
    """Always shown, in this order."""
    rare: tuple[str, ...] = ()
    """Folded away."""


GROUPS = (
    Group("colour", ("model", "size", "strength", "vividness"), ("weights", "device", "hints")),
    Group(
        "photos",
        ("format", "bit_depth", "jpeg_quality", "profile", "paper", "faded"),
        ("assume_profile", "coloured", "blank", "text", "line_art"),
    ),
    Group(
        "films",
        ("preset", "codec", "quality", "smooth", "every_frame"),
        ("hardware", "interlaced", "changes", "shots", "start", "end", "sequence", "fps",
         "accept_gaps", "transfer"),
    ),
    Group("results", ("existing", "name", "verify")),
    Group("provenance", ("sidecar", "caption"), ("c2pa_certificate", "c2pa_key")),
)  # fmt: skip


def group_of(item: Field[Any]) -> tuple[str, bool]:
    """Return the group of a setting and whether it is a rare one.

    One that no group names is a rare one of what it shapes.
    """
    for group in GROUPS:
        if item.name in (*group.usual, *group.rare):
            return group.name, item.name in group.rare
    return {"photo": "photos", "film": "films", "both": "colour"}.get(
        item.metadata["shapes"], "results"
    ), True


def order_of(item: Field[Any]) -> int:
    """Return the place of a setting on its page."""
    names = [name for group in GROUPS for name in (*group.usual, *group.rare)]
    return names.index(item.name) if item.name in names else len(names)


def group_words(name: str) -> str:
    """Return the title of a page."""
    return {
        "colour": _tr("Colour"),
        "photos": _tr("Photos"),
        "films": _tr("Films"),
        "results": _tr("Results"),
        "provenance": _tr("Provenance"),
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


def choice_words(value: str) -> str:
    """Return a choice as a person reads it; names of formats stay what they are."""
    fixed = {
        "h264": "H.264", "h265": "H.265", "ffv1": "FFV1", "v210": "v210", "prores": "ProRes",
        "dnxhr": "DNxHR", "av1": "AV1", "tiff": "TIFF",
        "png": "PNG", "jpeg": "JPEG", "jp2": "JPEG 2000",
        "srgb": "sRGB", "adobe-rgb": "Adobe RGB (1998)", "eci-rgb-v2": "eciRGB v2",
        "display-p3": "Display P3",
    }  # fmt: skip
    return fixed.get(value) or _choices().get(value, value)


def value_words(value: Any) -> str:
    """Return a value of any setting as a person reads it."""
    if value is None or value == "":
        return _tr("none")
    if isinstance(value, bool):
        return _tr("on") if value else _tr("off")
    if isinstance(value, float):
        return QLocale().toString(value, "g", 4)
    return choice_words(str(value))


def told_settings(settings: Settings) -> list[tuple[str, str]]:
    """Return names and values, in words, of the settings that are not the usual ones."""
    usual = Settings()
    items = sorted(fields(Settings), key=order_of)
    return [
        (setting_words(item.name), value_words(getattr(settings, item.name)))
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
        "off": _tr("Contrast not stretched"),
        "no": _tr("No"),
        "top": _tr("Top field first"),
        "bottom": _tr("Bottom field first"),
        "video": _tr("Video"),
        "log": _tr("Printing density"),
        "linear": _tr("Linear light"),
    }


def _translated(text: str) -> str:
    return QCoreApplication.translate("settings", text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("settings", text)
