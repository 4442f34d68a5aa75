"""The queue without the window."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import networks
from colorizer.engine.queue import Queue
from colorizer.engine.queue_lock import LOCK, held
from colorizer.errors import ColorizerError
from colorizer.files.claims import Claim
from colorizer.jobs import JobState
from tests import drawn
from tests.tiny_model import tiny_model
from tests.tiny_weights import write_tiny_weights


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(networks, "_load", lambda *_: tiny_model())


@pytest.fixture
def base(tmp_path) -> Path:
    drawn.photo(tmp_path / "in" / "a.png", 1)
    (tmp_path / "in" / "b.jpg").write_text("no picture")
    drawn.film(tmp_path / "in" / "film.mkv", 3)
    return tmp_path


def queue(base: Path, *words) -> int:
    return cli.main(["queue", "--file", str(base / "q" / "queue.sqlite"), *map(str, words)])


def states(base: Path) -> dict[str, str]:
    with Queue(base / "q" / "queue.sqlite", alone=False) as opened:
        return {entry.job.source.name: str(entry.state) for entry in opened.entries()}


@pytest.mark.slow
def test_what_was_added_is_run_later_and_cleared(base, capsys):
    assert queue(base, "add", base / "in", "-o", base / "out", "--size", 64) == ExitCode.OK
    assert set(states(base).values()) == {"waiting"}
    assert queue(base, "run") == ExitCode.SOME_FAILED
    assert states(base) == {"a.png": "done", "b.jpg": "failed", "film.mkv": "done"}
    assert (base / "out" / "film_color.mkv").exists()
    capsys.readouterr()
    assert queue(base, "list", "--json") == ExitCode.OK
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["state"] for row in rows] == ["done", "failed", "done"]
    assert rows[1]["message"]
    assert queue(base, "clear") == ExitCode.OK
    assert states(base) == {"b.jpg": "failed"}
    assert queue(base, "run") == ExitCode.OK, "what failed waits for --retry"
    drawn.photo(base / "in" / "b.jpg", 4)
    assert queue(base, "run", "--retry") == ExitCode.OK
    assert states(base) == {"b.jpg": "done"}
    assert queue(base, "clear", "--all") == ExitCode.OK
    assert states(base) == {}


def test_a_queue_in_use_is_read_but_not_changed(base, capsys):
    queue(base, "add", base / "in", "-o", base / "out")
    file = base / "q" / "queue.sqlite"
    with Queue(file) as opened:
        opened.update(1, state=JobState.RUNNING)
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import sys, time; from pathlib import Path\n"
         "from colorizer.engine.queue_lock import held\n"
         "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)", str(file)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        capsys.readouterr()
        assert queue(base, "clear", "--all") == ExitCode.NO_INPUT
        assert "in use" in capsys.readouterr().err
        assert queue(base, "list") == ExitCode.OK
        assert states(base)["a.png"] == "running", "reading it interrupts nothing"
    finally:
        holder.kill()
        holder.wait()
    assert queue(base, "clear", "--all") == ExitCode.OK, "a killed holder holds nothing"
    assert not (file.parent / LOCK).exists()


def test_two_can_not_hold_a_queue(tmp_path):
    file = tmp_path / "queue.sqlite"
    with held(file), pytest.raises(ColorizerError, match="in use"), held(file):
        pass
    with held(file):
        pass


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_killed_run_is_interrupted_and_goes_on(base):
    drawn.film(base / "in" / "film.mkv", 60)
    weights = write_tiny_weights(base / "tiny.safetensors")
    queue(
        base,
        "add",
        base / "in" / "film.mkv",
        "-o",
        base / "out",
        "--size",
        64,
        "--weights",
        weights,
    )
    code = (
        "import sys; from colorizer.commands import cli; from colorizer.engine import networks\n"
        "from tests.tiny_model import tiny_model\n"
        "networks._load = lambda *_: tiny_model(); sys.exit(cli.main(sys.argv[1:]))"
    )
    file = str(base / "q" / "queue.sqlite")
    run = subprocess.Popen([sys.executable, "-c", code, "queue", "--file", file, "run"])
    end = time.monotonic() + 60
    while states(base)["film.mkv"] == "waiting" and time.monotonic() < end:
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert states(base)["film.mkv"] == "running"
    assert queue(base, "run") == ExitCode.OK
    assert states(base)["film.mkv"] == "done"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_what_was_in_work_at_a_death_is_done_apart_and_fails_if_it_dies_again(base, monkeypatch):
    queue(base, "add", base / "in" / "a.png", "-o", base / "out")
    with Queue(base / "q" / "queue.sqlite") as opened:
        opened.update(1, state=JobState.RUNNING)
        claim = Claim(opened.entry(1).job.target)
    assert claim.take()
    claim.release(died=True)
    monkeypatch.setattr(networks, "_load", lambda *_: pytest.fail("done in this process"))
    crash = sys.executable, ["-c", "import os; os.abort()"]
    monkeypatch.setattr("colorizer.engine.apart.worker_command", lambda: crash)
    for words in (["run"], ["run", "--retry"]):
        assert queue(base, *words) == ExitCode.SOME_FAILED
        with Queue(base / "q" / "queue.sqlite") as opened:
            assert "SIGABRT" in opened.entry(1).reason
