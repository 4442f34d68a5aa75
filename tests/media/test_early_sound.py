"""Sound that begins before the picture: what is heard, and when, stays what it was.

Expected values: FFmpeg's decoder (through PyAV) of both files, and RFC 9559 for CodecDelay.
"""

import av
import numpy as np
import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from tests.draw_film import draw_film
from tests.tiny_model import tiny_model

pytestmark = pytest.mark.slow

RATE = 48000
H264 = {"codec": "libx264", "options": {"bf": "0"}, "frames": 50}


def heard(path, track=0):
    """Return the samples that FFmpeg decodes at and after 0 s, and the time of the first."""
    with av.open(str(path)) as film:
        parts, start = [], None
        for frame in film.decode(audio=track):
            start = float(frame.pts * frame.time_base) if start is None else start
            parts.append(frame.to_ndarray())
        samples = np.concatenate(parts, axis=1)
    skipped = max(0, round(-start * RATE))
    return samples[:, skipped:], max(start, 0.0)


def pictures(path):
    with av.open(str(path)) as film:
        return [round(frame.pts * frame.time_base * 1000) for frame in film.decode(video=0)]


def colorize(source, target, monkeypatch, *more):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    given = ["run", str(source), "--size", "64", "-q", "--codec", "ffv1", *more]
    assert cli.main([*given, "-o", str(target)]) == ExitCode.OK


@pytest.mark.matrix
@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_the_priming_of_aac_becomes_a_codec_delay(tmp_path, monkeypatch, suffix):
    source, target = tmp_path / f"s{suffix}", tmp_path / "t.mkv"
    draw_film(source, sounds=("aac", "aac"), **H264)
    with av.open(str(source)) as film:
        first = next(film.demux(audio=0))
        assert first.pts == -1024  # the case
    colorize(source, target, monkeypatch)
    for track in (0, 1):
        before, after = heard(source, track), heard(target, track)
        assert np.array_equal(before[0], after[0])
        assert abs(before[1] - after[1]) < 0.001
    assert pictures(target) == pictures(source)
    data = target.read_bytes()
    assert data.count(b"\x56\xaa\x84" + round(1024 / RATE * 1e9).to_bytes(4, "big")) == 2
    assert b"codec delay" not in data
    with av.open(str(target)) as film:
        sound = film.streams.audio[0]
        # The demuxer takes the delay off; in the file itself no block is before 0.
        assert next(film.demux(sound)).pts == -21


def test_a_delay_of_matroska_stays_and_an_early_track_without_one_gets_it(tmp_path, monkeypatch):
    draw_film(tmp_path / "a.mp4", sounds=("aac",), **H264)
    colorize(tmp_path / "a.mp4", tmp_path / "b.mkv", monkeypatch)
    colorize(tmp_path / "b.mkv", tmp_path / "c.mkv", monkeypatch)
    with av.open(str(tmp_path / "a.mp4")) as film, av.open(str(tmp_path / "early.mkv"), "w",
            container_options={"avoid_negative_ts": "disabled"}) as early:  # fmt: skip
        streams = [early.add_stream_from_template(stream) for stream in film.streams]
        streams[1].metadata["title"] = "Ton – Original"
        for packet in film.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                early.mux(packet)
    colorize(tmp_path / "early.mkv", tmp_path / "d.mkv", monkeypatch)
    for source, made in (("a.mp4", "b.mkv"), ("b.mkv", "c.mkv"), ("early.mkv", "d.mkv")):
        before, after = heard(tmp_path / source), heard(tmp_path / made)
        assert np.array_equal(before[0], after[0])
        assert abs(before[1] - after[1]) < 0.001
    with av.open(str(tmp_path / "d.mkv")) as film:
        assert film.streams.audio[0].metadata["title"] == "Ton – Original"


@pytest.mark.parametrize("end", ["30"])
def test_the_first_part_of_a_film_keeps_its_priming(tmp_path, monkeypatch, end):
    draw_film(tmp_path / "a.mp4", sounds=("aac",), **H264)
    colorize(tmp_path / "a.mp4", tmp_path / "b.mkv", monkeypatch, "--end", end)
    whole, part = heard(tmp_path / "a.mp4")[0], heard(tmp_path / "b.mkv")[0]
    assert abs(part.shape[1] - 30 / 25 * RATE) <= 1024
    assert np.array_equal(part, whole[:, : part.shape[1]])
