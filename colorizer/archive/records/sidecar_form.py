"""The form of a sidecar, which may have been changed by hand or come from a stranger."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

from colorizer.files.strangers import SIDECAR_BYTES, open_regular, parse_json, read_whole
from colorizer.jobs import Kind
from colorizer.notes import note
from colorizer.places.hint import from_lists

SCHEMA = 1
"""Version of the sidecar; grows when a field changes its meaning."""

NOTE = "The colour was added by a trained model. It is a guess, not a record of the true colours."
"""Stands at the beginning of every sidecar, and tells it from files of others."""
_HEAD = 512
"""Bytes in which the note begins."""

Check = Callable[[Any], bool]


def why_not_ours(file: Path) -> str:
    """Say why a file that lies where a sidecar is to be written stays; empty where it may go.

    A sidecar of this program may be replaced, in whatever state it is, and so may a link of either
    kind: what it leads to stays. Everything else is somebody's.
    """
    try:
        facts = file.lstat()
        if stat.S_ISLNK(facts.st_mode) or (stat.S_ISREG(facts.st_mode) and facts.st_nlink > 1):
            return ""
        if not stat.S_ISREG(facts.st_mode):
            return (
                note("file.is_folder") if stat.S_ISDIR(facts.st_mode) else note("file.not_regular")
            )
        with open_regular(file) as opened:
            head = opened.read(_HEAD)
        if NOTE.encode() in head:
            return ""
        if head and not fault_of(parse_json(read_whole(file, SIDECAR_BYTES))):  # in another order
            return ""
    except FileNotFoundError:
        return ""
    except OSError as error:
        return note("file.cannot_read_so", why=error.strerror or os.strerror(error.errno or 0))
    except ValueError:  # no JSON
        pass
    return note("target.no_sidecar")


def read_form(file: Path) -> dict[str, Any] | str:
    """Return what a sidecar holds, or why it can't be used."""
    try:
        values = parse_json(read_whole(file, SIDECAR_BYTES))
    except OSError as error:
        return note("file.cannot_read_so", why=error.strerror or error)
    except ValueError as error:
        return why_not_ours(file) or note("photo.damaged_so", why=error)
    return fault_of(values) or values


def sidecar_fault(file: Path) -> str:
    """Say why a file in the place of a sidecar can't be used; empty where it can be."""
    found = read_form(file)
    return found if isinstance(found, str) and os.path.lexists(file) else ""


def unusable(file: Path) -> str:
    """Say which file in the place of a sidecar can't be used, and why; see `sidecar_fault`."""
    why = sidecar_fault(file)
    return why and note("sidecar.unusable", file=file.name, why=why)


def fault_of(values: Any) -> str:
    """Say how JSON values are no sidecar of this version; empty where they are one."""
    if not isinstance(values, dict) or not isinstance(schema := values.get("schema"), int):
        return note("target.no_sidecar")
    if schema != SCHEMA:
        return note("sidecar.other_version", schema=schema)
    if values.get("kind") not in tuple(Kind):
        return note("sidecar.wrong_value", name="kind")
    for section, checks in _NEEDED.items():
        found = values.get(section)
        if not isinstance(found, dict):
            return note("sidecar.wrong_value", name=section)
        for name, check in checks.items():
            if not check(found.get(name)):
                return note("sidecar.wrong_value", name=f"{section}.{name}")
    wrong = (n for n, check in _OPTIONAL.items() if n in values and not check(values[n]))
    return next((note("sidecar.wrong_value", name=name) for name in wrong), "")


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def _is_time(value: Any) -> bool:
    """Tell whether a value is a time of a file: disks keep 64 bits of seconds, told in ns."""
    return type(value) is int and abs(value) < 1 << 94


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _is_path(value: Any) -> bool:
    return _is_text(value) and value != ""


def _is_name(value: Any) -> bool:
    """Tell whether a text names a file in a folder, and nothing elsewhere."""
    return _is_path(value) and PurePath(value).name == value and value not in (".", "..")


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _are_hashes(value: Any) -> bool:
    """Tell whether a value names files and their hashes, empty where one could not be read."""
    if not isinstance(value, dict):
        return False
    return all(_is_path(path) and (_is_hash(h) or h == "") for path, h in value.items())


def _are_hints(value: Any) -> bool:
    try:
        from_lists(value)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        return False
    return True


def _are_shots(value: Any) -> bool:
    if not isinstance(value, dict) or not _is_path(value.get("path")):
        return False
    return _is_hash(value.get("sha256")) and _or_none(_are_hashes)(value.get("references"))


def _is_section(value: Any) -> bool:
    return isinstance(value, dict)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


_NEEDED: dict[str, dict[str, Check]] = {
    "source": {
        "path": _is_path,
        "sha256": _is_hash,
        "bytes": _is_count,
        "changed_ns": _is_time,
        "from_here": _or_none(_is_path),
    },
    "result": {
        "name": _is_name,
        "sha256": _is_hash,
        "bytes": _is_count,
        "frames": _or_none(_is_count),
    },
    "settings": {},
    "model": {
        "name": _or_none(_is_text),
        "weights_sha256": _or_none(_is_hash),
        "hints": _or_none(_are_hints),
        "references": _or_none(_are_hashes),
    },
}
"""Section, which is required -> the form of what it holds."""
_OPTIONAL: dict[str, Check] = {
    "device": _is_section,
    "program": _is_section,
    "verified": _is_section,
    "shots": _are_shots,
    "shot_settings": _are_shots,
    "warnings": _are_texts,
}
