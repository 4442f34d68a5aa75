"""What the cases share: a quick network, and `run` as a person starts it."""

from collections.abc import Iterator

import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.engine import networks
from tests.tiny_model import tiny_model


@pytest.fixture
def tiny(monkeypatch) -> Iterator[None]:
    """Let every command and the Python interface use a network without weights."""
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    networks._load.cache_clear()
    yield
    networks._load.cache_clear()


def run(*arguments: object) -> int:
    """Call `colorizer run` and return the exit code."""
    return cli.main(["run", "--size", "64", *map(str, arguments)])
