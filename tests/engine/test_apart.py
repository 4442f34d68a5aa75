"""A library that crashes on a file: the file fails, the rest is done, however often one tries."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from colorizer.archive.records.manifest import read_manifest
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine.apart import Apart
from colorizer.files.claims import PREFIX
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.work_folder import work_folder
from colorizer.settings import Settings
from tests import drawn
from tests.crashing import crash_on_bad_files
from tests.tiny_weights import write_tiny_weights

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGABRT")


@pytest.fixture
def crashing(tmp_path, monkeypatch) -> Path:
    """Let the decoder of new processes crash on files called bad."""
    return crash_on_bad_files(tmp_path, monkeypatch)


@pytest.fixture
def weights(tmp_path) -> Path:
    return write_tiny_weights(tmp_path / "tiny.safetensors")


def run(folder: Path, weights: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "colorizer", "run", folder / "in", "-o", folder / "out"]
    options = ["--jobs", "1", "--json", "--size", "64", "--weights", weights]
    return subprocess.run(
        [*command, *options], capture_output=True, text=True, check=False, timeout=200
    )


def ends(told: str) -> dict[str, dict]:
    events = [json.loads(line) for line in told.splitlines()]
    found = [event for event in events if event["event"] in ("done", "skipped", "failed")]
    return {Path(event["source"]).name: event for event in found}


@pytest.mark.slow
@pytest.mark.usefixtures("crashing")
def test_a_process_apart_outlives_no_crash_but_the_next_job_has_a_new_one(tmp_path, weights):
    settings = Settings(weights=weights, size=64)
    jobs = []
    for number, name in enumerate(("good.png", "bad.png", "fine.png")):
        source = drawn.photo(tmp_path / "in" / name, number)
        jobs.append(Job(source, tmp_path / "out" / name, Kind.PHOTO, settings))
    with Apart() as apart:
        events = [list(apart.run(job, workers=2)) for job in jobs]
        process = apart._process
    assert process.poll() is not None
    states = [told[-1].state for told in events]
    assert states == [JobState.DONE, JobState.FAILED, JobState.DONE]
    assert events[0][0].state is JobState.RUNNING
    assert "twice while this file was in progress (SIGABRT)" in events[1][-1].message
    assert events[0][-1].sha256 == drawn.hashes(tmp_path / "out")["good.png"]
    assert not list((tmp_path / "out").rglob("*.part"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_signals_of_the_group_are_for_who_started_the_process(tmp_path, weights, name):
    source = drawn.photo(tmp_path / "good.png")
    job = Job(source, tmp_path / "out.png", Kind.PHOTO, Settings(weights=weights, size=64))
    with Apart() as apart:
        steps = apart.run(job)
        next(steps)
        os.kill(apart._process.pid, getattr(signal, name))
        assert list(steps)[-1].state is JobState.DONE


@pytest.mark.slow
@pytest.mark.usefixtures("crashing")
def test_leaving_off_ends_the_process_and_leaves_no_part(tmp_path, weights):
    source = drawn.photo(tmp_path / "good.png")
    job = Job(source, tmp_path / "out.png", Kind.PHOTO, Settings(weights=weights, size=64))
    with Apart() as apart:
        steps = apart.run(job)
        next(steps)
        process = apart._process
        steps.close()
        assert process.poll() is not None
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.slow
def test_a_file_that_crashes_a_folder_twice_has_failed_and_the_folder_is_done(
    tmp_path, weights, crashing
):
    for number, name in enumerate(("a.png", "bad.png", "c.png", "d.png")):
        drawn.photo(tmp_path / "in" / name, number)
    assert run(tmp_path, weights).returncode == -signal.SIGABRT
    assert list((tmp_path / "out").glob(f"{PREFIX}*"))
    for done in ({"c.png", "d.png"}, set()):  # the second time nothing but the file is tried
        again = run(tmp_path, weights)
        assert again.returncode == ExitCode.SOME_FAILED, again.stderr
        told = ends(again.stdout)
        assert {name for name, event in told.items() if event["event"] == "done"} == done
        assert told["bad.png"]["event"] == "failed"
        assert "SIGABRT" in told["bad.png"]["message"]
    crashing.unlink()  # a new version of the library
    cured = run(tmp_path, weights)
    assert cured.returncode == ExitCode.OK, cured.stderr
    assert ends(cured.stdout)["bad.png"]["event"] == "done"
    assert not list((tmp_path / "out").glob(f"{PREFIX}*"))
    assert len(read_manifest(tmp_path / "out" / "manifest-sha256.txt")) == 4
    assert cli.main(["verify", str(tmp_path / "out")]) == ExitCode.OK


@pytest.mark.slow
def test_a_pause_holds_the_process_too(tmp_path, weights):
    source = drawn.film(tmp_path / "a.mkv", 200)
    job = Job(source, tmp_path / "b.mkv", Kind.FILM, Settings(weights=weights, size=64))
    with Apart() as apart:
        apart.pause(True)
        told = []
        thread = threading.Thread(target=lambda: told.extend(apart.run(job)))
        thread.start()
        time.sleep(8)
        assert told == []
        assert not work_folder(job.target).exists(), "nothing is begun"
        apart.pause(False)
        thread.join(120)
    assert told[-1].state is JobState.DONE
