"""Shots that are edited: cuts, what shots have of their own, and the two files they are kept in."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from colorizer.errors import SettingsError
from colorizer.guidance.shot_plan import Shot, ShotPlan
from colorizer.guidance.shot_plan_files import found_plan, plan_file, plan_of, plan_shown, save_plan
from colorizer.guidance.shot_settings import read_overrides
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings


def plan(*firsts: int, **own) -> ShotPlan:
    """Make a plan of shots; own0={...} is of the first."""
    shots = (Shot(first, own.get(f"own{n}", {})) for n, first in enumerate(firsts))
    return ShotPlan(tuple(shots), Fraction(25))


def firsts(made: ShotPlan) -> list[int]:
    return [shot.first for shot in made.shots]


def job_in(folder: Path, **settings) -> Job:
    target = folder / "out" / "a_color.mkv"
    return Job(folder / "a.mkv", target, Kind.FILM, Settings(**settings))


def test_both_halves_of_a_split_shot_keep_its_settings():
    made = plan(0, 10, own1={"strength": 0.5}).split(15)
    assert firsts(made) == [0, 10, 15]
    assert [dict(shot.own) for shot in made.shots] == [{}, {"strength": 0.5}, {"strength": 0.5}]
    assert made.split(15) == made, "there is a cut already"


def test_a_joined_shot_becomes_as_the_one_before_it():
    made = plan(0, 10, 20, own0={"skip": True}, own1={"vividness": 0.2}).join(1)
    assert firsts(made) == [0, 20]
    assert dict(made.shots[0].own) == {"skip": True}
    assert made.join(0) == made, "nothing is before the first"


def test_a_cut_moves_between_its_neighbours_only():
    made = plan(0, 10, 20)
    assert firsts(made.move(1, 15)) == [0, 15, 20]
    assert made.move(1, 20) == made.move(1, 0) == made.move(0, 5) == made


def test_hints_stay_on_their_frames_whatever_is_cut():
    own = {"hints": [{"x": 0.5, "y": 0.5, "a": 9, "b": 9}, {"x": 0, "y": 0, "time": 0.72}]}
    split = plan(0, 10, own1=own).split(14)
    assert split.shots[1].own["hints"][0]["frame"] == 10, "the first frame of the shot it was of"
    assert split.shots[2].own["hints"] == [{"x": 0, "y": 0, "time": 0.72}]
    whole = split.join(2).join(1)
    assert [hint.get("frame") for hint in whole.shots[0].own["hints"]] == [10, None]
    assert plan(0, 10, own1=own).move(1, 12).shots[0].own["hints"][0]["frame"] == 10


def test_a_reference_stays_with_the_frame_it_was_painted_for():
    painted = {"reference": "painted.png", "strength": 0.5}
    made = plan(0, 10, 20, own1=painted)
    (first, second) = made.split(15).shots[1:3]
    assert dict(first.own) == {
        "strength": 0.5, "hints": [{"reference": "painted.png", "frame": 10}]
    }  # fmt: skip
    assert dict(second.own) == {"strength": 0.5}
    assert made.join(1).shots[0].own["hints"] == [{"reference": "painted.png", "frame": 10}]
    assert made.join(2).shots[1].own == painted, "its first frame is the same"


def test_frames_of_hints_count_from_the_films_start():
    begun = ShotPlan((Shot(0), Shot(10, {"hints": [{"x": 0, "y": 0}]})), Fraction(25), begin=100)
    assert begun.split(14).shots[1].own["hints"] == [{"x": 0, "y": 0, "frame": 110}]


@pytest.mark.parametrize("begin", [5, 10, 15, 20, 24])
def test_the_shots_before_a_part_come_back(begin):
    hint = {"x": 0, "y": 0, "frame": 12}
    whole = plan(0, 10, 20, own0={"skip": True}, own1={"strength": 0.5, "hints": [hint]})
    part = whole.with_begin(begin)
    assert part.with_before(whole) == whole
    assert whole.with_before(part) == whole, "nothing of a part is before the whole"
    edited = part.with_own([0], "vividness", 0.3).with_before(whole)
    assert edited == whole.with_own([whole.number_at(begin)], "vividness", 0.3)


def test_settings_of_the_first_shot_do_not_spread_before_it():
    begun = ShotPlan((Shot(0, {"skip": True}), Shot(10)), Fraction(25), begin=100)
    assert [(s.first, dict(s.own)) for s in begun.with_begin(90).shots] == [
        (0, {}), (10, {"skip": True}), (20, {})
    ]  # fmt: skip
    plain = ShotPlan((Shot(0), Shot(10)), Fraction(25), begin=100)
    assert firsts(plain.with_begin(90)) == [0, 20]


@pytest.mark.parametrize("start", ["50", "2s", "0:02"])
def test_a_part_of_a_film_begins_where_the_settings_say(tmp_path, start):
    assert found_plan(job_in(tmp_path, start=start), [5], 25.0).begin == 50


def test_a_part_begins_at_the_films_own_time_code(tmp_path):
    job = job_in(tmp_path, start="10:00:02:00")
    assert found_plan(job, [5], 25.0, "10:00:00:00").begin == 50


def test_what_is_saved_is_read_back_and_obeyed(tmp_path):
    hints = [{"x": 0.5, "y": 0.25, "color": "#7a2e2e", "frame": 12}]
    own = {"strength": 0.5, "hints": hints}
    made = plan(0, 10, own0={"skip": True}, own1=own)
    job = job_in(tmp_path)
    file = plan_file(job)
    assert file == tmp_path / "out" / "a_color.mkv.shots.csv"
    save_plan(made, file, job.source)
    job = job_in(tmp_path, shots=file)
    assert plan_of(job, 25.0) == made
    obeyed = read_overrides(file, frozenset({0, 10}))
    assert (obeyed.of(3).strength, obeyed.of(10).strength) == (0.0, 0.5)
    assert len(obeyed.of(10).hints) == 1
    save_plan(plan(0, 10), file, job.source)
    assert not file.with_suffix(".toml").exists(), "no shot has anything of its own"
    save_plan(None, file, job.source)
    assert list(file.parent.iterdir()) == []
    assert plan_of(job, 25.0) is None


def test_a_part_is_shown_with_the_shots_of_the_whole_film(tmp_path):
    job = job_in(tmp_path, shots=tmp_path / "cuts.csv")
    save_plan(plan(0, 10, 20), tmp_path / "cuts.csv", job.source)
    part = job_in(tmp_path, shots=tmp_path / "cuts.csv", start="14")
    shown = plan_shown(part, 25.0)
    assert ([shot.first for shot in shown.shots], shown.begin) == ([0, 6], 14)
    save_plan(shown, tmp_path / "cuts.csv", job.source)
    assert plan_shown(part, 25.0) == plan_of(part, 25.0) == shown
    assert plan_of(job, 25.0) == shown, "it says itself where it begins"


def test_what_shots_were_taken_for_is_kept_when_the_list_is_saved(tmp_path):
    job = job_in(tmp_path, shots=tmp_path / "cuts.csv")
    made = found_plan(job, [5, 9], 25.0, taken={5: "card", 9: "bars fade"})
    save_plan(made, tmp_path / "cuts.csv", job.source)
    with (tmp_path / "cuts.csv").open(newline="") as opened:
        rows = list(csv.DictReader(line for line in opened if not line.startswith("#")))
    assert [row["taken"] for row in rows] == ["", "card", "bars fade"]
    assert plan_of(job, 25.0) == made
    assert made.split(7).shots[2].taken == "card", "of both halves"
    assert made.join(2).shots[1].taken == "card bars fade"


def test_a_list_that_is_named_is_the_one_that_is_edited(tmp_path):
    assert plan_file(job_in(tmp_path, shots=tmp_path)) == tmp_path / "a.mkv.shots.csv"
    assert plan_file(job_in(tmp_path, shots=tmp_path / "b.csv")) == tmp_path / "b.csv"


def test_what_is_no_toml_is_said_in_a_line(tmp_path):
    (tmp_path / "cuts.csv").write_text("first_frame\n0\n9\n")
    (tmp_path / "cuts.toml").write_text("[shot.1\n")
    with pytest.raises(SettingsError, match="cuts.toml"):
        plan_of(job_in(tmp_path, shots=tmp_path / "cuts.csv"), 25.0)
