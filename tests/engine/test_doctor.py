"""What doctor says where a library can't be loaded."""

import os
import subprocess
import sys

import pytest

from colorizer.commands.report import ExitCode


@pytest.fixture
def broken(tmp_path):
    """Return the environment of a process whose torch can't be loaded."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text('raise OSError("libcudart.so: cannot open")')
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


def colorizer(environment, *words):
    command = [sys.executable, "-m", "colorizer", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_doctor_survives_a_broken_torch(broken):
    ended = colorizer(broken, "doctor")
    assert ended.returncode == ExitCode.MISSING
    assert "torch" in ended.stdout
    assert "libcudart.so: cannot open" in ended.stdout
    assert "codec ffv1" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_a_broken_torch_ends_a_run_with_a_line(broken, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    ended = colorizer(broken, "run", str(tmp_path / "a.png"), "-o", str(tmp_path / "out"))
    assert ended.returncode == ExitCode.MISSING
    assert "colorizer: a library can't be loaded: libcudart.so: cannot open" in ended.stderr
    assert "colorizer doctor" in ended.stderr
    assert "Traceback" not in ended.stderr
