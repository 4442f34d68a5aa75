"""Measuring whole films: what is read, what was kept, what the command tells."""

import json
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pytest

from colorizer.colour.cielab import srgb_to_lab
from colorizer.colour.gamut import ab_to_srgb
from colorizer.colour.ycbcr import LUMA_WEIGHTS, ab_to_chroma
from colorizer.commands.cli import main
from colorizer.commands.measure import lines
from colorizer.errors import MediaError, SettingsError
from colorizer.measure import measure_film
from colorizer.media.film.colour import ColourFilm
from colorizer.media.film.sound import sounds_of
from tests.draw_film import draw_film, draw_luma
from tests.measure.drawn_colours import GREEN, RED, plain, texture

MATRIX_TAGS = {"bt709": 1, "bt601": 6, "bt2020": 9}


def coloured_film(path: Path, Ys, abs_, *, matrix="bt601", full=False, depth=8, rate=25) -> Path:
    """Write luma codes with the chroma of ab, FFV1 4:4:4."""
    kind = "yuv444p" if depth == 8 else f"yuv444p{depth}le"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=Fraction(rate))
        stream.height, stream.width = Ys[0].shape
        stream.pix_fmt = kind
        for index, (Y, ab) in enumerate(zip(Ys, abs_, strict=True)):
            frame = av.VideoFrame(Y.shape[1], Y.shape[0], kind)
            chroma = ab_to_chroma(Y, ab, matrix=matrix, bits=depth, full_range=full)
            for plane, samples in zip(frame.planes, (Y, *chroma), strict=True):
                rows = np.frombuffer(memoryview(plane), Y.dtype).reshape(plane.height, -1)
                rows[:, : plane.width] = samples
            for tagged in (frame, stream.codec_context):
                tagged.colorspace, tagged.color_range = MATRIX_TAGS[matrix], 2 if full else 1
            frame.pts, frame.time_base = index, Fraction(1, rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def two_shots(folder: Path, name: str, colours, *, lead=0, change=0, count=16) -> Path:
    """Write a film of two shots in plain colours; `change` is added to luma codes."""
    pictures = [texture(1)] * count + [texture(9)] * (count - lead)
    Ys = [np.rint(16 + 2.19 * L).astype(np.uint8) + np.uint8(change) for L in pictures]
    abs_ = [plain(colour) for colour in [colours[0]] * count + [colours[1]] * (count - lead)]
    return coloured_film(folder / name, Ys, abs_)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return two_shots(tmp_path, "source.mkv", [(0, 0), (0, 0)])


@pytest.mark.matrix
@pytest.mark.parametrize("matrix", list(LUMA_WEIGHTS))
@pytest.mark.parametrize(("full", "depth"), [(False, 8), (True, 8), (False, 10)])
def test_a_film_is_read_in_the_colours_it_was_written_with(tmp_path, matrix, full, depth):
    Y = draw_luma(0, (48, 64), depth, full=full)
    ab = plain((15, -10), (48, 64))
    file = coloured_film(tmp_path / "a.mkv", [Y], [ab], matrix=matrix, full=full, depth=depth)
    with ColourFilm(file, long_side=480) as film:
        (frame,) = film.frames()
        assert film.grid == (48, 64)
    inner = (frame.L > 30) & (frame.L < 80)  # ab fits there
    assert np.abs(frame.ab - ab)[:, inner].mean() < 0.6
    assert (frame.Y == Y).all()
    shown = np.moveaxis(ab_to_srgb(frame.L, ab), 0, -1) * 255
    # L of the colour is not quite that of neutral luma; 4 codes is far less than a wrong matrix.
    assert np.abs(frame.rgb - shown)[inner].mean() < 4


def test_the_grid_is_bounded_and_keeps_the_shape(tmp_path):
    draw_film(tmp_path / "a.mkv", size=(120, 960), frames=1)
    with ColourFilm(tmp_path / "a.mkv", long_side=480) as film:
        (frame,) = film.frames()
    assert frame.L.shape == frame.ab.shape[1:] == (60, 480)
    assert frame.rgb.shape == (120, 960, 3)
    assert np.abs(frame.ab).max() < 1


@pytest.mark.parametrize("pix_fmt", ["gray", "gray16le", "bgr0", "gbrp10le", "yuv410p"])
def test_gray_films_of_any_format_have_no_colour(tmp_path, pix_fmt):
    file = tmp_path / "a.mkv"
    draw_film(file, pix_fmt=pix_fmt, frames=2)
    with ColourFilm(file, long_side=480) as film:
        frames = list(film.frames())
    assert len(frames) == 2
    assert np.abs(frames[0].ab).max() < 1
    assert frames[0].rgb.max() > 200


def test_films_with_interleaved_chroma_are_read_too(tmp_path):
    rgb = np.full((48, 64, 3), (180, 90, 60), np.uint8)
    with av.open(str(tmp_path / "a.avi"), "w") as output:
        stream = output.add_stream("rawvideo", rate=25)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "nv12"
        frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="nv12")
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with ColourFilm(tmp_path / "a.avi", long_side=480) as film:
        (frame,) = film.frames()
    assert np.abs(frame.rgb.astype(int) - rgb).max() <= 5
    expected = srgb_to_lab(np.moveaxis(rgb, -1, 0) / 255)[1:]
    assert np.abs(frame.ab - expected).max() < 2


