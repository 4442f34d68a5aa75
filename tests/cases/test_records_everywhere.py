"""Whoever makes results records them: every result has its PREMIS events and its manifest line.

SHA-256 by hashlib; the events by the words of the PREMIS 3 vocabulary.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer import api, pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import networks
from tests import drawn
from tests.tiny_model import tiny_model
from tests.tiny_weights import write_tiny_weights

ROOT = Path(__file__).resolve().parents[2]


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def results(out: Path) -> dict[str, str]:
    found = (file for file in out.rglob("*_color.*") if not file.name.endswith(".json"))
    return {file.relative_to(out).as_posix(): sha256(file) for file in found}


def listed(out: Path) -> dict[str, str]:
    lines = (out / "manifest-sha256.txt").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def events(out: Path, kind: str) -> list[dict]:
    lines = [
        line for log in out.glob("colorize-run-*.jsonl") for line in log.read_text().splitlines()
    ]
    told = [json.loads(line).get("event", {}) for line in lines]
    return [event for event in told if event.get("eventType") == kind]


def assert_recorded(out: Path, count: int) -> None:
    made = results(out)
    assert len(made) == count
    assert listed(out) == made
    digests = {}
    for event in events(out, "message digest calculation"):
        (linked,) = event["linkingObjectIdentifier"]
        name = Path(linked["linkingObjectIdentifierValue"]).relative_to(out).as_posix()
        assert name not in digests, "told twice"
        detail = event["eventOutcomeInformation"]["eventOutcomeDetail"]
        digests[name] = detail["eventOutcomeDetailNote"]
    assert digests == made
    assert len(events(out, "derivation")) == count


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    monkeypatch.setattr(networks, "_load", lambda *_: tiny_model())


@pytest.fixture
def scans(tmp_path) -> Path:
    for number in range(5):
        drawn.photo(tmp_path / "in" / f"box {number % 2}" / f"{number}.png", number)
    return tmp_path


@pytest.mark.matrix
@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("how", ["run", "queue", "watch", "python"])
def test_every_way_records_alike(scans, how):
    given, out = scans / "in", scans / "out"
    named = [str(given), "-o", str(out), "--size", "64"]
    queue = ["queue", "--file", str(scans / "q" / "queue.sqlite")]
    if how == "run":
        assert cli.main(["run", *named]) == ExitCode.OK
    elif how == "queue":
        assert cli.main([*queue, "add", *named]) == ExitCode.OK
        assert cli.main([*queue, "run"]) == ExitCode.OK
    elif how == "watch":
        quick = ["--stable", "1", "--interval", "1", "--idle", "2"]
        assert cli.main(["watch", *named, *quick]) == ExitCode.OK
    else:
        api.colorize(given, out, model=tiny_model(), size=64)
    assert_recorded(out, 5)


@pytest.mark.usefixtures("tiny")
def test_records_can_be_left_out_of_a_queue_run_and_of_python(scans):
    queue = ["queue", "--file", str(scans / "q" / "queue.sqlite")]
    cli.main([*queue, "add", str(scans / "in"), "-o", str(scans / "out"), "--size", "64"])
    assert cli.main([*queue, "run", "--no-log", "--no-manifest"]) == ExitCode.OK
    api.colorize(scans / "in", scans / "out", model=tiny_model(), size=64, records=False)
    assert not (scans / "out" / "manifest-sha256.txt").exists()
    assert not list((scans / "out").glob("colorize-run-*"))


@pytest.mark.usefixtures("tiny")
def test_results_without_events_or_lines_get_them_on_the_next_run(scans):
    named = ["run", str(scans / "in"), "-o", str(scans / "out"), "--size", "64"]
    assert cli.main([*named, "--no-log", "--no-manifest"]) == ExitCode.OK
    for _ in range(2):  # the second time all is known
        assert cli.main(named) == ExitCode.OK
        assert_recorded(scans / "out", 5)
    sidecar = json.loads((scans / "out/box 0/0_color.png.colorize.json").read_text())
    times = {event["eventDateTime"] for event in events(scans / "out", "derivation")}
    assert sidecar["ended"] in times, "the time at which it was made, not at which it was told"


@pytest.mark.usefixtures("tiny")
def test_a_log_full_of_nonsense_is_no_error(scans):
    named = ["run", str(scans / "in"), "-o", str(scans / "out"), "--size", "64"]
    assert cli.main([*named, "--no-log"]) == ExitCode.OK
    digest = '{"event": {"eventType": "message digest calculation", "linkingObjectIdentifier": %s}}'
    lines = ["[" * 100_000, "null", digest % "[1]", digest % ("[" * 20_000), "\x00", digest % "[]"]
    (scans / "out" / "colorize-run-1.jsonl").write_text("\n".join(lines))
    os.mkfifo(scans / "out" / "colorize-run-2.jsonl")
    assert cli.main(named) == ExitCode.OK
    (log,) = (scans / "out").glob("colorize-run-2*Z.jsonl")
    assert log.read_text().count('"derivation"') == 5


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("number", "jobs"), [(signal.SIGINT, 3), (signal.SIGTERM, 1)])
def test_what_was_finished_at_an_interrupt_is_recorded(tmp_path, number, jobs):
    for index in range(60):
        drawn.photo(tmp_path / "in" / f"{index}.png", index)
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "colorizer", "run", tmp_path / "in", "-o", out, "--size", "64"]
    running = subprocess.Popen(
        [*map(str, command), "--weights", str(weights), "--jobs", str(jobs)], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + 120
    while len(list(out.glob("*.colorize.json"))) < 7:
        assert time.monotonic() < end
        time.sleep(0.01)
    running.send_signal(number)
    told, errors = running.communicate(timeout=120)
    assert running.returncode == ExitCode.INTERRUPTED, errors
    made = results(out)
    assert 7 <= len(made) < 60
    assert_recorded(out, len(made))
    assert len(told.splitlines()) == len(made), "the summary counts what is there"
    assert f"{len(made)} done" in errors
