"""No encoder makes other programs wait for it."""

import os
import sys
from pathlib import Path

import pytest

from tests.draw_film import draw_film
from tests.media.film.tinted import colour


def policies():
    """Return by which rules the threads of this process get the processor."""
    return {os.sched_getscheduler(int(thread.name)) for thread in Path("/proc/self/task").iterdir()}


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
@pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="needs root")
def test_av1_takes_no_real_time_priority_from_root(tmp_path):
    """SVT-AV1 does, for its own threads and for the one that opens it."""
    draw_film(tmp_path / "a.mkv", frames=20, size=(64, 64))
    found = []

    def change(frame):
        found.append(policies())
        return frame

    colour(tmp_path / "a.mkv", tmp_path / "b.mkv", "av1", change=change)
    assert found[-1] | policies() == {os.SCHED_OTHER}
