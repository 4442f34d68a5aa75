"""Closed or full output ends no work; libraries say nothing on standard error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from colorizer.commands.report import ExitCode
from tests import drawn
from tests.tiny_weights import write_tiny_weights

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="redirections of a POSIX shell")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return write_tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


def shell(folder: Path, weights: Path, how: str) -> subprocess.CompletedProcess:
    run = f"{sys.executable} -m colorizer run in -o out --size 64 --jobs 1 --weights {weights}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {run} {how}"], cwd=folder, env=environment,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "code"),
    [
        (">&-", ExitCode.OK),
        ("2>&-", ExitCode.OK),
        (">&- 2>&- <&-", ExitCode.OK),
        ("--json | true", ExitCode.OK),
        ("2>&1 -v | head -1", ExitCode.OK),
        ("> /dev/full", ExitCode.NOT_WRITABLE),
        ("2> /dev/full", ExitCode.NOT_WRITABLE),
    ],
)
def test_nobody_reads_and_all_is_done(tmp_path, weights, how, code):
    for number in range(6):
        drawn.photo(tmp_path / "in" / f"{number}.png", number)
    done = shell(tmp_path, weights, how)
    assert done.returncode == code, done.stderr
    results = list((tmp_path / "out").glob("*.png"))
    assert len(results) == 6
    for result in results:
        with Image.open(result) as image:
            image.load()
    assert len((tmp_path / "out" / "manifest-sha256.txt").read_text().splitlines()) == 6
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.slow
def test_the_exit_code_tells_what_failed_to_nobody(tmp_path, weights):
    drawn.photo(tmp_path / "in" / "a.png", 1)
    (tmp_path / "in" / "b.png").write_text("no picture")
    assert shell(tmp_path, weights, ">&- 2>&-").returncode == ExitCode.SOME_FAILED


NOISE = """
import logging, warnings
import colorizer.media.photo.still as still

plain = still.open_pages

def open_pages(path, *rest):
    warnings.warn("of a library")
    logging.getLogger("tifffile").error("of a library")
    if path.name.startswith("bug"):
        raise RuntimeError("of a library")
    return plain(path, *rest)

still.open_pages = open_pages
"""


@pytest.mark.slow
@pytest.mark.parametrize("quiet", ["", "-q"])
def test_warnings_and_tracebacks_of_libraries_are_not_shown(tmp_path, weights, quiet):
    drawn.photo(tmp_path / "in" / "a.png", 1)
    drawn.photo(tmp_path / "in" / "bug.png", 1)
    script = f"{NOISE}\nfrom colorizer.commands.cli import main\nraise SystemExit(main())\n"
    command = ["run", "in", "-o", "out", "--size", "64", "--weights", str(weights)]
    done = subprocess.run(
        [sys.executable, "-c", script, *command, *quiet.split()], cwd=tmp_path, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == ExitCode.SOME_FAILED
    told = [line for line in done.stderr.splitlines() if "of a library" in line]
    assert len(told) == 1, done.stderr
    assert told[0].startswith("failed: in/bug.png: ")
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


def test_doctor_lists_every_extra_of_the_distribution_and_what_it_opens(monkeypatch):
    import tomllib

    from colorizer.engine import doctor

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = project["optional-dependencies"].keys() - {"train", "encoders", "dev"}
    assert doctor._EXTRAS.keys() == runtime
    plain = doctor.importlib.import_module

    def lacks(name):
        if name == "rawpy":
            raise ModuleNotFoundError(name)
        return plain(name)

    monkeypatch.setattr(doctor.importlib, "import_module", lacks)
    (found,) = doctor._extra("raw", *doctor._EXTRAS["raw"])
    assert found.ok, "what is optional is no fault"
    assert "camera raw" in found.found
    assert 'pip install "film-colorizer[raw]"' in found.found
