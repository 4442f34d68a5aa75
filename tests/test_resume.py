"""A film killed at any moment: the same command finishes it, and it is the same film."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from colorizer.commands.report import ExitCode
from colorizer.media.film.unfinished import kept_frames
from colorizer.media.film.work_folder import work_folder
from tests.draw_film import draw_film
from tests.killed_film import KILLS, LATE_KILLS, STAGES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
FRAMES = 110
SCRIPT = """
import sys, time
from colorizer.engine import apart
from colorizer.commands import cli
from colorizer import pipeline
from colorizer.engine import worker
from colorizer.media.film import join as film_join
from colorizer.media.film import sink as film_sink
from tests.tiny_model import TinyModel
film_sink.SEGMENT_FRAMES = 24
class Slow(TinyModel):
    def predict(self, L, **rest):
        time.sleep({pause})
        return super().predict(L, **rest)
pipeline.load_model = lambda *_: Slow().eval()
packets = film_join._packets
def slowly(*arguments):
    for packet in packets(*arguments):
        time.sleep({pause} / 4)
        yield packet
film_join._packets = slowly
# What an earlier run died of is done by a worker process: with the same network.
this = sys.orig_argv[sys.orig_argv.index("-c") + 1]
apart.worker_command = lambda: (sys.executable, ["-c", this])
sys.exit(cli.main(sys.argv[1:]) if sys.argv[1:] else worker.main())
"""

FULL = """
import os
from colorizer.media.film import segments
part = segments.WorkFolder.part
def onto(self, number):
    name = part(self, number)
    if number == 2 and not os.path.lexists(name):
        os.symlink("/dev/full", name)
    return name
segments.WorkFolder.part = onto
"""


def start(folder: Path, target: str, pause: float = 0, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-c", SCRIPT.format(pause=pause), "run", folder / "a.mkv"]
    command += ["-o", folder / target, "--size", "64", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        list(map(str, command)), cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def kill(process: subprocess.Popen) -> None:
    """Kill a command with the worker process that it may have, as a power cut does."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def finished(process: subprocess.Popen) -> str:
    _, told = process.communicate(timeout=120)
    assert process.returncode == ExitCode.OK, told
    return told


def wait_for(process: subprocess.Popen, condition, seconds: float = 60) -> bool:
    """Wait for a condition; False when the process ended first."""
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            return False
        assert time.monotonic() < end
        time.sleep(0.002)
    return True


def pictures(path: Path) -> list[tuple[float, bytes]]:
    """Return time and all samples of every frame."""
    with av.open(str(path)) as container:
        return [
            (float(frame.pts * frame.time_base), frame.to_ndarray().tobytes())
            for frame in container.decode(video=0)
        ]


