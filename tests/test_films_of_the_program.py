"""Films through the program as it is started by a person, from an installer too."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer.commands.report import ExitCode
from colorizer.media.film.unfinished import kept_frames
from tests.bench.roundtrip_films import SOURCES, draw_everything, draw_source, facts
from tests.draw_film import draw_film
from tests.program import PROGRAM
from tests.tiny_weights import write_tiny_weights

pytestmark = [pytest.mark.slow, pytest.mark.program]

CONTAINERS = {one.suffix: one for one in SOURCES}
FRAMES = 300
"""Of a film of two segments."""


def words(source: Path, out: Path) -> list[str]:
    """Return the command that colorizes losslessly, by a tiny network that lies at the source."""
    weights = source.parent / "tiny.safetensors"
    if not weights.exists():
        write_tiny_weights(weights)
    command = [*PROGRAM, "run", source, "-o", out, "--weights", weights, "--size", "64"]
    return [*map(str, command), "--codec", "ffv1", "--device", "cpu", "--sidecar"]


def run(source: Path, out: Path) -> str:
    ended = subprocess.run(words(source, out), capture_output=True, text=True, timeout=280)
    assert ended.returncode == ExitCode.OK, ended.stderr
    return ended.stderr


def verified(out: Path) -> None:
    ended = subprocess.run([*PROGRAM, "verify", str(out)], capture_output=True, text=True)
    assert ended.returncode == ExitCode.OK, ended.stdout + ended.stderr


def test_films_of_every_container_keep_frames_times_and_sound(tmp_path):
    for suffix, film in CONTAINERS.items():
        (tmp_path / "in" / suffix[1:]).mkdir(parents=True)
        draw_source(tmp_path / "in" / suffix[1:] / f"a{suffix}", film)
    run(tmp_path / "in", tmp_path / "out")
    verified(tmp_path / "out")
    for suffix, film in CONTAINERS.items():
        source = facts(tmp_path / "in" / suffix[1:] / f"a{suffix}")
        (made,) = (tmp_path / "out" / suffix[1:]).glob("a_color.???")
        result = facts(made)
        assert result["frames"] == source["frames"], suffix
        assert not film.sound or result["sound"] == source["sound"], suffix


def test_all_that_lies_next_to_the_frames_of_a_film_is_kept(tmp_path):
    source, *_ = draw_everything(tmp_path, "yuv422p10le")
    run(source, tmp_path / "out.mkv")
    verified(tmp_path / "out.mkv")
    wanted, found = facts(source), facts(tmp_path / "out.mkv")
    assert {name for name in wanted if found[name] != wanted[name]} <= {"rate"}, "it is variable"


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_film_that_was_killed_is_continued_and_the_same(tmp_path):
    draw_film(tmp_path / "a.mkv", size=(64, 96), frames=FRAMES, sounds=("aac",))
    run(tmp_path / "a.mkv", tmp_path / "alone" / "b.mkv")
    out = tmp_path / "killed" / "b.mkv"
    process = subprocess.Popen(
        words(tmp_path / "a.mkv", out), stderr=subprocess.DEVNULL, start_new_session=True
    )
    while not (kept := kept_frames(out)):
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not out.exists()
    assert f"continues after {kept} frames" in run(tmp_path / "a.mkv", out)
    assert out.read_bytes() == (tmp_path / "alone" / "b.mkv").read_bytes()
    assert not list(out.parent.glob(".*"))
