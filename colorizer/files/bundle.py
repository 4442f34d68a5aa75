"""Whether this program runs from a bundle, in which PyInstaller packed it with Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from colorizer.notes import Note, note


def is_bundle() -> bool:
    """Return whether this program was installed as a bundle, without pip."""
    return bool(getattr(sys, "frozen", False))


def how_to_get(requirement: str, *options: str, bundled: Note | None = None) -> Note:
    """Return what a person does to have a library: pip's command, or in a bundle what helps there.

    Args:
        requirement: as pip takes it, such as "film-colorizer[heic]".
        options: of `pip install`.
        bundled: what helps in a bundle; None: to install it again.
    """
    if is_bundle():
        return bundled or note("bundle.install_again")
    quoted = f'"{requirement}"' if "[" in requirement else requirement  # as cmd and sh take it
    return note("bundle.pip", arguments=" ".join(("pip install", *options, quoted)))


def licences_folder() -> Path | None:
    """Return the folder of the licences and the offer of sources that come with a bundle."""
    return Path(sys._MEIPASS) / "licences" if is_bundle() else None  # type: ignore[attr-defined]


def restore_library_path() -> None:
    """Let programs that a bundle starts on Linux load the system's libraries.

    Its own are found by LD_LIBRARY_PATH, which the start of the process alone needs.
    """
    if not is_bundle():
        return
    former = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if former:
        os.environ["LD_LIBRARY_PATH"] = former
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)


def forget_own_folders() -> None:
    """Take a bundle's folders out of the paths that other programs inherit, once Qt has read them.

    With Qt's plugins of the bundle, another program of Qt, such as a file manager, does not start.
    """
    if not is_bundle():
        return
    own = Path(sys._MEIPASS)  # type: ignore[attr-defined] # of PyInstaller
    for name in ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH", "PATH", "DYLD_LIBRARY_PATH"):
        entries = os.environ.get(name, "").split(os.pathsep)
        kept = [entry for entry in entries if entry and not Path(entry).is_relative_to(own)]
        if kept:
            os.environ[name] = os.pathsep.join(kept)
        else:
            os.environ.pop(name, None)


@contextmanager
def system_libraries() -> Iterator[None]:
    """Let a program that is started meanwhile load the system's libraries on Windows.

    There it inherits the folder that a bundle searches first, which no variable tells.
    """
    if not (is_bundle() and sys.platform == "win32"):
        yield
        return
    import ctypes

    choose = ctypes.windll.kernel32.SetDllDirectoryW
    choose(None)
    try:
        yield
    finally:
        choose(sys._MEIPASS)  # type: ignore[attr-defined]
