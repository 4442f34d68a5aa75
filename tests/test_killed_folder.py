"""A folder killed at any moment: the same command finishes it, and nothing tells it was killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer.archive.records.manifest import NAME, read_manifest
from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.commands.report import ExitCode
from colorizer.files.claims import PREFIX
from tests import drawn
from tests.tiny_weights import write_tiny_weights

ROOT = Path(__file__).resolve().parents[1]
COUNT = 240


def start(folder: Path, out: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "colorizer", "run", folder / "in", "-o", folder / out]
    command += ["--weights", folder / "tiny.safetensors"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*map(str, command), "--size", "64", "--jobs", "2"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(process: subprocess.Popen) -> str:
    _, told = process.communicate(timeout=400)
    assert process.returncode == ExitCode.OK, told
    return told


def sidecars(out: Path) -> list[Path]:
    return list(out.rglob("*.colorize.json"))


def kill_after(process: subprocess.Popen, out: Path, more: int, pause: float) -> None:
    """Kill when so many results more are there, and a moment later."""
    wanted, end = len(sidecars(out)) + more, time.monotonic() + 400
    while len(sidecars(out)) < wanted and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.005)
    time.sleep(pause)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_folder_killed_five_times_is_the_same_by_its_manifest(tmp_path):
    for number in range(COUNT):
        suffix = (".png", ".jpg", ".tif")[number % 3]
        drawn.photo(tmp_path / "in" / f"box {number % 7}" / f"{number}{suffix}", number)
    write_tiny_weights(tmp_path / "tiny.safetensors")
    before = drawn.hashes(tmp_path / "in")
    finish(start(tmp_path, "whole"))
    rng = random.Random(5)
    for _ in range(5):
        running = start(tmp_path, "killed")
        kill_after(running, tmp_path / "killed", rng.randint(0, 40), rng.uniform(0, 0.1))
        assert running.returncode == -signal.SIGKILL
    left = finish(start(tmp_path, "killed"))
    done, skipped = (int(left.split(word)[0].split()[-1]) for word in ("done", "skipped"))
    assert done + skipped == COUNT
    assert skipped > 0
    whole, killed = (read_manifest(tmp_path / name / NAME) for name in ("whole", "killed"))
    assert len(whole) == COUNT
    assert whole == killed == drawn.hashes(tmp_path / "killed")
    for name, digest in killed.items():
        assert read_sidecar(sidecar_of(tmp_path / "killed" / name))["result"]["sha256"] == digest
    assert len(sidecars(tmp_path / "killed")) == COUNT
    assert not list(tmp_path.rglob("*.part"))
    assert not list(tmp_path.rglob(f"{PREFIX}*"))
    assert drawn.hashes(tmp_path / "in") == before
