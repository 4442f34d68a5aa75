"""A session before a real display: drop, adjust, hint, start, open the result, by mouse and keys.

Nothing of the window's inside is asked: what is looked at is the screen, the queue file and the
results. The pictures of the steps are kept in the test's folder.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.gui.x_session import SCREEN, opened_screen

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "colorizer" / "samples"
PATIENCE = 180.0
WINDOW = (1280, 800)
AFTER = (1010, 250, 1260, 600)
"""Where the right half of the picture stands on the display."""
PLACE = (1068, 465)
START = (245, 38)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
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


@pytest.fixture
def screen(tmp_path):
    with opened_screen(tmp_path / "pictures") as screen:
        yield screen


@pytest.fixture
def environment(screen, tmp_path):
    """The surroundings of a desktop program; `xdg-open` notes what it was asked to open."""
    programs = tmp_path / "bin"
    programs.mkdir()
    opener = programs / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path}/opened"\n')
    opener.chmod(0o755)
    known = {k: v for k, v in os.environ.items() if not k.startswith(("QT_", "XDG_", "WAYLAND"))}
    return {
        **known,
        "DISPLAY": screen.name,
        "QT_QPA_PLATFORM": "xcb",
        "HOME": str(tmp_path / "home"),
        "LANG": "C.UTF-8",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def started(environment, tmp_path):
    """A function that starts a program before the display; all are ended afterwards."""
    running = []

    def start(*words):
        log = (tmp_path / f"program{len(running)}.log").open("w")
        command = [sys.executable, *map(str, words)]
        running.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return running[-1]

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(30)


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


def chroma(picture):
    """Return how far each pixel is from gray, 0 to 255."""
    rgb = np.asarray(picture, np.int16)
    return rgb.max(2) - rgb.min(2)


def share_changed(old, new):
    """Return the share of pixels that look different."""
    return (np.abs(np.asarray(old, np.int16) - np.asarray(new, np.int16)).max(2) > 8).mean()


def settled(screen, box, seconds=2.0):
    """Wait until a part of the display has stood still for some seconds, and return it."""
    began, old = time.monotonic(), screen.look(box)
    while time.monotonic() - began < seconds:
        time.sleep(0.3)
        new = screen.look(box)
        if (np.asarray(new) != np.asarray(old)).any():
            began, old = time.monotonic(), new
    return old


def has_what_was_asked(result, x, y, a, b):
    assert b < -50 < 0 < a, "the blue that was typed"
    picture = Image.open(result)
    red, _, blue = picture.getpixel((round(x * picture.width), round(y * picture.height)))
    assert blue > red + 20
    sidecar = json.loads(result.with_name(f"{result.name}.colorize.json").read_text())
    assert sidecar["settings"]["strength"] == 0.7
    assert sidecar["settings"]["vividness"] == 1.0


def test_drop_adjust_hint_run_and_open_the_result(screen, started, tmp_path):
    scans, profile, out = prepared(tmp_path)
    originals = {file: file.read_bytes() for file in scans.iterdir()}
    program = started("-m", "gui", "--profile", profile)
    window = screen.window("Colorizer", wait)
    screen.do("windowmove", "--sync", window, 0, 0)
    screen.do("windowsize", "--sync", window, *WINDOW)
    started("-m", "tests.gui.x_session", scans)
    screen.window("Files", wait)
    settled(screen, (0, 0, *SCREEN))
    screen.shot("empty")

    screen.drag((SCREEN[0] - 95, 70), (400, 380))
    wait(lambda: len(rows(profile)) == 2, "the dropped files in the queue")
    screen.do("windowfocus", "--sync", window)
    wait(lambda: screen.is_coloured(AFTER), "the first picture in colour")
    screen.shot("dropped")

    lively = chroma(settled(screen, AFTER)).mean()
    screen.press("alt+g", "Page_Down", "Page_Down", "Page_Down")
    wait(lambda: setting(profile, "strength") == 0.7, "the strength in the queue")
    assert chroma(settled(screen, AFTER)).mean() < 0.85 * lively
    screen.press("alt+d", "End")
    wait(lambda: setting(profile, "vividness") == 1.0, "the vividness in the queue")
    screen.shot("adjusted")

    before = settled(screen, AFTER)
    screen.press("h")
    screen.click(*PLACE)
    settled(screen, AFTER)
    screen.shot("colours_offered")
    screen.press("Up", "Return")  # the last one: any other colour
    picker = screen.window("Select Color", wait)
    screen.do("windowfocus", "--sync", picker)
    screen.press("alt+h")
    screen.do("type", "#2040ff")
    screen.shot("picker")
    screen.press("Return")
    wait(lambda: len(hints(profile)) == 1, "the hint in the queue")
    screen.do("windowfocus", "--sync", window)
    wait(lambda: share_changed(before, screen.look(AFTER)) > 0.02, "the hint in the picture")
    screen.shot("hinted")

    screen.click(*START)
    wait(lambda: [row["state"] for row in rows(profile)] == ["done", "done"], "the end of the work")
    settled(screen, (0, 0, *WINDOW))
    screen.shot("done")
    screen.press("ctrl+Return")
    opened = tmp_path / "opened"
    wait(opened.exists, "the opening of the result")
    result = out / "astronaut_color.jpg"
    assert Path(opened.read_text().strip().removeprefix("file://")) == result
    has_what_was_asked(result, *hints(profile)[0])
    assert (out / "coffee_color.png").exists()
    assert {file: file.read_bytes() for file in originals} == originals

    screen.press("ctrl+q")
    assert program.wait(30) == 0


LIST = (200, 130)
"""A place in the first row of the queue."""
DEATHS = 6
"""More than the window starts a worker again for."""


def workers(program):
    """Return the worker processes of a window."""
    children = psutil.Process(program.pid).children(recursive=True)
    return [child for child in children if "--worker" in words_of(child)]


def words_of(process):
    with suppress(psutil.Error):
        return process.cmdline()
    return []


def opened_window(screen, started, profile):
    program = started("-m", "gui", "--profile", profile)
    window = screen.window("Colorizer", wait)
    screen.do("windowmove", "--sync", window, 0, 0)
    screen.do("windowsize", "--sync", window, *WINDOW)
    return program, window


def pasted(screen, started, window, profile, scans):
    """Paste the files of a folder, as they were copied in a file manager."""
    files = sorted(scans.iterdir())
    copying = started("-m", "tests.gui.x_session", "--copy", *files)
    screen.window("Copied", wait)
    screen.do("windowfocus", "--sync", window)
    screen.press("ctrl+v")
    wait(lambda: len(rows(profile)) == len(files), "the pasted files in the queue")
    copying.terminate()


def test_paste_settings_of_many_undo_after_remove_and_a_second_start(screen, started, tmp_path):
    scans, profile, out = prepared(tmp_path)
    for number in range(6):
        shutil.copy(SAMPLES / "coffee.png", scans / f"copy{number}.png")
    program, window = opened_window(screen, started, profile)
    pasted(screen, started, window, profile, scans)
    screen.shot("pasted")

    screen.click(*LIST)
    screen.press("ctrl+a", "alt+g", "Page_Down", "Page_Down", "Page_Down")
    wait(lambda: settings_of(profile, "strength") == [0.7] * 8, "the strength of all rows")
    screen.press("ctrl+z")
    wait(lambda: settings_of(profile, "strength") == [None] * 8
         or settings_of(profile, "strength") == [1.0] * 8, "one step taken back")  # fmt: skip
    screen.press("ctrl+shift+z")
    wait(lambda: settings_of(profile, "strength") == [0.7] * 8, "and done again")

    before = rows(profile)
    screen.click(*LIST)
    screen.press("Home", "shift+Down", "shift+Down", "Delete")
    wait(lambda: len(rows(profile)) == 5, "three rows less")
    screen.shot("removed")
    screen.press("ctrl+z")
    wait(lambda: len(rows(profile)) == 8, "the rows back")
    kept = ("id", "position", "source", "target", "settings", "hints", "state")
    assert [[row[name] for name in kept] for row in rows(profile)] == [
        [row[name] for name in kept] for row in before
    ]

    extra = tmp_path / "extra.png"
    shutil.copy(SAMPLES / "coffee.png", extra)
    second = started("-m", "gui", "--profile", profile, extra)
    assert second.wait(60) == 0, "the open window has taken the file"
    wait(lambda: len(rows(profile)) == 9, "the file of the second start")
    assert program.poll() is None
    screen.press("ctrl+q")
    assert program.wait(30) == 0
    assert not out.exists()


def test_a_worker_that_was_given_up_is_started_again_and_does_the_work(screen, started, tmp_path):
    scans, profile, out = prepared(tmp_path)
    program, window = opened_window(screen, started, profile)
    pasted(screen, started, window, profile, scans)
    for _ in range(DEATHS):
        found, end = [], time.monotonic() + 5
        while not found and time.monotonic() < end:
            found = workers(program)
        for worker in found:  # before it can say that it is ready
            with suppress(psutil.Error):
                worker.kill()
    wait(lambda: not workers(program), "the end of all tries")
    settled(screen, (0, 0, *WINDOW))
    screen.shot("given_up")
    screen.press("Escape")  # the words about it
    screen.do("windowfocus", "--sync", window)
    screen.click(*START)
    wait(lambda: workers(program), "a worker after Start")
    wait(lambda: [row["state"] for row in rows(profile)] == ["done", "done"], "the end of the work")
    screen.shot("done_again")
    assert (out / "coffee_color.png").exists()
    screen.press("ctrl+q")
    assert program.wait(30) == 0
