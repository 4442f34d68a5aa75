"""A film that changes inside is refused before the work or split, never flattened.

Expected values come from FFmpeg's own decoder (through PyAV): planes, aspects, tags, field flags.
"""

import errno
import hashlib
import json
from fractions import Fraction

import av
import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import attempt
from colorizer.media.film import encoder
from tests.cases.joined_films import FRAMES, INTERLACED, MPEG2, colorize, joined, luma_of, recorded
from tests.matrix import mostly_slow
from tests.tiny_model import tiny_model

H264 = {"codec": "libx264", "options": {"g": "12", "bf": "2"}}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


def sound_of(path):
    """Return the sound's packets."""
    with av.open(str(path)) as film:
        if not film.streams.audio:
            return []
        return [bytes(packet) for packet in film.demux(film.streams.audio[0]) if packet.size]


def looks_of(path):
    """Return size, aspect, matrix and whether interlaced, of the first frame."""
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        frame = next(film.decode(stream))
        ratio = stream.sample_aspect_ratio or Fraction(1)
        return (frame.width, frame.height), ratio, int(frame.colorspace), frame.interlaced_frame


CASES = {
    "size": ("a.ts", H264, {"size": (48, 64)}, {"size": (64, 96)}),
    "size-no-b": ("a.ts", {**H264, "options": {"bf": "0"}}, {"size": (48, 64)}, {"size": (64, 96)}),
    "size-mpeg2": ("a.m2v", MPEG2, {"size": (48, 64)}, {"size": (64, 96)}),
    "aspect": ("a.ts", H264, {"ratio": Fraction(16, 15)}, {"ratio": Fraction(64, 45)}),
    "aspect-mpeg2": ("a.mpg", MPEG2, {}, {"ratio": Fraction(4, 3)}),
    "tags": ("a.ts", H264, {"matrix": 6}, {"matrix": 1}),
    "depth": ("a.ts", H264, {}, {"pix_fmt": "yuv420p10le"}),
    "range": ("a.ts", {**H264, "matrix": 6}, {"full_range": False}, {"full_range": True}),
    "scan": ("a.ts", MPEG2, {}, INTERLACED),
    "scan-back": ("a.m2v", MPEG2, INTERLACED, {}),
}
LOSSLESS_H264 = ("--codec", "h264", "--quality", "0")
"""FFV1 follows a change of scan in one file."""


@pytest.mark.matrix
@pytest.mark.parametrize("case", mostly_slow(CASES, "size", "scan"))
def test_a_film_that_changes_is_split_into_whole_films(tmp_path, case, capsys):
    name, common, one, two = CASES[case]
    source = joined(tmp_path / name, {**common, **one}, {**common, **two})
    out = tmp_path / "out"
    more = LOSSLESS_H264 if case.startswith("scan") else ()
    assert colorize(source, str(out), "--changes", "split", *more) == ExitCode.OK
    parts = [out / "a_color.1.mkv", out / "a_color.2.mkv"]
    assert sorted(out.glob("*.mkv")) == parts
    alone = [joined(tmp_path / f"p{n}{source.suffix}", {**common, **drawing})
             for n, drawing in enumerate((one, two))]  # fmt: skip
    if case != "depth":
        assert [luma_of(part) for part in parts] == [luma_of(film) for film in alone]
    for part, film in zip(parts, alone, strict=True):
        drawn, found = looks_of(film), looks_of(part)
        assert found[0] == drawn[0]
        assert found[1] == drawn[1]
        assert found[2] == drawn[2] or drawn[2] == 2
        assert found[3] == drawn[3]
        told = json.loads(part.with_name(part.name + ".colorize.json").read_text())
        assert told["result"]["frames"] == FRAMES
        assert told["result"]["sha256"] == hashlib.sha256(part.read_bytes()).hexdigest()
    assert cli.main(["verify", str(out)]) == ExitCode.OK
    capsys.readouterr()
    assert colorize(source, str(out), "--changes", "split", "--json", *more) == ExitCode.OK
    assert '"skipped": 1' in capsys.readouterr().out


@pytest.mark.parametrize("case", mostly_slow(CASES, "aspect", "scan-back"))
def test_a_film_that_changes_is_refused_before_the_work(tmp_path, case, capsys):
    name, common, one, two = CASES[case]
    source = joined(tmp_path / name, {**common, **one}, {**common, **two})
    more = LOSSLESS_H264 if case.startswith("scan") else ()
    assert colorize(source, str(tmp_path / "out"), *more) == ExitCode.SOME_FAILED
    told = capsys.readouterr().err
    assert f"at frame {FRAMES} (1.20 s); --changes split" in told
    assert not list((tmp_path / "out").glob("*.mkv"))


TWO_SIZES = {**MPEG2, "size": (48, 64)}, {**MPEG2, "size": (64, 96)}


@pytest.mark.slow
@pytest.mark.parametrize("clock", mostly_slow(["runs on", "jumps"], "jumps"))
def test_the_sound_of_a_split_film_is_all_there(tmp_path, clock):
    source, out = tmp_path / "a.ts", tmp_path / "out"
    if clock == "jumps":
        joined(source, *[{**size, "sounds": ("mp2",)} for size in TWO_SIZES])
    else:
        recorded(source, *TWO_SIZES)
    assert colorize(source, str(out), "--changes", "split") == ExitCode.OK
    parts = [out / "a_color.1.mkv", out / "a_color.2.mkv"]
    assert [len(luma_of(part)) for part in parts] == [FRAMES, FRAMES]
    made = [packet for part in parts for packet in sound_of(part)]
    assert made == sound_of(source)


