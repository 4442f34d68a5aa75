"""Films that change between progressive and interlaced, or between field orders."""

import json

import av
import pytest

from colorizer import pipeline
from colorizer.commands.report import ExitCode
from colorizer.media.film.looks import LookReader
from tests.cases.joined_films import FRAMES, INTERLACED, MPEG2, colorize, joined, luma_of, recorded
from tests.matrix import mostly_slow
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


@pytest.mark.slow
@pytest.mark.parametrize("field", mostly_slow(["top", "bottom"], "top"))
def test_ffv1_follows_a_change_of_scan_frame_by_frame(tmp_path, field):
    """FFmpeg's decoder reads each frame's picture_structure (RFC 9043, 4.6.8)."""
    source, woven = tmp_path / "a.ts", {**INTERLACED, "first_field": field}
    lumas = recorded(source, MPEG2, woven, MPEG2)
    wanted = [False] * FRAMES + [True] * FRAMES + [False] * FRAMES
    assert colorize(source, str(tmp_path / "out")) == ExitCode.OK
    (result,) = (tmp_path / "out").glob("*.mkv")
    with av.open(str(result)) as film:
        frames = list(film.decode(video=0))
        reader = LookReader(film.streams.video[0])
        interlaced = [frame for frame in frames if frame.interlaced_frame]
        assert {reader.first_field(frame) for frame in interlaced} == {field}
    assert [frame.interlaced_frame for frame in frames] == wanted
    assert luma_of(result) == [luma for part in lumas for luma in part]
    told = json.loads(result.with_name(f"{result.name}.colorize.json").read_text())
    assert told["settings"]["interlaced"] == f"mixed-{field}"
    assert not any("in between" in line for line in told["warnings"])
    assert colorize(result, str(tmp_path / "twice")) == ExitCode.OK
    with av.open(str(tmp_path / "twice" / "a_color_color.mkv")) as film:
        assert [frame.interlaced_frame for frame in film.decode(video=0)] == wanted


def test_both_field_orders_in_a_film_are_a_change_for_ffv1_too(tmp_path, capsys):
    orders = [{**INTERLACED, "first_field": field} for field in ("top", "bottom")]
    source = joined(tmp_path / "a.m2v", *orders)
    assert colorize(source, str(tmp_path / "out")) == ExitCode.SOME_FAILED
    assert "the scan changes" in capsys.readouterr().err


@pytest.mark.slow
def test_telecine_is_no_change(tmp_path):
    film = joined(tmp_path / "a.m2v", *[MPEG2 | {"frames": 4}, INTERLACED | {"frames": 3}] * 12)
    assert colorize(film, str(tmp_path / "out")) == ExitCode.OK
    told = json.loads((tmp_path / "out" / "a_color.mkv.colorize.json").read_text())
    assert (
        "frames that are interlaced in between: 36; all are coloured as whole frames"
        in told["warnings"]
    )
    with av.open(str(tmp_path / "out" / "a_color.mkv")) as made:
        assert len(list(made.decode(video=0))) == 84
