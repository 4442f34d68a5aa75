"""Every result has a sidecar that tells the truth, and none is left of what failed."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from colorizer import colorize, pipeline
from colorizer.archive.planning.existing import settle
from colorizer.archive.records.provenance import (
    Record,
    find_source,
    pending_of,
    read_sidecar,
    sidecar_of,
)
from colorizer.archive.records.sidecar_form import sidecar_fault
from colorizer.errors import MediaError, TargetError
from colorizer.files.checksum import file_hash
from colorizer.jobs import Job, JobState, Kind
from colorizer.places.hint import Hint
from colorizer.settings import Settings
from tests import drawn
from tests.tiny_model import tiny_model


def photo_job(folder: Path, **settings) -> Job:
    source = drawn.photo(folder / "in" / "a.png")
    return Job(source, folder / "out" / "a_color.png", Kind.PHOTO, Settings(size=64, **settings))


def film_job(folder: Path, **settings) -> Job:
    source = drawn.film(folder / "in" / "f.mkv")
    chosen = Settings(size=64, codec="ffv1", **settings)
    return Job(source, folder / "out" / "f_color.mkv", Kind.FILM, chosen)


def done(job: Job, model=None):
    *_, last = pipeline.run(job, model or tiny_model())
    assert last.state is JobState.DONE
    return last


@pytest.mark.parametrize("make", [photo_job, film_job])
def test_a_sidecar_names_source_result_model_settings_and_device(tmp_path, make):
    job = make(tmp_path)
    last = done(job)
    told = read_sidecar(sidecar_of(job.target))
    assert told["source"]["sha256"] == file_hash(job.source)
    assert told["source"]["path"] == str(job.source)
    assert told["result"]["sha256"] == file_hash(job.target) == last.sha256
    assert told["result"]["bytes"] == job.target.stat().st_size
    assert told["result"]["changed_ns"] == job.target.stat().st_mtime_ns
    assert Settings.from_dict(told["settings"]) == job.settings
    assert told["model"]["parameters_sha256"]
    assert told["device"]["type"] == "cpu"
    assert told["program"]["name"] == "Colorizer"
    assert {"version", "torch", "python"} <= told["program"].keys()
    assert "guess" in told["note"]
    assert told["warnings"] == list(last.warnings)
    assert told["begun"] <= told["ended"]
    assert not list(tmp_path.rglob("*.part"))


def test_a_photos_sidecar_tells_how_far_lightness_moved(tmp_path):
    done(job := photo_job(tmp_path))
    error = read_sidecar(sidecar_of(job.target))["result"]["lightness_error"]
    assert 0 < error["mean"] < error["max"] < 0.5


def test_a_films_sidecar_counts_its_frames_and_has_one_hash_of_its_luma(tmp_path):
    done(job := film_job(tmp_path))
    told = read_sidecar(sidecar_of(job.target))["result"]
    assert told["frames"] == 8
    again = replace(job, target=tmp_path / "again.mkv", settings=replace(job.settings, strength=0))
    done(again)
    other = read_sidecar(sidecar_of(again.target))["result"]
    assert other["luma_sha256"] == told["luma_sha256"]
    assert other["sha256"] != told["sha256"]


def test_results_of_files_of_one_stem_have_sidecars_of_their_own(tmp_path):
    assert sidecar_of(tmp_path / "a_color.jpg") != sidecar_of(tmp_path / "a_color.tif")
    assert sidecar_of(tmp_path / "a_color.jpg").name == "a_color.jpg.colorize.json"


def test_no_sidecar_leaves_none_and_removes_that_of_a_replaced_result(tmp_path):
    job = photo_job(tmp_path, existing="overwrite")
    done(job)
    assert sidecar_of(job.target).exists()
    assert done(replace(job, settings=replace(job.settings, sidecar=False))).sha256
    assert not sidecar_of(job.target).exists()


def test_the_python_interface_writes_sidecars_too(tmp_path):
    drawn.photo(tmp_path / "a.png")
    (result,) = colorize(tmp_path / "a.png", tmp_path / "out", model=tiny_model(), size=64)
    assert read_sidecar(sidecar_of(result))["source"]["path"] == str(tmp_path / "a.png")


def test_colours_asked_for_by_hand_are_told(tmp_path):
    job = replace(photo_job(tmp_path), hints=(Hint(0.5, 0.5, 20, -10),))
    done(job, tiny_model())
    assert read_sidecar(sidecar_of(job.target))["model"]["hints"] == [[0.5, 0.5, 20, -10]]


def test_the_verdict_of_a_verified_film_is_kept(tmp_path):
    job = film_job(tmp_path, verify=True)
    done(job)
    told = read_sidecar(sidecar_of(job.target))["verified"]
    assert told == {"good": True, "verdict": "luma of all 8 frames is exact"}


def test_a_source_that_changes_while_it_is_read_gives_no_result(tmp_path):
    job = photo_job(tmp_path)
    steps = pipeline.run(job, tiny_model())
    next(steps)
    next(steps)
    drawn.photo(job.source, seed=5)
    os.utime(job.source, ns=(1, 1))
    with pytest.raises(MediaError, match="changed while it was read"):
        list(steps)
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("make", [photo_job, film_job])
def test_a_sidecar_that_cant_be_written_means_no_result(tmp_path, make, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("colorizer.archive.records.provenance.write_whole", full)
    job = make(tmp_path)
    with pytest.raises(TargetError, match="No space left"):
        list(pipeline.run(job, tiny_model()))
    assert not job.target.exists()
    assert not sidecar_of(job.target).exists()


@pytest.mark.parametrize("make", [photo_job, film_job])
def test_a_cancelled_job_leaves_no_sidecar(tmp_path, make):
    job = make(tmp_path)
    steps = pipeline.run(job, tiny_model())
    next(steps)
    steps.close()
    assert not [path for path in tmp_path.rglob("*") if ".colorize.json" in path.name]


def test_killed_between_the_two_names_the_next_run_finishes_the_sidecar(tmp_path):
    job = photo_job(tmp_path)
    done(job)
    sidecar_of(job.target).rename(pending_of(job.target))
    assert settle(job, hashing=False) is None
    assert settle(job).message == f"{job.target} is done"
    assert sidecar_of(job.target).exists()
    assert not pending_of(job.target).exists()


def test_killed_before_the_result_had_its_name_it_is_made_anew(tmp_path):
    job = photo_job(tmp_path, existing="overwrite")
    done(job)
    first = file_hash(job.target)
    stronger = replace(job, settings=replace(job.settings, strength=2.0))
    done(stronger)
    sidecar_of(job.target).rename(pending_of(job.target))
    done(job)
    assert file_hash(job.target) == first
    told = read_sidecar(sidecar_of(job.target))
    assert told["settings"]["strength"] == 1.0
    assert not pending_of(job.target).exists()


def test_a_waiting_sidecar_of_another_result_is_not_taken_for_this_ones(tmp_path):
    job = photo_job(tmp_path)
    done(job)
    told = json.loads(sidecar_of(job.target).read_text())
    told["result"]["sha256"] = "0" * 64
    pending_of(job.target).write_text(json.dumps(told))
    assert settle(job).message == f"{job.target} is done"
    assert read_sidecar(sidecar_of(job.target))["result"]["sha256"] == file_hash(job.target)
    assert not pending_of(job.target).exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"schema": 1}', '{"schema": 99}', "[" * 9999]
)
def test_what_is_no_sidecar_is_none(tmp_path, text):
    (tmp_path / "x.colorize.json").write_text(text)
    assert read_sidecar(tmp_path / "x.colorize.json") is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text[:-400], "is damaged: "),
        (lambda text: text.replace('"bytes": ', '"bytes": -'), "its value source.bytes is wrong"),
        (lambda text: text.replace('"kind": "photo"', '"kind": 7'), "its value kind is wrong"),
        (lambda text: text.replace('"schema": 1', '"schema": 99'), "of another version"),
        (lambda _: '{"made": "by another program"}', "is no sidecar of this program"),
        (lambda _: "", "is no sidecar of this program"),
        (lambda text: text, ""),
        (lambda text: text.replace('"changed_ns": ', '"changed_ns": 99999'), ""),
    ],
)
def test_it_is_told_why_a_sidecar_can_not_be_used(tmp_path, change, why):
    job = photo_job(tmp_path)
    done(job)
    file = sidecar_of(job.target)
    file.write_text(change(file.read_text()))
    found = sidecar_fault(file)
    assert why in found
    assert bool(found) == bool(why) == (read_sidecar(file) is None)
    assert sidecar_fault(tmp_path / "missing") == ""


def test_a_tree_that_moved_as_a_whole_finds_its_sources(tmp_path):
    done(photo_job(tmp_path / "old"))
    (tmp_path / "old").rename(tmp_path / "new")
    file = sidecar_of(tmp_path / "new" / "out" / "a_color.png")
    assert find_source(read_sidecar(file), file) == tmp_path / "new" / "in" / "a.png"


def test_a_folder_as_source_is_hashed_with_the_names_of_its_files(tmp_path):
    drawn.photo(tmp_path / "scan" / "1.png")
    first = file_hash(tmp_path / "scan")
    (tmp_path / "scan" / "1.png").rename(tmp_path / "scan" / "2.png")
    assert file_hash(tmp_path / "scan") != first
    job = Job(tmp_path / "scan", tmp_path / "x.mkv", Kind.FILM, Settings())
    with Record(job, model={}, device={}) as record:
        (tmp_path / "x.mkv.part").write_bytes(b"film")
        record.prepare(tmp_path / "x.mkv.part", {}, [])
    told = read_sidecar(sidecar_of(job.target))["source"]
    assert told["sha256"] == file_hash(tmp_path / "scan")
