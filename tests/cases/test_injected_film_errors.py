"""Errors of a disk while films and sequences are written: no false word, and the command mends it.

What exists is told by hashlib and the folder itself; what the result must be, by a run without
errors. Errors come from the calls that write: of Python's files, and of FFmpeg's muxer and encoder.
"""

import errno
import hashlib
import itertools
import json
import os
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import attempt
from colorizer.files import durable
from colorizer.media.film import encoder, join
from colorizer.media.film import sink as film_sink
from colorizer.media.photo import still_sink
from tests.cases.test_injected_errors import Failing, Fails
from tests.draw_film import draw_film
from tests.draw_sequence import draw_dpx
from tests.matrix import mostly_slow
from tests.tiny_model import tiny_model

ERRORS = (errno.ENOSPC, errno.EIO, errno.EMFILE)
CALLS = ("open", "write", "fsync", "rename", "close")
KINDS = ("film", "sequence")
SEGMENT = 8


def inject(patch: pytest.MonkeyPatch, call: str, fails: Fails) -> None:
    """Let one call of a kind fail, in any part of the program."""
    create = durable.create_part

    def before(owner, name):
        plain = getattr(owner, name)

        def failing(*arguments, **options):
            fails()
            return plain(*arguments, **options)

        patch.setattr(owner, name, failing)

    def failing_create(part):
        if call == "open":
            fails()
        return Failing(create(part), call, fails)

    for owner in (durable, still_sink, film_sink):
        patch.setattr(owner, "create_part", failing_create)
    places = {
        "open": [(encoder.SegmentEncoder, "__init__"), (join.FilmOutput, "__init__")],
        "write": [(encoder.SegmentEncoder, "_mux"), (join.FilmOutput, "add_all")],
        "close": [(encoder.SegmentEncoder, "finish"), (join.FilmOutput, "close")],
        "fsync": [(os, "fsync")],
        "rename": [(Path, "replace")],
    }
    for owner, name in places[call]:
        before(owner, name)


def results(out: Path) -> dict[str, str]:
    """Return the hashes of all films and frames below a folder that have their names."""
    kept = (".mkv", ".dpx")
    found = [f for f in out.rglob("*") if f.suffix in kept and ".colorize" not in str(f.parent)]
    return {str(f.relative_to(out)): hashlib.sha256(f.read_bytes()).hexdigest() for f in found}


def assert_nothing_false(out: Path, kind: str) -> None:
    made = results(out) if out.is_dir() else {}
    if kind == "film":
        for file in out.glob("*.colorize.json"):
            told = json.loads(file.read_text())["result"]
            assert made[told["name"]] == told["sha256"]
    if (manifest := out / "manifest-sha256.txt").exists():
        for line in manifest.read_text().splitlines():
            digest, name = line.split("  ", 1)
            assert made[name] == digest


def draw(folder: Path, kind: str) -> str:
    folder.mkdir()
    if kind == "film":
        # More than one segment.
        draw_film(folder / "a.mkv", frames=2 * SEGMENT + 2, sounds=("flac",))
        return str(folder / "a.mkv")
    draw_dpx(folder, 6)
    return str(folder)


def injected(tmp_path, monkeypatch, kind, call, number, due) -> bool:
    """Run with one error and again without; tell whether the error came."""
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    monkeypatch.setattr(attempt, "WAITS", (0.01,))
    monkeypatch.setattr(film_sink, "SEGMENT_FRAMES", SEGMENT)
    source = draw(tmp_path / "in", kind)
    given = ["run", source, "--size", "64", "-q", "--codec", "ffv1", "-o"]
    assert cli.main([*given, f"{tmp_path / 'whole'}/"]) == ExitCode.OK
    fails, out = Fails(number, due), tmp_path / "out"
    with monkeypatch.context() as patch:
        inject(patch, call, fails)
        code = cli.main([*given, f"{out}/"])
    assert code in (ExitCode.OK, ExitCode.SOME_FAILED, ExitCode.NOT_WRITABLE)
    if code == ExitCode.OK:
        assert results(out) == results(tmp_path / "whole")
    assert_nothing_false(out, kind)
    assert cli.main([*given, f"{out}/"]) == ExitCode.OK
    assert_nothing_false(out, kind)
    assert results(out) == results(tmp_path / "whole") != {}
    lines = [(tmp_path / n / "manifest-sha256.txt").read_text() for n in ("whole", "out")]
    assert lines[0] == lines[1]
    names = [path.name for path in out.rglob("*")]
    assert not [name for name in names if name.endswith((".part", ".colorize"))]
    assert cli.main(["verify", str(out)]) == ExitCode.OK
    return fails.fired


def words(value):
    return errno.errorcode.get(value, str(value)) if isinstance(value, int) else value


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("kind", "call"),
    mostly_slow(itertools.product(KINDS, CALLS), ("film", "write"), ("sequence", "rename")),
)
def test_an_error_of_the_disk_in_a_film_is_mended(tmp_path, monkeypatch, kind, call):
    assert injected(tmp_path, monkeypatch, kind, call, errno.EIO, 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "call", "number", "due"),
    list(itertools.product(KINDS, CALLS, ERRORS, (1, 3))),
    ids=words,
)
def test_every_error_of_the_disk_in_a_film_is_mended(
    tmp_path, monkeypatch, kind, call, number, due
):
    if not injected(tmp_path, monkeypatch, kind, call, number, due):
        pytest.skip("fewer such calls")
