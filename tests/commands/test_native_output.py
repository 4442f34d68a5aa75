"""What native libraries print on descriptor 2 does not reach standard error."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tifffile

from tests import draw_photo
from tests.tiny_weights import write_tiny_weights

pytestmark = pytest.mark.slow

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


def prints_of_pillow(path: Path) -> str:
    read = "from PIL import Image; import sys; Image.open(sys.argv[1]).load()"
    alone = subprocess.run(
        [sys.executable, "-c", read, str(path)], capture_output=True, text=True, timeout=60
    )
    return alone.stderr


API = """
import logging, sys
from pathlib import Path
logging.basicConfig()
from colorizer import colorize
print("before", file=sys.stderr)
colorize(sys.argv[1], sys.argv[2], size=64, weights=Path(sys.argv[3]), damaged="salvage")
logging.getLogger("mine").warning("after")
"""


@pytest.mark.parametrize("way", ["python", "worker"])
def test_libtiff_prints_nothing_through_the_python_interface_and_the_worker(tmp_path, way):
    """Pillow alone prints libtiff's line of the same file."""
    path = damaged_for_libtiff(tmp_path / "in")
    if "LZWDecode" not in prints_of_pillow(path):
        pytest.skip("this libtiff prints nothing of it")
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    settings = {"size": 64, "weights": str(weights), "damaged": "salvage"}
    target, said = tmp_path / "scan_color.tif", ""
    if way == "python":
        command = [sys.executable, "-c", API, str(path), str(tmp_path), str(weights)]
    else:
        command = [sys.executable, "-m", "colorizer", "--worker"]
        said = json.dumps({"do": "run", "job": 1, "source": str(path), "target": str(target),
                           "kind": "photo", "settings": settings}) + "\n"  # fmt: skip
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(said)
    process.stdin.flush()
    for line in process.stdout if way == "worker" else ():
        if '"event": "done"' in line:
            break
    _, errors = process.communicate(timeout=120)
    assert target.exists()
    assert "LZWDecode" not in errors
    if way == "python":
        assert [line for line in errors.splitlines() if "before" in line or "after" in line] == [
            "before", "WARNING:mine:after"]  # fmt: skip


def test_libtiff_prints_nothing_among_our_lines(tmp_path):
    path = damaged_for_libtiff(tmp_path / "in")
    if "LZWDecode" not in prints_of_pillow(path):
        pytest.skip("this libtiff prints nothing of it")
    done = run(tmp_path, "-q", "--damaged", "salvage")
    assert done.returncode == 0
    assert "LZWDecode" not in done.stderr
    again = run(tmp_path, "-vv", "--damaged", "salvage", "--existing", "overwrite")
    assert "LZWDecode" in again.stderr
    assert "50.0% of its picture are missing" in again.stderr