def test_a_good_result_is_told_to_be_one(tmp_path, source):
    result = two_shots(tmp_path, "result.mkv", [RED, GREEN])
    found = measure_film(result, source, truth=result, plain=result)
    assert found["fidelity"] == {
        "frames": 32,
        "source_frames": 32,
        "luma_exact": 1.0,
        "luma_worst": 0,
        "luma_bits": 8,
        "late_ms": 0.0,
    }
    assert found["cuts"] == [16]
    seen = found["result"]
    assert seen["ghost"]["after_cuts"] == pytest.approx(0, abs=1e-3)
    assert seen["error"]["rmse_ab"] == 0
    assert seen["chroma_to_plain"] == seen["chroma_to_truth"] == 1
    assert seen["flicker_ab"] == pytest.approx(0, abs=1e-4)
    assert found["gray"]["cdc_rgb"] == 0
    json.dumps(found, allow_nan=False)


@pytest.mark.slow
def test_a_missing_frame_changed_luma_and_late_frames_are_told(tmp_path, source):
    result = two_shots(tmp_path, "result.mkv", [RED, GREEN], lead=1, change=3)
    whole = measure_film(result, source, truth=result)
    found = whole["fidelity"]
    assert "result.mkv: 31 frames, the source has 32" in whole["warnings"][0]
    assert whole["frames"] == 31
    assert (found["frames"], found["source_frames"]) == (31, 32)
    assert found["luma_exact"] == 0
    assert found["luma_worst"] == 3
    Ys = [np.full((48, 64), 90, np.uint8)] * 4
    slow = coloured_film(tmp_path / "slow.mkv", Ys, [plain(RED, (48, 64))] * 4, rate=20)
    quick = coloured_film(tmp_path / "quick.mkv", Ys, [plain(RED, (48, 64))] * 4, rate=25)
    assert measure_film(slow, quick)["fidelity"]["late_ms"] == pytest.approx(30)


@pytest.mark.slow
def test_the_cut_list_is_obeyed(tmp_path, source):
    result = two_shots(tmp_path, "result.mkv", [RED, GREEN])
    cuts = tmp_path / "cuts.csv"
    cuts.write_text("shot,start,first_frame\n1,,0\n2,,5\n")
    found = measure_film(result, source, shots=cuts)
    assert found["cuts"] == [5]
    cuts.write_text("<svg>\nwords\n")
    with pytest.raises(SettingsError, match="names neither start nor first_frame"):
        measure_film(result, source, shots=cuts)
    with pytest.raises(SettingsError, match="no such file"):
        measure_film(result, source, shots=tmp_path / "none.csv")


def test_films_of_other_sizes_are_refused(tmp_path, source):
    draw_film(tmp_path / "other.mkv", size=(50, 64))
    with pytest.raises(MediaError, match=r"64x50, the source's 128x96"):
        measure_film(tmp_path / "other.mkv", source)


@pytest.mark.slow
def test_sound_is_compared_by_its_packets_and_its_place(tmp_path):
    draw_film(tmp_path / "a.mkv", sounds=("pcm_s16le", "flac"), frames=30)
    draw_film(tmp_path / "b.mkv", sounds=("pcm_s16le",), frames=30)
    first, second = sounds_of(tmp_path / "a.mkv")
    assert (first.codec, second.codec) == ("pcm_s16le", "flac")
    assert first.offset == 0
    assert first.packets >= 30
    found = measure_film(tmp_path / "b.mkv", tmp_path / "a.mkv")["sound"]
    assert found == {"streams": 1, "source_streams": 2, "same": False, "offset_ms": 0}
    same = measure_film(tmp_path / "a.mkv", tmp_path / "a.mkv")["sound"]
    assert same["same"]


@pytest.mark.slow
def test_the_command_tells_text_json_and_a_plot(tmp_path, source, capsys):
    result = two_shots(tmp_path, "result.mkv", [RED, GREEN])
    plot = tmp_path / "course.svg"
    options = ["measure", str(result), "--source", str(source), "-q"]
    assert main([*options, "--plot", str(plot)]) == 0
    told = capsys.readouterr().out
    assert "32 frames, 2 shots" in told
    assert "luma: all of samples exact" in told
    assert "CDC, ab" in told
    picture = ElementTree.parse(plot).getroot()
    assert picture.tag.endswith("svg")
    assert "mean chroma" in plot.read_text()
    assert main([*options, "--json"]) == 0
    event = json.loads(capsys.readouterr().out)
    assert event["event"] == "measured"
    assert event["result"]["cdc_ab"] == pytest.approx(0, abs=1e-6)
    assert len(event["courses"]["chroma"]["values"]) == 32


@pytest.mark.slow
def test_the_command_says_what_it_needs(tmp_path, source, capsys):
    result = two_shots(tmp_path, "result.mkv", [RED, GREEN])
    assert main(["measure", str(result)]) == 2
    assert "--source" in capsys.readouterr().err
    named = ["measure", str(result), "--source", str(source)]
    assert main([*named, "--plot", str(tmp_path / "a.png")]) == 2
    assert ".svg" in capsys.readouterr().err
    assert main(["measure", str(tmp_path / "none.mkv"), "--source", str(source)]) == 3
    assert main([*named, "-q", "--plot", str(tmp_path / "no" / "a.svg")]) == 5
    assert not list(tmp_path.glob("**/*.part"))


def test_text_of_a_film_without_cuts_says_so(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=3)
    told = "\n".join(lines(measure_film(tmp_path / "a.mkv", tmp_path / "a.mkv")))
    assert "no cut beside which old colours could be told" in told
    assert "--plain" in told
