"""Which files the references of a film are, and what is in them: for records and comparisons.

Neither torch, av nor cv2 is imported; `colorizer.guidance.references.reference` reads pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from colorizer.errors import SettingsError
from colorizer.files.checksum import file_hash
from colorizer.files.strangers import NOTES_BYTES, parse_toml, read_text
from colorizer.guidance.hints.file import reference_from
from colorizer.places.hint import Guide, references_of


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
