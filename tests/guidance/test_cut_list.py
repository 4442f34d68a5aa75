"""The cut list: written where there is none, obeyed where there is one."""

from fractions import Fraction
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.errors import SettingsError
from colorizer.guidance.cut_list import CutList, columns_of, timecode
from colorizer.guidance.cut_rows import Begin
from colorizer.guidance.reader import reader_of
from colorizer.guidance.shot_plan_files import plan_of, save_plan
from colorizer.guidance.shot_settings import read_overrides
from colorizer.jobs import Job, Kind
from colorizer.pipeline import film as stages
from colorizer.settings import Settings
from tests.draw_film import draw_film
from tests.stages.shots_drawn import texture
from tests.stages.test_shots import marks
from tests.tiny_model import tiny_model

RATE = Fraction(25)
FILM = Path("a.mkv")


def written(path, pictures):
    found = CutList(path, FILM, RATE)
    list(found.noted(marks(pictures)))
    found.write()
    return path.read_text()


def test_what_was_found_is_written_and_read_again(tmp_path):
    text = written(tmp_path / "cuts.csv", [texture(1)] * 5 + [texture(2)] * 4)
    assert text == ("# shots of a.mkv\nshot,start,first_frame\n1,0:00:00.000,0\n2,0:00:00.200,5\n")
    assert CutList(tmp_path / "cuts.csv", FILM, RATE).cuts == {0, 5}


def test_what_shots_were_taken_for_is_written_and_does_not_matter_when_read(tmp_path):
    cuts = CutList(tmp_path / "cuts.csv", FILM, RATE)
    list(cuts.noted(marks([texture(1)] * 5 + [texture(2)] * 4)))
    cuts.write({5: "card bars"})
    text = (tmp_path / "cuts.csv").read_text()
    rows = "1,0:00:00.000,0,\n2,0:00:00.200,5,card bars\n"
    assert text == f"# shots of a.mkv\nshot,start,first_frame,taken\n{rows}"
    again = CutList(tmp_path / "cuts.csv", FILM, RATE)
    assert again.cuts == {0, 5}
    assert again.own == {}


def test_a_folder_holds_one_list_for_each_film(tmp_path):
    CutList(tmp_path, FILM, RATE).write()
    assert [path.name for path in tmp_path.iterdir()] == ["a.mkv.shots.csv"]


@pytest.mark.parametrize(
    ("rows", "cuts"),
    [
        ("shot,start,first_frame\n1,0:00:00,0\n2,,40\n", {0, 40}),
        ("start\n0:00:02.000\n1:00:00.00\n", {0, 50, 90000}),
        ("start\n2\n4s\n", {0, 50, 100}),
        ("\ufeffshot,start,first_frame\r\n1,0:01:00.000,\r\n", {0, 1500}),
    ],
)
def test_a_person_may_edit_frames_or_times(tmp_path, rows, cuts):
    (tmp_path / "cuts.csv").write_text(rows, encoding="utf-8")
    assert CutList(tmp_path / "cuts.csv", FILM, RATE).cuts == cuts


def test_a_row_without_sense_is_named(tmp_path):
    (tmp_path / "cuts.csv").write_text("shot,start,first_frame\n1,0:00:00,0\n2,soon,\n")
    with pytest.raises(SettingsError, match="shot 2 has neither"):
        CutList(tmp_path / "cuts.csv", FILM, RATE)


def test_rows_of_one_shot_are_joined_and_must_not_contradict_each_other(tmp_path):
    head = "start,first_frame,scene,emulsion\n"
    (tmp_path / "cuts.csv").write_text(f"{head},40,attic,\n0:00:01.6,,attic,pan\n,40,attic,\n")
    found = CutList(tmp_path / "cuts.csv", FILM, RATE)
    assert found.scenes == {40: "attic"}
    assert found.own == {40: {"emulsion": "pan"}}
    (tmp_path / "cuts.csv").write_text(f"{head},40,attic,\n0:00:01.6,,cellar,\n")
    told = r"two rows of the shot at frame 40 .*scene is attic and cellar"
    with pytest.raises(SettingsError, match=told):
        CutList(tmp_path / "cuts.csv", FILM, RATE)


