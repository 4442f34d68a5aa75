"""The worker's answers about watched folders."""

import os

import numpy as np
import pytest
from PIL import Image

from colorizer.engine.desk import watched
from colorizer.errors import SettingsError, TargetError
from colorizer.settings import Settings


@pytest.fixture
def ask(tmp_path):
    """Look at the folder "in"; the watch ends with the test."""
    (tmp_path / "in").mkdir()

    def arrived(*inputs, ended=(), **settings):
        return watched.arrived(
            {
                "inputs": [str(path) for path in inputs or [tmp_path / "in"]],
                "out": str(tmp_path / "out"),
                "settings": Settings(**settings).as_dict(),
                "stable": 0.0,
                "ended": ended,
            }
        )

    yield arrived
    watched.arrived({"inputs": [], "out": "", "settings": {}, "stable": 0, "ended": []})


def photo(folder, name="a.png"):
    Image.fromarray(np.full((8, 8), 90, np.uint8)).save(folder / name)
    return folder / name


def test_a_file_is_given_out_once_it_stands_still(ask, tmp_path):
    source = photo(tmp_path / "in")
    assert ask()["jobs"] == [], "seen for the first time"
    assert ask()["jobs"] == [[str(source), str(tmp_path / "out" / "a_color.png"), "photo"]]
    assert ask()["jobs"] == [], "it waits in the queue"
    assert ask(ended=[[str(source), False]])["jobs"] == []
    assert ask()["jobs"] == []


def test_a_failed_file_comes_again_when_it_changes(ask, tmp_path):
    source = photo(tmp_path / "in")
    ask(), ask()
    ask(ended=[[str(source), True]])
    assert ask()["jobs"] == [] == ask()["jobs"]
    os.utime(source, (1, 1))
    ask()
    assert len(ask()["jobs"]) == 1


def test_what_is_done_is_not_given_out(ask, tmp_path):
    source = photo(tmp_path / "in")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a_color.png").write_bytes(source.read_bytes())  # as of a copied page
    assert [ask()["jobs"] for _ in range(3)] == [[], [], []]


def test_a_second_watch_stays_out_of_the_results(ask, tmp_path):
    from colorizer.engine.watch import locked

    claim = locked(tmp_path / "out")
    with pytest.raises(TargetError, match="another watch"):
        ask()
    claim.release()
    ask()


def test_settings_that_do_not_go_with_it_are_refused(ask, tmp_path):
    with pytest.raises(SettingsError, match="sidecars"):
        ask(sidecar=False)
    with pytest.raises(SettingsError, match="not a folder"):
        ask(tmp_path / "none")
