"""The file that a film sink writes: its name, its place, errors and memory."""

import os
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from colorizer.errors import TargetError
from colorizer.media.film.codecs import output_suffix
from colorizer.media.film.sink import FilmSink
from colorizer.media.film.source import FilmSource
from colorizer.settings import FilmWriting
from tests.draw_film import draw_film
from tests.media.film.tinted import colour, expect_same_luma, payload, read, seconds, tinted


@pytest.mark.parametrize(
    ("source", "codec", "suffix"),
    [
        (".MP4", "h264", ".mp4"),
        (".mov", "h265", ".mov"),
        (".avi", "h264", ".mkv"),
        (".mp4", "ffv1", ".mkv"),
        (".mkv", "prores", ".mkv"),
        (".mpg", "prores", ".mov"),
        (".mxf", "dnxhr", ".mov"),
        (".webm", "av1", ".webm"),
        (".webm", "h264", ".mkv"),
    ],
)
def test_output_suffix_keeps_the_container_where_the_codec_fits(source, codec, suffix):
    assert output_suffix(source, codec) == suffix


class StoppedError(Exception):
    pass


@pytest.mark.matrix
@pytest.mark.parametrize("error", [StoppedError, KeyboardInterrupt, GeneratorExit])
@pytest.mark.parametrize("name", ["b.mkv", "b.mp4"])
def test_an_exception_leaves_nothing(tmp_path, error, name):
    draw_film(tmp_path / "a.mkv", frames=30, sounds=("aac",))
    threads = threading.active_count()
    out = tmp_path / "out"

    def stop(frame):
        if frame.index == 20:
            assert [path.name for path in out.iterdir()] == [f".{name}.colorize"]
            raise error
        return frame

    with pytest.raises(error):
        colour(tmp_path / "a.mkv", out / name, "h264", change=stop)
    assert list(out.iterdir()) == []
    assert threading.active_count() == threads


def test_an_older_result_is_kept_until_the_new_one_is_complete(tmp_path):
    draw_film(tmp_path / "a.mkv")
    (tmp_path / "b.mkv").write_text("older")
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        pytest.raises(StoppedError),
        FilmSink(tmp_path / "b.mkv", FilmWriting(codec="ffv1"), like=source),
    ):
        raise StoppedError
    assert (tmp_path / "b.mkv").read_text() == "older"
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv")
    assert len(read(tmp_path / "b.mkv")[0]) == 8


def test_a_film_is_never_its_own_target(tmp_path):
    draw_film(tmp_path / "a.mkv")
    (tmp_path / "link.mkv").symlink_to(tmp_path / "a.mkv")
    content = (tmp_path / "a.mkv").read_bytes()
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        for name in ("a.mkv", "link.mkv"):
            with pytest.raises(TargetError, match="is the film itself"):
                FilmSink(tmp_path / name, FilmWriting(codec="ffv1"), like=source)
    assert (tmp_path / "a.mkv").read_bytes() == content


def test_an_error_of_the_encoder_reaches_the_writer(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=30)

    def turn_back(frame):
        return replace(frame, pts=1000 - frame.index)

    # Time stamps that don't rise are what a muxer refuses.
    with pytest.raises(TargetError, match="can't be written"):
        colour(tmp_path / "a.mkv", tmp_path / "b.mkv", change=turn_back)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mkv"]


def test_a_frame_of_another_shape_is_refused(tmp_path):
    draw_film(tmp_path / "a.mkv")
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        pytest.raises(ValueError, match="ab must have the shape"),
        FilmSink(tmp_path / "b.mkv", FilmWriting(codec="ffv1"), like=source) as sink,
    ):
        sink.write(next(source.frames()))
    assert not (tmp_path / "b.mkv").exists()


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    draw_film(tmp_path / "a.mkv")
    (tmp_path / "file").touch()
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        pytest.raises(TargetError, match="can't be written"),
        FilmSink(tmp_path / "file" / "b.mkv", FilmWriting(codec="ffv1"), like=source),
    ):
        pass


def resident() -> int:
    """Return the memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_memory_does_not_grow_with_the_film(tmp_path):
    draw_film(tmp_path / "a.mkv", codec="libx264", size=(144, 176), frames=2000, sounds=("aac",))
    peaks = [0, 0]
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        FilmSink(tmp_path / "b.mkv", FilmWriting(codec="h264"), like=source) as sink,
    ):
        for frame in source.frames():
            sink.write(tinted(frame, sink))
            if frame.index > 200:
                half = frame.index >= 1000
                peaks[half] = max(peaks[half], resident())
    assert peaks[1] < 1.05 * peaks[0]


@pytest.mark.slow
def test_real_films_come_back_with_every_luma_sample(shared_data, tmp_path):
    for path in sorted((shared_data / "film").glob("*.mp4")):
        target = tmp_path / "b.mkv"
        frames, source, _ = colour(path, target)
        copies, output = read(target)
        expect_same_luma(frames, copies)
        assert len(frames) == source.frame_count
        assert output.tags == source.tags
        for old, new in zip(seconds(frames), seconds(copies), strict=True):
            assert abs(old - new) <= Fraction(1, 2000)
        assert payload(target, "audio") == payload(path, "audio")