def test_a_column_that_stands_twice_is_refused(tmp_path):
    (tmp_path / "cuts.csv").write_text("first_frame,scene,scene\n40,attic,cellar\n")
    with pytest.raises(SettingsError, match="the column scene stands twice"):
        CutList(tmp_path / "cuts.csv", FILM, RATE)


@pytest.mark.parametrize("part", [",", ";", "\t"])
def test_a_list_saved_by_a_spreadsheet_is_read(tmp_path, part):
    rows = [
        "# shots of a.mkv,,,",
        "shot,start,first_frame,emulsion,",
        "1,,0,pan,",
        "2,,40,,",
        ",,,,",
    ]
    file = tmp_path / "shots.csv"
    file.write_bytes("\r\n".join(rows).replace(",", part).encode("utf-8-sig"))
    found = CutList(file, Path("a.mkv"), Fraction(24))
    assert found.cuts == {0, 40}
    assert found.own == {0: {"emulsion": "pan"}}
    assert found.warnings == ()


def test_a_decimal_comma_is_a_number():
    assert columns_of({"strength": "0,8"}) == {"strength": 0.8}


@pytest.mark.parametrize("text", ["", "garbage", "shot,frame\n1,5\n", "first_frame\n-4\n"])
def test_what_names_no_places_is_refused(tmp_path, text):
    file = tmp_path / "shots.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="first_frame"):
        CutList(file, Path("a.mkv"), Fraction(24))


def test_a_column_that_is_not_used_is_named(tmp_path):
    file = tmp_path / "shots.csv"
    file.write_text("first_frame,strenght\n0,0.5\n", encoding="utf-8")
    (told,) = CutList(file, Path("a.mkv"), Fraction(24)).warnings
    assert "strenght" in told
    assert "strength" in told.replace("strenght", "")


def test_the_list_of_another_film_is_refused(tmp_path):
    written(tmp_path / "cuts.csv", [texture(1)] * 2)
    with pytest.raises(SettingsError, match=r"is of a\.mkv, not of b\.mkv"):
        CutList(tmp_path / "cuts.csv", Path("b.mkv"), RATE)


def test_a_list_that_was_read_is_not_rewritten(tmp_path):
    (tmp_path / "cuts.csv").write_text("first_frame\n7\n")
    cuts = CutList(tmp_path / "cuts.csv", FILM, RATE)
    list(cuts.noted(marks([texture(1)] * 3)))
    cuts.write()
    assert (tmp_path / "cuts.csv").read_text() == "first_frame\n7\n"


def test_what_was_found_before_an_interruption_is_kept(tmp_path):
    found = CutList(tmp_path / "cuts.csv", FILM, RATE)
    list(found.noted(marks([texture(1)] * 5 + [texture(2)] * 4)))
    other = CutList(tmp_path / "cuts.csv", FILM, RATE)
    other.restore(found.state(6))
    other.write()
    assert CutList(tmp_path / "cuts.csv", FILM, RATE).cuts == {0, 5}
    assert len(found.state(5)) == 1


def test_timecodes_have_thousandths():
    assert timecode(0) == "0:00:00.000"
    assert timecode(3723.9996) == "1:02:04.000"


def test_a_run_writes_the_list_and_obeys_it_the_next_time(tmp_path, monkeypatch):
    draw_film(tmp_path / "a.mkv", size=(64, 96), frames=20)
    cuts = tmp_path / "cuts.csv"
    settings = Settings(size=64, codec="ffv1", shots=cuts)
    list(
        pipeline.run(Job(tmp_path / "a.mkv", tmp_path / "b.mkv", Kind.FILM, settings), tiny_model())
    )
    assert cuts.read_text().endswith("1,0:00:00.000,0\n")
    cuts.write_text(cuts.read_text() + "2,,9\n")
    marked = []
    plain = stages.smooth_chroma
    monkeypatch.setattr(
        stages, "smooth_chroma", lambda frames, **rest: plain(watch(frames), **rest)
    )

    def watch(frames):
        for frame in frames:
            marked.extend([frame.index] * frame.starts_shot)
            yield frame

    list(
        pipeline.run(Job(tmp_path / "a.mkv", tmp_path / "c.mkv", Kind.FILM, settings), tiny_model())
    )
    assert marked == [0, 9]
    cuts.write_text(cuts.read_text() + "3,,20\n4,0:00:09.000,\n")
    *_, last = pipeline.run(
        Job(tmp_path / "a.mkv", tmp_path / "d.mkv", Kind.FILM, settings), tiny_model()
    )
    told = "2 shots of {} begin after the end, the first at frame 20, but there are 20 frames"
    assert any(told.format(cuts) in warning for warning in last.warnings)


