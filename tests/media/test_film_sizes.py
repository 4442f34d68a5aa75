"""Films of any size: what an encoder takes is found by trying, and read back by FFmpeg."""

import av
import numpy as np
import pytest

from colorizer.errors import SettingsError
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.plan import check
from colorizer.media.film.source import FilmSource
from colorizer.pipeline import run
from colorizer.settings import FilmWriting, Settings
from tests.draw_film import draw_film
from tests.media.film.tinted import colour
from tests.tiny_model import tiny_model

ODD = [(480, 853), (576, 719), (480, 639), (1080, 1919)]
SMALL = [(1, 1), (1, 9), (9, 1), (2, 2), (3, 5), (3, 719), (719, 3), (1081, 1), (5, 1200), (37, 41)]


def luma(path):
    """Decode a film with FFmpeg and return its luma planes."""
    with av.open(str(path)) as film:
        return [
            np.frombuffer(memoryview(frame.planes[0]), np.uint8)
            .reshape(frame.height, -1)[:, : frame.width]
            .copy()
            for frame in film.decode(video=0)
        ]


@pytest.mark.matrix
@pytest.mark.parametrize("size", [*ODD, *SMALL])
def test_ffv1_takes_every_size(tmp_path, size):
    drawn = draw_film(tmp_path / "a.mkv", codec="rawvideo", size=size, frames=2)
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv", "ffv1")
    assert all(map(np.array_equal, luma(tmp_path / "b.mkv"), drawn))
    assert len(luma(tmp_path / "b.mkv")) == 2


@pytest.mark.matrix
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (2, 2), (5, 7)])
@pytest.mark.parametrize("interlaced", ["no", "top"])
def test_a_film_of_a_few_pixels_goes_the_whole_way(tmp_path, size, interlaced):
    drawn = draw_film(tmp_path / "a.mkv", codec="rawvideo", size=size, frames=3)
    settings = Settings(size=64, codec="ffv1", interlaced=interlaced)
    job = Job(tmp_path / "a.mkv", tmp_path / "b.mkv", Kind.FILM, settings)
    assert list(run(job, tiny_model()))[-1].state is JobState.DONE
    assert all(map(np.array_equal, luma(tmp_path / "b.mkv"), drawn))


@pytest.mark.parametrize(
    ("codec", "size"),
    [("h265", (16, 34)), ("dnxhr", (100, 300)), ("v210", (48, 63)), ("av1", (9, 9))],
)
def test_a_size_that_a_codec_lacks_is_said_before_with_what_has_it(tmp_path, codec, size):
    draw_film(tmp_path / "a.mkv", codec="rawvideo", size=size, frames=2)
    suffix = ".mov" if codec in ("dnxhr", "v210") else ".mkv"
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        with pytest.raises(SettingsError, match=f"{codec} .* {size[1]}x{size[0]}.*use ffv1"):
            check(source, tmp_path / f"b{suffix}", FilmWriting(codec=codec))
        check(source, tmp_path / "b.mkv", FilmWriting(codec="ffv1"))


def test_a_size_that_an_encoder_refuses_on_opening_is_said_before(tmp_path, monkeypatch):
    from colorizer.media.film import coding_trial

    monkeypatch.setattr(coding_trial, "_opens", lambda coding, _: coding.encoder == "ffv1")
    draw_film(tmp_path / "a.mkv", codec="rawvideo", frames=2)
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        pytest.raises(SettingsError, match="h264 can't write a film of 64x48; use ffv1"),
    ):
        check(source, tmp_path / "b.mkv", FilmWriting(codec="h264"))


@pytest.mark.parametrize(
    ("size", "pix_fmt", "field"), [((50, 64), "yuv422p", 2), ((49, 64), "yuv422p", None)]
)
def test_fields_that_420_cannot_hold_are_coded_finer_or_said(tmp_path, size, pix_fmt, field):
    draw_film(tmp_path / "a.mkv", size=size, field_order=2, frames=2)
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        coding, _, warnings = check(source, tmp_path / "b.mkv", FilmWriting(codec="h264"))
    assert coding.pix_fmt == pix_fmt
    assert coding.first_field == ("top" if field else None)
    assert any("422" in line or "combs" in line for line in warnings)
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv", "h264")
    with av.open(str(tmp_path / "b.mkv")) as film:
        frames = list(film.decode(video=0))
    assert {frame.interlaced_frame for frame in frames} == {field is not None}
