"""Image sequences through the whole program: sequence to sequence, to a film, and back."""

import errno
import json
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
import tifffile

from colorizer import pipeline
from colorizer.archive.verify.sequence import verify_sequence
from colorizer.color.cielab import light_to_L
from colorizer.color.rgb_spaces import LINEAR_LIGHT, LOG_FILM
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.files.durable import write_whole
from colorizer.jobs import Job, Kind
from colorizer.media.film.segments import kept_frames, work_folder
from colorizer.media.frames import writer as frame_writer
from colorizer.media.frames.dpx import read_dpx
from colorizer.media.frames.exr import read_exr, write_exr
from colorizer.media.frames.exr_header import look_at_exr
from colorizer.media.frames.files import luma_of, read_rgb
from colorizer.media.frames.sink import SequenceSink
from colorizer.places.frame_pattern import frames_of
from colorizer.settings import Settings
from tests.draw_film import draw_film
from tests.draw_sequence import draw_dpx, draw_exr, draw_tiffs
from tests.drawn import hashes
from tests.test_resume import ROOT, wait_for
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


def run(*arguments: object) -> int:
    return cli.main(["run", "--size", "64", "-q", *map(str, arguments)])


def spread(rgb: np.ndarray) -> float:
    """Return how far R, G and B are apart on average, in 8-bit codes."""
    return float((rgb.max(-1).astype(int) - rgb.min(-1)).mean())


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


KILLED = """
import sys, time
from colorizer.engine import apart
from colorizer.commands import cli
from colorizer import pipeline
from colorizer.engine import worker
from tests.tiny_model import TinyModel
class Slow(TinyModel):
    def predict(self, L, **rest):
        time.sleep({pause})
        return super().predict(L, **rest)
pipeline.load_model = lambda *_: Slow().eval()
# What an earlier run died of is done by a worker process: with the same network.
this = sys.orig_argv[sys.orig_argv.index("-c") + 1]
apart.worker_command = lambda: (sys.executable, ["-c", this])
sys.exit(cli.main(sys.argv[1:]) if sys.argv[1:] else worker.main())
"""


def start(folder, target: str, pause: float) -> subprocess.Popen:
    command = [sys.executable, "-c", KILLED.format(pause=pause), "run", folder / "in"]
    command += ["-o", folder / target / "c_%04d.dpx", "--size", "64", "--every-frame"]
    return subprocess.Popen(
        list(map(str, command)), cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def stopped_at(job: Job, frames: int) -> Path:
    """Run a job so far, and return a copy of its work folder as a killed run would leave it."""
    with closing(pipeline.run(job, tiny_model())) as steps:
        next(step for step in steps if step.done == frames)
        left = work_folder(job.target)
        copy = left.with_name("left")
        shutil.copytree(left, copy, ignore=shutil.ignore_patterns("*.part"))
    shutil.rmtree(left, ignore_errors=True)
    return copy.rename(left)


def test_a_stopped_sequence_goes_on_after_its_finished_frames_and_is_the_same(tmp_path):
    draw_dpx(tmp_path / "in", 44)
    settings = Settings(size=64, every_frame=True)
    one, other = (
        Job(tmp_path / "in/shot_%04d.dpx", tmp_path / n / "c_%04d.dpx", Kind.FILM, settings)
        for n in "ab"
    )
    left = stopped_at(one, 38)
    (left / "frames/c_0037.dpx").write_bytes(b"half written")
    assert kept_frames(one.target) == 24
    *_, first = pipeline.run(one, tiny_model())
    assert "continues after 24 frames finished by an earlier run" in first.warnings
    *_, _ = pipeline.run(other, tiny_model())
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    assert not left.exists()


def test_a_run_killed_while_frames_get_their_names_is_finished(tmp_path, monkeypatch):
    draw_dpx(tmp_path / "in", 30)
    target = tmp_path / "out/c_%04d.dpx"

    def killed(self):
        self._folder.joined()
        for name in ("c_0001.dpx", "c_0002.dpx"):
            (self._frames / name).replace(target.parent / name)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SequenceSink, "_place", killed)
        assert run(tmp_path / "in", "-o", target) == ExitCode.INTERRUPTED
    assert list(frames_of(target)) == [1, 2]
    assert run(tmp_path / "in", "-o", target) == ExitCode.OK
    assert len(frames_of(target)) == 30
    assert not work_folder(target).exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_sequence_is_finished_by_the_same_command_and_is_the_same(tmp_path):
    draw_dpx(tmp_path / "in", 80)
    target = tmp_path / "b/c_%04d.dpx"
    running = start(tmp_path, "b", 0.2)
    assert wait_for(running, lambda: kept_frames(target) >= 24)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert frames_of(target) == {}
    last = start(tmp_path, "b", 0)
    _, told = last.communicate(timeout=100)
    assert last.returncode == ExitCode.OK, told
    assert "continues after" in told
    whole = start(tmp_path, "a", 0)
    assert whole.wait(100) == ExitCode.OK, whole.communicate()
    assert hashes(tmp_path / "b") == hashes(tmp_path / "a")
    assert not work_folder(target).exists()


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
