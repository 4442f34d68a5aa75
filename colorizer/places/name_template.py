"""The template of result names: what may stand in it and how it is filled in."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from string import Formatter

from colorizer.errors import SettingsError
from colorizer.notes import note

FIELDS = ("stem", "ext", "parent", "n", "model")
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')
LONGEST_NAME = 220
"""Bytes of a result's name, at most. File systems take 255; sidecars and unfinished files carry the
result's name and up to 35 more."""


@lru_cache(maxsize=8)
def check_template(template: str) -> frozenset[str]:
    """Check a template and return the fields in it.

    Raises:
        SettingsError: an unknown field, or a name that some system does not take.
    """
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise SettingsError(note("name.no_template", name=repr(template), why=error)) from error
    known = ", ".join(f"{{{name}}}" for name in FIELDS)
    for text, name, form, conversion in parts:
        if _FORBIDDEN.search(text):
            raise SettingsError(note("name.not_allowed", name=repr(template)))
        if name is not None and (name not in FIELDS or conversion):
            raise SettingsError(note("name.unknown_field", name=repr(template), known=known))
        if form and not (name == "n" and re.fullmatch(r"0?\d{1,2}", form)):
            raise SettingsError(note("name.number_form", name=repr(template)))
    named = frozenset(name for _, name, _, _ in parts if name)
    if not named & {"stem", "n"}:
        raise SettingsError(note("name.one_for_all", name=repr(template)))
    if template.startswith((".", " ")) or template.endswith((".", " ")):
        raise SettingsError(note("name.ends", name=repr(template)))
    return named


def fill(template: str, *, stem: str, ext: str, parent: str, n: int, model: str) -> str:
    """Return the stem of a result.

    Args:
        template: one that `check_template` accepts.
        stem: of the source's name.
        ext: suffix of the source's name without its dot, lower-case.
        parent: name of the folder the source is in.
        n: place of the source in the run, from 1.
        model: name of the model.
    """
    return template.format(stem=stem, ext=ext, parent=parent, n=n, model=model)


def fitting(stem: str, suffix: str, place: Callable[[], str]) -> str:
    """Return stem + suffix, shortened where no file system would take it.

    A shortened name ends with a number made of `place`, so that it is the same on every run and
    another for every source.

    Args:
        stem: of the name.
        suffix: with its dot; kept.
        place: gives what tells the source from all others.
    """
    if _bytes(stem + suffix) <= LONGEST_NAME:
        return stem + suffix
    number = "~" + hashlib.sha256(place().encode("utf-8", "surrogatepass")).hexdigest()[:8]
    room = LONGEST_NAME - _bytes(number + suffix)
    while stem and _bytes(stem) > room:
        cut = stem[-1]
        stem = stem[:-1]
        # An accent of its own goes with its letter.
        if unicodedata.combining(cut) and stem:
            stem = stem[:-1]
    return stem.rstrip(" .") + number + suffix


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
