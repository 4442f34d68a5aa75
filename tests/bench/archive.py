"""A large folder, killed and continued: `python -m tests.bench.archive --photos 10000`.

Draws scans of 2 megapixels, colorizes them once without and once with being killed at random, and
compares the manifests. Prints files/s beside decoding and encoding alone, the memory of the
process over time, and what it costs to find that all is done. Needs Linux for the memory.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from colorizer.archive.manifest import NAME, read_manifest
from tests.bench.speed import PHOTO_SIZE, SAMPLES, row, seconds

_TICK = 0.5
"""Seconds between two looks at the memory."""


def draw_scans(folder: Path, count: int) -> list[Path]:
    """Write gray JPEGs of 2 megapixels, all different, in folders of 1000."""
    rng = np.random.default_rng(0)
    picture = np.asarray(Image.open(SAMPLES / "astronaut.jpg").convert("L"))
    size = (PHOTO_SIZE[1] + 256, PHOTO_SIZE[0] + 256)
    large = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    grain = rng.normal(0, 4, large.shape).astype(np.int16)
    files = []
    for number in range(count):
        top, left = rng.integers(0, 256, 2)
        view = large[top : top + PHOTO_SIZE[0], left : left + PHOTO_SIZE[1]]
        noise = np.roll(grain, number * 997)[: PHOTO_SIZE[0], : PHOTO_SIZE[1]]
        file = folder / f"box {number // 1000:03}" / f"{number:05}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        codes = (view + noise).clip(0, 255).astype(np.uint8)
        Image.fromarray(codes).save(file, quality=92)
        files.append(file)
    return files


def memory(process: int) -> float:
    """Return the resident memory of a process in MiB, 0 when it has ended."""
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    lines = [line for line in text.splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


class Run:
    """One `colorizer run`, watched: its memory over time and how many results are there.

    Args:
        source: folder of the scans.
        out: folder of the results.
        options: of the command.
    """

    def __init__(self, source: Path, out: Path, options: list[str]) -> None:
        command = [sys.executable, "-m", "colorizer", "run", str(source), "-o", str(out), "-q"]
        self._out = out
        self.memory: list[tuple[int, float]] = []
        self.begun = time.perf_counter()
        self.process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, bufsize=0)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.done = 0

    def step(self) -> bool:
        """Wait a moment; return whether it still runs."""
        time.sleep(_TICK)
        text = self.process.stdout.read()
        self.done += text.count(b"\n") if text else 0
        if used := memory(self.process.pid):
            self.memory.append((self.done, used))
        return self.process.poll() is None

    def finish(self) -> float:
        """Wait for the end and return the seconds it took."""
        while self.step():
            pass
        assert self.process.returncode == 0, self.process.returncode
        return time.perf_counter() - self.begun

    def kill_at(self, done: int) -> bool:
        """Kill when so many results are made; return whether it was still running."""
        while self.done < done:
            if not self.step():
                return False
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return True


def print_memory(samples: list[tuple[int, float]]) -> None:
    """Print ten points of memory over results made, and how the last half compares."""
    for done, used in samples[:: max(1, len(samples) // 10)]:
        print(f"    {done:7} files {used:8.0f} MiB")
    half = [used for _, used in samples[len(samples) // 2 :]]
    quarter = [used for _, used in samples[len(samples) // 4 : len(samples) // 2]]
    if half and quarter:
        print(f"    most in the 2nd quarter {max(quarter):.0f}, in the last half {max(half):.0f}")


def ceilings(files: list[Path], folder: Path) -> float:
    """Print decoding and encoding alone, one thread each; return the lower rate."""
    some = files[: min(len(files), 100)]
    decode = seconds(lambda: [np.asarray(Image.open(f).convert("L")) for f in some])
    colour = Image.open(some[0]).convert("RGB")

    def encode() -> None:
        for _ in some:
            colour.save(folder / "encoded.jpg", quality=95, subsampling=0)

    decoding = row("decode only, one thread", len(some), decode, "files/s")
    return min(decoding, row("encode only, one thread", len(some), seconds(encode), "files/s"))


def main() -> None:
    """Draw, run, kill, continue, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.archive", description=__doc__)
    parser.add_argument("--photos", type=int, default=10000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where to work; 10000 scans need 25 GB")
    arguments, options = parser.parse_known_args()
    count, rng = arguments.photos, random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        source = folder / "in"
        files = draw_scans(source, count)
        best = ceilings(files, folder)
        whole = Run(source, folder / "whole", options)
        row("colorized, uninterrupted", count, whole.finish(), "files/s", best)
        print_memory(whole.memory)
        made = 0
        for number in range(arguments.kills):
            run = Run(source, folder / "killed", options)
            left = count - made
            alive = run.kill_at(rng.randint(0, max(1, left // (arguments.kills - number))))
            made += run.done
            print(f"killed after {run.done} files" if alive else "ended before it was killed")
        last = Run(source, folder / "killed", options)
        last.finish()
        print(f"finished: {last.done} files made by the last run")
        again = Run(source, folder / "killed", options)
        row("looked at again, nothing to do", count, again.finish(), "files/s")
        manifests = [read_manifest(folder / name / NAME) for name in ("whole", "killed")]
        assert len(manifests[0]) == count
        assert manifests[0] == manifests[1], "the killed run made another folder"
        command = ["sha256sum", "--quiet", "-c", NAME]
        subprocess.run(command, cwd=folder / "killed", check=True)
        print(f"manifests of {count} files are equal, and sha256sum agrees")


if __name__ == "__main__":
    main()
