"""Which files the references of a film are, and what is in them: for records and comparisons.

Neither torch, av nor cv2 is imported; `colorizer.guidance.references.reference` reads pictures.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from colorizer.errors import SettingsError
from colorizer.files.checksum import file_hash
from colorizer.files.stills_list import COLOUR, GRAY, LIST, SHEET, read_list
from colorizer.files.strangers import NOTES_BYTES, parse_toml, read_text
from colorizer.guidance.hints.file import reference_from
from colorizer.notes import note
from colorizer.places.hint import Guide, Reference, references_of
from colorizer.settings import Settings

_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".jxl", ".avif"}
"""Of the pictures of a folder that are taken."""


def hinted_references(hints: Iterable[Guide]) -> list[Path]:
    """Return the files of references among hints."""
    return [reference.file for reference in references_of(hints)]


def override_references(file: Path | None) -> list[Path]:
    """Return the references that a file of shots' settings names, as far as it can be read."""
    try:
        text = read_text(file, NOTES_BYTES) if file is not None else ""
        shots = parse_toml(text).get("shot", {}).values()
        values = [value for shot in shots for value in (shot, *shot.get("hints", ()))]
        names = [value["reference"] for value in values if "reference" in value]
        return [reference_from(n, str(file), file.parent) for n in names if file is not None]
    except (OSError, ValueError, TypeError, AttributeError, SettingsError):
        return []  # the run says what is wrong


def reference_hashes(files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of every file by its path, empty where it can't be read."""
    found = {}
    for file in files:
        try:
            found[str(file)] = file_hash(file)
        except OSError:  # the run says why
            found[str(file)] = ""
    return found


def content_files(settings: Settings, guides: Iterable[Guide] = ()) -> list[Path]:
    """Return the pictures that are matched by what they show, each once.

    Args:
        settings: `reference` names pictures and folders of pictures.
        guides: those that say no frame count too.

    Raises:
        SettingsError: a name leads to nothing, or to a folder without pictures.
    """
    found: list[Path] = []
    for name in filter(None, settings.reference.split(os.pathsep)):
        path = Path(name)
        if path.is_dir():
            found += painted_in(path)[0]
        elif path.is_file():
            found.append(path)
        else:
            raise SettingsError(note("reference.does_not_exist", name="--reference", file=path))
    found += [one.file for one in references_of(guides) if one.when is None]
    return list(dict.fromkeys(found))


def painted_in(folder: Path) -> tuple[list[Path], int]:
    """Return the pictures of a folder that are references, and how many stills are not.

    Of a folder that `colorizer stills` wrote, or of its gray/ or colour/, those count that were
    changed since, or that somebody put there.

    Raises:
        SettingsError: there are none.
    """
    root = folder if (folder / LIST).is_file() else folder.parent
    own = folder.name in (GRAY, COLOUR) or root == folder
    listed = read_list(root) if own else None
    try:
        inside = folder.rglob("*") if listed and root == folder else folder.iterdir()
        files = sorted(one for one in inside if one.suffix.lower() in _SUFFIXES and one.is_file())
    except OSError as error:
        raise SettingsError(
            note("file.path_cannot_read", file=folder, why=error.strerror)
        ) from error
    if listed is not None:
        written = set(listed.hashes().values())
        files = [one for one in files if not one.name.startswith(SHEET)]
        hashes = reference_hashes(files)
        painted = [one for one in files if hashes[str(one)] not in written]
        if files and not painted:
            raise SettingsError(note("reference.nothing_painted", folder=folder))
        return painted, len(files) - len(painted)
    if not files:
        raise SettingsError(note("reference.empty_folder", folder=folder))
    return files, 0


def in_folders(settings: Settings) -> frozenset[Path]:
    """Return the references of folders: one that can't be used is told of and left out."""
    folders = (Path(one) for one in filter(None, settings.reference.split(os.pathsep)))
    return frozenset(file for one in folders if one.is_dir() for file in painted_in(one)[0])


def with_frames(guides: Sequence[Guide]) -> list[Guide]:
    """Return guides without the references that are matched by what they show."""
    return [one for one in guides if not (isinstance(one, Reference) and one.when is None)]