def test_a_part_of_a_changing_film_is_one_film_where_nothing_changes_in_it(tmp_path):
    lumas = recorded(tmp_path / "a.ts", *TWO_SIZES)
    out = tmp_path / "out"
    assert colorize(tmp_path / "a.ts", str(out), "--start", "32", "--end", "50") == ExitCode.OK
    assert looks_of(out / "a_color.mkv")[0] == (96, 64)
    assert luma_of(out / "a_color.mkv") == lumas[1][2:20]


def test_probe_says_that_a_film_changes(tmp_path, capsys):
    recorded(tmp_path / "a.ts", *TWO_SIZES)
    assert cli.main(["probe", str(tmp_path / "a.ts")]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert told["changes"] == ["the picture changes from 64x48 to 96x64"]


SHORT = 5


def short_change(path):
    """Draw a film with a few frames of another size between the key frames that are looked at."""
    one, two = TWO_SIZES
    return joined(path, one, {**two, "frames": SHORT}, one)


def test_a_short_change_that_the_look_misses_is_refused_where_it_is_met(tmp_path, capsys):
    source, out = short_change(tmp_path / "a.ts"), tmp_path / "out"
    assert colorize(source, str(out)) == ExitCode.SOME_FAILED
    told = capsys.readouterr().err
    assert f"the picture changes from 64x48 to 96x64 at frame {FRAMES}" in told
    assert "--changes split" in told
    assert "the same command continues" not in told
    assert [file.name for file in out.iterdir() if "a_color" in file.name] == []


@pytest.mark.slow
def test_a_short_change_that_the_look_misses_is_split_all_the_same(tmp_path):
    source, out = short_change(tmp_path / "a.ts"), tmp_path / "out"
    assert colorize(source, str(out)) == ExitCode.SOME_FAILED
    assert colorize(source, str(out), "--changes", "split") == ExitCode.OK
    parts = [out / f"a_color.{number}.mkv" for number in (1, 2, 3)]
    assert sorted(out.glob("*.mkv")) == parts
    assert [len(luma_of(part)) for part in parts] == [FRAMES, SHORT, FRAMES]
    assert [looks_of(part)[0] for part in parts] == [(64, 48), (96, 64), (64, 48)]


def chroma_of(path):
    """Return whether each frame that FFmpeg decodes has colour in its middle."""
    found = []
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            planes = frame.to_ndarray(format="yuv444p").astype(int)
            height, width = planes.shape[1:]
            middle = planes[1:, height // 2 - 4 : height // 2 + 4, width // 2 - 4 : width // 2 + 4]
            found.append(int(abs(middle - 128).max()))
    return found


@pytest.mark.slow
def test_a_hint_of_a_place_after_the_split_reaches_its_part(tmp_path):
    """The same film without hints, and with the hint at the same place of the part alone."""
    source = tmp_path / "a.ts"
    recorded(source, *TWO_SIZES)
    hints = tmp_path / "hints.json"
    options = ("--changes", "split", "--strength", "1")
    lumas = {}
    for name, frame in (("none", None), ("first", 3), ("second", FRAMES + 3)):
        told = [] if frame is None else [
            {"x": 0.5, "y": 0.5, "color": "#c02020", "frame": frame}]  # fmt: skip
        hints.write_text(json.dumps(told))
        more = () if frame is None else ("--hints", str(hints))
        assert colorize(source, str(tmp_path / name), *options, *more) == ExitCode.OK
        parts = [tmp_path / name / f"a_color.{number}.mkv" for number in (1, 2)]
        lumas[name] = [chroma_of(part) for part in parts]
    assert lumas["first"][0] != lumas["none"][0]
    assert lumas["second"][1] != lumas["none"][1]
    assert lumas["second"][0] == lumas["none"][0], "a hint of the second part colours only that"


@pytest.mark.slow
def test_parts_are_recorded_in_manifest_and_run_log(tmp_path):
    source, out = tmp_path / "a.ts", tmp_path / "out"
    recorded(source, *TWO_SIZES)
    assert colorize(source, str(out), "--changes", "split") == ExitCode.OK
    listed = {}
    for line in (out / "manifest-sha256.txt").read_text().splitlines():
        digest, name = line.split("  ", 1)
        listed[name] = digest
    for name in ("a_color.1.mkv", "a_color.2.mkv"):
        assert listed[name] == hashlib.sha256((out / name).read_bytes()).hexdigest()
    (log,) = out.glob("colorize-run-*.jsonl")
    assert "a_color.2.mkv" in log.read_text()
    assert 'a_color.mkv"' not in log.read_text()


@pytest.mark.slow
def test_a_split_film_interrupted_in_its_second_part_is_finished_alike(tmp_path, monkeypatch):
    source = tmp_path / "a.ts"
    recorded(source, *TWO_SIZES)
    split = ("--changes", "split")
    assert colorize(source, str(tmp_path / "whole"), *split) == ExitCode.OK
    written, write = [], encoder.SegmentEncoder.write

    def ends(self, frame):
        written.append(frame.index)
        if len(written) == FRAMES + 10:
            raise OSError(errno.EIO, "ends here")
        write(self, frame)

    with monkeypatch.context() as patch:
        patch.setattr(encoder.SegmentEncoder, "write", ends)
        patch.setattr(attempt, "WAITS", ())
        assert colorize(source, str(tmp_path / "out"), *split) == ExitCode.SOME_FAILED
    made = tmp_path / "out" / "a_color.1.mkv"
    before = made.stat().st_mtime_ns
    assert not (tmp_path / "out" / "a_color.2.mkv").exists()
    assert colorize(source, str(tmp_path / "out"), *split) == ExitCode.OK
    assert made.stat().st_mtime_ns == before
    for name in ("a_color.1.mkv", "a_color.2.mkv", "manifest-sha256.txt"):
        whole, out = (tmp_path / folder / name for folder in ("whole", "out"))
        assert whole.read_bytes() == out.read_bytes()
