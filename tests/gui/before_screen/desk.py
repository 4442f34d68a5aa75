"""What sessions before a real display share: waiting, the queue file, and a window in its place."""

import json
import shutil
import sqlite3
import time
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "colorizer" / "samples"
PATIENCE = 180.0
WINDOW = (1280, 800)
START = (245, 38)
LIST = (200, 130)
"""A place in the first row of the queue."""
ON_SCREEN = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
    ),
    pytest.mark.skipif(
        not all(map(find_library, ("xcb-cursor", "xcb-icccm", "xcb-keysyms"))),
        reason="Qt needs libxcb-cursor0, libxcb-icccm4 and libxcb-keysyms1 for a display",
    ),
]


def wait(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited in vain for {what}")


def rows(profile):
    """Return the queue as it lies on disk."""
    file = profile / "queue.sqlite"
    if not file.exists():
        return []
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as base:
        base.row_factory = sqlite3.Row
        try:
            found = base.execute(
                "SELECT jobs.*, settings.json AS settings_json FROM jobs"
                " JOIN settings ON settings.id = jobs.settings ORDER BY position"
            )
            return [dict(row) for row in found]
        except sqlite3.OperationalError:  # is being made
            return []


def settings_of(profile, name):
    return [json.loads(row["settings_json"]).get(name) for row in rows(profile)]


def setting(profile, name):
    return settings_of(profile, name)[0]


def hints(profile):
    return json.loads(rows(profile)[0]["hints"])


def prepared(tmp_path):
    """Lay out two photos and what a session of before left: an output folder."""
    scans, profile, out = tmp_path / "scans", tmp_path / "profile", tmp_path / "Colorized"
    scans.mkdir()
    for name in ("coffee.png", "astronaut.jpg"):
        shutil.copy(SAMPLES / name, scans)
    profile.mkdir()
    (profile / "preferences.json").write_text(
        json.dumps({"out": str(out), "theme": "light", "language": "en"})
    )
    return scans, profile, out


def settled(screen, box, seconds=2.0):
    """Wait until a part of the display has stood still for some seconds, and return it."""
    began, old = time.monotonic(), screen.look(box)
    while time.monotonic() - began < seconds:
        time.sleep(0.3)
        new = screen.look(box)
        if (np.asarray(new) != np.asarray(old)).any():
            began, old = time.monotonic(), new
    return old


def shown_window(screen, program, title):
    """Return the number of the window with a title, as soon as its program shows it."""

    def wait_for(look, what):
        def look_or_fail():
            assert program.poll() is None, f"the program of {what} ended with {program.poll()}"
            return look()

        wait(look_or_fail, what)

    return screen.window(title, wait_for)


def opened_window(screen, started, profile):
    program = started("-m", "gui", "--profile", profile)
    window = shown_window(screen, program, "Colorizer")
    screen.do("windowmove", "--sync", window, 0, 0)
    screen.do("windowsize", "--sync", window, *WINDOW)
    return program, window


def pasted(screen, started, window, profile, scans):
    """Paste the files of a folder, as they were copied in a file manager."""
    files = sorted(scans.iterdir())
    copying = started("-m", "tests.gui.x_session", "--copy", *files)
    shown_window(screen, copying, "Copied")
    screen.do("windowfocus", "--sync", window)
    screen.press("ctrl+v")
    wait(lambda: len(rows(profile)) == len(files), "the pasted files in the queue")
    copying.terminate()
