"""What is done is left out without computing; what is outdated is never silently kept."""

import os
from dataclasses import replace

import pytest

from colorizer import pipeline
from colorizer.archive.planning import differences, existing
from colorizer.archive.planning.existing import Standing, renamed, settle, standing_of
from colorizer.archive.records.manifest import NAME, Source, write_manifest
from colorizer.archive.records.provenance import sidecar_of
from colorizer.files.checksum import file_hash
from colorizer.jobs import Job, JobState, Kind
from colorizer.pipeline import recording
from colorizer.settings import Settings
from tests import drawn
from tests.tiny_model import tiny_model


@pytest.fixture
def job(tmp_path):
    """A photo that is done."""
    source = drawn.photo(tmp_path / "in" / "a.png")
    one = Job(source, tmp_path / "out" / "a_color.png", Kind.PHOTO, Settings(size=64))
    list(pipeline.run(one, tiny_model()))
    return one


def but(job, **settings):
    return replace(job, settings=replace(job.settings, **settings))


def test_what_is_done_is_not_renamed_so_that_the_same_command_continues(job, tmp_path):
    asked = but(job, existing="rename")
    assert renamed(asked).state is JobState.SKIPPED
    other = renamed(but(asked, strength=0.5), taken=frozenset())
    assert other.target.name == "a_color_2.png"
    list(pipeline.run(other, tiny_model()))
    again = renamed(but(asked, strength=0.5))
    assert (again.state, again.job.target) == (JobState.SKIPPED, other.target)
    assert renamed(but(asked, strength=0.25)).target.name == "a_color_3.png"


def copied(tmp_path):
    """A copy, as a run leaves it: without a sidecar, listed with its source."""
    source, target = drawn.photo(tmp_path / "in" / "a.png"), tmp_path / "out" / "a.png"
    target.parent.mkdir()
    target.write_bytes(source.read_bytes())
    made = file_hash(target)
    write_manifest(tmp_path / "out" / NAME, {"a.png": made}, {"a.png": Source("../in/a.png", made)})
    return Job(source, target, Kind.PHOTO, Settings(existing="update"))


def test_a_copy_is_made_again_where_its_source_was_changed(tmp_path):
    job = copied(tmp_path)
    assert settle(job, hashing=False) is None
    assert settle(job).state is JobState.SKIPPED
    job.source.write_bytes(job.source.read_bytes() + b"\0")
    assert settle(job) is None
    assert settle(but(job, existing="skip")).state is JobState.SKIPPED
    job.target.write_bytes(b"edited")
    assert "was changed since it was made" in settle(job).message


def test_a_copy_of_a_damaged_manifest_is_kept(tmp_path):
    job = copied(tmp_path)
    (tmp_path / "out" / NAME).write_text("damaged")
    job.source.write_bytes(b"another")
    assert settle(job).state is JobState.SKIPPED


@pytest.fixture
def no_hashing(monkeypatch):
    """Count the files that are read whole."""
    read = []
    for room in (existing, differences):
        monkeypatch.setattr(room, "file_hash", lambda path: read.append(path) or "0")
    return read


def test_what_is_done_is_skipped_without_reading_source_or_result(job, no_hashing):
    found = settle(job)
    assert (found.state, found.message) == (JobState.SKIPPED, f"{job.target} is done")
    assert settle(job, hashing=False) == found
    assert no_hashing == []


def test_a_source_with_another_time_but_the_same_content_is_done(job):
    os.utime(job.source, ns=(1, 1))
    assert settle(job, hashing=False) is None, "only a hash can tell"
    assert settle(job).message.endswith("is done")


def test_a_changed_source_is_refused_by_skip_and_redone_by_update(job):
    stamp = job.source.stat()
    drawn.photo(job.source, seed=9)
    found = settle(job)
    assert found.state is JobState.FAILED
    assert "made of its source as it was before a change" in found.message
    assert "--existing update" in found.message
    assert settle(but(job, existing="update")) is None
    data = bytearray(job.source.read_bytes()[: stamp.st_size].ljust(stamp.st_size, b"x"))
    job.source.write_bytes(data)
    assert settle(job).state is JobState.FAILED, "the same size does not hide it"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"strength": 0.5}, "strength 1.0, now 0.5"),
        ({"size": 128, "vividness": 0.1}, "size 64, now 128, vividness 0.8, now 0.1"),
    ],
)
def test_changed_settings_are_refused_by_skip_and_redone_by_update(job, changed, words):
    found = settle(but(job, **changed))
    assert found.state is JobState.FAILED
    assert f"was made with {words}" in found.message
    assert settle(but(job, **changed, existing="update")) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"device": "cuda"}, {"codec": "ffv1"}, {"smooth": False}, {"jpeg_quality": 80},
        {"sidecar": False}, {"verify": True}, {"preset": "archive"},
    ],
)  # fmt: skip
def test_settings_that_shape_no_png_do_not_count(job, changed):
    assert settle(but(job, **changed)).message.endswith("is done")


