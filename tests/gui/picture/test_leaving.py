"""A picture that takes long is left at once: the next one does not wait for it."""

import shutil
import sys

import psutil
import pytest

from tests.huge import draw_huge

SLOW = """
import colorizer.look.picture as look, time
usual = look.open_picture
def slow(path, *words, **named):
    frame = usual(path, *words, **named)
    if path.name.startswith("slow") and "reading" in named:
        time.sleep(600)
    return frame
look.open_picture = slow
from colorizer.engine.worker import main
main()
"""
pytestmark = pytest.mark.slow


@pytest.fixture
def slow_worker(open_window, monkeypatch):
    """A window whose worker reads some of the files for ten minutes."""
    from gui.session import engine

    monkeypatch.setattr(engine, "worker_command", lambda: (sys.executable, ["-c", SLOW]))
    return open_window()


@pytest.fixture
def leave_each(until, qtbot):
    """Looks at files that take long, and after each at one that does not."""

    def leave(window, files, usual):
        window.add([*files, usual])
        model, panel = window.session.model, window.look_panel
        until(lambda: model.rowCount() == len(files) + 1)
        *rows, last = (entry.id for entry in model.entries)
        for row in (*rows, rows[0]):
            window.queue_panel.select(row)
            until(lambda: panel.is_busy)
            qtbot.wait(1500)  # the worker reads it
            assert not panel.is_seen
            window.queue_panel.select(last)
            until(lambda: panel.is_seen and panel._seen.wish.row == last, 30_000)

    return leave


def test_files_that_are_never_read_hold_up_no_other(slow_worker, scans, tmp_path, leave_each):
    files = [tmp_path / f"slow{number}.png" for number in range(4)]  # more than threads for it
    for file in files:
        shutil.copy(scans / "a.png", file)
    leave_each(slow_worker, files, scans / "b.jpg")
    slow_worker.session.engine.kill()  # it would read on


def test_huge_files_are_given_up_in_the_middle(open_window, scans, tmp_path, leave_each, until):
    files = [tmp_path / f"huge{number}.tif" for number in range(3)]
    for file in files:
        draw_huge(file)
    window = open_window()
    leave_each(window, files, scans / "b.jpg")
    until(lambda: not any(map(_reads, psutil.Process().children(recursive=True))), 4_000)


def _reads(process):
    try:
        return "--reader" in process.cmdline()
    except psutil.Error:  # it has ended
        return False
