"""Many files, removed and changed, a second start, and a worker given up, before a real display."""

import shutil
import time
from contextlib import suppress

import psutil
from PIL import Image

from tests.gui.before_screen.desk import (
    LIST,
    ON_SCREEN,
    SAMPLES,
    START,
    WINDOW,
    opened_window,
    pasted,
    prepared,
    rows,
    settings_of,
    settled,
    wait,
)

pytestmark = ON_SCREEN
MANY = 5_000
"""Rows whose settings change at once."""
QUIET = 5.0
"""Seconds without a worker after which the window is taken to start none again."""


def workers(program):
    """Return the worker processes of a window."""
    children = psutil.Process(program.pid).children(recursive=True)
    return [child for child in children if "--worker" in words_of(child)]


def words_of(process):
    with suppress(psutil.Error):
        return process.cmdline()
    return []


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


def test_settings_of_five_thousand_selected_rows_change_and_come_back(screen, started, tmp_path):
    """What the window has done is read from the queue file by sqlite3."""
    scans, profile, out = prepared(tmp_path)
    Image.new("L", (24, 16), 120).save(scans / "z0.png")
    for number in range(1, MANY - 2):
        shutil.copy(scans / "z0.png", scans / f"z{number}.png")
    program, window = opened_window(screen, started, profile)
    assert started("-m", "gui", "--profile", profile, scans).wait(60) == 0
    wait(lambda: len(rows(profile)) == MANY, "the files in the queue")
    screen.do("windowfocus", "--sync", window)
    screen.click(*LIST)
    screen.press("ctrl+a", "alt+g")

    def pressed(key, *strengths):
        began = time.monotonic()
        screen.press(key)
        wait(lambda: set(settings_of(profile, "strength")) <= set(strengths), f"{key} of all rows")
        print(f"{key}: {time.monotonic() - began:.2f} s for {MANY} rows")

    for strength in (0.9, 0.8, 0.7):
        pressed("Page_Down", strength)
    screen.shot("five_thousand")
    pressed("ctrl+z", None, 1.0)
    pressed("ctrl+shift+z", 0.7)
    assert len(rows(profile)) == MANY
    screen.press("ctrl+q")
    assert program.wait(30) == 0
    assert not out.exists()


def test_a_worker_that_was_given_up_is_started_again_and_does_the_work(screen, started, tmp_path):
    scans, profile, out = prepared(tmp_path)
    program, window = opened_window(screen, started, profile)
    pasted(screen, started, window, profile, scans)
    last = time.monotonic()
    while time.monotonic() - last < QUIET:
        for worker in workers(program):  # before it can say that it is ready
            last = time.monotonic()
            with suppress(psutil.Error):
                worker.kill()
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
