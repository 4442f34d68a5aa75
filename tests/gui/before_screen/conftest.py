"""A display, and programs that are started before it."""

import os
import shlex
import subprocess
import sys

import pytest

from tests.gui.before_screen.desk import ROOT
from tests.gui.x_session import opened_screen


@pytest.fixture
def screen(tmp_path):
    with opened_screen(tmp_path / "pictures") as screen:
        yield screen


@pytest.fixture
def environment(screen, tmp_path):
    """The surroundings of a desktop program; `xdg-open` notes what it was asked to open."""
    programs, run = tmp_path / "bin", tmp_path / "run"
    programs.mkdir()
    run.mkdir(mode=0o700)
    opener = programs / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path}/opened"\n')
    opener.chmod(0o755)
    known = {k: v for k, v in os.environ.items() if not k.startswith(("QT_", "XDG_", "WAYLAND"))}
    return {
        **known,
        "DISPLAY": screen.name,
        "QT_QPA_PLATFORM": "xcb",
        "HOME": str(tmp_path / "home"),
        "XDG_RUNTIME_DIR": str(run),
        "LANG": "C.UTF-8",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def started(environment, tmp_path):
    """A function that starts a program before the display; all are ended afterwards.

    What they wrote is printed, which pytest shows where the test failed.
    """
    running, logs = [], []

    def start(*words):
        logs.append(tmp_path / f"program{len(running)}.log")
        command = [sys.executable, *map(str, words)]
        with logs[-1].open("w") as log:
            running.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return running[-1]

    yield start
    for process, log in zip(running, logs, strict=True):
        print(f"{shlex.join(map(str, process.args))}: {process.poll()}", log.read_text()[-2000:])
        process.terminate()
    for process in running:
        process.wait(30)
