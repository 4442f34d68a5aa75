"""Build what a person installs on this system: `python packaging/build.py`.

Linux gives a .deb and, where appimagetool is installed, an AppImage; Windows an installer, by Inno
Setup; macOS a DMG. Each holds Python, torch for the processor and all extras. Everything is built
in `build/`, in an environment of its own, and lies in `dist/` at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WORK, OUT = ROOT / "build", ROOT / "dist"
EXTRAS = "gui,heic,raw,bag,c2pa"
TORCH = ["torch", "--index-url", "https://download.pytorch.org/whl/cpu"]
TOOLS = ["pyinstaller>=6.22", "shtab"]
SAMPLES = ("coffee.png", "rocket.tif", "astronaut.jpg")
EXTRA_FILES = """
import sys
from pathlib import Path
import numpy as np
import OpenImageIO
sys.path.insert(0, sys.argv[1])
from tests.draw_photo import dng, heic
folder = Path(sys.argv[2])
assert heic(folder / "a.heic")
dng(folder / "b.dng")
ramp = OpenImageIO.ImageBuf(np.linspace(0, 1, 64 * 96, dtype=np.float32).reshape(64, 96, 1))
for number in range(3):
    assert ramp.write(str(folder / "frames" / f"frame_{number:04d}.exr"))
"""
"""Draws photos and frames that optional libraries read."""


def call(*command: str | Path) -> None:
    """Run a command and say so; a failure ends the build."""
    print("+", *command, flush=True)
    subprocess.run([str(word) for word in command], check=True)


def environment(torch: list[str]) -> Path:
    """Make an environment with the program and the tools, and return its Python."""
    folder = WORK / "environment"
    venv.create(folder, with_pip=True, clear=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    call(python, "-m", "pip", "install", "-q", *torch)
    call(python, "-m", "pip", "install", "-q", f"{ROOT}[{EXTRAS}]", *TOOLS)
    cuda = "import sys, torch; sys.exit(torch.version.cuda is not None)"
    if subprocess.run([python, "-c", cuda], check=False).returncode:
        sys.exit("this torch is built for CUDA, which is 3 GB more: name another by --torch")
    return python


def bundle(python: Path) -> Path:
    """Run PyInstaller and return the folder that holds the two programs."""
    call(python, HERE / "icons.py", WORK / "icons")
    call(
        python, "-m", "PyInstaller", "-y", "--log-level", "WARN",
        "--distpath", OUT, "--workpath", WORK / "pyinstaller", HERE / "bundle.spec",
    )  # fmt: skip
    return OUT / "colorizer"


def tried(folder: Path, python: Path) -> None:
    """Do the main job with the bundle, and see that the window and its worker start.

    Args:
        folder: of the bundle.
        python: of the environment it was built in.
    """
    suffix = ".exe" if os.name == "nt" else ""
    command, window = folder / f"colorizer{suffix}", folder / f"colorizer-gui{suffix}"
    results, profile = WORK / "results", WORK / "profile"
    for former in (results, profile):
        shutil.rmtree(former, ignore_errors=True)
    call(command, "--version")
    try_extras(command, python, results.with_name("extras"))
    call(command, "run", ROOT / "colorizer" / "samples", "-o", results, "--sidecar")
    call(command, "verify", results)
    film = ROOT / "colorizer" / "samples" / "film.mp4"
    films = results / "films"
    listed = "from colorizer.settings.writing import CODECS; print(*CODECS)"
    for codec in subprocess.check_output([python, "-c", listed], text=True).split():
        # v210 is not verified: it lacks the film's whitest code.
        out = (results if codec == "v210" else films) / codec
        call(command, "run", film, "-o", out, "--codec", codec, "--sidecar", "-q")
    call(command, "verify", films)
    ended = subprocess.run([command, "--worker"], input=b"", capture_output=True, check=True)
    assert b'"ready"' in ended.stdout, ended
    try_window(window, profile)


def try_extras(command: Path, python: Path, folder: Path) -> None:
    """Colorize what the optional libraries read, and make a bag of the results."""
    told = json.loads(subprocess.check_output([command, "doctor", "--json"]))
    wrong = [
        one for one in told["findings"]
        if not one["ok"] or (one["name"].startswith("extra") and "not installed" in one["found"])
    ]  # fmt: skip
    assert [one["name"] for one in wrong] == ["extra cluster"], wrong
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "in" / "frames").mkdir(parents=True)
    call(python, "-c", EXTRA_FILES, ROOT, folder / "in")
    call(command, "run", folder / "in", "-o", folder / "bag", "--bag")
    kinds = {file.suffix for file in (folder / "bag" / "data").rglob("*") if "_color" in str(file)}
    assert kinds >= {".tif", ".exr"}, kinds
    assert (folder / "bag" / "bagit.txt").is_file()


def try_window(window: Path, profile: Path) -> None:
    """Start the window three times at once: one of them shows the files of all."""
    samples = [ROOT / "colorizer" / "samples" / name for name in SAMPLES]
    told = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    starts = [subprocess.Popen([window, "--profile", profile, one], env=told) for one in samples]
    try:
        assert is_soon(lambda: rows(profile) == len(samples)), "the window lacks files"
        assert is_soon(lambda: sum(one.poll() is None for one in starts) == 1), "two windows"
    finally:
        for one in starts:
            one.terminate()
            one.wait(60)


def rows(profile: Path) -> int:
    """Return how many files the queue of a window holds."""
    file = next(profile.rglob("queue.sqlite"), None)
    if file is None:
        return 0
    with closing(sqlite3.connect(file)) as base:
        tables = [
            name for (name,) in base.execute("SELECT name FROM sqlite_master") if name == "jobs"
        ]
        return base.execute("SELECT count(*) FROM jobs").fetchone()[0] if tables else 0


def is_soon(fact: Callable[[], bool]) -> bool:
    """Tell whether something becomes true within a minute."""
    end = time.monotonic() + 60
    while not fact() and time.monotonic() < end:
        time.sleep(0.5)
    return fact()


def main() -> None:
    """Build, try and pack the bundle of this system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", nargs="+", default=TORCH, help="arguments of pip for torch")
    parser.add_argument("--bundle-only", action="store_true", help="make no installer of it")
    arguments = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    python = environment(arguments.torch)
    folder = bundle(python)
    tried(folder, python)
    if arguments.bundle_only:
        return
    packer = {"linux": "linux/pack.py", "win32": "windows/pack.py", "darwin": "macos/pack.py"}
    call(python, HERE / packer[sys.platform], folder, OUT, platform.machine())


if __name__ == "__main__":
    main()
