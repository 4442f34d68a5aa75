"""A library that crashes on some files, as one that is compiled does."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_SITE = """
import os
import threading
import colorizer.media.photo.still as still

plain = still.open_pages

def open_pages(path, *rest):
    if path.name.startswith("bad") and threading.current_thread().name.startswith({threads!r}):
        os.abort()
    return plain(path, *rest)

still.open_pages = open_pages
"""
"""Run by every Python that finds it at its start."""


def crash_on_bad_files(folder: Path, monkeypatch: pytest.MonkeyPatch, threads: str = "") -> Path:
    """Let the decoder of new processes crash on files whose names begin with bad.

    Args:
        folder: for the file that does it, which is returned; without it nothing crashes.
        monkeypatch: of the test.
        threads: only in those whose names begin so.
    """
    site = folder / "site" / "sitecustomize.py"
    site.parent.mkdir()
    site.write_text(_SITE.format(threads=threads))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site.parent), str(ROOT)]))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return site
