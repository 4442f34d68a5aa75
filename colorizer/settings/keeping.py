"""Which results are made, what they are called, and what is recorded of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError
from colorizer.notes import note
from colorizer.places.name_template import check_template
from colorizer.settings.option import Options, option

EXISTING = {
    "skip": "keep it and skip the source",
    "update": "make it again if its source or the settings changed",
    "rename": "keep it, write another under a new name",
    "overwrite": "replace it",
    "fail": "report a failure",
}
UNCOLOURED = {"do": "colorize", "skip": "leave out", "copy": "copy unchanged"}
"""What is done with a photo that needs no colour."""
COLOURED = {
    "auto": "colorize photos but no stamps or colour charts, keep the colours of shots and logos",
    "do": "colorize",
    "skip": "leave out photos, make shots gray",
    "copy": "keep the original colours",
}
TONED = {"do": "colorize", "skip": "make gray", "copy": "keep as they are"}


def _unneeded(what: str) -> Any:
    """Declare what is done with photos that need no colour."""
    return option("photos", "do", what, choices=UNCOLOURED, shapes="none")


@dataclass(frozen=True, kw_only=True)
class Keeping(Options):
    """Which results are made, their names, and their records."""

    existing: str = option(
        "files",
        "skip",
        "what to do if the result exists",
        choices=EXISTING,
        shapes="none",
        everyday=True,
    )
    name: str = option(
        "files",
        "{stem}_color",
        "names of the results, without suffix: {stem} and {ext} of the source, {parent} its"
        " folder, {n} its number in the run ({n:05} with zeros), {model}",
        metavar="TEMPLATE",
        shapes="none",
        planned=True,
    )
    coloured: str = option(
        "photos",
        "auto",
        "photos, shots of films and frames of sequences in true colour, not tinted or toned",
        choices=COLOURED,
        shapes="film",
    )
    toned: str = option(
        "films",
        "do",
        "tinted or toned shots of films (one hue at each lightness)",
        choices=TONED,
        shapes="film",
    )
    blank: str = _unneeded("scans of blank pages")
    text: str = _unneeded("scans of pages of text")
    line_art: str = _unneeded("scans of line drawings")
    sidecar: bool = option(
        "records",
        True,
        "write NAME.colorize.json next to every result: what it was made from, and how",
        shapes="none",
    )
    verify: bool = option(
        "records",
        False,
        "read every finished film back and compare its luma with the source's",
        shapes="none",
    )
    c2pa_certificate: Path | None = option(
        "records",
        None,
        "sign every result with Content Credentials: certificate chain, the signer's first (PEM)",
        metavar="PEM",
        shapes="none",
    )
    c2pa_key: Path | None = option(
        "records",
        None,
        "private key for signing, without a password (PEM)",
        metavar="PEM",
        shapes="none",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.c2pa_certificate is None) != (self.c2pa_key is None):
            raise SettingsError(note("signing.both"))
        check_template(self.name)
