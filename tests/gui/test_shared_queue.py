"""The window and the command line have one queue, and never at once."""

import pytest
from PySide6.QtCore import QLockFile, QStandardPaths

from colorizer.commands.queue import queue_file
from colorizer.engine.queue_lock import LOCK, held
from colorizer.errors import ColorizerError
from gui.session.preferences import Preferences


def test_the_window_has_the_queue_of_the_command_line(qapp):
    before, tested = qapp.applicationName(), QStandardPaths.isTestModeEnabled()
    qapp.setApplicationName("Colorizer")
    QStandardPaths.setTestModeEnabled(False)
    try:
        assert Preferences().queue_file == queue_file()
    finally:
        qapp.setApplicationName(before)
        QStandardPaths.setTestModeEnabled(tested)


def test_a_queue_of_the_window_is_not_the_command_lines(tmp_path):
    lock = QLockFile(str(tmp_path / LOCK))
    assert lock.tryLock(0)
    with pytest.raises(ColorizerError, match="in use"), held(tmp_path / "queue.sqlite"):
        pass
    lock.unlock()


def test_a_queue_of_the_command_line_is_not_the_windows(tmp_path):
    lock = QLockFile(str(tmp_path / LOCK))
    with held(tmp_path / "queue.sqlite"):
        assert not lock.tryLock(50)
    assert lock.tryLock(50)
    lock.unlock()
