"""Interlaced film: fields are coloured each on its own and woven into the same frames."""

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from colorizer import pipeline
from colorizer.frame import Frame, working_L
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.plan import check
from colorizer.media.film.source import FilmSource
from colorizer.settings import FilmWriting, Reading, Settings
from colorizer.stages.fields import separate_fields, weave_fields
from tests.draw_film import draw_film
from tests.tiny_model import TinyModel, tiny_model

ORDERS = {"top": 2, "bottom": 3}


def frame(index=3, size=(48, 64)):
    Y = np.random.default_rng(index).integers(0, 255, size).astype(np.uint8)
    L = working_L(Y, 8, full_range=True, side=32)
    return Frame(index, 40 * index, Fraction(1, 1000), Y, 8, full_range=True, L=L)


@pytest.mark.parametrize("first", ["top", "bottom"])
def test_fields_hold_every_other_line_in_order_of_showing(first):
    whole = frame()
    one, two = separate_fields([whole], first)
    assert (one.index, two.index) == (6, 7)
    assert one.pts * one.time_base == whole.pts * whole.time_base
    assert np.array_equal(one.Y, whole.Y[first == "bottom" :: 2])
    assert np.array_equal(two.Y, whole.Y[first == "top" :: 2])
    assert one.L.shape == whole.L.shape, "the network sees the proportions of the frame"


@pytest.mark.parametrize("first", ["top", "bottom"])
@pytest.mark.parametrize("size", [(48, 64), (50, 64), (49, 64)])
def test_woven_frames_are_the_same_with_chroma_in_the_lines_of_its_field(first, size):
    frames = [frame(index, size) for index in (3, 4)]
    height = -(-size[0] // 2)

    def tinted(field):
        parity = (field.index + (first == "bottom")) % 2
        lines = len(range(parity, height, 2))
        return replace(field, ab=np.full((2, lines, 32), field.index, np.float32))

    woven = list(weave_fields(map(tinted, separate_fields(frames, first)), first))
    assert [one.index for one in woven] == [3, 4]
    for old, new in zip(frames, woven, strict=True):
        assert np.array_equal(new.Y, old.Y)
        assert (new.pts, new.time_base) == (old.pts, old.time_base)
        assert new.ab.shape == (2, height, 32)
        assert (new.ab[:, first == "bottom" :: 2] == 2 * old.index).all()
        assert (new.ab[:, first == "top" :: 2] == 2 * old.index + 1).all()


class Bright(TinyModel):
    """Bright pictures are red, dark ones green."""

    def predict(self, L, **_):
        a = L.mean((1, 2, 3), keepdim=True).sub(50).sign() * 30
        return a.expand(-1, 2, *L.shape[-2:]).contiguous()


def draw_two_moments(path, order):
    """Draw a film whose top field is bright and whose bottom field is dark."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 64, 96, "yuv420p"
        stream.codec_context.field_order = order
        for index in range(3):
            picture = av.VideoFrame(96, 64, "yuv420p")
            for plane in picture.planes:
                rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)
                rows[:] = 128
            rows = np.frombuffer(memoryview(picture.planes[0]), np.uint8).reshape(64, -1)
            rows[0::2], rows[1::2] = 170, 80
            picture.pts, picture.time_base = index, Fraction(1, 25)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("codec", "name", "quality", "first"),
    [
        ("ffv1", "b.mkv", None, "top"),
        ("ffv1", "b.mkv", None, "bottom"),
        ("h264", "b.mp4", 0, "top"),
        ("h264", "b.mp4", 0, "bottom"),
        ("v210", "b.mov", None, "bottom"),
    ],
)
def test_each_field_keeps_its_own_colour_and_the_film_stays_interlaced(
    tmp_path, codec, name, quality, first
):
    draw_two_moments(tmp_path / "a.mkv", ORDERS[first])
    how = {"verify": True, "smooth": False, "faded": "off"}  # else fields are seen alike
    settings = Settings(size=64, codec=codec, quality=quality, **how)
    job = Job(tmp_path / "a.mkv", tmp_path / name, Kind.FILM, settings)
    *_, last = pipeline.run(job, Bright().eval())
    assert last.state is JobState.DONE
    assert last.done == 3
    assert "verified: luma of all 3 frames is exact" in last.warnings
    with FilmSource(tmp_path / name, side=32) as film:
        assert film.first_field == first
    with av.open(str(tmp_path / name)) as container:
        for picture in container.decode(video=0):
            assert picture.interlaced_frame
            plane = picture.planes[2]
            deep = picture.format.components[2].bits > 8
            Cr = np.frombuffer(memoryview(plane), "<u2" if deep else np.uint8)
            Cr = Cr.reshape(plane.height, -1)[:, : plane.width] >> (2 if deep else 0)
            assert (Cr[0::2] > 135).all(), "the bright field is red"
            assert (Cr[1::2] < 121).all(), "the dark field is green"


@pytest.mark.slow
def test_fields_are_steadied_along_their_motion(tmp_path):
    draw_film(tmp_path / "a.mkv", field_order=2, frames=30, size=(96, 128))
    job = Job(
        tmp_path / "a.mkv",
        tmp_path / "b.mkv",
        Kind.FILM,
        Settings(size=64, codec="ffv1", verify=True, shots=tmp_path / "shots.csv"),
    )
    *_, last = pipeline.run(job, tiny_model())
    assert last.done == 30
    assert "verified: luma of all 30 frames is exact" in last.warnings
    shots = (tmp_path / "shots.csv").read_text().splitlines()
    assert shots[2:] == ["1,0:00:00.000,0"], "frames are counted, not fields"


def test_a_person_may_know_better_than_the_film(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=2)
    for told, first in (("auto", None), ("bottom", "bottom")):
        with FilmSource(tmp_path / "a.mkv", Reading(interlaced=told), side=32) as film:
            assert film.first_field == first
    draw_film(tmp_path / "b.mkv", field_order=2, frames=2)
    with FilmSource(tmp_path / "b.mkv", Reading(interlaced="no"), side=32) as film:
        assert film.first_field is None


def test_codecs_that_know_no_fields_say_so(tmp_path):
    draw_film(tmp_path / "a.mkv", field_order=2, frames=2, size=(128, 256))
    with FilmSource(tmp_path / "a.mkv", side=32) as film:
        for codec, name in (("h265", "b.mkv"), ("av1", "b.mkv"), ("dnxhr", "b.mov")):
            warnings = check(film, tmp_path / name, FilmWriting(codec=codec))[2]
            assert any("interlaced" in line and "ffv1" in line for line in warnings)
        for codec, name in (("h264", "b.mkv"), ("prores", "b.mov"), ("v210", "b.mov")):
            assert not any(
                "interlaced" in w for w in check(film, tmp_path / name, FilmWriting(codec=codec))[2]
            )


@pytest.mark.parametrize("order", [2, 3])
def test_the_flags_of_frames_tell_the_first_field(tmp_path, order):
    """PyAV shows no such flag; a black frame must not mislead."""
    draw_film(
        tmp_path / "a.mpg",
        codec="mpeg2video",
        frames=3,
        size=(96, 128),
        options={"flags": "+ilme+ildct"},
        field_order=order,
    )
    with av.open(str(tmp_path / "a.mpg")) as container:
        interlaced = next(container.decode(video=0)).interlaced_frame
    with FilmSource(tmp_path / "a.mpg", side=32) as film:
        assert film.first_field in ("top", "bottom") if interlaced else film.first_field is None
