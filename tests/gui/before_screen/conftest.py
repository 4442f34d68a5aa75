"""A display, and programs that are started before it."""

import os
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
    programs = tmp_path / "bin"
    programs.mkdir()
    opener = programs / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path}/opened"\n')
    opener.chmod(0o755)
    known = {k: v for k, v in os.environ.items() if not k.startswith(("QT_", "XDG_", "WAYLAND"))}
    return {
        **known,
        "DISPLAY": screen.name,
        "QT_QPA_PLATFORM": "xcb",
        "HOME": str(tmp_path / "home"),
        "LANG": "C.UTF-8",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def started(environment, tmp_path):
    """A function that starts a program before the display; all are ended afterwards."""
    running = []

    def start(*words):
        log = (tmp_path / f"program{len(running)}.log").open("w")
        command = [sys.executable, *map(str, words)]
        running.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return running[-1]

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(30)
