"""A file at which a process died is done apart by everyone who does jobs, and fails by name.

The worker process is one that aborts at once; the name of the signal is the system's.
"""

import json
import signal
import sys
from pathlib import Path

import pytest

from colorizer import api
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.errors import ColorizerError
from colorizer.files.claims import Claim, Hold, look
from tests import drawn

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="no SIGABRT"),
    pytest.mark.usefixtures("tiny"),
]
NAME = signal.Signals(signal.SIGABRT).name


@pytest.fixture
def scans(tmp_path, monkeypatch) -> Path:
    """Three photos; at the second a process has died, and will again."""
    crash = sys.executable, ["-c", "import os; os.abort()"]
    monkeypatch.setattr("colorizer.engine.apart.worker_command", lambda: crash)
    for number, name in enumerate(("a", "bad", "c")):
        drawn.photo(tmp_path / "in" / f"{name}.png", number)
    died_at(tmp_path)
    return tmp_path


def died_at(folder: Path) -> None:
    (folder / "out").mkdir(exist_ok=True)
    claim = Claim(folder / "out" / "bad_color.png")
    assert claim.take()
    claim.release(died=True)


def failures(folder: Path) -> list[str]:
    """Return what the run logs tell of sources that failed, as PREMIS events."""
    lines = [
        line
        for log in (folder / "out").glob("colorize-run-*.jsonl")
        for line in log.read_text().splitlines()
    ]
    outcomes = [json.loads(line).get("event", {}).get("eventOutcomeInformation") for line in lines]
    return [
        outcome["eventOutcomeDetail"]["eventOutcomeDetailNote"]
        for outcome in outcomes
        if outcome and outcome["eventOutcome"] == "failure"
    ]


@pytest.mark.matrix
@pytest.mark.parametrize("how", ["run", "queue", "watch", "python"])
def test_every_way_does_it_apart_and_the_rest_is_done(scans, how):
    named = [str(scans / "in"), "-o", str(scans / "out"), "--size", "64"]
    queue = ["queue", "--file", str(scans / "q" / "queue.sqlite")]
    if how == "run":
        assert cli.main(["run", *named]) == ExitCode.SOME_FAILED
    elif how == "queue":
        assert cli.main([*queue, "add", *named]) == ExitCode.OK
        assert cli.main([*queue, "run"]) == ExitCode.SOME_FAILED
    elif how == "watch":
        quick = ["--stable", "1", "--interval", "1", "--idle", "2"]
        assert cli.main(["watch", *named, *quick]) == ExitCode.SOME_FAILED
    else:
        with pytest.raises(ColorizerError, match=rf"1 of 3 failed.*bad\.png.*{NAME}"):
            api.colorize(scans / "in", scans / "out", size=64)
    made = sorted(file.name for file in (scans / "out").glob("*_color.png"))
    assert made == ["a_color.png", "c_color.png"]
    (note,) = failures(scans)
    assert NAME in note
    assert "twice" in note
    assert look(scans / "out" / "bad_color.png") is Hold.LEFT, "the next try is made apart too"


def test_a_network_that_no_settings_name_can_not_be_given_to_another_process(scans):
    from tests.tiny_model import tiny_model

    made = api.colorize(scans / "in", scans / "out", model=tiny_model(), size=64)
    assert len(made) == 3
