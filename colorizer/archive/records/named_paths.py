"""Which files that a sidecar names may be read when its result is made again.

A sidecar may be anybody's: the files it names are data. They are never created, and read only
where they lie below its folder, are the very files that it was made with by their SHA-256, or the
person names them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colorizer.archive.records.provenance import Sidecar
from colorizer.colour.rgb_spaces import NAMED_SPACES
from colorizer.errors import SettingsError
from colorizer.files.checksum import file_hash
from colorizer.guidance.cut_list import cut_file, override_file
from colorizer.media.photo.assumed import ASSUMABLE
from colorizer.notes import note
from colorizer.settings.option import flag

_SIGNING = ("c2pa_certificate", "c2pa_key")


def named_settings(sidecar: Sidecar, file: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a sidecar with those paths alone that may be read.

    Args:
        sidecar: of the result.
        file: the sidecar.
        given: settings that the person names; they stand instead of the sidecar's.

    Raises:
        SettingsError: a file outside its folder would be needed; the message says how to name it.
    """
    values = dict(sidecar["settings"])
    values["hints"] = None  # the hints themselves are in the sidecar
    values |= dict.fromkeys(_SIGNING)  # no one signs with a key that a stranger names
    values["shots"] = _list_of(sidecar, file, values.get("shots"))
    for name, own, digest in (
        ("weights", (None,), sidecar["model"].get("weights_sha256")),
        ("profile", (None, *NAMED_SPACES), None),
        ("assume_profile", (None, *ASSUMABLE), None),
    ):
        path = values.get(name)
        if path not in own and name not in given and not _may_be_read(path, file, digest):
            raise SettingsError(
                note("paths.outside_folder", file=file, path=str(path), option=flag(name))
            )
    return values | dict(given)


def check_references(sidecar: Sidecar, file: Path) -> None:
    """Refuse references that are not those of the result.

    Raises:
        SettingsError: naming the first.
    """
    known = sidecar["model"].get("references") or {}
    for hint in sidecar["model"].get("hints") or ():
        if isinstance(hint[0], str) and not _may_be_read(hint[0], file, known.get(hint[0])):
            raise SettingsError(note("reference.not_the_one", file=file, reference=hint[0]))


def _list_of(sidecar: Sidecar, file: Path, named: Any) -> str | None:
    """Return the cut list of a result where it is the one it was made with, else None.

    Without it the shots are found again. Settings of single shots lie next to the list.
    """
    if not isinstance(named, str) or not named:
        return None
    told, own = (sidecar.get(name) or {} for name in ("shots", "shot_settings"))
    cuts = cut_file(Path(named), Path(sidecar["source"]["path"]))
    beside = override_file(cuts)
    if cuts is None or beside is None or not os.path.isfile(cuts):  # noqa: PTH113 - takes any name
        return None
    if not _may_be_read(str(cuts), file, told.get("sha256")):
        return None
    there = os.path.lexists(beside)
    return str(cuts) if not there or _may_be_read(str(beside), file, own.get("sha256")) else None


def _may_be_read(path: Any, file: Path, digest: str | None) -> bool:
    """Tell whether a file lies below the folder of a sidecar, or has a known SHA-256."""
    if not isinstance(path, str) or "\0" in path:
        return False
    real, folder = os.path.realpath(path), os.path.realpath(file.parent)
    if real.startswith(os.path.join(folder, "")):  # noqa: PTH118
        return True
    try:
        return digest is not None and file_hash(Path(path)) == digest
    except OSError:
        return False
