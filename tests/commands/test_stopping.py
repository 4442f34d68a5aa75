"""Ctrl-C, a second one, and a reader that goes away."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.commands.report import ExitCode
from tests import drawn
from tests.commands.calls import results
from tests.matrix import mostly_slow
from tests.tiny_model import tiny_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


SCRIPT = """
import sys, time
from colorizer.commands import cli
from colorizer import pipeline
from tests.tiny_model import TinyModel
class Slow(TinyModel):
    def predict(self, L, **rest):
        open({mark!r}, "a").close()
        time.sleep({pause})
        return super().predict(L, **rest)
pipeline.load_model = lambda *_: Slow().eval()
sys.exit(cli.main(sys.argv[1:]))
"""


def start(folder: Path, pause: float, *arguments) -> subprocess.Popen:
    script = SCRIPT.format(pause=pause, mark=str(folder / "predicting"))
    command = [sys.executable, "-c", script, "run", folder / "in"]
    command += ["-o", folder / "out", "--size", "64", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        list(map(str, command)), cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for(running: subprocess.Popen, condition, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


def parts(folder: Path) -> list[Path]:
    return [path for path in (folder / "out").rglob("*") if ".part" in path.name]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
@pytest.mark.parametrize("kind", mostly_slow(["photos", "film"]))
def test_ctrl_c_leaves_no_part_and_the_next_run_goes_on(tmp_path, kind):
    if kind == "film":
        drawn.film(tmp_path / "in" / "film.mkv", 400)
    else:
        for index in range(30):
            drawn.photo(tmp_path / "in" / f"{index}.png", index)
    running = start(tmp_path, 0.1, "--jobs", 2)
    wait_for(running, lambda: parts(tmp_path) if kind == "film" else len(results(tmp_path)) > 1)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=120)
    assert running.returncode == ExitCode.INTERRUPTED, told
    assert "stopping after the current picture" in told
    assert "not done" in told
    assert "Traceback" not in told
    assert parts(tmp_path) == []
    finished = drawn.hashes(tmp_path / "out")
    assert len(finished) < (30 if kind == "photos" else 1)
    second = start(tmp_path, 0)
    _, told = second.communicate(timeout=120)
    assert second.returncode == ExitCode.OK, told
    assert f"{len(finished)} skipped" in told
    assert finished.items() <= drawn.hashes(tmp_path / "out").items()
    assert len(results(tmp_path)) == (30 if kind == "photos" else 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_a_second_ctrl_c_stops_at_once_and_leaves_no_part(tmp_path):
    drawn.film(tmp_path / "in" / "film.mkv", 20)
    running = start(tmp_path, 200)
    wait_for(running, (tmp_path / "predicting").exists)
    assert list((tmp_path / "out").glob(".*.colorize/journal.jsonl"))
    running.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=100)  # half of what the picture takes
    assert running.returncode == ExitCode.INTERRUPTED
    assert parts(tmp_path) == []


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_traceback(archive):
    running = start(archive, 0.2)
    running.stdout.close()
    running.stdout = None
    _, told = running.communicate(timeout=60)
    assert running.returncode != ExitCode.INTERRUPTED, "the work continues"
    assert "Traceback" not in told
    assert parts(archive) == []
