import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from colorizer.jobs import Job, Kind
from colorizer.settings import Settings


def run(code: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_without_qt_the_command_says_what_to_install():
    code = (
        "import sys; sys.modules['PySide6'] = None; from gui.__main__ import main;"
        " sys.exit(main([]))"
    )
    result = run(code)
    assert result.returncode == 4
    assert "film-colorizer[gui]" in result.stderr
    assert "Traceback" not in result.stderr


def test_help_needs_no_qt():
    result = run("from gui.__main__ import main; main(['--help'])")
    assert result.returncode == 0
    assert "INPUT" in result.stdout


def test_a_damaged_queue_is_put_aside(qapp, tmp_path, monkeypatch):
    from gui.app import start

    told = []
    monkeypatch.setattr(start, "warn", lambda words, _: told.append(words))
    file = tmp_path / "queue.sqlite"
    file.write_bytes(b"nothing of ours" * 99)
    with start.open_queue(file) as queue:
        queue.add([Job(tmp_path / "a", tmp_path / "b", Kind.PHOTO, Settings())])
    assert "queue.sqlite" in told[0]
    assert any(".damaged-" in path.name for path in tmp_path.iterdir())


@pytest.mark.slow
def test_an_unforeseen_fault_is_logged_and_said_once(shared_window, capsys):
    shown = []
    shared_window._handle_trouble = shown.append
    error = ValueError("strange")
    for _ in range(2):
        shared_window.report_fault(ValueError, error, None)
    assert shown == ["strange"]
    assert any("ValueError: strange" in line for line in shared_window.session.engine.log)


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_end_of_a_session_closes_the_window_without_a_question(monkeypatch, name):
    from gui.app import start

    number = getattr(signal, name)
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.SIG_DFL)
    handlers, closed = {}, []
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    window = SimpleNamespace(ask_before_closing=True, close=lambda: closed.append(name))
    start.close_on_signals(window)
    handlers[number](number, None)
    assert closed
    assert window.ask_before_closing is (name == "SIGINT")
