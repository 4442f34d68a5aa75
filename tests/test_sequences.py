"""Image sequences through the whole program: sequence to sequence, to a film, and back."""

import errno
import json

import av
import numpy as np
import pytest
import tifffile

from colorizer import pipeline
from colorizer.archive.verify.sequence import verify_sequence
from colorizer.colour.cielab import light_to_L
from colorizer.colour.rgb_spaces import LOG_FILM
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.files.durable import write_whole
from colorizer.media.frames import writer as frame_writer
from colorizer.media.frames.dpx import read_dpx
from colorizer.media.frames.files import luma_of, read_rgb
from colorizer.places.frame_pattern import frames_of
from tests.draw_film import draw_film
from tests.draw_sequence import draw_dpx, draw_tiffs
from tests.drawn import hashes
from tests.sequence_runs import run
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


def spread(rgb: np.ndarray) -> float:
    """Return how far R, G and B are apart on average, in 8-bit codes."""
    return float((rgb.max(-1).astype(int) - rgb.min(-1)).mean())


@pytest.mark.matrix
@pytest.mark.parametrize(("bits", "most"), [(8, 0.5), (10, 0.15), (16, 0.02)])
def test_dpx_stays_dpx_of_its_depth_with_its_numbers(tmp_path, bits, most):
    draw_dpx(tmp_path / "in/reel", bits=bits, first=998)
    assert run(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.OK
    folder = tmp_path / "out/reel/shot_color"
    files = frames_of(folder / "shot_color_%04d.dpx")
    assert list(files) == [998, 999, 1000, 1001]
    header, rgb = read_dpx(files[1000])
    assert (header.bits, header.rate, header.raw[1920:1924].hex()) == (bits, 18, "01020304")
    assert spread(rgb) > 2 ** (bits - 8)
    told = json.loads((folder / "shot_color_%04d.dpx.colorize.json").read_text())
    assert told["result"]["frames"] == 4
    assert told["result"]["lightness_error"]["max"] < most
    verdict = verify_sequence(folder / "shot_color_%04d.dpx", tmp_path / "in/reel/shot_%04d.dpx")
    assert verdict.good
    assert verdict.max_dL == pytest.approx(told["result"]["lightness_error"]["max"], abs=1e-3)
    assert not list(folder.glob(".*"))


def test_log_dpx_keeps_its_codes_luminance_and_all_beyond_black_and_white(tmp_path):
    (Y, *_) = draw_dpx(tmp_path / "in", 3, transfer=1)
    assert run(tmp_path / "in/shot_####.dpx", "-o", tmp_path / "out/c_%04d.dpx") == ExitCode.OK
    header, rgb = read_dpx(tmp_path / "out/c_0001.dpx")
    assert header.transfer == 1
    beyond = (Y <= 95) | (Y >= 685)
    assert 0.1 < beyond.mean() < 0.9
    np.testing.assert_array_equal(rgb[beyond], np.repeat(Y[beyond][:, None], 3, 1))
    light = LOG_FILM.decode(rgb / 1023) @ np.array(LOG_FILM.to_xyz[1])
    wanted = light_to_L(np.clip(LOG_FILM.decode(Y / 1023), 0, 1))
    assert np.abs(light_to_L(np.clip(light, 0, 1)) - wanted)[~beyond].max() < 0.1
    assert spread(rgb[~beyond]) > 4


def test_tiff_frames_keep_lightness_and_metadata_and_become_one_result(tmp_path):
    draw_tiffs(tmp_path / "in", first=8, name="{}.tif")
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--sequence") == ExitCode.OK
    folder = tmp_path / "out/in_color"
    assert sorted(path.name for path in folder.glob("*.tif")) == [
        "in_color_10.tif", "in_color_11.tif", "in_color_8.tif", "in_color_9.tif",
    ]  # fmt: skip
    with tifffile.TiffFile(folder / "in_color_9.tif") as file:
        assert (file.asarray().dtype, file.asarray().shape) == (np.uint16, (48, 64, 3))
        assert file.pages[0].tags["ImageDescription"].value == "frame 9"
    assert verify_sequence(folder / "in_color_%d.tif", tmp_path / "in/%d.tif").good


def test_without_sequence_numbered_photos_are_photos(tmp_path):
    draw_tiffs(tmp_path / "in", 2)
    assert run(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.OK
    assert (tmp_path / "out/f001_color.tif").exists()


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("pix_fmt", "name"),
    [("yuv420p", "f_%03d.png"), ("yuv422p10le", "f_%03d.tif"), ("yuv422p10le", "f_%03d.dpx")],
)
def test_the_luma_of_a_film_comes_back_from_its_frames(tmp_path, pix_fmt, name):
    planes = draw_film(tmp_path / "a.mkv", pix_fmt=pix_fmt, frames=3)
    target = tmp_path / "out" / name
    assert run(tmp_path / "a.mkv", "-o", target, "--verify") == ExitCode.OK
    bits = 8 if pix_fmt == "yuv420p" else 10
    files = frames_of(target)
    assert list(files) == [1, 2, 3]
    for path, Y in zip(files.values(), planes, strict=True):
        read = read_rgb(path)
        assert spread(read[0]) > 2
        found = luma_of(read, matrix="bt601", bits=bits, full_range=False)
        np.testing.assert_array_equal(found, Y)


def test_a_sequence_becomes_a_film_with_its_luma_exact(tmp_path):
    drawn = draw_dpx(tmp_path / "in", bits=10)
    out = tmp_path / "a.mkv"
    assert run(tmp_path / "in", "-o", out, "--codec", "ffv1", "--verify") == ExitCode.OK
    with av.open(str(out)) as film:
        assert film.streams.video[0].average_rate == 18
        frames = list(film.decode(video=0))
    assert [frame.format.name for frame in frames] == ["yuv420p10le"] * 4
    for frame, Y in zip(frames, drawn, strict=True):
        np.testing.assert_array_equal(frame.to_ndarray()[:48], Y)


def test_fps_is_the_rate_of_frames_that_name_none(tmp_path):
    draw_tiffs(tmp_path / "in", bits=8)
    out = tmp_path / "a.mkv"
    rate = ("--fps", "24000/1001", "--codec", "ffv1")
    assert run(tmp_path / "in/f###.tif", "-o", out, *rate) == ExitCode.OK
    with av.open(str(out)) as film:
        assert film.streams.video[0].average_rate == pytest.approx(24000 / 1001)
    assert run(tmp_path / "in/f###.tif", "-o", tmp_path / "b.mkv", "--fps", "fast") == (
        ExitCode.USAGE
    )


def test_gaps_are_listed_before_work_and_kept_when_accepted(tmp_path, capsys):
    draw_dpx(tmp_path / "in", 6)
    for number in (2, 4):
        (tmp_path / f"in/shot_{number:04}.dpx").unlink()
    assert run(tmp_path / "in", "-o", tmp_path / "out") != ExitCode.OK
    assert "2 frames are missing: 2, 4; find them, or give --accept-gaps" in capsys.readouterr().err
    assert not list(tmp_path.glob("out/**/*.dpx"))
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--accept-gaps") == ExitCode.OK
    assert list(frames_of(tmp_path / "out/shot_color/shot_color_%04d.dpx")) == [1, 3, 5, 6]


def test_a_frame_cut_off_or_unlike_the_others_is_named_before_work(tmp_path, capsys):
    draw_dpx(tmp_path / "cut")
    file = tmp_path / "cut/shot_0003.dpx"
    file.write_bytes(file.read_bytes()[:3000])
    draw_dpx(tmp_path / "deep")
    draw_dpx(tmp_path / "deep", 1, bits=16, first=2)
    draw_tiffs(tmp_path / "wide")
    draw_tiffs(tmp_path / "wide", 1, first=2, size=(48, 66))
    for folder, told in (
        ("cut", "shot_0003.dpx: is cut off"),
        ("deep", "shot_0002.dpx: is dpx of 16 bit, but shot_0001.dpx is dpx of 10 bit"),
        ("wide", "f002.tif: is 66x48, but f001.tif is 64x48"),
    ):
        assert run(tmp_path / folder, "-o", tmp_path / "out", "--sequence") == (
            ExitCode.SOME_FAILED
        )
        assert told in capsys.readouterr().err
    assert not [path for path in (tmp_path / "out").rglob("*") if path.suffix in (".dpx", ".tif")]


def test_a_second_run_leaves_a_finished_sequence_and_one_of_another_length_is_refused(
    tmp_path, capsys
):
    draw_dpx(tmp_path / "in")
    target = tmp_path / "out/c_%04d.dpx"
    assert run(tmp_path / "in", "-o", target) == ExitCode.OK
    before = hashes(tmp_path / "out")
    assert run(tmp_path / "in", "-o", target) == ExitCode.OK
    assert hashes(tmp_path / "out") == before
    shorter = ("--existing", "overwrite", "--end", "2")
    assert run(tmp_path / "in", "-o", target, *shorter) == ExitCode.SOME_FAILED
    assert "2 frames of another result exist" in capsys.readouterr().err
    assert hashes(tmp_path / "out") == before


@pytest.mark.slow
def test_a_full_disk_is_told_and_finished_frames_are_kept(tmp_path, monkeypatch, capsys):
    draw_dpx(tmp_path / "in", 40)
    target = tmp_path / "out/c_%04d.dpx"

    def full(file, data):
        if file.name == "c_0030.dpx":
            raise OSError(errno.ENOSPC, "No space left on device")
        write_whole(file, data)

    with monkeypatch.context() as patched:
        patched.setattr(frame_writer, "write_whole", full)
        assert run(tmp_path / "in", "-o", target) == ExitCode.NOT_WRITABLE
    told = capsys.readouterr().err
    assert "No space left on device" in told
    assert "24 finished frames are kept; the same command continues" in told
    assert not frames_of(target)
    assert run(tmp_path / "in", "-o", target) == ExitCode.OK
    assert len(frames_of(target)) == 40


def test_a_dpx_without_a_number_is_refused_with_the_remedy(tmp_path, capsys):
    draw_dpx(tmp_path, 1, name="scan.dpx")
    assert run(tmp_path / "scan.dpx", "-o", tmp_path / "out") == ExitCode.SOME_FAILED
    assert "name it as scan_0001.dpx" in capsys.readouterr().err


def test_each_frame_tells_which_frame_it_was_made_of(tmp_path):
    draw_dpx(tmp_path / "in", 2)
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--format", "tiff") == ExitCode.OK
    for number in (1, 2):
        file = tmp_path / f"out/shot_color/shot_color_000{number}.tif"
        assert f"shot_000{number}.dpx".encode() in file.read_bytes()


def test_frames_of_the_source_are_never_written(tmp_path, capsys):
    draw_dpx(tmp_path / "in", first=1000)
    before = hashes(tmp_path / "in")
    again = ("--existing", "overwrite")
    for name in ("shot_%04d.dpx", "shot_%d.dpx", "shot_####.dpx"):
        assert run(tmp_path / "in", "-o", tmp_path / "in" / name, *again) == ExitCode.SOME_FAILED
    assert hashes(tmp_path / "in") == before


def test_the_manifest_lists_frames_and_verify_finds_a_changed_one(tmp_path, capsys):
    draw_dpx(tmp_path / "in")
    assert run(tmp_path / "in", "-o", tmp_path / "out") == ExitCode.OK
    listed = (tmp_path / "out/manifest-sha256.txt").read_text().splitlines()
    assert [line.split("/")[-1] for line in listed] == [
        f"shot_color_000{n}.dpx" for n in (1, 2, 3, 4)
    ]
    assert cli.main(["verify", str(tmp_path / "out")]) == ExitCode.OK
    assert "not recorded" not in capsys.readouterr().err
    file = tmp_path / "out/shot_color/shot_color_0002.dpx"
    file.write_bytes(file.read_bytes()[:-1] + b"\7")
    assert cli.main(["verify", str(tmp_path / "out")]) == ExitCode.SOME_FAILED


def test_probe_tells_numbers_and_gaps(tmp_path, capsys):
    draw_dpx(tmp_path, 5, first=7)
    (tmp_path / "shot_0008.dpx").unlink()
    assert cli.main(["probe", str(tmp_path / "shot_####.dpx")]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["first_number"], told["last_number"], told["missing"]) == (7, 11, 1)
    assert (told["bits"], told["rate"], told["frames"]) == (10, "18/1", 4)
