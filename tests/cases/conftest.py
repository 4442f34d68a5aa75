"""What the cases share: a quick network, a result, and `run` as a person starts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import networks
from tests import drawn
from tests.tiny_model import tiny_model


@pytest.fixture
def tiny(monkeypatch) -> Iterator[None]:
    """Let every command and the Python interface use a network without weights."""
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    networks._load.cache_clear()
    yield
    networks._load.cache_clear()


@pytest.fixture
def made(tmp_path, tiny) -> Path:
    """A folder whose photo and film have their results in `out`."""
    drawn.photo(tmp_path / "in" / "a.png", 1)
    drawn.film(tmp_path / "in" / "film.mkv")
    named = [str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "64", "--codec", "ffv1"]
    assert cli.main(["run", *named]) == ExitCode.OK
    return tmp_path


def run(*arguments: object) -> int:
    """Call `colorizer run` and return the exit code."""
    return cli.main(["run", "--size", "64", *map(str, arguments)])
