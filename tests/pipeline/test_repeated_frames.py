"""Frames that a film repeats, 18 a second in 24, get the same colours and cost next to nothing."""

from contextlib import closing
from fractions import Fraction

import av
import numpy as np
import pytest

from colorizer.frame import Frame, working_L
from colorizer.jobs import Job, Kind
from colorizer.media.film import sink
from colorizer.pipeline import run
from colorizer.settings import Settings
from colorizer.stages.repeats import mark_repeats
from colorizer.stages.shots import mark_shots
from tests.stages.shots_drawn import texture
from tests.tiny_model import tiny_model

SIZE = (96, 128)


def shown(pattern, moments):
    """Return which moment each frame shows, where a moment is shown as often as a pattern says."""
    counts = [pattern[n % len(pattern)] for n in range(moments)]
    return [n for n, count in enumerate(counts) for _ in range(count)]


PATTERNS = {
    "18 in 24": [1, 1, 2],
    "16 in 24": [1, 2],
    "20 in 24": [1, 1, 1, 1, 2],
    "24 in 25": [1] * 23 + [2],
    "24 in 30": [1, 1, 1, 2],
    "12 in 24": [2],
    "held": [1, 1, 9, 1],
}


def codes(moment):
    picture = np.roll(texture(3, SIZE, 5, 95, 3), 4 * moment, 1)
    picture[30:60, (7 * moment) % 90 : (7 * moment) % 90 + 25] = 85
    return np.rint(2.55 * picture).astype(np.uint8)


def draw(path, moments, codec="ffv1", **options):
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=24)
        stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.options = options
        stream.codec_context.color_range = 2
        for index, moment in enumerate(moments):
            frame = av.VideoFrame(SIZE[1], SIZE[0], "yuv420p")
            for number, plane in enumerate(frame.planes):
                rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)
                rows[:, : plane.width] = 128 if number else codes(moment)
            frame.pts, frame.time_base = index, Fraction(1, 24)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def chroma_of(path):
    with av.open(str(path)) as container:
        found = []
        for frame in container.decode(video=0):
            both = [
                np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1).copy()
                for plane in frame.planes[1:3]
            ]
            found.append(np.stack(both))
        return found


def colorized(source, target, model, **settings):
    settings = Settings(**{"size": 96, "codec": "ffv1", **settings})
    *_, last = run(Job(source, target, Kind.FILM, settings), model)
    return last


def repeats_of(path):
    with av.open(str(path)) as container:
        planes = [
            np.frombuffer(memoryview(f.planes[0]), np.uint8).reshape(SIZE[0], -1)[:, : SIZE[1]]
            for f in container.decode(video=0)
        ]
    frames = (
        Frame(n, n, Fraction(1, 24), Y.copy(), 8, True, working_L(Y, 8, True, 96))
        for n, Y in enumerate(planes)
    )
    return [frame.repeats for frame in mark_repeats(frames)]


@pytest.mark.matrix
@pytest.mark.parametrize("pattern", PATTERNS)
def test_equal_frames_are_found_and_get_equal_chroma(tmp_path, pattern):
    moments = shown(PATTERNS[pattern], max(16, len(PATTERNS[pattern]) + 2))
    source, target = tmp_path / "film.mkv", tmp_path / "out.mkv"
    draw(source, moments)
    again = [False] + [a == b for a, b in zip(moments, moments[1:], strict=False)]
    assert repeats_of(source) == again
    colorized(source, target, tiny_model())
    chroma = chroma_of(target)
    for index, repeated in enumerate(again):
        if index:
            assert np.array_equal(chroma[index], chroma[index - 1]) == repeated, index


@pytest.mark.parametrize("codec", [("libx264", {"crf": "20"}), ("libx264", {"crf": "28"}),
                                   ("mpeg4", {"qscale": "4", "flags": "+qscale"})])  # fmt: skip
def test_nearly_equal_frames_are_found_after_compression(tmp_path, codec):
    moments = shown(PATTERNS["16 in 24"], 24)
    name, options = codec
    draw(tmp_path / "film.mkv", moments, name, **options)
    again = [False] + [a == b for a, b in zip(moments, moments[1:], strict=False)]
    found = repeats_of(tmp_path / "film.mkv")
    assert not any(one and not true for one, true in zip(found, again, strict=True))
    # One at a multiple of six must be exactly equal.
    missed = [n for n, (one, true) in enumerate(zip(found, again, strict=True)) if true and not one]
    assert all(number % 6 == 0 for number in missed)


def test_a_slow_change_is_no_repetition():
    """A slow fade whose neighbours hardly differ: its colours must not stay behind."""
    L = texture(3, SIZE, 20, 80)
    pictures = [L - np.float32(n / 4) for n in range(60)]
    frames = (
        Frame(n, n, Fraction(1, 24), one.astype(np.uint8), 8, True, one)
        for n, one in enumerate(pictures)
    )
    last, most = 0, 0
    for frame in mark_repeats(frames):
        last = last if frame.repeats else frame.index
        most = max(most, frame.index - last)
    assert most < 6


@pytest.mark.matrix
@pytest.mark.parametrize("every_frame", [True, False])
def test_each_moment_is_predicted_once(tmp_path, monkeypatch, every_frame):
    moments = shown([3], 10)
    draw(tmp_path / "film.mkv", moments)
    model, seen = tiny_model(), []
    plain = model.predict
    monkeypatch.setattr(model, "predict", lambda L, **rest: seen.append(len(L)) or plain(L, **rest))
    colorized(tmp_path / "film.mkv", tmp_path / "out.mkv", model, every_frame=every_frame)
    assert sum(seen) == 10 if every_frame else sum(seen) <= 10


def test_no_flow_is_found_for_them(monkeypatch):
    L = [texture(n, SIZE) for n in (1, 1, 1, 2, 2)]
    frames = [Frame(n, n, Fraction(1), (2 * one).astype(np.uint8), 8, True, one)
              for n, one in enumerate(L)]  # fmt: skip
    done = list(mark_shots(mark_repeats(frames)))
    assert [one.starts_shot for one in done] == [True, False, False, True, False]
    assert [bool(one.motion and one.motion.still) for one in done] == [
        False, True, True, False, True]  # fmt: skip
    assert [one.is_key for one in done] == [True, False, False, True, False]


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("stop", [27, 38, 45])
def test_a_run_that_was_interrupted_gives_the_same_film(tmp_path, monkeypatch, stop):
    monkeypatch.setattr(sink, "SEGMENT_FRAMES", 5)
    moments = shown(PATTERNS["16 in 24"], 24) + [24] * 20
    source, whole, broken = (tmp_path / f"{name}.mkv" for name in ("film", "whole", "broken"))
    draw(source, moments)
    colorized(source, whole, tiny_model())
    job = Job(source, broken, Kind.FILM, Settings(size=96, codec="ffv1"))
    with closing(run(job, tiny_model())) as steps:
        next(step for step in steps if step.done == stop)
    assert not broken.exists()
    colorized(source, broken, tiny_model())
    assert whole.read_bytes() == broken.read_bytes()
