"""What differs in a bundle, in which PyInstaller sets `sys.frozen`."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from colorizer.engine import doctor
from colorizer.engine.apart import worker_command
from colorizer.engine.cluster_address import connected
from colorizer.errors import ClusterError, WeightsError
from colorizer.files.bundle import (
    forget_own_folders,
    how_to_get,
    restore_library_path,
    system_libraries,
)
from colorizer.models.weights import read_weights


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


def test_no_bundle_gets_ray_from_its_installer(bundled, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match="by pip on every machine"), connected("auto"):
        pass
    found = {finding.name: finding.found for finding in doctor.examine()}
    assert "by pip on every machine" in found["extra cluster"]


def test_a_bundle_trains_nothing(bundled):
    with pytest.raises(WeightsError) as told:
        read_weights("resnet18", None)
    assert "--weights" in str(told.value)
    assert "train" not in str(told.value)


def test_programs_started_from_a_bundle_get_the_systems_libraries(bundled, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/colorizer/_internal")
    restore_library_path()
    assert "LD_LIBRARY_PATH" not in os.environ
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/colorizer/_internal")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/usr/local/lib")
    restore_library_path()
    assert os.environ["LD_LIBRARY_PATH"] == "/usr/local/lib"


def test_programs_started_from_a_window_get_their_own_plugins_of_qt(bundled, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    plugins = tmp_path / "PySide6" / "Qt" / "plugins"
    monkeypatch.setenv("QT_PLUGIN_PATH", str(plugins))
    monkeypatch.setenv("QML2_IMPORT_PATH", f"{plugins}{os.pathsep}/usr/lib/qml")
    usual = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{usual}")
    forget_own_folders()
    assert "QT_PLUGIN_PATH" not in os.environ
    assert os.environ["QML2_IMPORT_PATH"] == "/usr/lib/qml"
    assert os.environ["PATH"] == usual


def test_on_windows_a_program_is_started_without_the_folder_of_the_bundle(bundled, monkeypatch):
    chosen = []
    kernel = SimpleNamespace(SetDllDirectoryW=chosen.append)
    monkeypatch.setattr("ctypes.windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", "C:/Colorizer/_internal", raising=False)
    with system_libraries():
        assert chosen == []
    monkeypatch.setattr(sys, "platform", "win32")
    with system_libraries():
        assert chosen == [None]
    assert chosen == [None, "C:/Colorizer/_internal"]


STARTS_PROGRAMS = {
    "colorizer/engine/apart.py",  # the worker, a program of the bundle
    "colorizer/engine/doctor.py", "colorizer/engine/desk/wanted.py",  # the same program
    "colorizer/commands/help.py", "gui/app/outside.py", "gui/screenshots.py",
}  # fmt: skip


def test_programs_are_started_at_known_places_alone():
    root = Path(__file__).resolve().parents[2]
    starting = re.compile(r"subprocess\.(run|Popen|call|check)|os\.system|openUrl|startDetached")
    found = {
        file.relative_to(root).as_posix()
        for package in ("colorizer", "gui")
        for file in (root / package).rglob("*.py")
        if starting.search(file.read_text("utf-8"))
    }
    assert found == STARTS_PROGRAMS
