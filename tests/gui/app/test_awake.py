"""The computer does not fall asleep while files are in work."""

import os
import sys

import pytest

from gui.app.awake import Awake


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux does it")
def test_sleep_is_forbidden_as_long_as_work_goes_on(qapp, tmp_path, monkeypatch, until):
    program = tmp_path / "systemd-inhibit"
    program.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/held"\nexec sleep 600\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    awake = Awake(qapp)
    awake.hold(True)
    until((tmp_path / "held").exists)
    holder = awake._holder
    pid = holder.processId()
    awake.hold(True)
    assert awake._holder is holder, "held once"
    assert "--what=sleep:idle" in (tmp_path / "held").read_text()
    awake.hold(False)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_without_a_way_to_forbid_it_nothing_happens(qapp, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    Awake(qapp).hold(True)
