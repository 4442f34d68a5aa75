"""A film that is watched shows the frames that FFmpeg decodes, from any place."""

import av
import numpy as np
import pytest

from colorizer.media.play import Playback
from tests.draw_film import draw_film


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("play") / "a.mkv"
    draw_film(path, size=(64, 96), frames=50)
    return path


@pytest.fixture(scope="module")
def decoded(film):
    """Return gray pictures by PyAV, full range."""
    with av.open(str(film)) as container:
        return [f.to_ndarray(format="gray").astype(int) for f in container.decode(video=0)]


def shown(playback, begin, end, step=0.0):
    return list(playback.between(begin, end, step))


def test_frames_come_in_order_and_are_those_of_ffmpeg(film, decoded):
    with Playback(film, 96) as playback:
        rate = playback.rate
        for begin in (0, 10, 20, 5, 47):  # on, on, back, to the end
            found = shown(playback, begin / rate, (begin + 10) / rate)
            assert [round(time * rate) for time, _ in found] == list(
                range(begin, min(begin + 10, 50))
            )
            for time, picture in found:
                assert np.abs(picture - decoded[round(time * rate)]).max() <= 1
        assert shown(playback, 80 / rate, 90 / rate) == []


def test_a_faster_film_leaves_frames_out_and_large_ones_are_shrunk(film):
    with Playback(film, 48) as playback:
        found = shown(playback, 0.0, 1.0, 4 / playback.rate)
        numbers = [round(time * playback.rate) for time, _ in found]
        assert numbers == list(range(0, round(playback.rate), 4))
        assert found[0][1].shape == (32, 48)


def test_a_result_is_shown_in_its_colours(tmp_path):
    with av.open(str(tmp_path / "red.mkv"), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 32, 48, "yuv444p"
        for _ in range(3):
            red = np.full((32, 48, 3), (200, 30, 30), np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(red, "rgb24")))
        output.mux(stream.encode(None))
    with Playback(tmp_path / "red.mkv", 48, colour=True) as playback:
        ((_, picture),) = shown(playback, 0.0, 0.04)
    assert np.abs(picture.astype(int) - (200, 30, 30)).max() <= 4
