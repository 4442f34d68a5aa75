"""torch's threads sleep while they wait: told in the environment, which it reads when it loads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.matrix import mostly_slow

ROOT = Path(__file__).resolve().parents[1]
FAKE = """
import os, pathlib
pathlib.Path("told").write_text(os.environ.get("OMP_WAIT_POLICY", ""))
os._exit(0)
"""
STARTS = {
    "API": "from colorizer import colorize; colorize('scan.png', 'out.png')",
    "command": "import sys; sys.argv = ['colorizer', 'run', 'scan.png', '-o', 'out'];"
    "from colorizer.__main__ import start; start()",
    "worker of the window": "import sys; sys.argv = ['colorizer', '--worker'];"
    "from colorizer.__main__ import start; start()",
    "worker of a cluster": "from colorizer.engine.cluster_worker import ClusterWorker;"
    "ClusterWorker(1, None)",
    "training": "import training.train",
    "average": "import training.average",
    "pretraining": "import training.pretrain",
    "judging": "import training.evaluate",
}


@pytest.mark.parametrize("start", mostly_slow(STARTS, "API", "command", "training"))
def test_they_are_told_before_torch_is_loaded(tmp_path, start):
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(FAKE)
    (tmp_path / "scan.png").write_bytes((ROOT / "colorizer/samples/coffee.png").read_bytes())
    told = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    told["PYTHONPATH"] = os.pathsep.join([str(tmp_path), str(ROOT)])
    command = [sys.executable, "-c", STARTS[start]]
    stdin, asked = os.pipe()  # open while the process lives: the window's worker ends with it
    try:
        os.write(asked, b'{"do": "device", "id": 1}\n')
        subprocess.run(command, cwd=tmp_path, env=told, stdin=stdin, check=False, timeout=60)
    finally:
        os.close(stdin)
        os.close(asked)
    assert (tmp_path / "told").read_text() == "PASSIVE"
