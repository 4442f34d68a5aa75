"""Peak memory and processor time of large scans: `python -m tests.bench.large [MEGAPIXELS ...]`.

Draws a 16-bit RGB TIFF of each size, 24 and 200 megapixels by default, and colorizes it with the
command of the shell into every format.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tifffile

from tests.measured import COMMAND

FORMATS = ("tiff", "png", "jpeg")
STRIP = 256


def draw(path: Path, megapixels: int) -> None:
    """Write a shaded, grainy scan on yellowed paper, strip by strip."""
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    width = round(height * 1.5)
    grain = np.random.default_rng(0).integers(0, 3000, (STRIP, width), np.uint16)

    def strips():
        across = np.arange(width) / width
        for top in range(0, height, STRIP):
            down = np.arange(top, min(top + STRIP, height))[:, None] / height
            gray = 12000 + 30000 * across * down + 10000 * np.sin(9 * across) * np.cos(7 * down)
            codes = gray.astype(np.uint16) + grain[: len(down)]
            yield np.dstack([codes, codes * 0.96, codes * 0.88]).astype(np.uint16)

    tifffile.imwrite(
        path, strips(), shape=(height, width, 3), dtype=np.uint16, photometric="rgb",
        rowsperstrip=STRIP, metadata=None,
    )  # fmt: skip


def colorize(source: Path, out: Path, to: str) -> tuple[int, float]:
    """Run the command; return its peak memory in MB and its processor time in seconds."""
    peak = out.with_name("peak")
    command = [sys.executable, "-c", COMMAND, str(peak), "run", str(source), "-o", f"{out}/", "-q"]
    process = subprocess.Popen(
        [*command, "--format", to, "--no-sidecar", "--existing", "overwrite"],
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"colorizer failed with {status}")
    return int(peak.read_text()) // 1024, used.ru_utime + used.ru_stime


def main() -> None:
    """Print a line for each size and format."""
    sizes = [int(text) for text in sys.argv[1:]] or [24, 200]
    print("megapixels  format  peak memory  processor time")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            source = Path(folder) / f"{size}.tif"
            draw(source, size)
            for to in FORMATS:
                memory, seconds = colorize(source, Path(folder) / "out", to)
                print(f"{size:10}  {to:6}  {memory:8} MB  {seconds:11.0f} s", flush=True)
            source.unlink()


if __name__ == "__main__":
    main()
