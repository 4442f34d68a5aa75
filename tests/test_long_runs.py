"""The main job at the size people have it, through the installed command and shipped weights."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.archive.records.provenance import SUFFIX
from tests import draw_photo, drawn
from tests.measured import COMMAND

pytestmark = pytest.mark.slow
BAD = ("empty.jpg", "text.jpg", "truncated.jpg")


def draw_archive(folder: Path) -> list[str]:
    """Draw 200 photos of which three can't be read; return the names of the readable ones."""
    for number in range(193):
        drawn.photo(folder / f"box {number % 4}" / f"{number}.jpg", number, (240, 320))
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("not a photo\n" * 100)
    whole = (folder / "box 0" / "0.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    tifffile.imwrite(folder / "deep.tif", draw_photo.gray(16, (300, 400)))
    Image.new("CMYK", (320, 240), (10, 20, 30, 90)).save(folder / "print.jpg")
    Image.new("L", (1, 1), 128).save(folder / "dot.png")
    rows = np.tile(np.arange(12000, dtype=np.uint16) % 251, (9000, 1)).astype(np.uint8)
    tifffile.imwrite(folder / "huge.tif", np.stack([rows, rows, rows - rows // 16], axis=-1))
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(names) == 200
    return [str(name) for name in names if name.name not in BAD]


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory as Linux counts it")
def test_a_folder_of_200_with_bad_and_huge_files_is_done_in_3_gigabytes(tmp_path):
    good = draw_archive(tmp_path / "in")
    before = drawn.hashes(tmp_path / "in")
    failed = tmp_path / "failed.txt"
    peak = tmp_path / "peak"
    command = [sys.executable, "-c", COMMAND, peak, "run", tmp_path / "in", "-o", tmp_path / "out"]
    command = list(map(str, [*command, "--failed-list", failed]))
    with (tmp_path / "told").open("w") as told:
        assert subprocess.run(command, stderr=told, stdout=told, check=False).returncode == 1
    made = {p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*_color.*")}
    results = {Path(n).with_stem(Path(n).stem + "_color") for n in good}
    assert made == results | {p.with_name(p.name + SUFFIX) for p in results}
    for name in BAD:
        assert name in failed.read_text()
        assert name in (tmp_path / "told").read_text()
    assert drawn.hashes(tmp_path / "in") == before
    assert int(peak.read_text()) < 3 * 2**20
    huge = tifffile.imread(tmp_path / "out" / "huge_color.tif")
    assert huge.shape == (9000, 12000, 3)


FILM_RUN = """
import sys
from pathlib import Path
from colorizer.jobs import Job, JobState, Kind
from colorizer.pipeline import run
from colorizer.settings import Settings

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

job = Job(Path(sys.argv[1]), Path(sys.argv[2]), Kind.FILM, Settings(codec=sys.argv[3]))
sizes = [resident() for step in run(job) if step.state is JobState.RUNNING]
half = len(sizes) // 2
print(len(sizes), max(sizes[:half]), max(sizes[half:]))
"""


@pytest.mark.timeout(1500)
@pytest.mark.skipif(sys.platform != "linux", reason="reads resident memory from /proc")
def test_memory_does_not_grow_over_2000_frames_of_576_lines(tmp_path):
    film = tmp_path / "film.mkv"
    drawn.film(film, 2000, (576, 720), "h264")
    command = [sys.executable, "-c", FILM_RUN, film, tmp_path / "out.mkv", "h264"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    frames, first_half, second_half = map(int, done.stdout.split())
    assert frames == 2001  # one before the first frame
    assert second_half < 1.05 * first_half
