"""File names with control characters in messages and lists."""

import json
import os
import subprocess
import sys

import pytest

from colorizer.commands import cli
from tests import drawn
from tests.cases.conftest import run

pytestmark = pytest.mark.usefixtures("tiny")


def test_names_in_errors_of_options_move_no_cursor(tmp_path, capsys):
    """The lines of argparse itself; what is escaped is as Python's unicode_escape writes it."""
    for given in (["run", "a", "-o", "o", "--size", "\x1b[2J\n0 failed"], ["\x1b]0;x\x07"],
                  ["run", "a", "-o", "o", "--jobs", "1\u202e\r2"], ["preview", "--time", "\x1b["],
                  ["run", "--\x1b[31m\n"], ["probe", "a", "b\x1b\udcff\nc"]):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            cli.main(given)
        assert ended.value.code == 2
        told = capsys.readouterr().err
        assert not [c for c in told if c in "\x1b\r\x07\u202e"]
        assert not [line for line in told.split("\n") if line.startswith(("0 failed", "c"))
                    and not line.startswith("colorizer")]  # fmt: skip
    assert r"b\x1b\xff\nc" in told


FORGED = "a\n0 failed\x1b[2J\u202egnp.\r.png"


def test_names_forge_no_lines_and_move_no_cursor(tmp_path, capsys):
    drawn.photo(tmp_path / "in" / "good.png", 1).rename(tmp_path / "in" / FORGED)
    (tmp_path / "in" / "b\nfailed: x.png").write_bytes(b"no picture")
    (tmp_path / "in" / "c\x1b]0;title\x07.txt").write_bytes(b"x")
    assert run(tmp_path / "in", "-o", tmp_path / "out", "-vv") == 1
    told = capsys.readouterr()
    for text in (told.out, told.err):
        assert not [c for c in text if c in "\x1b\r\x07\u202e"]
        assert not [line for line in text.split("\n") if line.startswith(("0 failed", "failed: x"))]
    assert r"a\n0 failed\x1b[2J\u202egnp.\r_color.png" in told.out
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--json") == 1
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert str(tmp_path / "in" / FORGED) in [event.get("source") for event in events]


@pytest.mark.parametrize("null", [(), ("-0",)])
def test_a_list_of_failures_holds_every_name(tmp_path, null):
    names = [FORGED, "two\nlines.png", " spaces .png", "plain.png"]
    (tmp_path / "in").mkdir()
    for name in names:
        (tmp_path / "in" / name).write_bytes(b"no picture")
    failed = tmp_path / "failed.txt"
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--failed-list", failed, *null) == 1
    listed = failed.read_bytes().split(b"\0")[:-1]
    assert sorted(map(os.fsdecode, listed)) == sorted(str(tmp_path / "in" / n) for n in names)
    for name in names:
        drawn.photo(tmp_path / "new.png", 1).replace(tmp_path / "in" / name)
    assert run("--from-file", failed, "-o", tmp_path / "out", *null) == 0
    assert len(list((tmp_path / "out").glob("*_color.png"))) == len(names)


@pytest.mark.slow
def test_nul_separated_names_go_in_and_out(tmp_path):
    """As `find -print0` writes them and `xargs -0` reads them."""
    name = "two\nlines.png"
    drawn.photo(tmp_path / "in" / "x.png", 1).rename(tmp_path / "in" / name)
    script = (
        "from tests.tiny_model import tiny_model\n"
        "from colorizer import pipeline\n"
        "from colorizer.commands import cli\n"
        "pipeline.load_model = lambda *_: tiny_model()\n"
        "import sys; sys.exit(cli.main(sys.argv[1:]))"
    )
    found = subprocess.run(
        ["find", tmp_path / "in", "-type", "f", "-print0"], capture_output=True, check=True
    )
    given = [sys.executable, "-c", script, "run", "--from-file", "-", "-0", "--size", "64", "-q"]
    made = subprocess.run(
        [*given, "-o", tmp_path / "out"], input=found.stdout, capture_output=True, check=True
    )
    assert made.stdout == os.fsencode(tmp_path / "out" / "two\nlines_color.png") + b"\0"
