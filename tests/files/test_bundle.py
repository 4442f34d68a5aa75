"""What differs in a bundle, in which PyInstaller sets `sys.frozen`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from colorizer.engine.apart import worker_command
from colorizer.files.bundle import how_to_get, prepare_bundle


@pytest.fixture
def bundled(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)


def test_the_worker_is_started_by_the_module_of_the_command():
    program, arguments = worker_command()
    ended = subprocess.run([program, *arguments], input=b"", capture_output=True, check=True)
    assert b'"ready"' in ended.stdout


@pytest.mark.parametrize(("window", "command"), [
    ("/opt/colorizer/colorizer-gui", "/opt/colorizer/colorizer"),
    ("/opt/colorizer/colorizer-gui.exe", "/opt/colorizer/colorizer.exe"),
])  # fmt: skip
def test_the_window_of_a_bundle_starts_the_command_next_to_it(
    bundled, monkeypatch, window, command
):
    monkeypatch.setattr(sys, "executable", window)
    assert worker_command() == (str(Path(command)), ["--worker"])


def test_a_library_is_had_by_pip_or_by_the_installer(monkeypatch):
    assert how_to_get("film-colorizer[heic]") == 'pip install "film-colorizer[heic]"'
    assert how_to_get("av", "--upgrade") == "pip install --upgrade av"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "pip" not in how_to_get("film-colorizer[heic]")


def test_programs_started_from_a_bundle_get_the_systems_libraries(bundled, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/colorizer/_internal")
    prepare_bundle()
    assert "LD_LIBRARY_PATH" not in os.environ
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/colorizer/_internal")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/usr/local/lib")
    prepare_bundle()
    assert os.environ["LD_LIBRARY_PATH"] == "/usr/local/lib"


def test_a_window_without_a_console_has_streams_to_write_to(bundled, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    prepare_bundle()
    print("lost, and no error")
    sys.stderr.write("likewise")
