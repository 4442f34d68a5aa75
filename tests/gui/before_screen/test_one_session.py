"""A session before a real display: drop, adjust, hint, start, open the result, by mouse and keys.

Nothing of the window's inside is asked: what is looked at is the screen, the queue file and the
results. The pictures of the steps are kept in the test's folder.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from tests.gui.before_screen.desk import (
    ON_SCREEN,
    START,
    WINDOW,
    hints,
    opened_window,
    prepared,
    rows,
    setting,
    settled,
    shown_window,
    wait,
)
from tests.gui.x_session import SCREEN

AFTER = (1010, 250, 1260, 600)
"""Where the right half of the picture stands on the display."""
PLACE = (1068, 465)

pytestmark = ON_SCREEN


def chroma(picture):
    """Return how far each pixel is from gray, 0 to 255."""
    rgb = np.asarray(picture, np.int16)
    return rgb.max(2) - rgb.min(2)


def share_changed(old, new):
    """Return the share of pixels that look different."""
    return (np.abs(np.asarray(old, np.int16) - np.asarray(new, np.int16)).max(2) > 8).mean()


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
    program, window = opened_window(screen, started, profile)
    files = started("-m", "tests.gui.x_session", scans)
    shown_window(screen, files, "Files")
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
    picker = shown_window(screen, program, "Select Color")
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
