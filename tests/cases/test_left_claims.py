"""The claim that a kill left next to a complete result goes with whatever looks at it next.

A claim is left where its file has contents and no process holds its lock, as after `kill -9`.
"""

from pathlib import Path

import pytest

from colorizer import colorize
from colorizer.commands import cli
from colorizer.engine import desk
from colorizer.engine.desk.watched import arrived
from colorizer.files.claims import PREFIX, Hold, claim_file, look
from colorizer.settings import Settings
from tests import drawn
from tests.cases.conftest import run
from tests.matrix import mostly_slow

pytestmark = pytest.mark.usefixtures("tiny")


def command(*arguments: object) -> int:
    return cli.main([*map(str, arguments)])


def again_by_run(source: Path, out: Path) -> None:
    assert run(source, "-o", out) == 0


def again_by_watch(source: Path, out: Path) -> None:
    watched = command("watch", source.parent, "-o", out, "--size", 64, "--idle", 2, "--stable", 1)
    assert watched == 0


def again_by_queue(source: Path, out: Path) -> None:
    file = source.with_name("q.sqlite")
    assert command("queue", "--file", file, "add", source, "-o", out, "--size", 64) == 0


def again_by_python(source: Path, out: Path) -> None:
    colorize(source, out, size=64)


def again_by_window(source: Path, out: Path) -> None:
    settings = Settings(size=64).as_dict()
    desk.plan({"inputs": [str(source)], "out": str(out), "settings": settings})


def again_by_window_watching(source: Path, out: Path) -> None:
    told = {"inputs": [str(source.parent)], "out": str(out), "stable": 0.0, "ended": []}
    try:
        for _ in range(2):
            arrived({**told, "settings": Settings(size=64).as_dict()})
    finally:
        arrived({**told, "inputs": [], "settings": {}})


WAYS = [again_by_run, again_by_watch, again_by_queue, again_by_python, again_by_window,
        again_by_window_watching]  # fmt: skip


@pytest.mark.parametrize(
    "again", mostly_slow(WAYS, again_by_run, again_by_queue), ids=lambda way: way.__name__
)
def test_a_claim_left_after_a_complete_result_is_removed(tmp_path, again):
    source, out = drawn.photo(tmp_path / "in" / "a.png", 1), tmp_path / "out"
    assert run(source, "-o", out) == 0
    target = out / "a_color.png"
    claim_file(target).write_bytes(b"{}")
    assert look(target) is Hold.LEFT
    made = target.stat().st_mtime_ns
    again(source, out)
    assert list(out.glob(f"{PREFIX}*")) == []
    assert target.stat().st_mtime_ns == made
