"""What native libraries print on descriptor 2 does not reach standard error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import tifffile

from tests import draw_photo
from tests.tiny_weights import write_tiny_weights

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, *options: str) -> subprocess.CompletedProcess:
    weights = write_tiny_weights(folder / "tiny.safetensors")
    command = [sys.executable, "-m", "colorizer", "run", "in", "-o", "out", "--size", "64"]
    return subprocess.run(
        [*command, "--jobs", "1", "--weights", str(weights), *options], cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def damaged_for_libtiff(folder: Path) -> Path:
    """Write a Y'CbCr TIFF, which libtiff decodes, whose LZW data ends early."""
    folder.mkdir()
    path = folder / "scan.tif"
    tifffile.imwrite(
        path, draw_photo.tinted(), photometric="ycbcr", compression="lzw", rowsperstrip=20
    )
    with tifffile.TiffFile(path) as tif:
        at, count = tif.pages.first.dataoffsets[0], tif.pages.first.databytecounts[0]
    data = bytearray(path.read_bytes())
    data[at + count // 2 : at + count] = b"\x80" * (count - count // 2)
    path.write_bytes(data)
    return path


@pytest.mark.slow
def test_libtiff_prints_nothing_among_our_lines(tmp_path):
    path = damaged_for_libtiff(tmp_path / "in")
    read = "from PIL import Image; import sys; Image.open(sys.argv[1]).load()"
    alone = subprocess.run(
        [sys.executable, "-c", read, str(path)], capture_output=True, text=True, timeout=60
    )
    if "LZWDecode" not in alone.stderr:
        pytest.skip("this libtiff prints nothing of it")
    done = run(tmp_path, "-q", "--damaged", "salvage")
    assert done.returncode == 0
    assert "LZWDecode" not in done.stderr
    again = run(tmp_path, "-vv", "--damaged", "salvage", "--existing", "overwrite")
    assert "LZWDecode" in again.stderr
    assert "50.0% of its picture are missing" in again.stderr
