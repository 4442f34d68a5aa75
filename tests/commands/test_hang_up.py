"""A closed terminal (SIGHUP) and SIGTERM: they stop as Ctrl-C does, and nohup ignores the first."""

import io
import os
import signal
import sys
import time

import pytest

from colorizer.commands import cli
from colorizer.commands.interrupt import Interrupt, signals_as_ctrl_c
from colorizer.commands.lasting import Lasting
from colorizer.commands.report import ExitCode
from tests import drawn
from tests.commands.calls import results
from tests.commands.test_stopping import ROOT, SCRIPT, parts, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGHUP")


@pytest.fixture(autouse=True)
def _as_before():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.getsignal(number)) for number in numbers]
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def send(*names: str) -> None:
    for name in names:
        os.kill(os.getpid(), getattr(signal, name))
        time.sleep(0)  # Python looks for signals


@pytest.mark.parametrize("names", [["SIGHUP"] * 3, ["SIGTERM", "SIGHUP"], ["SIGHUP", "SIGTERM"]])
def test_a_hang_up_stops_and_is_never_the_second_signal(names, capfd):
    with Interrupt(list) as interrupt:
        assert not interrupt.asked
        send(*names)
        assert interrupt.asked
        assert interrupt.name == names[0]
    send("SIGHUP")  # while the summary is written
    assert capfd.readouterr().err.count("stopping after the current picture") == 1


def test_under_nohup_a_hang_up_stops_nothing():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with signals_as_ctrl_c(), Interrupt(list) as interrupt:
        send("SIGHUP")
        assert not interrupt.asked
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_what_is_no_run_ends_as_by_ctrl_c_once(monkeypatch, name):
    def killed(_):
        try:
            send(name)
        finally:
            send("SIGHUP")  # while it cleans up

    monkeypatch.setattr(cli, "_probe", killed)
    monkeypatch.setattr(cli, "program_parser", cli.program_parser.__wrapped__)
    assert cli.main(["probe", "film.mkv"]) == ExitCode.INTERRUPTED
    assert signal.getsignal(getattr(signal, name)) is signal.SIG_DFL


def test_what_a_closed_terminal_does_not_show_is_not_lost():
    class Closed(io.StringIO):
        def write(self, _):
            raise OSError(5, "Input/output error")

        def isatty(self):
            return self.seen

    for seen in (True, False):
        Closed.seen = seen
        stream = Lasting(Closed())
        stream.write("done\n")
        assert stream.is_lost is not seen


@pytest.mark.slow
def test_a_film_whose_terminal_is_closed_is_done_by_the_same_command(tmp_path):
    drawn.film(tmp_path / "in" / "film.mkv", 400)
    script = SCRIPT.format(pause=0.1, mark=str(tmp_path / "predicting"))
    command = [sys.executable, "-c", script, "run", tmp_path / "in", "-o", tmp_path / "out"]
    child, terminal = os.forkpty()
    if not child:
        os.chdir(ROOT)
        os.execv(sys.executable, [*map(str, command), "--size", "64"])
    end = time.monotonic() + 60
    while not parts(tmp_path):
        assert time.monotonic() < end
        time.sleep(0.01)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == ExitCode.INTERRUPTED
    assert not [path for path in parts(tmp_path) if path.is_file()]
    second = start(tmp_path, 0)
    _, told = second.communicate(timeout=120)
    assert second.returncode == ExitCode.OK, told
    assert len(results(tmp_path)) == 1
