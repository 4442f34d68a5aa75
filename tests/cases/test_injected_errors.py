"""Sixty errors of a disk: nothing is claimed that does not exist, and the same command mends it.

What exists is told by hashlib and the folder itself.
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
from colorizer.media.photo import still_sink
from tests import drawn
from tests.tiny_model import tiny_model

ERRORS = (errno.ENOSPC, errno.EIO, errno.EMFILE)
CALLS = ("open", "write", "fsync", "close", "rename")


class Fails:
    """Fails once, at the call that is due."""

    def __init__(self, number: int, due: int) -> None:
        self.number, self.left, self.fired = number, due, False

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.fired = True
            raise OSError(self.number, os.strerror(self.number))


class Failing:
    """A file whose writing or closing fails when it is due."""

    def __init__(self, file, call, fails: Fails) -> None:
        self._file, self._call, self._fails = file, call, fails

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, data):
        if self._call == "write":
            self._fails()
        return self._file.write(data)

    def close(self):
        was_open = not self._file.closed
        self._file.close()
        if self._call == "close" and was_open:
            self._fails()


def inject(patch: pytest.MonkeyPatch, call: str, fails: Fails) -> None:
    create, fsync, replace = durable.create_part, os.fsync, Path.replace

    def failing_create(part):
        if call == "open":
            fails()
        return Failing(create(part), call, fails)

    def failing_fsync(number):
        if call == "fsync":
            fails()
        fsync(number)

    def failing_replace(self, target):
        if call == "rename":
            fails()
        return replace(self, target)

    patch.setattr(durable, "create_part", failing_create)
    patch.setattr(still_sink, "create_part", failing_create)
    patch.setattr(os, "fsync", failing_fsync)
    patch.setattr(Path, "replace", failing_replace)


def results(out: Path) -> dict[str, str]:
    files = out.glob("*.png") if out.is_dir() else ()
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def assert_nothing_false(out: Path) -> None:
    made = results(out)
    for file in out.glob("*.colorize.json"):
        told = json.loads(file.read_text())["result"]
        assert made[told["name"]] == told["sha256"]
    if (manifest := out / "manifest-sha256.txt").exists():
        for line in manifest.read_text().splitlines():
            digest, name = line.split("  ", 1)
            assert made[name] == digest
    for log in out.glob("colorize-run-*.jsonl"):
        for line in log.read_text().splitlines():
            event = json.loads(line).get("event", {})
            if event.get("eventType") == "message digest calculation":
                name = Path(
                    event["linkingObjectIdentifier"][0]["linkingObjectIdentifierValue"]
                ).name
                note = event["eventOutcomeInformation"]["eventOutcomeDetail"]
                assert made[name] == note["eventOutcomeDetailNote"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "number", "due"),
    list(itertools.product(CALLS, ERRORS, (1, 2, 3, 5))),
    ids=lambda value: errno.errorcode.get(value, str(value)) if isinstance(value, int) else value,
)
def test_an_error_of_the_disk_is_no_false_word_and_is_mended(
    tmp_path, monkeypatch, call, number, due
):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    monkeypatch.setattr(attempt, "WAITS", (0.01,))
    for name in range(3):
        drawn.photo(tmp_path / "in" / f"{name}.png", name)
    given = ["run", str(tmp_path / "in"), "--size", "64", "--jobs", "1", "-q", "-o"]
    assert cli.main([*given, str(tmp_path / "whole")]) == ExitCode.OK
    fails = Fails(number, due)
    with monkeypatch.context() as patch:
        inject(patch, call, fails)
        code = cli.main([*given, str(tmp_path / "out")])
    assert fails.fired
    assert code in (ExitCode.OK, ExitCode.SOME_FAILED, ExitCode.NOT_WRITABLE)
    if code == ExitCode.OK:
        assert results(tmp_path / "out") == results(tmp_path / "whole")
    assert_nothing_false(tmp_path / "out")
    assert cli.main([*given, str(tmp_path / "out")]) == ExitCode.OK
    assert_nothing_false(tmp_path / "out")
    assert results(tmp_path / "out") == results(tmp_path / "whole")
    lines = [(tmp_path / n / "manifest-sha256.txt").read_text() for n in ("whole", "out")]
    assert lines[0] == lines[1]
    left = [p.name for p in (tmp_path / "out").iterdir() if "claim" in p.name or ".part" in p.name]
    assert left == []
