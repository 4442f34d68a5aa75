"""The run log holds PREMIS events of what happened, one a line."""

import json
import uuid

import pytest

from colorizer.archive.records.run_log import RunLog
from colorizer.errors import TargetError
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.settings import Settings


def job(folder):
    return Job(folder / "a.png", folder / "a_color.png", Kind.PHOTO, Settings())


def written(folder):
    (file,) = folder.glob("colorize-run-*.jsonl")
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_a_result_is_a_derivation_and_a_digest(tmp_path):
    log = RunLog(tmp_path)
    done = Progress(job(tmp_path), JobState.DONE, 1, 1, warnings=("a", "b"), sha256="5" * 64)
    log.take(done)
    log.close()
    agent, first, second = written(tmp_path)
    assert agent["agent"]["agentName"] == "Colorizer"
    event = first["event"]
    assert uuid.UUID(event["eventIdentifier"]["eventIdentifierValue"])
    assert event["eventType"] == "derivation"
    assert event["eventDateTime"].endswith("+00:00")
    outcome = event["eventOutcomeInformation"]
    assert outcome["eventOutcome"] == "success"
    assert outcome["eventOutcomeDetail"]["eventOutcomeDetailNote"] == "a; b"
    roles = [linked["linkingObjectRole"] for linked in event["linkingObjectIdentifier"]]
    assert roles == ["source", "outcome"]
    assert second["event"]["eventType"] == "message digest calculation"
    note = second["event"]["eventOutcomeInformation"]["eventOutcomeDetail"]
    assert note["eventOutcomeDetailNote"] == "5" * 64


def test_a_failure_has_its_reason_and_no_outcome(tmp_path):
    log = RunLog(tmp_path)
    log.take(Progress(job(tmp_path), JobState.FAILED, message="is empty"))
    log.close()
    event = written(tmp_path)[1]["event"]
    assert event["eventOutcomeInformation"]["eventOutcome"] == "failure"
    assert "is empty" in json.dumps(event["eventOutcomeInformation"])
    assert [one["linkingObjectRole"] for one in event["linkingObjectIdentifier"]] == ["source"]


def test_a_copy_is_no_derivation(tmp_path):
    log = RunLog(tmp_path)
    log.take(Progress(job(tmp_path), JobState.DONE, message="copied", content="text"))
    log.take(Progress(job(tmp_path), JobState.DONE, content="coloured"))
    log.close()
    kinds = [line["event"]["eventType"] for line in written(tmp_path)[1:]]
    assert kinds == ["replication", "derivation"]


def test_where_nothing_happened_there_is_no_log(tmp_path):
    log = RunLog(tmp_path)
    log.take(Progress(job(tmp_path), JobState.SKIPPED, message="exists"))
    log.take(Progress(job(tmp_path), JobState.RUNNING))
    log.close()
    assert not list(tmp_path.iterdir())


def test_two_runs_in_one_second_have_two_logs(tmp_path):
    for _ in range(2):
        log = RunLog(tmp_path)
        log.take(Progress(job(tmp_path), JobState.DONE))
        log.close()
    assert len(list(tmp_path.iterdir())) == 2


def test_lines_are_on_the_disk_before_the_run_ends(tmp_path):
    log = RunLog(tmp_path)
    log.take(Progress(job(tmp_path), JobState.DONE))
    assert len(written(tmp_path)) == 2
    log.close()


def test_a_log_that_cant_be_written_is_an_error_of_one_line(tmp_path):
    log = RunLog(tmp_path / "not there")
    with pytest.raises(TargetError, match="run log can't be written"):
        log.take(Progress(job(tmp_path), JobState.DONE))
