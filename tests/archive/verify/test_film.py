"""Verification finds what differs, and nothing where nothing differs."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from colorizer import pipeline
from colorizer.archive.records.provenance import Record
from colorizer.archive.verify.film import same_frames, verify_film
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.errors import MediaError
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.sink import FilmSink
from colorizer.media.film.source import FilmSource
from colorizer.pipeline import recording
from colorizer.settings import FilmWriting, Settings
from tests import drawn
from tests.draw_film import draw_film
from tests.tiny_model import tiny_model


def colour(source_path, target, codec="ffv1", quality=None, change=None):
    with (
        FilmSource(source_path, side=32) as source,
        FilmSink(target, FilmWriting(codec=codec, quality=quality), like=source, threads=1) as sink,
    ):
        for frame in source.frames():
            changed = change(frame) if change else frame
            if changed is not None:
                ab = np.full((2, *sink.chroma_size(frame)), 20, np.float32)
                sink.write(replace(changed, ab=ab))


def one_sample_off(frame):
    Y = frame.Y.copy()
    Y[5, 7] ^= frame.index == 3
    return replace(frame, Y=Y)


@pytest.mark.matrix
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p10le", "gray16le"])
@pytest.mark.parametrize("full", [False, True])
def test_a_lossless_film_is_exact(tmp_path, pix_fmt, full):
    draw_film(tmp_path / "a.mkv", pix_fmt=pix_fmt, full_range=full)
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv")
    verdict = verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv")
    assert verdict.good
    assert verdict.must_be_exact
    assert (verdict.frames, verdict.different, verdict.moved) == (8, 0, 0)
    assert str(verdict) == "luma of all 8 frames is exact"


def test_depth_is_mapped_before_comparing(tmp_path):
    draw_film(tmp_path / "a.mkv", codec="libx264", size=(128, 256))
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        frames = list(source.frames())
    draw_film(tmp_path / "b.mkv", pix_fmt="yuv420p10le", size=(128, 256))
    verdict = verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv", exact=True)
    assert verdict.frames == len(frames)
    assert verdict.different == 8, "10 bit drawn again is no shifted 8 bit"


def test_one_sample_of_one_frame_is_found(tmp_path):
    draw_film(tmp_path / "a.mkv")
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv", change=one_sample_off)
    verdict = verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv")
    assert not verdict.good
    assert (verdict.different, verdict.first_different) == (1, 3)
    assert "differs, first at frame 3" in str(verdict)


def test_a_missing_frame_and_moved_times_are_found(tmp_path):
    draw_film(tmp_path / "a.mkv")
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv", change=lambda f: f if f.index < 7 else None)
    assert not verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv").good
    late = [0, 40, 80, 130, 160, 200, 240, 280]
    draw_film(tmp_path / "c.mkv", pts=late, time_base=Fraction(1, 1000))
    verdict = verify_film(tmp_path / "c.mkv", tmp_path / "a.mkv")
    assert not verdict.good
    assert (verdict.moved, verdict.different) == (1, 0)


def test_lossy_films_tell_psnr_instead(tmp_path):
    draw_film(tmp_path / "a.mkv", size=(96, 128))
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv", "h264")
    verdict = verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv")
    assert verdict.good
    assert verdict.different > 0
    assert 30 < verdict.worst_psnr <= verdict.psnr < 80
    assert not verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv", exact=True).good


def test_another_size_is_an_error(tmp_path):
    draw_film(tmp_path / "a.mkv")
    draw_film(tmp_path / "b.mkv", size=(64, 64))
    with pytest.raises(MediaError, match="its picture is"):
        verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv")


def test_the_command_finds_the_source_and_answers_with_its_exit_code(tmp_path, capsys):
    source, good, bad = (tmp_path / name for name in ("a.mkv", "b.mkv", "c.mkv"))
    draw_film(source)
    colour(source, good)
    colour(source, bad, change=one_sample_off)
    assert cli.main(["verify", str(good), "--source", str(source)]) == ExitCode.OK
    assert "luma of all 8 frames is exact" in capsys.readouterr().out
    assert cli.main(["verify", str(bad), "--source", str(source)]) == ExitCode.SOME_FAILED
    assert capsys.readouterr().out.startswith("FAILED")
    assert cli.main(["verify", str(good)]) == ExitCode.NO_INPUT
    assert "give it with --source" in capsys.readouterr().err
    for film in (good, bad):
        job = Job(source, film, Kind.FILM, Settings())
        with Record(job, model={}, device={}) as record:
            record.prepare(film, {"frames": 8}, [])
    assert cli.main(["verify", str(good), str(bad), "--json"]) == ExitCode.SOME_FAILED
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["good"] for event in told] == [True, False]
    assert told[0]["psnr"] is None
    assert told[1]["first_different"] == 3


def test_two_codings_of_the_same_samples_are_the_same_frames(tmp_path):
    for name in ("a.mkv", "b.mkv"):
        draw_film(tmp_path / name)
    colour(tmp_path / "a.mkv", tmp_path / "c.mkv")
    colour(tmp_path / "a.mkv", tmp_path / "d.mkv", change=one_sample_off)
    assert same_frames(tmp_path / "a.mkv", tmp_path / "b.mkv") == 0
    assert same_frames(tmp_path / "c.mkv", tmp_path / "d.mkv") == 1


def test_a_run_can_verify_what_it_made(tmp_path, monkeypatch):
    draw_film(tmp_path / "a.mkv", size=(64, 96))
    settings = Settings(size=64, codec="ffv1", verify=True)
    job = Job(tmp_path / "a.mkv", tmp_path / "b.mkv", Kind.FILM, settings)
    *_, last = pipeline.run(job, tiny_model())
    assert last.state is JobState.DONE
    assert "verified: luma of all 8 frames is exact" in last.warnings
    wrong = verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv")
    monkeypatch.setattr(recording, "verify_film", lambda *_, **__: replace(wrong, different=1))
    with pytest.raises(MediaError, match="verification failed: luma of 1 of 8"):
        list(pipeline.run(job, tiny_model()))


def test_one_frame_is_told_as_one(tmp_path):
    film = drawn.film(tmp_path / "f.mkv", 1)
    assert str(verify_film(film, film)) == "luma of the 1 frame is exact"
    verdict = str(verify_film(film, drawn.film(tmp_path / "g.mkv", 2)))
    assert verdict.startswith("1 frame, the source has 2")
