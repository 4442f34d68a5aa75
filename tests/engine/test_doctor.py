"""What doctor says where a library can't be loaded."""

import json
import os
import subprocess
import sys

import pytest

from colorizer.commands.report import ExitCode


def with_torch(folder, code):
    """Return the environment of a process whose torch is this code."""
    (folder / "torch").mkdir()
    (folder / "torch" / "__init__.py").write_text(code)
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


@pytest.fixture
def broken(tmp_path):
    """Return the environment of a process whose torch can't be loaded."""
    return with_torch(tmp_path, 'raise OSError("libcudart.so: cannot open")')


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "told"),
    [("import os; os.abort()", "SIGABRT"),
     ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
     ("import os; os._exit(7)", "exit code 7")],
)  # fmt: skip
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_doctor_survives_a_torch_that_ends_the_process(tmp_path, code, told):
    ended = colorizer(with_torch(tmp_path, code), "doctor", "--json")
    assert ended.returncode == ExitCode.MISSING
    found = {one["name"]: one for one in json.loads(ended.stdout)["findings"]}
    for name in ("torch", "device", "weights autochrome"):
        assert found[name]["found"] == f"not usable: it ends the program ({told})"
        assert "pip install --force-reinstall torch" in found[name]["fix"]
    assert found["codec ffv1"]["ok"]
    assert found["numpy"]["ok"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_doctor_survives_a_torch_that_ends_the_process_when_it_is_used(tmp_path):
    code = "import os\ndef __getattr__(name): os.abort()"
    ended = colorizer(with_torch(tmp_path, code), "doctor", "--json")
    found = {one["name"]: one for one in json.loads(ended.stdout)["findings"]}
    assert found["torch"]["ok"]
    assert "SIGABRT" in found["device"]["found"]


def test_a_broken_torch_ends_a_run_with_a_line(broken, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    ended = colorizer(broken, "run", str(tmp_path / "a.png"), "-o", str(tmp_path / "out"))
    assert ended.returncode == ExitCode.MISSING
    assert "colorizer: a library can't be loaded: libcudart.so: cannot open" in ended.stderr
    assert "colorizer doctor" in ended.stderr
    assert "Traceback" not in ended.stderr
