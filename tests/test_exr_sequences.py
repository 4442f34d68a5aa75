"""Image sequences of OpenEXR."""

import json

import numpy as np
import pytest
import tifffile

from colorizer import pipeline
from colorizer.archive.verify.sequence import verify_sequence
from colorizer.colour.rgb_spaces import LINEAR_LIGHT
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.media.frames.exr import read_exr, write_exr
from colorizer.media.frames.exr_header import look_at_exr
from colorizer.media.frames.files import luma_of, read_rgb
from colorizer.places.frame_pattern import frames_of
from tests.draw_film import draw_film
from tests.draw_sequence import draw_exr, draw_tiffs
from tests.sequence_runs import run
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


@pytest.mark.matrix
@pytest.mark.parametrize("bits", [16, 32])
def test_exr_stays_exr_and_keeps_the_luminance_of_its_light(tmp_path, bits):
    drawn = draw_exr(tmp_path / "in", bits=bits)
    out = tmp_path / "out/c_%04d.exr"
    assert run(tmp_path / "in/light_####.exr", "-o", out, "--verify") == ExitCode.OK
    for path, light in zip(frames_of(out).values(), drawn, strict=True):
        header, rgb = read_exr(path)
        assert (header.bits, header.rate, header.attributes["owner"][1]) == (
            bits,
            18,
            b"the archive",
        )
        beyond = (light <= 0) | (light >= 1)
        assert 0.02 < beyond.mean() < 0.6
        np.testing.assert_array_equal(rgb[beyond], np.repeat(light[beyond][:, None], 3, 1))
        found = rgb.astype(np.float64) @ np.array(LINEAR_LIGHT.to_xyz[1])
        error = np.abs(found / light - 1)[~beyond & (light > 1e-4)]
        assert error.max() < (2**-10 if bits == 16 else 1e-5)
        assert (rgb.max(-1) - rgb.min(-1))[~beyond].mean() > 0.02
    told = json.loads((tmp_path / "out/c_%04d.exr.colorize.json").read_text())
    assert told["result"]["lightness_error"]["max"] < 0.05
    assert verify_sequence(out, tmp_path / "in/light_%04d.exr").good


def test_exr_in_a_folder_is_a_film_and_a_gray_one_fails_verification(tmp_path):
    draw_exr(tmp_path / "in/reel", 3)
    assert run(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.OK
    result = tmp_path / "out/reel/light_color/light_color_%04d.exr"
    assert len(frames_of(result)) == 3
    darker = frames_of(result)[2]
    header, rgb = read_exr(darker)
    darker.write_bytes(write_exr(header, rgb * 0.99, 16))
    assert not verify_sequence(result, tmp_path / "in/reel/light_%04d.exr").good


@pytest.mark.matrix
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p10le", "yuv444p12le"])
def test_the_luma_of_a_film_comes_back_from_exr_even_beyond_black_and_white(tmp_path, pix_fmt):
    planes = draw_film(tmp_path / "a.mkv", pix_fmt=pix_fmt, frames=2)
    bits = {"0p": 8, "le": 10}[pix_fmt[-2:]] if "12" not in pix_fmt else 12
    target = tmp_path / "out/f_%03d.exr"
    assert run(tmp_path / "a.mkv", "-o", target, "--verify") == ExitCode.OK
    for path, Y in zip(frames_of(target).values(), planes, strict=True):
        assert look_at_exr(path).bits == (16 if bits <= 10 else 32)
        found = luma_of(read_rgb(path), matrix="bt601", bits=bits, full_range=False)
        np.testing.assert_array_equal(found, Y)


def test_exr_becomes_tiff_or_a_film_and_says_what_is_cut(tmp_path, capsys):
    draw_exr(tmp_path / "in", 3)
    source = tmp_path / "in/light_%04d.exr"
    assert cli.main(["run", str(source), "-o", str(tmp_path / "t_%d.tif"), "--size", "64"]) == 0
    assert "its codes are linear; in .tif they become video" in capsys.readouterr().err
    assert tifffile.imread(tmp_path / "t_1.tif").dtype == np.uint16
    assert run(source, "-o", tmp_path / "a.mkv", "--codec", "ffv1", "--verify") == ExitCode.OK
    draw_tiffs(tmp_path / "tiffs", 2)
    pattern = tmp_path / "tiffs/f%03d.tif"
    assert run(pattern, "-o", tmp_path / "e_%03d.exr", "--verify") == ExitCode.OK


def test_exr_frames_that_are_not_alike_are_named_first(tmp_path, capsys):
    draw_exr(tmp_path / "in", 3)
    data = (tmp_path / "in/light_0002.exr").read_bytes()
    (tmp_path / "in/light_0002.exr").write_bytes(data[:-50])
    assert run(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.SOME_FAILED
    assert "light_0002.exr: is cut off" in capsys.readouterr().err
    draw_exr(tmp_path / "float", 1, bits=32)
    (tmp_path / "in/light_0002.exr").write_bytes((tmp_path / "float/light_0001.exr").read_bytes())
    assert run(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.SOME_FAILED
    assert "exr of 32 bit, but light_0001.exr is exr of 16 bit" in capsys.readouterr().err