def test_the_quality_counts_for_jpeg(tmp_path):
    source = drawn.photo(tmp_path / "a.jpg")
    job = Job(source, tmp_path / "a_color.jpg", Kind.PHOTO, Settings(size=64))
    list(pipeline.run(job, tiny_model()))
    assert settle(job).message.endswith("is done")
    assert "jpeg_quality 95, now 80" in settle(but(job, jpeg_quality=80)).message


def test_weights_of_an_imported_model_are_those_that_count(tmp_path, monkeypatch):
    file = tmp_path / "zhang2016.safetensors"
    monkeypatch.setattr("colorizer.models.installed_files", lambda: {"zhang2016": file})
    assert differences.weights_of(Settings(model="zhang2016")) == file
    assert differences.weights_of(Settings(model="of no such name")) is None


def test_other_weights_are_another_result(job, tmp_path, monkeypatch):
    file = tmp_path / "w.safetensors"
    file.write_bytes(b"one")
    model = tiny_model()
    model.weights_sha256 = differences.file_hash(file)
    first = but(job, weights=file, existing="overwrite")
    list(pipeline.run(first, model))
    assert settle(but(first, existing="skip")).message.endswith("is done")
    file.write_bytes(b"other")
    assert "other weights" in settle(but(first, existing="skip")).message


def test_an_output_without_sidecar_is_kept_as_before(job):
    sidecar_of(job.target).unlink()
    for choice in ("skip", "update"):
        found = settle(but(job, existing=choice))
        assert (found.state, found.message) == (JobState.SKIPPED, f"{job.target} exists")
    assert settle(but(job, existing="fail")).state is JobState.FAILED
    assert settle(but(job, existing="overwrite")) is None


def test_a_result_whose_sidecar_is_damaged_is_neither_skipped_in_silence_nor_updated(job):
    file = sidecar_of(job.target)
    file.write_bytes(file.read_bytes()[:-100])
    for choice in ("skip", "update"):
        found = settle(but(job, existing=choice))
        assert found.state is JobState.FAILED
        assert f"{file.name} is damaged: " in found.message
        assert "--existing overwrite replaces it" in found.message
        assert "--existing update makes" not in found.message
    assert settle(but(job, existing="overwrite")) is None


def test_a_result_that_was_edited_is_never_replaced_but_by_overwrite(job):
    with job.target.open("r+b") as file:  # of the same size
        file.seek(-20, os.SEEK_END)
        file.write(b"edited")
    drawn.photo(job.source, seed=9)
    found = settle(but(job, existing="update"))
    assert found.state is JobState.FAILED
    assert "was changed since it was made; --existing overwrite" in found.message
    assert settle(but(job, existing="overwrite")) is None


def test_a_result_cut_off_is_told(job):
    job.target.write_bytes(job.target.read_bytes()[:-10])
    assert standing_of(job)[0] is Standing.CHANGED
    assert "was changed since it was made: it has" in settle(job).message


@pytest.mark.parametrize("existing", ["skip", "update"])
def test_what_is_told_of_a_sidecar_that_is_none_helps(job, existing):
    sidecar_of(job.target).write_text("{")
    message = settle(but(job, existing=existing)).message
    assert "move that file away, and --existing overwrite replaces" in message
    sidecar_of(job.target).rename(job.target.with_name("away"))
    (done,) = [
        p
        for p in pipeline.run(but(job, existing="overwrite"), tiny_model())
        if p.state is JobState.DONE
    ]
    assert done.job.target == job.target


@pytest.mark.slow
def test_a_film_whose_verification_failed_does_not_count_as_done(tmp_path, monkeypatch):
    source = drawn.film(tmp_path / "f.mkv")
    settings = Settings(size=64, codec="ffv1", verify=True)
    job = Job(source, tmp_path / "g.mkv", Kind.FILM, settings)
    verify = recording.verify_film
    monkeypatch.setattr(
        recording, "verify_film", lambda *a, **k: replace(verify(*a, **k), different=1)
    )
    with pytest.raises(Exception, match="verification failed"):
        list(pipeline.run(job, tiny_model()))
    assert "failed its verification" in settle(job).message


def test_an_edited_cut_list_is_another_result(tmp_path):
    source = drawn.film(tmp_path / "f.mkv")
    settings = Settings(size=64, codec="ffv1", shots=tmp_path / "cuts.csv")
    job = Job(source, tmp_path / "g.mkv", Kind.FILM, settings)
    list(pipeline.run(job, tiny_model()))
    assert settle(job).message.endswith("is done")
    settings.shots.write_text(settings.shots.read_text() + "2,0:00:00.160,4\n")
    assert "another cut list" in settle(job).message


def test_what_is_done_is_found_without_reading_its_source(job, monkeypatch):
    for room in (existing, differences):
        monkeypatch.setattr(room, "file_hash", None)
    assert settle(job).message.endswith("is done")


def test_a_setting_that_is_not_given_is_named_in_words(job):
    sidecar = {"settings": {"end": "99"}, "result": {"name": "a.mkv"}}
    assert differences.differing(sidecar, Settings(), "film") == ["end 99, now not given"]
