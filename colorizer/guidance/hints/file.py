"""Colour hints as a person writes them down: a JSON list next to the source, or named by --hints.

[
  {"x": 0.41, "y": 0.63, "color": "#7a2e2e"},
  {"time": "0:01:02.5", "x": 0.5, "y": 0.2, "a": -8, "b": -25},
  {"frame": 1200, "reference": "painted.png"}
]

The last is a reference: a still in colour of that frame of a film, by its path from the list.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from colorizer.colour.cielab import srgb_to_lab
from colorizer.errors import SettingsError
from colorizer.files.name_forms import on_disk
from colorizer.files.strangers import NOTES_BYTES, parse_json, read_text
from colorizer.jobs import Job, Kind
from colorizer.notes import note
from colorizer.places.hint import (
    MOST_AB,
    Guide,
    Hint,
    Reference,
    contradiction,
    hints_of,
    is_sound,
    references_of,
)
from colorizer.places.trim import parse_place

FORM = '[{"time": 12.5, "x": 0.4, "y": 0.6, "color": "#7a2e2e"}]'
_KEYS = {"x", "y", "a", "b", "color", "time", "frame", "reference"}
_REFERENCE_KEYS = {"time", "frame", "reference"}
_Some = TypeVar("_Some", Hint, Guide)
_MOST, _MOST_AT_ONCE = 10_000, 1_000
"""Hints of a source, and of one picture: a thousand take 8 s."""


def hint_file(file: Path | None, source: Path) -> Path | None:
    """Return the hints of a source, where `file` is a file or a folder of them; None for none."""
    if file is not None and os.path.isdir(file):  # noqa: PTH112 - takes any name
        own = on_disk(file / f"{source.name}.hints.json")
        return own if own.exists() else None
    return file


def read_hints(file: Path) -> tuple[Guide, ...]:
    """Read a file of hints.

    Raises:
        SettingsError: it can't be read or says something else.
    """
    name = f"--hints {file}"
    try:
        values = parse_json(read_text(file, NOTES_BYTES))
    except OSError as error:
        raise SettingsError(note("file.path_cannot_read", file=name, why=error.strerror)) from error
    except ValueError as error:
        raise SettingsError(note("hints.no_json", file=name, why=error, form=FORM)) from error
    return hints_from(values, name, file.parent)


def guides_of(job: Job) -> tuple[Guide, ...]:
    """Return what a job was given in the window, else what its settings' file of hints says.

    Raises:
        SettingsError: the file is wrong, or asks for something at a time of a photo.
    """
    file = None if job.hints else hint_file(job.settings.hints, job.source)
    guides = limited(job.hints, str(job.source)) if file is None else read_hints(file)
    if job.kind is Kind.PHOTO and (dated := [one for one in guides if one.when is not None]):
        if references_of(dated):
            raise SettingsError(note("reference.photo", source=job.source))
        raise SettingsError(note("hints.photo", source=job.source))
    return guides


def hints_from(values: Any, name: str, folder: Path) -> tuple[Guide, ...]:
    """Take hints from JSON values.

    Args:
        values: the list.
        name: what to call it in an error.
        folder: from which paths of references lead.

    Raises:
        SettingsError: a hint is wrong, saying which and how.
    """
    if not isinstance(values, list):
        raise SettingsError(note("hints.wrong_form", name=name, form=FORM))
    guides = tuple(
        _hint(value, note("hints.nth", name=name, number=n), folder)
        for n, value in enumerate(values, start=1)
    )
    return limited(guides, name)


def limited(guides: tuple[_Some, ...], name: str) -> tuple[_Some, ...]:
    """Return guides, of a file, a sidecar, the queue or the window, if they can be used.

    Raises:
        SettingsError: they are too many, or two want different colours of one place.
    """
    if len(guides) > _MOST:
        raise SettingsError(note("hints.too_many", name=name, count=len(guides), most=_MOST))
    count = max(Counter(guide.when for guide in guides).values(), default=0)
    if count > _MOST_AT_ONCE:
        raise SettingsError(
            note("hints.too_many_at_once", name=name, count=count, most=_MOST_AT_ONCE)
        )
    if wrong := next((hint for hint in hints_of(guides) if not is_sound(hint)), None):
        raise SettingsError(note("hints.unsound", name=name, hint=wrong))
    if found := contradiction((guide.when, guide) for guide in guides):
        raise SettingsError(note("hints.contradict", name=name, one=found[0], other=found[1]))
    return guides


def reference_from(value: Any, name: str, folder: Path) -> Path:
    """Return the path of a reference as it is written in a file.

    Args:
        value: what stands there.
        name: what to call it in an error.
        folder: from which it leads.

    Raises:
        SettingsError: it leads to no file.
    """
    if not isinstance(value, str) or not value:
        raise SettingsError(note("reference.no_name", name=name, value=repr(value)))
    path = os.path.abspath(folder / value)  # noqa: PTH100 - links are to stay as they are
    if not os.path.isfile(path):  # noqa: PTH113
        raise SettingsError(note("reference.does_not_exist", name=name, file=path))
    return Path(path)


def _hint(value: Any, name: str, folder: Path) -> Guide:
    if not isinstance(value, dict):
        raise SettingsError(note("hints.no_object", name=name, form=FORM[1:-1]))
    if unknown := sorted(value.keys() - _KEYS):
        raise SettingsError(
            note(
                "hints.unknown_key",
                name=name,
                unknown=repr(unknown[0]),
                known=", ".join(sorted(_KEYS)),
            )
        )
    if "reference" in value:
        if other := sorted(value.keys() - _REFERENCE_KEYS):
            raise SettingsError(note("hints.reference_and_other", name=name, other=other[0]))
        return Reference(reference_from(value["reference"], name, folder), _when(value, name))
    x, y = (_number(value, key, 0, 1, name, note("hints.share")) for key in "xy")
    if "color" in value:
        if "a" in value or "b" in value:
            raise SettingsError(note("hints.color_and_ab", name=name))
        a, b = _ab_of(value["color"], name)
    else:
        a, b = (_number(value, key, -MOST_AB, MOST_AB, name, note("hints.cielab")) for key in "ab")
    return Hint(x, y, a, b, _when(value, name))


def _number(value: Any, key: str, low: float, high: float, name: str, what: str) -> float:
    number = value.get(key)
    plain = isinstance(number, int | float) and not isinstance(number, bool)
    if not plain or not isfinite(number) or not low <= number <= high:
        shown = "nothing" if number is None else repr(number)
        raise SettingsError(
            note(
                "hints.value_out_of_range",
                name=name,
                key=key,
                what=what,
                low=low,
                high=high,
                value=shown,
            )
        )
    return float(number)


def _ab_of(text: Any, name: str) -> tuple[float, float]:
    if not isinstance(text, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise SettingsError(note("hints.color_wrong", name=name, value=repr(text)))
    codes = np.array([int(text[n : n + 2], 16) for n in (1, 3, 5)], np.float64) / 255
    _, a, b = srgb_to_lab(codes[:, None, None]).ravel()
    return round(float(a), 3), round(float(b), 3)


def _when(value: dict[str, Any], name: str) -> float | str | None:
    """Return seconds, or a place in the form of `parse_place`; None where nothing is said."""
    time, frame = value.get("time"), value.get("frame")
    if time is not None and frame is not None:
        raise SettingsError(note("hints.time_and_frame", name=name))
    if frame is not None:
        if not isinstance(frame, int) or isinstance(frame, bool) or frame < 0:
            raise SettingsError(note("hints.frame_wrong", name=name, value=repr(frame)))
        return str(frame)
    if isinstance(time, str) and time.strip():
        text = f"{time.strip()}s" if re.fullmatch(r"\s*\d+(\.\d+)?\s*", time) else time.strip()
        parse_place(text, f"{name}: time")
        return text
    return None if time is None else _number(value, "time", 0, 1e7, name, note("hints.seconds"))
