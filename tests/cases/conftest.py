"""What the cases share: a quick network, a result, and `run` as a person starts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import networks
from tests import drawn
from tests.as_made import Made
from tests.tiny_model import tiny_model


@contextmanager
def _tiny() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "load_model", lambda *_: tiny_model())
        networks._load.cache_clear()
        yield
    networks._load.cache_clear()


@pytest.fixture
def tiny() -> Iterator[None]:
    """Let every command and the Python interface use a network without weights."""
    with _tiny():
        yield


def _make(folder: Path) -> None:
    drawn.photo(folder / "in" / "a.png", 1)
    drawn.film(folder / "in" / "film.mkv")
    named = [str(folder / "in"), "-o", str(folder / "out"), "--size", "64", "--codec", "ffv1"]
    with _tiny():
        assert cli.main(["run", *named]) == ExitCode.OK


@pytest.fixture(scope="session")
def once(tmp_path_factory) -> Made:
    return Made(tmp_path_factory.mktemp("results"), _make)


@pytest.fixture
def made(once, tiny) -> Iterator[Path]:
    """A folder whose photo and film have their results in `out`."""
    with once.lent() as folder:
        yield folder


def run(*arguments: object) -> int:
    """Call `colorizer run` and return the exit code."""
    return cli.main(["run", "--size", "64", *map(str, arguments)])
