"""What comes into a watched folder is queued and done, through the real worker process."""

import os
import shutil
import signal

import pytest

from colorizer.jobs import JobState

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def quick(window):
    window.session.watching.timer.setInterval(200)
    window.session.watching.stable = 0.3
    return window


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def states(window):
    return [str(entry.state) for entry in window.session.model.entries]


@pytest.mark.slow
def test_what_comes_in_is_done_once_and_after_a_restart_too(
    open_window, scans, inbox, until, tmp_path
):
    window = quick(open_window())
    window.session.watch((inbox,))
    assert window.acts["unwatch"].isEnabled()
    shutil.copy(scans / "a.png", inbox)
    until(lambda: states(window) == ["done"])
    assert (tmp_path / "out" / "a_color.png").exists()
    window.close()

    shutil.copy(scans / "b.jpg", inbox)
    again = quick(open_window())
    until(lambda: states(again) == ["done", "done"])
    assert str(inbox) in again.watch_label.toolTip()
    again.session.watch(())
    assert not again.watch_label.isVisible()


@pytest.mark.slow
def test_a_killed_worker_queues_nothing_twice(window, scans, inbox, until):
    quick(window).acts["start_watched"].trigger()
    window.session.watch((inbox,))
    shutil.copy(scans / "a.png", inbox)
    until(lambda: states(window) == ["waiting"])
    first = window.session.engine.process_id
    os.kill(first, KILL)
    until(lambda: window.session.engine.process_id not in (0, first))
    shutil.copy(scans / "b.jpg", inbox)
    until(lambda: window.session.model.rowCount() == 2)
    assert states(window) == ["waiting", "waiting"], "nothing starts where that is not wanted"


@pytest.mark.slow
def test_a_failed_file_comes_again_when_it_is_mended(window, scans, inbox, until):
    quick(window).session.watch((inbox,))
    (inbox / "a.png").write_text("half a file")
    until(lambda: states(window) == ["failed"])
    shutil.copy(scans / "a.png", inbox)
    until(lambda: states(window) == ["failed", "done"])


@pytest.mark.slow
def test_what_is_wrong_is_said_without_a_box(window, tmp_path, until):
    quick(window).session.watch((tmp_path / "none",))
    until(lambda: "not a folder" in window.session.watching.trouble)
    assert "not a folder" in window.watch_label.toolTip()
    assert all(entry.state is not JobState.RUNNING for entry in window.session.model.entries)


def test_what_is_watched_hides_nothing_of_the_device(window, tmp_path, qapp):
    window.session.watching.folders = (tmp_path / "a long name of a folder" / "and one below it",)
    window.session.watching.changed.emit()
    qapp.processEvents()
    assert window.watch_label.isVisible()
    assert not window.watch_label.geometry().intersects(window.device_label.geometry())
    assert window.watch_label.width() >= window.watch_label.sizeHint().width()
