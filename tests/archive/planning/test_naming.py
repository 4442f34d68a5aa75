import os
import sys
from pathlib import Path

import pytest

from colorizer.archive.planning.naming import Naming, plan_jobs, targets_of
from colorizer.archive.planning.plan import plan_run
from colorizer.archive.planning.walk import Found
from colorizer.archive.records.sidecar_form import NOTE
from colorizer.errors import SettingsError
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
        path.write_bytes(os.fsencode(name))


def names_of(*relatives, first=1, **settings):
    found = [
        Found(Path("in") / r, Path(r).parent, kind_of(Path(r)), named=False) for r in relatives
    ]
    naming = Naming(Path("out"), Settings(**settings), film_suffix)
    return [t.relative_to("out").as_posix() for t in targets_of(found, naming, first)]


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


@pytest.mark.parametrize("existing", ["skip", "update", "overwrite"])
@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_a_named_output_that_is_its_source_is_refused(tmp_path, existing, link):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    source.write_bytes(b"an original")
    if link is None:
        target = source
    else:
        link(source, target)
    planned = plan_run([str(source)], str(target), Settings(existing=existing))
    (refused,) = planned.settled
    assert refused.state is JobState.FAILED
    assert "among the inputs" in refused.message


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
    assert "1 file in the input is the result of an earlier run" in planned.notes


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
    assert any(note.startswith("1 other file ") for note in planned.notes)


def test_problems_of_the_inputs_come_along(tmp_path):
    planned = plan([tmp_path / "gone.jpg"], tmp_path / "out")
    assert planned.jobs == ()
    assert planned.problems[0].path == tmp_path / "gone.jpg"


def test_a_named_file_of_unknown_kind_gets_a_job(tmp_path):
    touch(tmp_path, "notes.txt")
    planned = plan([tmp_path / "notes.txt"], tmp_path / "out")
    assert outcome(planned, tmp_path / "out") == {"notes.txt": "notes_color.txt"}


def test_the_template_makes_the_names():
    assert names_of("1907/a b.tif", name="{stem}_ac") == ["1907/a b_ac.tif"]
    assert names_of("1907/a.tif", "1907/b.avi", name="{parent}-{n:03}") == [
        "1907/1907-001.tif",
        "1907/1907-002.mp4",
    ]
    assert names_of("a.jpg", name="{stem}.{ext}.{model}") == ["a.jpg.autochrome.jpg"]
    assert names_of("a.jpg", name="{n}", first=7) == ["7.jpg"]


def test_names_that_collide_under_a_template_are_told_apart():
    assert names_of("a.JPG", "a.jpg", name="x{stem}") == ["xa.jpg", "xa_2.jpg"]
    assert names_of("a.mkv", "a.avi", name="{stem}-c") == ["a-c.mp4", "a_avi-c.mp4"]
    assert names_of("1/a.tif", "1/a.jpg", name="{stem}", format="png") == ["1/a.png", "1/a_jpg.png"]


@pytest.mark.parametrize(
    "template",
    [
        "colour",
        "{stem}/x",
        "..{stem}",
        "{stem",
        "{name}",
        "{stem!r}",
        "{stem:5}",
        "{n:x}",
        "{stem}?",
    ],
)
def test_a_template_that_makes_no_good_names_is_refused(template):
    with pytest.raises(SettingsError, match="--name"):
        Settings(name=template)


def test_a_long_name_is_shortened_and_its_sidecar_still_fits(tmp_path):
    stems = ["x" * 240, "x" * 239 + "y", "\u00e4" * 120, "a\u0308" * 80, "\u6587" * 80]
    names = names_of(*(f"{stem}.jpg" for stem in stems))
    assert len(set(names)) == len(stems)
    assert names == names_of(*(f"{stem}.jpg" for stem in stems))
    for name in names:
        assert name.endswith(".jpg")
        # Any more would not be created.
        (tmp_path / f"{name}.colorize.json.part").write_bytes(b"")
        (tmp_path / f".{name}.colorize").mkdir()
    assert names_of("\u00e4" * 100 + ".jpg") == ["\u00e4" * 100 + "_color.jpg"]


def test_a_path_the_system_does_not_take_is_a_failure_with_its_reason(tmp_path):
    touch(tmp_path / "in", "a.jpg")
    out = tmp_path / "/".join(["d" * 200] * 21)
    planned = plan([tmp_path / "in"], out)
    assert planned.jobs == ()
    assert "choose a shorter output folder" in planned.settled[0].message


@pytest.mark.parametrize("existing", ["skip", "overwrite", "update", "fail"])
def test_a_source_that_would_be_its_own_target_is_refused(tmp_path, existing):
    touch(tmp_path, "a.jpg")
    planned = plan([tmp_path], tmp_path, name="{stem}", existing=existing)
    assert planned.jobs == ()
    assert [p.state for p in planned.settled] == [JobState.FAILED]
    assert "among the inputs" in planned.settled[0].message


def test_an_original_under_the_name_of_a_target_is_not_called_done(tmp_path):
    touch(tmp_path, "a.jpg", "a.tif")
    planned = plan([tmp_path / "a.jpg", tmp_path / "a.tif"], tmp_path, name="{stem}", format="tiff")
    assert "a.jpg" not in outcome(planned, tmp_path)
    refused = {p.job.source.name: p.message for p in planned.settled}
    assert "among the inputs" in refused["a.jpg"]


def test_results_with_sidecars_beside_their_sources_can_be_made_anew(tmp_path):
    touch(tmp_path, "a.jpg", "a_color.jpg")
    (tmp_path / "a_color.jpg.colorize.json").write_text(f'{{"note": "{NOTE}"}}')
    planned = plan([tmp_path], tmp_path, existing="overwrite")
    assert outcome(planned, tmp_path) == {"a.jpg": "a_color.jpg"}
    assert "1 file in the input is the result of an earlier run" in planned.notes


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_names_of_any_bytes_are_planned(tmp_path):
    touch(tmp_path / "in", os.fsdecode(b"\xff\xfe.jpg"))
    (job,) = plan([tmp_path / "in"], tmp_path / "out").jobs
    assert os.fsencode(job.target.name) == b"\xff\xfe_color.jpg"
