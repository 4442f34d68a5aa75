"""Names with # and %, which are names of files before they are patterns of image sequences.

Which files exist, and their hashes, is what the operating system and hashlib say.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer import colorize
from colorizer.commands import cli
from colorizer.places.frame_pattern import files_of, frames_of, grouped, is_frame_name, normal
from tests import drawn
from tests.draw_sequence import draw_dpx

NAMES = ("Neg #1.tif", "Neg #12 verso.tif", "100%deco.tif", "a%04d.tif", "##.png", "50%% off.png")


pytestmark = pytest.mark.usefixtures("tiny")


def run(command: str, *arguments: object) -> int:
    return cli.main([command, "--size", "64", "-q", *map(str, arguments)])


def draw(folder: Path, *names: str) -> dict[str, str]:
    for seed, name in enumerate(names):
        drawn.photo(folder / name, seed)
    return drawn.hashes(folder)


def pictures(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in (".tif", ".png")
    )


def expected(*names: str) -> list[str]:
    return sorted(f"{Path(name).stem}_color{Path(name).suffix}" for name in names)


def test_number_and_percent_signs_are_kept_in_a_folder(tmp_path):
    before = draw(tmp_path / "in", *NAMES)
    assert run("run", tmp_path / "in", "-o", tmp_path / "out") == 0
    assert pictures(tmp_path / "out") == expected(*NAMES)
    assert drawn.hashes(tmp_path / "in") == before
    for name in expected(*NAMES):
        sidecar = json.loads((tmp_path / "out" / f"{name}.colorize.json").read_text())
        assert sidecar["result"]["name"] == name


def test_a_second_run_and_sha256sum_know_the_results(tmp_path, capsys):
    draw(tmp_path / "in", *NAMES)
    run("run", tmp_path / "in", "-o", tmp_path / "out")
    made = drawn.hashes(tmp_path / "out")
    assert cli.main(["run", "--size", "64", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 0
    assert f"0 done, {len(NAMES)} skipped" in capsys.readouterr().err
    assert drawn.hashes(tmp_path / "out") == made
    check = ["sha256sum", "--strict", "-c", "manifest-sha256.txt"]
    assert subprocess.run(check, cwd=tmp_path / "out", capture_output=True).returncode == 0
    assert cli.main(["verify", str(tmp_path / "out")]) == 0


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["Neg #1.tif", "100%deco.tif"])
@pytest.mark.parametrize("target", ["Plate #4 colour.tif", "100%d.png", "####.tif"])
def test_the_name_of_one_result_is_written_as_it_is_given(tmp_path, name, target):
    draw(tmp_path, name)
    assert run("run", tmp_path / name, "-o", tmp_path / "out" / target) == 0
    assert pictures(tmp_path / "out") == [target]
    Image.open(tmp_path / "out" / target).load()
    assert not (tmp_path / "out" / "manifest-sha256.txt").exists()
    assert run("run", tmp_path / name, "-o", tmp_path / "out" / target) == 0
    assert cli.main(["verify", str(tmp_path / "out" / target)]) == 0


def test_a_photo_is_not_done_because_numbered_ones_are(tmp_path):
    draw(tmp_path / "in", "Neg 11.tif", "Neg 21.tif")
    run("run", tmp_path / "in", "-o", tmp_path / "out")
    draw(tmp_path / "in", "Neg #1.tif")
    assert run("run", tmp_path / "in", "-o", tmp_path / "out") == 0
    assert pictures(tmp_path / "out") == expected("Neg #1.tif", "Neg 11.tif", "Neg 21.tif")
    (tmp_path / "out" / "Neg #1_color.tif").unlink()
    assert cli.main(["verify", str(tmp_path / "out")]) == 1
    assert run("run", tmp_path / "in", "-o", tmp_path / "out") == 0
    assert (tmp_path / "out" / "Neg #1_color.tif").exists()


def test_a_file_of_a_patterns_name_is_that_file(tmp_path):
    draw(tmp_path / "in", "Neg #1.tif", "Neg 11.tif", "Neg 21.tif")
    assert run("run", tmp_path / "in" / "Neg #1.tif", "-o", tmp_path / "out") == 0
    assert pictures(tmp_path / "out") == ["Neg #1_color.tif"]


def test_a_pattern_of_one_photo_or_none_is_refused_with_the_file_to_name(tmp_path, capsys):
    draw(tmp_path / "in", "Neg 11.tif")
    assert run("run", tmp_path / "in" / "Neg #1.tif", "-o", tmp_path / "out") == 3
    assert "name Neg 11.tif itself" in capsys.readouterr().err
    assert run("run", tmp_path / "in" / "Box %d.tif", "-o", tmp_path / "out") == 3
    assert "no such file or folder" in capsys.readouterr().err


def test_a_pattern_that_a_person_writes_is_one(tmp_path):
    for number in (8, 9, 10):
        drawn.photo(tmp_path / "in" / f"Reel #4 {number}.png", number)
    given = tmp_path / "in" / "Reel #4 %d.png"
    assert run("run", given, "-o", tmp_path / "out" / "colour %d.png") == 0
    assert pictures(tmp_path / "out") == [f"colour {n}.png" for n in (10, 8, 9)]


@pytest.mark.slow
def test_watch_and_bag_keep_the_names(tmp_path):
    draw(tmp_path / "in", *NAMES)
    assert run("watch", tmp_path / "in", "-o", tmp_path / "w", "--stable", 1, "--idle", 3) == 0
    assert pictures(tmp_path / "w") == expected(*NAMES)
    pytest.importorskip("bagit")
    assert run("run", tmp_path / "in", "-o", tmp_path / "b", "--bag") == 0
    assert pictures(tmp_path / "b") == [f"data/{name}" for name in expected(*NAMES)]
    assert cli.main(["verify", str(tmp_path / "b")]) == 0


def test_the_python_interface_keeps_the_names(tmp_path):
    draw(tmp_path / "in", "Neg #1.tif")
    made = colorize(tmp_path / "in" / "Neg #1.tif", tmp_path / "Plate #4.tif", size=64)
    assert made == [tmp_path / "Plate #4.tif"]
    assert tifffile.imread(tmp_path / "Plate #4.tif").shape == (72, 96, 3)


def test_frames_of_a_reel_with_a_sign_in_its_name_are_one_film(tmp_path):
    draw_dpx(tmp_path / "drawn", 3)
    for number, frame in enumerate(sorted((tmp_path / "drawn").iterdir()), start=1):
        (tmp_path / "in").mkdir(exist_ok=True)
        frame.rename(tmp_path / "in" / f"Reel #4 100%d_{number:04}.dpx")
    assert run("run", tmp_path / "in", "-o", tmp_path / "out") == 0
    found = sorted(path.name for path in (tmp_path / "out").rglob("*.dpx"))
    assert found == [f"Reel #4 100%d_color_{number:04}.dpx" for number in (1, 2, 3)]


@pytest.mark.parametrize("name", ["a#", "a%", "a%%", "a%d", "%04_", "100%", "#%d#", "%%d %d"])
def test_every_name_comes_back_from_its_pattern(tmp_path, name):
    """As `printf` has it: %% is a percent sign."""
    files = [tmp_path / f"{name}{number:03}.tif" for number in range(3)]
    for file in files:
        tifffile.imwrite(file, np.zeros((2, 2), np.uint8))
    (pattern,) = grouped(files)
    assert is_frame_name(pattern)
    assert files_of(pattern) == files
    assert normal(pattern) == pattern
    assert list(frames_of(pattern)) == [0, 1, 2]
    printed = subprocess.run(["printf", pattern.name, "2"], capture_output=True, text=True)
    assert printed.stdout == files[2].name
