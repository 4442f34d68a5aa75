"""The command `watch`: it does what comes in, and its end is told as that of a run."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.files import hiccups
from colorizer.files.claims import claim_file
from tests import drawn
from tests.program import PROGRAM
from tests.tiny_model import tiny_model
from tests.tiny_weights import write_tiny_weights

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    monkeypatch.setattr(hiccups, "WAITS", ())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path


def put(path, data=b"x"):
    path.write_bytes(data)
    return path


def watching(folder, *more):
    arguments = ["watch", folder / "in", "-o", folder / "out", "--size", 64, "--interval", 1]
    return cli.main([*map(str, arguments), "--stable", "1", "--idle", "3", *more])


@pytest.mark.slow
def test_the_command_does_what_comes_in_and_a_second_start_repeats_nothing(folder, capsys):
    before = drawn.photo(folder / "in" / "a.png", 1)
    put(folder / "in" / "bad.png", b"text")
    later = threading.Timer(2, shutil.copy, (before, folder / "in" / "later.png"))
    later.start()
    assert watching(folder) == ExitCode.SOME_FAILED
    later.join()
    told = capsys.readouterr()
    assert sorted(Path(line).name for line in told.out.splitlines()) == [
        "a_color.png", "later_color.png",
    ]  # fmt: skip
    assert "2 done, 0 skipped, 1 failed" in told.err
    assert (folder / "out" / "manifest-sha256.txt").read_text().count("\n") == 2
    results = {n: h for n, h in drawn.hashes(folder / "out").items() if n.endswith("png")}
    (folder / "in" / "bad.png").unlink()
    assert watching(folder) == ExitCode.OK
    assert "0 done, 2 skipped, 0 failed" in capsys.readouterr().err
    again = drawn.hashes(folder / "out")
    assert {name: again[name] for name in results} == results


@pytest.mark.slow
def test_only_one_watch_works_in_a_folder(folder, capsys):
    thread = threading.Thread(target=watching, args=(folder, "-q"))
    thread.start()
    lock = claim_file(folder / "out" / "watch")
    end = time.monotonic() + 60
    while not lock.exists() and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.1)
    assert watching(folder) == ExitCode.NOT_WRITABLE
    assert "another watch" in capsys.readouterr().err
    thread.join()


def test_a_file_is_no_folder_to_watch(folder, capsys):
    put(folder / "in" / "a.jpg")
    assert cli.main(["watch", str(folder / "in" / "a.jpg"), "-o", str(folder)]) == ExitCode.USAGE
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--no-sidecar", "--existing=overwrite", "--name={n}_c"])
def test_options_that_could_do_a_file_twice_are_refused_before_anything_is_made(folder, option):
    named = ["watch", str(folder / "in"), "-o", str(folder / "out"), option]
    assert cli.main(named) == ExitCode.USAGE
    assert not (folder / "out").exists()


@pytest.mark.slow
def test_events_of_a_watch_are_those_of_a_run(folder, capsys):
    drawn.photo(folder / "in" / "a.png", 1)
    assert watching(folder, "--json") == ExitCode.OK
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [event["event"] for event in told if event["event"] != "progress"]
    assert names == ["start", "done", "summary"]
    assert told[-1]["done"] == 1


def heard():
    """Hear a closed terminal, also where the tests run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.program
@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_a_signal_ends_a_watch_with_the_count_of_what_was_done(folder, name):
    drawn.photo(folder / "in" / "a.png", 1)
    weights = write_tiny_weights(folder / "tiny.safetensors")
    command = [*PROGRAM, "watch", folder / "in", "-o", folder / "out"]
    options = ["--size", "64", "--interval", "1", "--stable", "1", "--weights", weights]
    running = subprocess.Popen([*map(str, [*command, *options])], cwd=ROOT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=heard)  # fmt: skip
    assert running.stdout.readline().strip() == str(folder / "out" / "a_color.png")
    running.send_signal(getattr(signal, name))
    _, errors = running.communicate(timeout=60)
    assert running.returncode == ExitCode.OK, errors
    assert "1 done, 0 skipped, 0 failed" in errors
    assert not claim_file(folder / "out" / "watch").exists()
