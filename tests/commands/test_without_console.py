"""A process without standard streams, as of a program without a console on Windows."""

import subprocess
import sys

import pytest
from PIL import Image

from tests import draw_photo
from tests.tiny_weights import write_tiny_weights

NOWHERE = """
import sys
sys.stdin = sys.stdout = sys.stderr = sys.__stdin__ = sys.__stdout__ = sys.__stderr__ = None
sys.argv = sys.argv[1:]
try:
    {entry}
except BaseException as error:
    code = error.code if isinstance(error, SystemExit) else repr(error)
with open("ended", "w") as file:
    file.write(str(code))
"""
COMMAND = "from colorizer.__main__ import start; code = start()"
SCRIPT = "from colorizer.commands.cli import main; code = main()"
WINDOW = "from gui.__main__ import main; code = main()"
LIBRARY = """from colorizer import colorize
    code = colorize("scan.png", "out.png", size=64, weights="tiny.safetensors") and 0"""
TINY = ("--size", "64", "--weights", "tiny.safetensors")


def ended(folder, entry, *options):
    """Return the exit code, or what ended the process."""
    code = NOWHERE.format(entry=entry)
    command = [sys.executable, "-c", code, "colorizer", *options]
    subprocess.run(command, cwd=folder, timeout=120, check=True)
    return (folder / "ended").read_text()


@pytest.fixture
def folder(tmp_path):
    Image.fromarray(draw_photo.gray()).save(tmp_path / "scan.png")
    write_tiny_weights(tmp_path / "tiny.safetensors")
    return tmp_path


@pytest.mark.parametrize(("entry", "options", "code"), [
    (COMMAND, ["--nonsense"], "2"),
    (COMMAND, ["help", "films"], "0"),
    pytest.param(COMMAND, ["run", "-", "-o", "-"], "3", marks=pytest.mark.slow),  # loads torch
    (WINDOW, ["--nonsense"], "2"),
])  # fmt: skip
def test_an_entry_ends_as_with_a_console(tmp_path, entry, options, code):
    assert ended(tmp_path, entry, *options) == code


def test_a_worker_that_nobody_can_tell_anything_ends(tmp_path):
    code = NOWHERE.format(entry=COMMAND)
    assert subprocess.run([sys.executable, "-c", code, "colorizer", "--worker"]).returncode == 0
    assert not (tmp_path / "ended").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("entry", "options", "code"), [
    (COMMAND, ["doctor"], "0"),
    (COMMAND, ["run", "scan.png", "-o", "out", *TINY], "0"),
    (COMMAND, ["run", "scan.png", "nothing.png", "-o", "out", "--json", "-vv", *TINY], "1"),
    (COMMAND, ["run", "--from-file", "-", "-o", "out"], "3"),
    (SCRIPT, ["verify", "--nonsense"], "2"),
    (SCRIPT, ["run", "scan.png", "-o", "out", *TINY], "0"),
    (LIBRARY, [], "0"),
])  # fmt: skip
def test_work_is_done_as_with_a_console(folder, entry, options, code):
    assert ended(folder, entry, *options) == code
    if code == "0" and "doctor" not in options:
        assert list(folder.rglob("out*/*.png")) or (folder / "out.png").exists()