def sound(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A film and what an uninterrupted run makes of it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    draw_film(folder / "a.mkv", size=(64, 96), frames=FRAMES, sounds=("aac",))
    finished(start(folder, "whole.mp4"))
    return folder


@pytest.fixture
def film(tmp_path, undisturbed):
    for name in ("a.mkv", "whole.mp4"):
        shutil.copy2(undisturbed / name, tmp_path)
    return tmp_path


def expect_same(folder: Path) -> None:
    assert pictures(folder / "b.mp4") == pictures(folder / "whole.mp4")
    assert sound(folder / "b.mp4") == sound(folder / "whole.mp4")
    assert not work_folder(folder / "b.mp4").exists()
    assert not list(folder.glob("*.part"))


def moments(folder: Path) -> list:
    """Return conditions under which to kill: at the beginning, between segments, in the join."""
    target = folder / "b.mp4"
    return [
        lambda: (work_folder(target) / "journal.jsonl").exists(),
        lambda: kept_frames(target) >= 24,
        lambda: kept_frames(target) >= 72,
        lambda: kept_frames(target) == FRAMES and any(folder.glob("b.mp4.*.part")),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_film_is_finished_by_the_same_command_and_is_the_same(film):
    before = (film / "a.mkv").read_bytes()
    for moment in moments(film):
        running = start(film, "b.mp4", 0.05)
        assert wait_for(running, moment), running.communicate()
        kill(running)
        assert not (film / "b.mp4").exists()
    told = finished(start(film, "b.mp4"))
    assert f"continues after {FRAMES} frames" in told
    expect_same(film)
    assert (film / "a.mkv").read_bytes() == before


@pytest.mark.timeout(1000)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    ("seed", "name", "codec"), [(5, "b.mkv", "ffv1"), (6, "b.mp4", "h264"), (7, "b.mov", "prores")]
)
def test_a_long_film_killed_ten_times_after_its_second_segment_is_the_same(
    tmp_path, seed, name, codec
):
    """Packets are read by FFmpeg (PyAV); 1,600 frames are seven segments."""
    source, target = tmp_path / "a.mkv", tmp_path / name
    draw_film(source, size=(48, 64), frames=1600, sounds=("aac",))
    command = [sys.executable, "-m", "tests.killed_film", source, target, codec, seed, "late"]
    ended = subprocess.run(
        list(map(str, command)), cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == {"encode": LATE_KILLS}
    whole, killed = (target.with_stem(f"b_{word}") for word in ("whole", "killed"))
    assert len(pictures(whole)) == 1600
    assert pictures(killed) == pictures(whole)
    assert sound(killed) == sound(whole)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    ("seed", "name", "codec"),
    [(1, "b.mp4", "h264"), (2, "b.mov", "v210"), (3, "b.mov", "prores"), (4, "b.mkv", "ffv1")],
)
def test_killed_at_random_in_every_stage_a_film_is_the_same(tmp_path, seed, name, codec):
    """Two kills in each of `killed_film.STAGES`, and one more at a random time after each."""
    source, target = tmp_path / "a.mkv", tmp_path / name
    draw_film(source, size=(64, 96), frames=60, sounds=("aac",))
    command = [sys.executable, "-m", "tests.killed_film", source, target, codec, seed]
    ended = subprocess.run(
        list(map(str, command)), cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    killed = json.loads(ended.stdout.splitlines()[-1])
    assert all(killed.get(stage) for stage in STAGES), killed
    assert sum(killed.values()) >= 10, killed
    whole, *others = sorted(tmp_path.glob("b_*" + target.suffix), reverse=True)
    assert len(others) == KILLS * len(STAGES)
    for other in others:
        assert pictures(other) == pictures(whole)
        assert sound(other) == sound(whole)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_ctrl_c_keeps_finished_segments_and_says_so(film):
    running = start(film, "b.mp4", 0.05)
    assert wait_for(running, lambda: kept_frames(film / "b.mp4") >= 48)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == ExitCode.INTERRUPTED
    kept = kept_frames(film / "b.mp4")
    assert kept in (48, 72, 96)
    assert f"{kept} finished frames are kept; the same command continues" in told
    assert not list(film.rglob("*.part"))
    assert f"continues after {kept} frames" in finished(start(film, "b.mp4"))
    expect_same(film)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_other_settings_begin_anew_and_say_so(film):
    running = start(film, "b.mp4", 0.05)
    assert wait_for(running, lambda: kept_frames(film / "b.mp4") >= 24)
    kill(running)
    told = finished(start(film, "b.mp4", 0, "--strength", "0.5"))
    assert "are not used: the settings changed (strength)" in told
    assert pictures(film / "b.mp4") != pictures(film / "whole.mp4")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_full_disk_is_one_line_and_keeps_what_is_finished(film):
    """The third segment's file is a device that is always full."""
    folder = work_folder(film / "b.mp4")
    command = [sys.executable, "-c", FULL + SCRIPT.format(pause=0), "run", str(film / "a.mkv")]
    command += ["-o", str(film / "b.mp4"), "--size", "64"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == ExitCode.NOT_WRITABLE
    assert "No space left on device" in ended.stderr
    assert "48 finished frames are kept; the same command continues" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert sorted(path.name for path in folder.glob("*.part")) == []
    finished(start(film, "b.mp4"))
    expect_same(film)
