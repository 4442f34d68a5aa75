"""Which references reach which shots: scenes, frames in names, pictures that come back."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from colorizer.guidance.references.reach import reached_shots, scene_trusts, told_of_references
from colorizer.guidance.references.registering import registered
from colorizer.places.still_name import StillName, read_still_name, still_name
from colorizer.stages.memory.anchors import Anchors
from tests.guidance.references.test_content import sample

FILES = [Path("a_s0001_f000003_x.png"), Path("a_s0002_f000130_x.png"), Path("uniform.jpg")]


def test_shots_of_one_scene_share_their_references():
    trusts = scene_trusts(FILES, {0: "yard", 50: "yard", 130: "hall"}, [0, 50, 100, 130], 0, 1)
    assert [trusts(0, first) for first in (0, 50, 100, 130)] == [1, 1, 0, -1]
    assert [trusts(1, first) for first in (0, 50, 100, 130)] == [-1, -1, 0, 1]
    assert [trusts(2, first) for first in (0, 50, 100, 130)] == [0, 0, 0, 0]


def test_names_count_frames_of_the_whole_film_and_fields_are_two():
    trusts = scene_trusts(FILES[1:2], {0: "a", 20: "b"}, [0, 20], 100, 2)
    assert [trusts(0, index) for index in (0, 40)] == [-1, 1]


def test_what_is_told_is_the_share_of_each_shot():
    reached = {0: np.array([50.0, 0.5, 0]), 50: np.array([150.0, 0.1, 0])}
    told = reached_shots(Anchors([], FILES[:2]), reached, 1, [0, 50])
    assert told[0]["share"] == pytest.approx(0.2)
    assert [(one["shot"], one["share"]) for one in told[0]["shots"]] == [(1, 0.5), (2, 0.1)]
    lines = told_of_references(told)
    assert "20.0 % of the film; of shots: 1 (50 %), 2 (10 %)" in lines[0]
    assert "nothing looks like" in lines[1]


@pytest.mark.parametrize(
    "name",
    ["b (1)_s0012_f001234_0-00-49.360.png", "new a_s0012_f001234_01-00-00-04_v2.JPG"],
)
def test_names_tell_shot_and_frame_when_programs_have_added_to_them(name):
    assert read_still_name(name) == (12, 1234)


@pytest.mark.parametrize("name", ["s1_f2.png", "miss_f000001.png", "films0001_f00001.png", "x.png"])
def test_other_names_tell_nothing(name):
    assert read_still_name(name) is None


def test_names_have_the_time_code_and_no_sign_that_a_system_refuses():
    name = still_name(StillName('a:b/c"?', 3, 31), "01:00:00;00", 31, 1.0, 30)
    assert name == "a_b_c__s0003_f000031_01-00-01-01.png"
    assert read_still_name(name) == (3, 31)


@pytest.mark.parametrize("turn", [0, 4])
def test_a_picture_that_comes_back_lies_where_it_was(turn):
    """Resized, cropped, turned, darkened by Pillow, and a JPEG: against the places it had."""
    shown = Image.fromarray(sample("coffee.png"))
    left, top, scale = 20, 12, 0.7
    y, x = np.mgrid[0:256, 0:256].astype(np.float32)
    size = [round(scale * side) for side in (220, 230)]
    box = (left, top, left + 220, top + 230)
    moved = shown.rotate(turn, Image.Resampling.BICUBIC).resize(size, box=box)
    places = [
        np.asarray(
            Image.fromarray(plane).rotate(turn, Image.Resampling.BILINEAR).resize(size, box=box)
        )
        for plane in (x, y)
    ]
    file = io.BytesIO()
    ImageEnhance.Contrast(ImageEnhance.Brightness(moved).enhance(0.6)).enhance(1.2).save(
        file, "JPEG", quality=75
    )
    L = np.asarray(Image.open(file).convert("L")).astype(np.float32) / 2.55
    frame = np.asarray(shown.convert("L")).astype(np.float32) / 2.55
    found = registered(L, np.stack(places), frame)
    assert found is not None
    core = np.zeros((256, 256), bool)
    core[60:200, 60:200] = True
    assert found.inside[core].all()
    assert np.abs(found.ab[0] - x)[core].max() < 1.5
    assert np.abs(found.ab[1] - y)[core].max() < 1.5


def test_another_picture_is_not_laid_on_a_frame():
    one, other = (
        np.asarray(Image.fromarray(sample(name)).convert("L")).astype(np.float32) / 2.55
        for name in ("coffee.png", "astronaut.jpg")
    )
    assert registered(one, np.zeros((2, 256, 256), np.float32), other) is None
