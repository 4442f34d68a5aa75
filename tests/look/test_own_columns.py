"""Preview and window show a frame of a film by what the cut list says of its shot."""

import av
import numpy as np
import pytest

from colorizer.engine import desk
from colorizer.jobs import Job, Kind
from colorizer.look.in_shot import levelled_in_shot
from colorizer.look.picture import open_picture
from colorizer.look.preview import before_and_after
from colorizer.pipeline import run
from colorizer.settings import Settings
from colorizer.stages.emulsion import WEIGHTS
from tests.pipeline.test_colour_shots import SHOT, draw
from tests.tiny_model import tiny_model

KINDS = ["gray", "colour", "gray", "fading", "colour"]
LIST = """shot,start,first_frame,cards,coloured,faded,emulsion
1,,0,card,,,
2,,14,,do,,ortho
3,,28,,,,blue
4,,35,,skip,,
5,,42,,,off,
6,,56,,,,pan
"""
EMULSIONS = {7: None, 20: "ortho", 30: "blue", 38: None, 50: None, 60: "pan"}


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Draw a film of five shots; its list has a cut more, in a shot that shows none."""
    path = tmp_path_factory.mktemp("look") / "film.mkv"
    draw(path, KINDS, pix_fmt="yuv444p")
    path.with_suffix(".csv").write_text(LIST)
    return path


def asked(film, **more):
    return Settings(size=64, codec="ffv1", shots=film.with_suffix(".csv"), **more)


def shown(film, number, **more):
    pair = before_and_after(film, Kind.FILM, tiny_model(), asked(film, **more), time=number / 25)
    return pair[:, pair.shape[1] // 2 :]


def colourful(rgb):
    """Return the mean distance of the largest and the smallest code of each pixel."""
    return float(np.ptp(rgb.astype(int), axis=-1).mean())


@pytest.fixture(scope="module")
def result(film):
    target = film.with_name("result.mkv")
    *_, last = run(Job(film, target, Kind.FILM, asked(film)), tiny_model())
    assert str(last.state) == "done", last.message
    with av.open(str(target)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.slow
@pytest.mark.parametrize("number", [7, 20, 30, 38, 50, 60])
def test_a_frame_has_the_colours_that_the_run_gives_its_shot(film, result, number):
    seen = shown(film, number)
    wanted = colourful(result[number])
    assert colourful(seen) == pytest.approx(wanted, rel=0.25, abs=1)
    assert np.abs(seen.astype(int) - result[number]).mean() < 6


@pytest.mark.slow
def test_what_columns_say_is_seen(film):
    assert colourful(shown(film, 7)) < 1  # a card
    assert colourful(shown(film, 38)) < 1  # left gray
    assert colourful(shown(film, 30)) > 4
    path = film.with_name("plain.csv")
    path.write_text("shot,start,first_frame\n1,,0\n2,,14\n3,,28\n4,,42\n5,,56\n")
    plain = Settings(size=64, shots=path)
    pair = before_and_after(film, Kind.FILM, tiny_model(), plain, time=7 / 25)
    assert colourful(pair[:, pair.shape[1] // 2 :]) > 4


@pytest.mark.matrix
@pytest.mark.parametrize(("number", "name"), EMULSIONS.items())
def test_the_network_is_told_the_emulsion_of_the_shot(film, number, name):
    settings = asked(film)
    frame = open_picture(film, Kind.FILM, side=64, time=number / 25)
    told = levelled_in_shot(frame, film, settings).emulsion
    assert told == (None if name is None else WEIGHTS[name])


def test_shots_of_a_part_are_those_of_the_film(film):
    assert colourful(shown(film, 20, start=str(SHOT))) > 4
    assert colourful(shown(film, 38, start=str(SHOT))) < 1


@pytest.mark.slow
def test_the_window_sees_a_column_that_was_changed(film, tmp_path):
    def look():
        told = desk.look(
            {"source": str(film), "kind": "film", "time": 30 / 25, "out": str(tmp_path / "a.npz"),
             "settings": settings.as_dict(), "longest": 128}
        )  # fmt: skip
        with np.load(told["out"]) as planes:
            return float(np.abs(planes["ab"]).mean())

    listed = tmp_path / "film.mkv.shots.csv"
    listed.write_text("# shots of film.mkv\n" + LIST)
    settings = Settings(size=64, shots=tmp_path)
    before = look()
    listed.write_text("# shots of film.mkv\n" + LIST.replace("3,,28,,", "3,,28,card,"))
    assert look() < 0.1 < before


def test_a_film_that_is_not_smoothed_keeps_colours_of_its_own(film):
    """There shots are not known, and the list is not read; a frame in colour stays as it is."""
    with av.open(str(film)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    seen = shown(film, 60, smooth=False).astype(int)
    red_less_blue = [(rgb[..., 0] - rgb[..., 2]).ravel() for rgb in (seen, frames[60].astype(int))]
    assert np.corrcoef(red_less_blue)[0, 1] > 0.95
