"""The Python interface."""

import inspect

import numpy as np
import pytest
from PIL import Image

import colorizer
from colorizer import (
    ColorizerError,
    Settings,
    alternatives,
    colorize,
    confidence,
    list_models,
    load_model,
)
from colorizer.errors import SettingsError
from colorizer.places.hint import Hint
from tests import drawn
from tests.tiny_model import tiny_model


def test_a_photo_is_colorized_beside_itself(tmp_path):
    source = drawn.photo(tmp_path / "a.png")
    (result,) = colorize(source, model=tiny_model())
    assert result.parent == tmp_path
    assert result != source
    assert drawn.colourful(result)


def test_out_may_be_a_file_name_and_chooses_the_format(tmp_path):
    source = drawn.photo(tmp_path / "a.png")
    assert colorize(source, tmp_path / "b.jpg", model=tiny_model()) == [tmp_path / "b.jpg"]
    assert Image.open(tmp_path / "b.jpg").format == "JPEG"


def test_a_folder_is_mirrored_and_a_second_call_computes_nothing(tmp_path):
    drawn.photo(tmp_path / "in" / "a.png")
    drawn.photo(tmp_path / "in" / "sub" / "b.png")
    results = colorize(str(tmp_path / "in"), str(tmp_path / "out"), model=tiny_model())
    assert [path.parent for path in results] == [tmp_path / "out", tmp_path / "out" / "sub"]
    before = drawn.hashes(tmp_path / "out")
    assert colorize(tmp_path / "in", tmp_path / "out", weights=tmp_path / "none") == results
    assert drawn.hashes(tmp_path / "out") == before


def test_a_bad_file_raises_after_the_rest_is_done(tmp_path):
    drawn.photo(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.png").write_bytes(b"")
    with pytest.raises(ColorizerError, match=r"1 of 2 failed: .*b\.png: is empty"):
        colorize(tmp_path / "in", tmp_path / "out", model=tiny_model())
    assert len(drawn.hashes(tmp_path / "out")) == 1


@pytest.mark.parametrize("name", ["nothing here", "."])
def test_nothing_to_colorize_is_an_error(tmp_path, name):
    with pytest.raises(ColorizerError, match="no such file or folder|holds no photo"):
        colorize(tmp_path / name, tmp_path / "out", model=tiny_model())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_an_array_keeps_size_depth_and_lightness(dtype, channels):
    gray = drawn.picture(size=(72, 96)) / 255
    top = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    picture = (np.stack([gray] * 3, -1) if channels else gray) * top
    picture = picture.astype(dtype) if top == 1 else np.rint(picture).astype(dtype)
    result = colorize(picture, model=tiny_model())
    assert result.shape == (72, 96, 3)
    assert result.dtype == dtype
    scaled = np.moveaxis(result.astype(np.float64) / top, -1, 0)
    lab = colorizer.colour.cielab.srgb_to_lab(scaled)
    assert np.abs(lab[1:]).mean() > 3
    dL = lab[0] - colorizer.colour.cielab.gray_to_L(gray)
    assert np.abs(dL).mean() < 0.2


def test_a_stamp_on_a_gray_array_keeps_its_colour():
    picture = np.repeat(drawn.picture(size=(96, 128))[..., None], 3, -1).astype(np.uint8)
    picture[20:44, 30:60] = 190, 30, 45
    done = colorize(picture, model=tiny_model())
    assert np.abs(done[30, 45] - (190.0, 30, 45)).max() < 12


def test_strength_0_gives_the_gray_array_back():
    gray = drawn.picture()
    result = colorize(gray, model=tiny_model(), strength=0.0)
    assert np.abs(result.astype(int) - gray[..., None]).max() <= 1


def test_an_array_takes_as_many_hints_as_a_file():
    with pytest.raises(SettingsError, match="hints has 1001 hints for one picture; at most 1000"):
        colorize(
            np.zeros((8, 8), np.uint8), hints=[Hint(0.5, 0.5, 1, 1)] * 1001, model=tiny_model()
        )


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((4, 4, 2), np.uint8),
        np.zeros(4, np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros((4, 4), np.int32),
        np.full((4, 4), 1.5),
        np.full((4, 4), np.nan),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(picture):
    with pytest.raises(ValueError, match="picture"):
        colorize(picture, model=tiny_model())


def test_unknown_and_bad_settings_are_refused():
    with pytest.raises(TypeError, match="sise"):
        colorize(drawn.picture(), model=tiny_model(), sise=3)
    with pytest.raises(ColorizerError, match="--size"):
        colorize(drawn.picture(), model=tiny_model(), size=3)


def test_models_are_listed_and_loading_lists_them_too():
    assert "autochrome" in list_models()
    with pytest.raises(ColorizerError, match="there are autochrome"):
        load_model("nope")


def test_settings_are_keywords_of_their_own():
    assert "size" in inspect.signature(Settings).parameters


def test_confidence_has_the_size_of_the_picture_and_alternatives_are_ordered():
    picture = np.tile(np.linspace(0, 255, 90).astype(np.uint8), (70, 1))
    sure = confidence(picture, size=64)
    assert sure.shape == (70, 90)
    assert 0 <= sure.min() < sure.max() <= 1
    offered = alternatives(picture, 89, 0, size=64)
    assert [c["share"] for c in offered] == sorted((c["share"] for c in offered), reverse=True)
    assert all(c["srgb"].startswith("#") and len(c["srgb"]) == 7 for c in offered)
    with pytest.raises(SettingsError, match="outside"):
        alternatives(picture, 90, 0, size=64)
