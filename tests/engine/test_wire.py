"""Jobs and their ends travel between processes as JSON and come out as they went in."""

import json
from pathlib import Path

import pytest

from colorizer.engine.wire import end_event, item_of, job_from, progress_from
from colorizer.errors import SettingsError, TargetError
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.notes import note
from colorizer.places.hint import Hint, Reference
from colorizer.settings import Settings

GUIDES = (Hint(0.25, 0.5, 20.0, -30.0, 1.5), Reference(Path("/in/painted.png"), 0.5))


def through(value):
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("name", ["a.mkv", "a b\n.mkv", "\udcff.mkv"])
def test_a_job_comes_out_as_it_went_in(name):
    settings = Settings(codec="ffv1", start="10", weights=Path("/w.safetensors"))
    job = Job(Path("/in") / name, Path("/out") / name, Kind.FILM, settings, GUIDES)
    assert job_from(through(item_of(job))) == job


@pytest.mark.parametrize("state", [JobState.DONE, JobState.SKIPPED, JobState.FAILED])
def test_an_end_comes_out_as_it_went_in(state):
    job = Job(Path("/in/a.mkv"), Path("/out/a.mkv"), Kind.FILM, Settings())
    parts = (Path("/out/a.1.mkv"), Path("/out/a.2.mkv"))
    end = Progress(job, state, 5, 9, "why", ("one", "two"), "ab" * 32, "blank", results=parts)
    assert progress_from(job, through(end_event(3, end, 1.0))) == end


def test_notes_keep_their_codes_between_processes():
    job = Job(Path("/in/a.tif"), Path("/out/a.tif"), Kind.PHOTO, Settings())
    told = note("tiff.page", number=2, pages=3, why=note("tiff.bytes_missing", have=1, whole=2))
    end = Progress(job, JobState.FAILED, message=told, warnings=(told, "plain"))
    made = progress_from(job, through(end_event(3, end, 1.0)))
    assert made == end
    for one in (made.message, made.warnings[0]):
        assert (one.code, one.values) == (told.code, told.values)
        assert one.values["why"].code == "tiff.bytes_missing"


def test_what_would_end_every_job_is_raised():
    job = Job(Path("/in/a.png"), Path("/out/a.png"), Kind.PHOTO, Settings())
    end = Progress(job, JobState.FAILED, message="the disk is full")
    with pytest.raises(TargetError, match="the disk is full"):
        progress_from(job, end_event(1, end, 0.0, fatal=True))


@pytest.mark.parametrize("lacks", ["source", "target", "kind"])
def test_a_job_that_lacks_something_is_refused(lacks):
    item = item_of(Job(Path("/in/a.png"), Path("/out/a.png"), Kind.PHOTO, Settings()))
    del item[lacks]
    with pytest.raises(KeyError):
        job_from(item)


def test_settings_that_no_version_knows_are_refused():
    job = Job(Path("/in/a.png"), Path("/out/a.png"), Kind.PHOTO, Settings())
    with pytest.raises(SettingsError):
        job_from(item_of(job) | {"settings": {"nonsense": 1}})
