"""Build what a person installs on this system: `python packaging/build.py`.

Linux gives a .deb and, where appimagetool is installed, an AppImage; Windows an installer, by Inno
Setup; macOS a DMG. Each holds Python, torch for the processor and all extras. Everything is built
in `build/`, in an environment of its own, and lies in `dist/` at the end.
"""

from __future__ import annotations

import argparse
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


def tried(folder: Path, codecs: list[str]) -> None:
    """Do the main job with the bundle, and see that the window and its worker start.

    Args:
        folder: of the bundle.
        codecs: in which the film among the samples is written.
    """
    suffix = ".exe" if os.name == "nt" else ""
    command, window = folder / f"colorizer{suffix}", folder / f"colorizer-gui{suffix}"
    results, profile = WORK / "results", WORK / "profile"
    for former in (results, profile):
        shutil.rmtree(former, ignore_errors=True)
    call(command, "--version")
    call(command, "doctor")
    call(command, "run", ROOT / "colorizer" / "samples", "-o", results, "--sidecar")
    call(command, "verify", results)
    film = ROOT / "colorizer" / "samples" / "film.mp4"
    films = results / "films"
    for codec in codecs:
        # v210 is not verified: it lacks the film's whitest code.
        out = (results if codec == "v210" else films) / codec
        call(command, "run", film, "-o", out, "--codec", codec, "--sidecar", "-q")
    call(command, "verify", films)
    ended = subprocess.run([command, "--worker"], input=b"", capture_output=True, check=True)
    assert b'"ready"' in ended.stdout, ended
    photo = ROOT / "colorizer" / "samples" / "coffee.png"
    told = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    with subprocess.Popen([window, "--profile", profile, photo], env=told) as opened:
        try:
            assert is_soon(lambda: rows(profile) == 1), "the window has not added the file"
        finally:
            opened.terminate()


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
    listed = "from colorizer.settings.writing import CODECS; print(*CODECS)"
    tried(folder, subprocess.check_output([python, "-c", listed], text=True).split())
    if arguments.bundle_only:
        return
    packer = {"linux": "linux/pack.py", "win32": "windows/pack.py", "darwin": "macos/pack.py"}
    call(python, HERE / packer[sys.platform], folder, OUT, platform.machine())


if __name__ == "__main__":
    main()
