"""Files of hints: what they may say, and one clear line where they are wrong."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from colorizer import colorize, pipeline
from colorizer.archive.planning.existing import Standing, standing_of
from colorizer.archive.planning.plan import plan_run
from colorizer.errors import SettingsError
from colorizer.guidance.hints.file import guides_of, hint_file, read_hints
from colorizer.jobs import Job, Kind
from colorizer.places.hint import Hint, as_lists, from_lists, with_guide
from colorizer.settings import Settings
from tests.tiny_model import tiny_model


def read(folder, value):
    file = folder / "h.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return read_hints(file)


def test_colours_and_places_in_time_are_read(tmp_path):
    found = read(
        tmp_path,
        [
            {"x": 0, "y": 1, "a": 5, "b": -6},
            {"x": 0.5, "y": 0.25, "color": "#FF0000", "frame": 7},
            {"x": 0.5, "y": 0.25, "color": "#808080", "time": 2},
            {"x": 0.5, "y": 0.25, "a": 0, "b": 0, "time": "0:00:02:05"},
        ],
    )
    assert found[0] == Hint(0.0, 1.0, 5.0, -6.0)
    assert (found[1].a, found[1].b) == pytest.approx((80.1, 67.2), abs=0.1)
    assert (found[1].x, found[1].y, found[1].when) == (0.5, 0.25, "7")
    assert (found[2].a, found[2].b) == pytest.approx((0, 0), abs=0.01)
    assert found[2].when == 2.0
    assert found[3].when == "0:00:02:05"
    assert from_lists(json.loads(json.dumps(as_lists(found)))) == found


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{", "is no JSON"),
        ({"x": 1}, "must be a list"),
        ([5], "hint 1 must be an object"),
        ([{"x": 0.5, "y": 0.5, "color": "red"}], "hint 1: color must be"),
        (
            [{"x": 400, "y": 0.5, "a": 1, "b": 1}],
            "hint 1: x must be a share of the picture, 0 to 1",
        ),
        ([{"x": 0.5, "y": 0.5, "a": 1}], "hint 1: b must be in CIELAB units"),
        ([{"x": 0.5, "y": 0.5, "a": 1, "b": 1, "c": 1}], "hint 1 has 'c'"),
        ([{"x": 0.5, "y": 0.5, "a": 1, "b": 1, "time": 1, "frame": 1}], "both time and frame"),
        ([{"x": 0.5, "y": 0.5, "a": 1, "b": 1, "frame": -1}], "frame must be a number from 0"),
        ([{"x": 0.5, "y": 0.5, "a": 1, "b": 1, "time": "noon"}], "hint 1: time must be"),
        ([{"x": float("nan"), "y": 0.5, "a": 1, "b": 1}], "x must be"),
        (f'[{{"x": {"1" * 5000}}}]', "is no JSON .a number has thousands of digits"),
        ([{"x": 0, "y": 0, "a": 1, "b": 1}] * 1001, "1001 hints for one picture; at most 1000"),
        (
            [{"x": 0.5, "y": 0, "a": n, "b": 1, "frame": n // 2} for n in range(4)],
            "number 1 and number 2 want different colours of one place",
        ),
        (
            [{"x": 0, "y": 0, "a": 1, "b": 1, "frame": n} for n in range(10_001)],
            "has 10001 hints; at most 10000",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, value, told):
    with pytest.raises(SettingsError, match=told):
        read(tmp_path, value)


def test_a_folder_has_a_file_for_each_source_that_has_hints(tmp_path):
    (tmp_path / "a.png.hints.json").write_text("[]")
    assert hint_file(tmp_path, tmp_path / "a.png") == tmp_path / "a.png.hints.json"
    assert hint_file(tmp_path, tmp_path / "b.png") is None
    assert hint_file(None, tmp_path / "a.png") is None


def test_those_of_a_sidecar_or_the_window_are_not_too_many_either(tmp_path):
    hints = from_lists([[0, 0, 1, 1]] * 1001)
    job = Job(tmp_path / "a.png", tmp_path / "b.png", Kind.PHOTO, Settings(), hints)
    with pytest.raises(SettingsError, match=r"a\.png has 1001 hints for one picture"):
        guides_of(job)


def test_two_colours_of_one_place_are_refused_from_the_window_and_from_python_too(tmp_path):
    twins = (Hint(0.5, 0.5, 40, 30), Hint(0.5, 0.5, -40, 30))
    job = Job(tmp_path / "a.png", tmp_path / "b.png", Kind.PHOTO, Settings(), twins)
    with pytest.raises(SettingsError, match="want different colours of one place"):
        guides_of(job)
    with pytest.raises(SettingsError, match="want different colours of one place"):
        colorize(np.zeros((8, 8), np.uint8), hints=twins, model=tiny_model())


@pytest.mark.parametrize(
    "value",
    [
        [float("nan"), 0.5, 1, 1],
        [2, 0.5, 1, 1],
        [0.5, 0.5, 1e9, 1],
        [0.5, 0.5, 1, 1, float("inf")],
        [0.5, 0.5, 1, 1, "9" * 5000],
        ["a.png", "noon"],
    ],
)
def test_hints_of_a_sidecar_or_queue_that_no_one_can_have_given_are_none(value):
    with pytest.raises(ValueError, match=r"no hint|no time|time must be"):
        from_lists([value])


def test_a_new_hint_takes_the_place_of_one_that_it_contradicts():
    old, other = Hint(0.5, 0.5, 1, 2, 3.0), Hint(0.5, 0.25, 1, 2, 3.0)
    new = Hint(0.5, 0.5, 9, 9, 3.0)
    assert with_guide((old, other), new) == (other, new)
    later = replace(new, when=4.0)
    assert with_guide((old, other), later) == (old, other, later)


def test_hints_in_a_folder_that_belong_to_no_source_are_named(tmp_path):
    photos, hints = tmp_path / "photos", tmp_path / "hints"
    photos.mkdir()
    hints.mkdir()
    (photos / "a.png").write_bytes(b"")
    (hints / "a.png.hints.json").write_text("[]")
    settings = Settings(hints=hints)
    assert plan_run([str(photos)], str(tmp_path / "out"), settings).notes == ()
    (hints / "a.hints.json").write_text("[]")
    (told,) = plan_run([str(photos)], str(tmp_path / "out"), settings).notes
    assert str(hints / "a.hints.json") in told
    assert "named such as a.png.hints.json" in told


@pytest.mark.parametrize("when", [{"frame": 1}, {"time": 0.5}])
def test_a_hint_of_a_photo_has_no_time(tmp_path, when):
    (tmp_path / "h.json").write_text(json.dumps([{"x": 0.5, "y": 0.5, "a": 40, "b": 30, **when}]))
    job = Job(
        tmp_path / "a.png", tmp_path / "b.png", Kind.PHOTO, Settings(hints=tmp_path / "h.json")
    )
    with pytest.raises(SettingsError, match="is a photo; hints with a time or frame are for films"):
        guides_of(job)


def test_one_file_is_for_one_source(tmp_path):
    (tmp_path / "h.json").write_text("[]")
    with pytest.raises(SettingsError, match="is for one source"):
        plan_run(["a.png", "b.png"], str(tmp_path), Settings(hints=tmp_path / "h.json"))
    with pytest.raises(SettingsError, match="can't be read"):
        plan_run(["a.png"], str(tmp_path), Settings(hints=tmp_path / "none.json"))


def test_a_photo_is_hinted_and_made_anew_when_the_hints_change(tmp_path):
    source, target, hints = (tmp_path / name for name in ("a.png", "b.png", "h.json"))
    cv2.imwrite(str(source), np.full((64, 64), 120, np.uint8))
    hints.write_text(json.dumps([{"x": 0.5, "y": 0.5, "a": 40, "b": 30}]))
    job = Job(source, target, Kind.PHOTO, Settings(size=64, hints=hints, existing="update"))
    list(pipeline.run(job, tiny_model()))
    blue, _, red = cv2.imread(str(target))[32, 32].astype(int)
    assert red - blue > 60
    assert standing_of(job)[0] is Standing.DONE
    hints.write_text(json.dumps([{"x": 0.5, "y": 0.5, "a": -40, "b": 30}]))
    assert standing_of(job) == (Standing.OUTDATED, "was made with other hints or references")
