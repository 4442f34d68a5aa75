"""A film before a real display: a part is marked and a reference dropped; the result obeys both."""

import json
import shutil

import av
from PIL import Image, ImageOps

from tests.gui.before_screen.desk import (
    ON_SCREEN,
    SAMPLES,
    START,
    hints,
    opened_window,
    pasted,
    prepared,
    rows,
    setting,
    settled,
    shown_window,
    wait,
)
from tests.gui.x_session import SCREEN

PICTURE = (650, 150, 1260, 550)
"""Of a film, where its frame stands on the display."""

pytestmark = ON_SCREEN


def test_a_part_is_marked_a_reference_dropped_and_the_result_has_both(screen, started, tmp_path):
    scans, profile, out = prepared(tmp_path)
    for file in scans.iterdir():
        file.unlink()
    shutil.copy(SAMPLES / "film.mp4", scans)
    program, window = opened_window(screen, started, profile)
    pasted(screen, started, window, profile, scans)
    wait(lambda: screen.is_coloured(PICTURE), "the first frame in colour")

    screen.press(*["period"] * 4, "i")
    wait(lambda: setting(profile, "start") == "4", "the first frame of the part")
    screen.press(*["period"] * 5, "o")
    wait(lambda: setting(profile, "end") == "10", "the frame after the part")
    screen.press("ctrl+z")
    wait(lambda: setting(profile, "end") == "", "the end of the film again")
    screen.press("ctrl+shift+z")
    wait(lambda: setting(profile, "end") == "10", "the end of the part again")
    screen.shot("part")

    still = tmp_path / "still.png"
    with Image.open(SAMPLES / "coffee.png") as gray:
        ImageOps.colorize(gray.convert("L"), "navy", "gold").save(still)
    files = started("-m", "tests.gui.x_session", still)
    shown_window(screen, files, "Files")
    screen.drag((SCREEN[0] - 95, 70), (950, 300))
    settled(screen, (0, 0, *SCREEN))
    screen.shot("asked")
    screen.press("Down", "Return")  # wherever it shows the same
    wait(lambda: len(hints(profile)) == 1, "the reference in the queue")
    assert "still.png" in json.dumps(hints(profile))
    assert len(rows(profile)) == 1, "it is no file to be colorized"

    screen.do("windowfocus", "--sync", window)
    screen.click(*START)
    wait(lambda: rows(profile)[0]["state"] == "done", "the end of the work")
    screen.shot("done")
    result = out / "film_color.mp4"
    with av.open(str(result)) as film:
        assert sum(1 for _ in film.decode(video=0)) == 6, "frames 4 to 9"
    record = json.loads(result.with_name(f"{result.name}.colorize.json").read_text())
    assert [one["file"] for one in record["references_reached"]]
    screen.press("ctrl+q")
    assert program.wait(30) == 0