WHOLE = "shot,start,first_frame\n1,0:00:00,0\n2,0:00:00.400,10\n3,,30\n4,0:00:02,\n"
OF_A_PART = "shot,start,first_frame\n1,0:00:00.800,0\n2,0:00:01.200,10\n3,0:00:02,\n"


@pytest.mark.parametrize(
    ("rows", "begin", "cuts"),
    [
        (WHOLE, Begin(20, 20), {-20, -10, 10, 30}),
        (WHOLE, Begin(), {0, 10, 30, 50}),
        (OF_A_PART, Begin(20, 20), {0, 10, 30}),
        (OF_A_PART, Begin(17, 20), {0, 10, 33}),
        (OF_A_PART, Begin(), {0, 20, 30, 50}),
        (OF_A_PART, Begin(25, 25), {-5, 5, 25}),
    ],
    ids=["whole", "all", "same", "variable rate", "part for the whole", "other part"],
)
def test_a_list_fits_any_part_of_its_film(tmp_path, rows, begin, cuts):
    (tmp_path / "cuts.csv").write_text(rows)
    assert CutList(tmp_path / "cuts.csv", FILM, RATE, begin=begin).cuts == cuts


def test_the_list_of_a_part_says_where_in_the_film_it_begins(tmp_path):
    cuts = CutList(tmp_path / "cuts.csv", FILM, RATE, begin=Begin(20, 20))
    list(cuts.noted(marks([texture(1)] * 5 + [texture(2)] * 4)))
    cuts.write()
    rows = (tmp_path / "cuts.csv").read_text().splitlines()[2:]
    assert rows == ["1,0:00:00.800,0", "2,0:00:01.000,5"]
    assert CutList(tmp_path / "cuts.csv", FILM, RATE, begin=Begin()).cuts == {0, 20, 25}


def test_a_part_is_done_by_the_list_and_the_shots_of_the_whole_film(tmp_path):
    draw_film(tmp_path / "a.mkv", size=(64, 96), frames=20, rate=RATE)
    (tmp_path / "cuts.csv").write_text("first_frame\n0\n4\n9\n16\n")
    shot = '[shot.{}]\nhints = [{{x = 0.5, y = 0.5, color = "#7a2e2e"}}]\n'
    (tmp_path / "cuts.toml").write_text("".join(map(shot.format, (1, 2, 3, 4))))
    settings = Settings(size=64, shots=tmp_path / "cuts.csv", start="6", end="14")
    reader = reader_of(Job(tmp_path / "a.mkv", tmp_path / "b.mkv", Kind.FILM, settings))
    assert reader.cuts == {-6, -2, 3, 10}
    own = read_overrides(tmp_path / "cuts.csv", reader.cuts)
    assert [index for index, _ in own.placed(reader)] == [3]
    assert [len(own.of(index).hints) for index in (0, 3)] == [1, 1]


def test_scenes_are_read_and_kept_by_the_plan_of_the_window(tmp_path):
    rows = ("1,0:00:00,0,kitchen", "2,,5,", "3,,9, yard ")
    text = "\n".join(["# shots of a.mkv", "shot,start,first_frame,scene", *rows])
    file = tmp_path / "cuts.csv"
    file.write_text(text)
    assert CutList(file, FILM, RATE).scenes == {0: "kitchen", 9: "yard"}
    job = Job(FILM, tmp_path / "b.mkv", Kind.FILM, Settings(shots=file))
    plan = plan_of(job, 25.0)
    assert plan is not None
    save_plan(plan.split(7).with_scene([2], "yard"), file, FILM)
    assert CutList(file, FILM, RATE).scenes == {0: "kitchen", 7: "yard", 9: "yard"}
    save_plan(plan.with_scene([0, 2], ""), file, FILM)
    assert "scene" not in file.read_text()
