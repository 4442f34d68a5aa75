"""Whether this program runs from a bundle, in which PyInstaller packed it with Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from colorizer.notes import Note, note


def is_bundle() -> bool:
    """Return whether this program was installed as a bundle, without pip."""
    return bool(getattr(sys, "frozen", False))


def how_to_get(requirement: str, *options: str) -> Note:
    """Return what a person does to have a library: pip's command, or in a bundle what helps there.

    Args:
        requirement: as pip takes it, such as "film-colorizer[heic]".
        options: of `pip install`.
    """
    if is_bundle():
        return note("bundle.install_again")
    quoted = f'"{requirement}"' if "[" in requirement else requirement  # as cmd and sh take it
    return note("bundle.pip", arguments=" ".join(("pip install", *options, quoted)))


def prepare_bundle() -> None:
    """Make a bundle's process one like any other: streams to write to, no library path to pass on.

    A program without a console has no streams on Windows. On Linux the bundle's own libraries are
    found by LD_LIBRARY_PATH, which programs started from here must not inherit.
    """
    if not is_bundle():
        return
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()
    former = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if former:
        os.environ["LD_LIBRARY_PATH"] = former
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")  # as long as the process
