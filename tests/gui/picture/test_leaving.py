"""A picture that takes long is left at once: the next one does not wait for it."""

import sys

import pytest

SLOW = """
import colorizer.look.picture as look, time
usual = look.open_picture
def slow(path, *words, **named):
    frame = usual(path, *words, **named)
    if path.name == "a.png" and "time" in named and "reading" in named:
        time.sleep(600)
    return frame
look.open_picture = slow
from colorizer.engine.worker import main
main()
"""


@pytest.fixture
def slow_first(open_window, monkeypatch):
    """A window whose worker reads one of the files for ten minutes."""
    from gui.session import engine

    monkeypatch.setattr(engine, "worker_command", lambda: (sys.executable, ["-c", SLOW]))
    return open_window()


@pytest.mark.slow
def test_leaving_a_huge_file_shows_the_next_one_at_once(slow_first, scans, until, qtbot):
    window = slow_first
    window.add([scans / "a.png", scans / "b.jpg"])
    until(lambda: window.session.model.rowCount() == 2)
    first, second = window.session.model.entries
    panel = window.look_panel
    window.queue_panel.select(first.id)
    until(lambda: panel.is_busy)
    assert not panel.is_seen
    window.queue_panel.select(second.id)
    until(lambda: panel.is_seen and panel._seen.wish.row == second.id, 30_000)
    for _ in range(4):  # more often than the worker has threads for pictures
        window.queue_panel.select(first.id)
        qtbot.wait(300)  # the worker has begun to read it, or waits for that
        window.queue_panel.select(second.id)
        until(lambda: panel.is_seen and panel._seen.wish.row == second.id, 30_000)
    window.session.engine.kill()  # it would read on
