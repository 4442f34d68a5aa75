"""A second start with the same queue."""

import json
import subprocess
import sys

import pytest
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket

from gui.app import second_start
from gui.app.second_start import OtherStarts, hand_over

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
    others = OtherStarts(tmp_path, taken.append)
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


def test_a_file_that_macos_asks_to_open_reaches_the_window(qapp, tmp_path, waiting):
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "ü.tif"))))
    assert waiting == [[tmp_path / "ü.tif"]]


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
    others = OtherStarts(tmp_path, waiting.append)
    socket = QLocalSocket()
    socket.connectToServer(second_start._name(tmp_path))
    assert socket.waitForConnected(3000)
    socket.write(json.dumps([]).encode() + b"\n")
    socket.flush()
    qtbot.waitUntil(lambda: waiting == [[]], timeout=5000)
    others.close()
