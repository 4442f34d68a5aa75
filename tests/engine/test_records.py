"""The worker keeps run log and manifest as the command line does."""

import hashlib
import json
import time

import pytest

from colorizer.archive.records.manifest import NAME, read_manifest
from colorizer.engine import records as kept
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.settings import Settings


@pytest.fixture
def records(monkeypatch):
    monkeypatch.setattr(kept, "REST", 0.05)
    records = kept.Records()
    yield records
    records.close()


def done(out, name):
    (out / name).write_bytes(name.encode())
    job = Job(out.parent / name, out / name, Kind.PHOTO, Settings())
    return Progress(
        job, JobState.DONE, 1, 1, sha256=hashlib.sha256(name.encode()).hexdigest()
    )  # fmt: skip


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_the_manifest_is_written_when_work_rests_and_grows(records, out):
    for name in ("a.png", "b.png"):
        records.take(str(out), done(out, name))
        end = time.monotonic() + 60
        while not (out / NAME).exists() or name not in read_manifest(out / NAME):
            assert time.monotonic() < end
            time.sleep(0.02)
    assert read_manifest(out / NAME)["a.png"] == hashlib.sha256(b"a.png").hexdigest()


def test_the_log_has_every_end_at_once(records, out):
    records.take(str(out), done(out, "a.png"))
    (log,) = out.glob("colorize-run-*.jsonl")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert any("a.png" in json.dumps(line) for line in lines)


def test_without_a_folder_nothing_is_kept(records, out):
    records.take(None, done(out, "a.png"))
    records.take(str(out / "none"), done(out, "a.png"))
    records.close()
    assert [path.name for path in out.iterdir()] == ["a.png"]


def test_what_cannot_be_written_ends_nothing(records, out, caplog):
    (out / NAME).write_text("no manifest at all\n")
    records.take(str(out), done(out, "a.png"))
    records.close()
    assert "line 1" in caplog.text
    assert (out / NAME).read_text() == "no manifest at all\n"
