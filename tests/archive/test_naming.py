import os
from pathlib import Path

import pytest

from colorizer.archive.naming import plan_jobs, targets_of
from colorizer.archive.walk import Found
from colorizer.jobs import JobState, Kind
from colorizer.settings import Settings

KINDS = {".jpg": Kind.PHOTO, ".tif": Kind.PHOTO, ".avi": Kind.FILM, ".mkv": Kind.FILM}


def kind_of(path):
    return KINDS.get(path.suffix.lower())


def film_suffix(suffix, codec):
    return {"h264": ".mp4", "ffv1": ".mkv"}[codec]


def plan(inputs, out, **settings):
    chosen = Settings(**settings)
    return plan_jobs(inputs, out, chosen, kind_of=kind_of, film_suffix=film_suffix)


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def names_of(*relatives):
    found = [Found(Path("in") / r, Path(r), kind_of(Path(r)), named=False) for r in relatives]
    out = Path("out")
    return [t.relative_to(out).as_posix() for t in targets_of(found, out, "h264", film_suffix)]


def outcome(planned, out):
    return {job.source.name: job.target.relative_to(out).as_posix() for job in planned.jobs}


def test_the_tree_is_mirrored(tmp_path):
    touch(tmp_path / "in", "a.JPG", "1907/b.tif", "1907/june/c.avi")
    planned = plan([tmp_path / "in"], tmp_path / "out")
    assert outcome(planned, tmp_path / "out") == {
        "a.JPG": "a_color.jpg",
        "b.tif": "1907/b_color.tif",
        "c.avi": "1907/june/c_color.mp4",
    }
    assert not (tmp_path / "out").exists()


def test_jobs_carry_kind_and_settings(tmp_path):
    touch(tmp_path / "in", "a.jpg", "b.avi")
    planned = plan([tmp_path / "in"], tmp_path / "out", codec="ffv1")
    assert [job.kind for job in planned.jobs] == [Kind.PHOTO, Kind.FILM]
    assert planned.jobs[1].target.name == "b_color.mkv"
    assert planned.jobs[0].settings == Settings(codec="ffv1")


def test_names_that_would_collide_are_told_apart():
    assert names_of("a.JPG", "a.jpg") == ["a_color.jpg", "a_2_color.jpg"]
    assert names_of("A.jpg", "a.jpg") == ["A_color.jpg", "a_2_color.jpg"]
    assert names_of("a.mkv", "a.avi") == ["a_color.mp4", "a_avi_color.mp4"]
    assert names_of("a.jpg", "a.tif") == ["a_color.jpg", "a_color.tif"]
    assert names_of("é.jpg", "e\u0301.jpg") == ["é_color.jpg", "e\u0301_2_color.jpg"]


def test_a_later_file_is_not_pushed_off_its_own_name():
    assert names_of("a.JPG", "a.jpg", "a_2.jpg") == [
        "a_color.jpg",
        "a_3_color.jpg",
        "a_2_color.jpg",
    ]


def test_the_same_names_from_two_folders_are_told_apart(tmp_path):
    touch(tmp_path / "one", "a.jpg")
    touch(tmp_path / "two", "a.jpg")
    planned = plan([tmp_path / "one", tmp_path / "two"], tmp_path / "out")
    assert [job.target.name for job in planned.jobs] == ["a_color.jpg", "a_2_color.jpg"]
    again = plan([tmp_path / "one", tmp_path / "two"], tmp_path / "out")
    assert again == planned


def test_existing_results_are_skipped_renamed_overwritten_or_an_error(tmp_path):
    out = tmp_path / "out"
    touch(tmp_path / "in", "a.jpg", "b.jpg")
    touch(out, "a_color.jpg", "a_color_2.jpg")
    skip = plan([tmp_path / "in"], out, existing="skip")
    assert outcome(skip, out) == {"b.jpg": "b_color.jpg"}
    assert [p.state for p in skip.settled] == [JobState.SKIPPED]
    assert "exists" in skip.settled[0].message
    rename = plan([tmp_path / "in"], out, existing="rename")
    assert outcome(rename, out) == {"a.jpg": "a_color_3.jpg", "b.jpg": "b_color.jpg"}
    overwrite = plan([tmp_path / "in"], out, existing="overwrite")
    assert outcome(overwrite, out) == {"a.jpg": "a_color.jpg", "b.jpg": "b_color.jpg"}
    fail = plan([tmp_path / "in"], out, existing="fail")
    assert outcome(fail, out) == {"b.jpg": "b_color.jpg"}
    assert [p.state for p in fail.settled] == [JobState.FAILED]


@pytest.mark.parametrize("link", ["same", "hard", "symbolic"])
def test_an_input_is_never_a_target(tmp_path, link):
    folder = tmp_path / "in"
    touch(folder, "a.jpg", "scans/original.jpg")
    target = folder / "a_color.jpg"
    if link == "same":
        target.write_bytes(b"an original of that name")
        inputs = [folder / "a.jpg", target]
    else:
        (os.link if link == "hard" else os.symlink)(folder / "scans" / "original.jpg", target)
        inputs = [folder / "a.jpg", folder / "scans" / "original.jpg"]
    planned = plan(inputs, folder, existing="overwrite")
    assert "a.jpg" not in outcome(planned, folder)
    (refused,) = planned.settled
    assert refused.state is JobState.FAILED
    assert "among the inputs" in refused.message
    if link == "hard":
        renamed = plan(inputs, folder, existing="rename")
        assert outcome(renamed, folder)["a.jpg"] == "a_color_2.jpg"


def test_results_beside_their_sources_are_not_taken_as_sources(tmp_path):
    touch(tmp_path, "a.jpg", "a_color.jpg", "b.jpg", "c_color.jpg")
    planned = plan([tmp_path], tmp_path)
    assert outcome(planned, tmp_path) == {
        "b.jpg": "b_color.jpg",
        "c_color.jpg": "c_color_color.jpg",
    }
    assert [p.job.source.name for p in planned.settled] == ["a.jpg"]
    assert "1 files in the input are results of earlier runs" in planned.notes


def test_results_beside_their_sources_are_not_overwritten(tmp_path):
    touch(tmp_path, "a.jpg", "a_color.jpg")
    planned = plan([tmp_path], tmp_path, existing="overwrite")
    assert planned.jobs == ()
    assert planned.settled[0].state is JobState.FAILED


def test_an_output_folder_inside_the_input_is_said(tmp_path):
    touch(tmp_path, "a.jpg", "out/a_color.jpg", "notes.txt")
    planned = plan([tmp_path], tmp_path / "out", existing="overwrite")
    assert outcome(planned, tmp_path / "out") == {"a.jpg": "a_color.jpg"}
    assert any("lies inside the input" in note for note in planned.notes)
    assert any(note.startswith("1 other files") for note in planned.notes)


def test_problems_of_the_inputs_come_along(tmp_path):
    planned = plan([tmp_path / "gone.jpg"], tmp_path / "out")
    assert planned.jobs == ()
    assert planned.problems[0].path == tmp_path / "gone.jpg"


def test_a_named_file_of_unknown_kind_gets_a_job(tmp_path):
    touch(tmp_path, "notes.txt")
    planned = plan([tmp_path / "notes.txt"], tmp_path / "out")
    assert outcome(planned, tmp_path / "out") == {"notes.txt": "notes_color.txt"}
