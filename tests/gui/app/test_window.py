"""The whole window through the real worker process."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from colorizer.engine.queue import Queue
from colorizer.errors import ColorizerError
from colorizer.jobs import JobState
from colorizer.notes import note
from gui.session.activity import Activity
from tests.crashing import crash_on_bad_files

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def states(window) -> list[str]:
    return [str(entry.state) for entry in window.session.model.entries]


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    return event


@pytest.fixture
def filled(window, scans, until):
    window.add([scans])
    until(lambda: window.session.model.rowCount() == 3)
    return window


@pytest.mark.slow
def test_a_dropped_folder_is_done_with_its_tree(window, scans, until, tmp_path):
    (scans / "broken.jpg").write_text("no picture")
    before = {path: path.read_bytes() for path in scans.rglob("*") if path.is_file()}
    event = drop(window, scans)
    assert event.dropAction() == Qt.DropAction.CopyAction
    until(lambda: window.session.model.rowCount() == 4)
    assert states(window) == ["waiting"] * 4, "nothing starts by itself"
    window.acts["start"].trigger()
    until(lambda: not window.session.runner.is_active)
    by_name = {e.job.source.name: e for e in window.session.model.entries}
    failed = by_name.pop("broken.jpg")
    assert {e.state for e in by_name.values()} == {JobState.DONE}
    assert failed.state is JobState.FAILED
    assert failed.reason
    results = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*")}
    assert {"a_color.png", "b_color.jpg", str(Path("1920") / "c_color.tif")} <= results
    assert not any("broken" in name or name.endswith(".part") for name in results)
    listed = tmp_path / "out" / "manifest-sha256.txt"
    until(listed.exists)
    assert "1920/c_color.tif" in listed.read_text()
    assert {path: path.read_bytes() for path in before} == before
    (scans / "broken.jpg").write_bytes((scans / "b.jpg").read_bytes())
    window.acts["retry_failed"].trigger()
    until(window.acts["start"].isEnabled)
    window.acts["start"].trigger()
    until(lambda: states(window) == ["done"] * 4)
    until(window.acts["clear_done"].isEnabled)
    window.acts["clear_done"].trigger()
    assert window.session.model.rowCount() == 0
    assert window.pages.currentWidget() is window.drop_area


@pytest.mark.slow
def test_a_folder_without_pictures_is_said(window, tmp_path, until):
    folder = tmp_path / "nothing & <b>more"
    folder.mkdir()
    window.add([folder])
    until(lambda: "No photos or films" in window.statusBar().currentMessage())
    assert window.session.model.rowCount() == 0


@pytest.mark.slow
def test_nothing_is_being_added_when_the_queue_file_takes_no_rows(
    window, scans, qtbot, monkeypatch
):
    def full(*_):
        raise ColorizerError(note("queue.cannot_use", file="q", why="disk full"))

    monkeypatch.setattr(Queue, "add", full)
    with qtbot.waitSignal(window.session.troubled, timeout=60_000) as told:
        window.session.add([scans])
    assert "disk full" in told.args[0]
    qtbot.waitUntil(lambda: window.statusBar().currentMessage() == "", timeout=5000)


@pytest.mark.slow
def test_pause_holds_and_continue_goes_on(filled, until, tmp_path):
    filled.session.runner.start()
    filled.session.runner.pause()
    assert filled.session.runner.activity is Activity.PAUSED
    until(lambda: filled.session.thumbnails.is_idle)
    assert not list((tmp_path / "out").rglob("*_color*"))
    filled.acts["start"].trigger()
    until(lambda: states(filled) == ["done"] * 3)


@pytest.mark.slow
def test_one_job_is_cancelled_and_stop_after_this_begins_no_other(filled, until):
    first = filled.session.model.entries[0].id
    filled.queue_panel.select(first)
    filled.acts["cancel"].trigger()
    filled.session.runner.slots = 1
    filled.session.runner.start()
    filled.session.runner.stop_after_this()
    until(lambda: not filled.session.runner.is_active)
    assert states(filled) == ["cancelled", "done", "waiting"]


@pytest.mark.slow
def test_what_counts_as_done_exists_at_the_end_of_the_queue(filled, until):
    removed = []

    def remove(event):
        if event["event"] == "done" and not removed:
            removed.append(event["job"])
            filled.session.model.entry(event["job"]).job.target.unlink()

    filled.session.engine.job_event.connect(remove)
    filled.session.runner.start()
    until(lambda: not filled.session.runner.is_active)
    assert sorted(states(filled)) == ["done", "done", "failed"]
    assert filled.session.model.entry(removed[0]).reason == "its result was removed"


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_the_queue_goes_on(filled, until):
    filled.session.runner.pause()
    filled.session.runner.start()
    until(lambda: filled.session.runner.running)
    first = filled.session.engine.process_id
    os.kill(first, KILL)
    until(lambda: states(filled) == ["done"] * 3)
    assert filled.session.engine.process_id != first


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no SIGABRT")
def test_a_file_that_ends_the_worker_twice_has_failed(
    open_window, scans, until, tmp_path, monkeypatch
):
    crash_on_bad_files(tmp_path, monkeypatch, threads="job")  # not where thumbnails are made
    (scans / "a.png").rename(scans / "bad.png")
    window, deaths = open_window(), []
    window.add([scans])
    until(lambda: window.session.model.rowCount() == 3)
    window.session.engine.died.connect(deaths.append)
    window.session.runner.slots = 1
    window.session.runner.start()
    until(lambda: not window.session.runner.is_active, 240_000)
    ends = {entry.job.source.name: entry for entry in window.session.model.entries}
    bad = ends.pop("bad.png")
    assert {entry.state for entry in ends.values()} == {JobState.DONE}
    assert bad.state is JobState.FAILED
    assert "twice" in bad.reason
    assert "SIGABRT" in bad.reason
    assert len(deaths) == 1, "the second time it is done apart, and nothing else ends with it"


@pytest.mark.slow
def test_a_job_in_work_is_interrupted_by_closing_and_continued_later(
    filled, open_window, until, tmp_path
):
    filled.session.runner.start()
    until(lambda: filled.session.runner.running)
    filled.close()
    assert not list((tmp_path / "out").rglob("*.part"))
    again = open_window()
    assert "interrupted" in states(again) or "done" in states(again)
    assert again.acts["start"].isEnabled()
    again.session.runner.start()
    until(lambda: states(again) == ["done"] * 3)


@pytest.mark.slow
def test_a_killed_window_loses_nothing(scans, settings, profile, until, open_window, tmp_path):
    code = f"""
