"""A second start with the same queue."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket

from gui.app import second_start
from gui.app.second_start import OtherStarts, hand_over
from tests import draw_photo

HANDING = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from gui.app.second_start import hand_over
app = QCoreApplication([])
print(hand_over(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
"""


@pytest.fixture
def waiting(qtbot, tmp_path):
    taken = []
    others = OtherStarts(tmp_path)
    others.give_to(taken.append)
    yield taken
    others.close()


@pytest.mark.slow
def test_files_of_another_process_reach_the_open_window(qtbot, tmp_path, waiting):
    names = [str(tmp_path / "a.tif"), str(tmp_path / "ü, \n% #.png")]
    command = [sys.executable, "-c", HANDING, str(tmp_path), *names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        qtbot.waitUntil(lambda: bool(waiting), timeout=20000)
        assert other.communicate(timeout=20)[0] == "True\n"
    assert [[str(path) for path in files] for files in waiting] == [names]


@pytest.mark.slow
def test_of_several_starts_at_once_one_window_gets_all_files(tmp_path):
    for name in "abcd":
        Image.fromarray(draw_photo.gray()).save(tmp_path / f"{name}.png")
    command = [sys.executable, "-m", "gui", "--profile", str(tmp_path / "profile")]
    starts = [subprocess.Popen([*command, str(tmp_path / f"{name}.png")]) for name in "abcd"]
    try:
        left = until(lambda: [start for start in starts if start.poll() is None], 1)
        assert until(lambda: queued(tmp_path), 4) == 4
        assert len(left) == 1
    finally:
        for start in starts:
            start.terminate()
            start.wait(20)


def until(ask, wanted):
    """Return the first answer that is, or has as many members as, wanted; within a minute."""
    end = time.monotonic() + 60
    while True:
        answer = ask()
        if time.monotonic() > end or (answer if isinstance(answer, int) else len(answer)) == wanted:
            return answer
        time.sleep(0.2)


def queued(folder):
    """Return how many files the queue holds."""
    try:
        with closing(sqlite3.connect(next(folder.rglob("queue.sqlite")))) as base:
            return base.execute("SELECT count(*) FROM jobs").fetchone()[0]
    except (StopIteration, sqlite3.OperationalError):
        return 0


def test_a_file_that_macos_asks_to_open_reaches_the_window(qapp, tmp_path, waiting):
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "ü.tif"))))
    assert waiting == [[tmp_path / "ü.tif"]]


def test_a_file_asked_for_before_the_window_is_there_is_kept(qapp, tmp_path):
    taken = []
    others = OtherStarts(tmp_path)
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "a.tif"))))
    others.give_to(taken.append)
    others.close()
    assert taken == [[tmp_path / "a.tif"]]


def test_without_a_window_nobody_takes_them(qtbot, tmp_path):
    assert not hand_over(tmp_path, [tmp_path / "a.tif"])


@pytest.mark.parametrize("line", [b"[1]\n", b"{}\n", b"nonsense\n", b'"a"\n'])
def test_nonsense_is_not_taken(qtbot, tmp_path, waiting, line):
    socket = QLocalSocket()
    socket.connectToServer(second_start._name(tmp_path))
    assert socket.waitForConnected(3000)
    socket.write(line)
    socket.flush()
    unconnected = QLocalSocket.LocalSocketState.UnconnectedState
    qtbot.waitUntil(lambda: socket.state() == unconnected, timeout=5000)
    assert waiting == []


def test_a_name_left_by_a_crash_is_taken_over(qtbot, tmp_path, waiting):
    others = OtherStarts(tmp_path)
    others.give_to(waiting.append)
    socket = QLocalSocket()
    socket.connectToServer(second_start._name(tmp_path))
    assert socket.waitForConnected(3000)
    socket.write(json.dumps([]).encode() + b"\n")
    socket.flush()
    qtbot.waitUntil(lambda: waiting == [[]], timeout=5000)
    others.close()