import sys
from pathlib import Path
from gui.app.start import create_app, open_queue
from gui.session.preferences import Preferences
from gui.session.session import Session
from gui.app.window import Window
from colorizer.settings import Settings
app = create_app()
preferences = Preferences(Path({str(profile)!r}))
preferences.settings = Settings.from_dict({settings.as_dict()!r})
preferences.out = Path({str(tmp_path / "out")!r})
window = Window(Session(preferences, open_queue(preferences.queue_file)))
window.show()
session = window.session
session.adder.added.connect(lambda *_: (session.runner.start(), print("running", flush=True)))
window.add([Path({str(scans)!r})])
app.exec()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "running\n"
    process.kill()
    process.wait()
    with Queue(profile / "queue.sqlite") as queue:
        assert len(queue.entries()) == 3
        assert all(entry.state is not JobState.RUNNING for entry in queue.entries())
    again = open_window()
    again.session.runner.start()
    until(lambda: set(states(again)) <= {"done", "skipped"})
    results = [path for path in (tmp_path / "out").rglob("*_color*") if path.suffix != ".json"]
    assert len(results) == 3


@pytest.mark.slow
def test_missing_weights_stop_the_queue_with_the_reason(filled, until, settings, tmp_path):
    from dataclasses import replace

    told = []
    filled.session.runner.halted.connect(told.append)
    broken = replace(settings, weights=tmp_path / "none.safetensors")
    for entry in list(filled.session.model.entries):
        filled.session.model.change(entry.id, settings=broken)
    filled.session.runner.start()
    until(lambda: told and not filled.session.runner.is_active)
    assert "none.safetensors" in told[0]
    assert states(filled) == ["waiting"] * 3, "nothing is blamed on the files"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_results_stops_the_queue(filled, until, tmp_path):
    (tmp_path / "out").mkdir(mode=0o500)
    told = []
    filled.session.runner.halted.connect(told.append)
    filled.session.runner.start()
    assert str(tmp_path / "out") in told[0]
    assert states(filled) == ["waiting"] * 3


@pytest.mark.slow
def test_a_full_disk_stops_the_queue(filled, monkeypatch):
    monkeypatch.setattr("colorizer.archive.planning.disk.free_bytes", lambda _: 0)
    told = []
    filled.session.runner.halted.connect(told.append)
    filled.session.runner.start()
    assert "nearly full" in told[0] or "full" in told[0]
    assert states(filled) == ["waiting"] * 3
    assert not filled.session.runner.is_active


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing(window, scans, until, qtbot, tmp_path):
    chance = random.Random(5)
    for number in range(20):
        (scans / f"copy{number}.png").write_bytes((scans / "a.png").read_bytes())
    window.add([scans])
    until(lambda: window.session.model.rowCount() == 23)
    window.session.runner.start()
    for _ in range(6):
        qtbot.wait(chance.randrange(50, 4000))
        if window.session.engine.process_id:
            os.kill(window.session.engine.process_id, KILL)
    until(lambda: not window.session.runner.is_active, 300_000)
    for entry in window.session.model.entries:
        assert entry.state is JobState.DONE or "twice" in entry.reason
        assert entry.job.target.exists() == (entry.state is JobState.DONE)
    assert window.session.model.counts[JobState.DONE] >= 17


def test_the_window_imports_neither_torch_nor_av(profile):
    code = f"""
import os, sys
from pathlib import Path
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from gui.app.start import create_app, open_queue
from gui.session.preferences import Preferences
from gui.session.session import Session
from gui.app.window import Window
app = create_app()
preferences = Preferences(Path({str(profile)!r}))
window = Window(Session(preferences, open_queue(preferences.queue_file)))
window.show()
app.processEvents()
print(sorted({{"torch", "av", "cv2", "tifffile"}} & set(sys.modules)))
window.close()
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert found == "[]\n"
