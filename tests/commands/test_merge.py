"""Shares of a run, and the records of all of them together."""

import json
import subprocess

import numpy as np
import pytest
from PIL import Image

from colorizer import pipeline
from colorizer.archive.planning.shards import Shard, parse_shard
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.errors import SettingsError
from tests.tiny_model import tiny_model

SCANS = 12
MANIFEST = "manifest-sha256.txt"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    for number in range(SCANS):
        place = folder / f"box {number % 3}"
        place.mkdir(parents=True, exist_ok=True)
        codes = np.random.default_rng(number).integers(0, 256, (24, 32), np.uint8)
        Image.fromarray(codes).save(place / f"{number}.png")
    return folder


def run(scans, out, *more):
    return cli.main(["run", str(scans), "-o", str(out), "--size", "64", "-q", *more])


def merge(*arguments):
    return cli.main(["merge", *map(str, arguments)])


def results(out):
    return {p.relative_to(out): p.read_bytes() for p in out.rglob("*.png")}


def events(out):
    """Return the PREMIS events of all run logs, by what they are of."""
    lines = [line for log in out.glob("*.jsonl") for line in log.read_text().splitlines()]
    return sorted(
        (event["eventType"], event["linkingObjectIdentifier"][-1]["linkingObjectIdentifierValue"])
        for event in map(json.loads, lines)
        if "eventType" in event
    )


def test_every_name_is_in_exactly_one_share():
    shares = [Shard(number, 7) for number in range(1, 8)]
    counts = [sum(share.has(f"a/{n}.tif") for n in range(700)) for share in shares]
    assert sum(counts) == 700
    assert min(counts) > 60
    assert all(sum(share.has(f"a/{n}.tif") for share in shares) == 1 for n in range(50))


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "-1/3", "1/3/5", "1/99999999"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(SettingsError, match="is no share"):
        parse_shard(text)


@pytest.mark.slow
def test_shares_together_are_a_lone_run(scans, tmp_path):
    assert run(scans, tmp_path / "lone") == ExitCode.OK
    out = tmp_path / "shared"
    for number in (3, 1, 2):
        before = len(results(out)) if out.exists() else 0
        assert run(scans, out, "--shard", f"{number}/3") == ExitCode.OK
        assert before < len(results(out)) <= SCANS
    assert results(out) == results(tmp_path / "lone")
    assert (out / MANIFEST).read_text() == (tmp_path / "lone" / MANIFEST).read_text()
    assert [kind for kind, _ in events(out)] == [kind for kind, _ in events(tmp_path / "lone")]
    assert merge(out, "--sources", scans) == ExitCode.OK


def test_a_share_without_a_file_is_done(scans, tmp_path):
    codes = {run(scans / "box 0" / "0.png", tmp_path / "out" / "", "--shard", f"{n}/4")
             for n in range(1, 5)}  # fmt: skip
    assert codes == {ExitCode.OK}


def test_records_that_are_lost_are_made_of_the_sidecars(scans, tmp_path):
    out = tmp_path / "out"
    assert run(scans, out) == ExitCode.OK
    manifest, told = (out / MANIFEST).read_text(), events(out)
    for file in [out / MANIFEST, *out.glob("*.jsonl")]:
        file.unlink()
    assert merge(out) == ExitCode.OK
    assert (out / MANIFEST).read_text() == manifest
    assert events(out) == told
    subprocess.run(["sha256sum", "--quiet", "-c", MANIFEST], cwd=out, check=True)
    assert merge(out) == ExitCode.OK
    assert events(out) == told, "no event is written twice"


def test_the_frames_of_a_sequence_are_listed_again(tmp_path):
    frames = tmp_path / "in"
    frames.mkdir()
    for number in range(1, 5):
        codes = np.random.default_rng(number).integers(0, 256, (24, 32), np.uint8)
        Image.fromarray(codes).save(frames / f"f_{number:04}.png")
    out = tmp_path / "out"
    assert run(frames, out, "--sequence") == ExitCode.OK
    manifest = (out / MANIFEST).read_text()
    assert manifest.count("\n") == 4
    (out / MANIFEST).unlink()
    assert merge(out) == ExitCode.OK
    assert (out / MANIFEST).read_text() == manifest
    subprocess.run(["sha256sum", "--quiet", "-c", MANIFEST], cwd=out, check=True)


def test_what_is_missing_or_duplicate_is_named(scans, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(scans, out) == ExitCode.OK
    gone, twice = out / "box 1" / "4_color.png", out / "box 2" / "5_color.png"
    gone.unlink()
    for file in (twice, twice.with_name(f"{twice.name}.colorize.json")):
        file.with_name(f"again {file.name}").write_bytes(file.read_bytes())
    Image.new("L", (8, 8), 90).save(scans / "box 0" / "new.png")
    capsys.readouterr()
    assert merge(out, "--sources", scans) == ExitCode.SOME_FAILED
    told = capsys.readouterr()
    assert f"lost: {gone}" in told.out
    assert f"duplicate: {twice}, {twice.with_name('again 5_color.png')}" in told.out
    assert f"not done: {scans / 'box 0' / 'new.png'}" in told.out
    assert f"{SCANS} results recorded, 2 missing, 1 duplicate, 0 unreadable" in told.err
    assert gone.name in (out / MANIFEST).read_text(), "its line is the proof that it was there"


def test_a_sidecar_of_a_stranger_is_named_and_the_rest_is_recorded(scans, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(scans, out) == ExitCode.OK
    (out / "x_color.png.colorize.json").write_text('{"colorizer": ' + "[" * 5000)
    capsys.readouterr()
    assert merge(out, "--json") == ExitCode.SOME_FAILED
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["unreadable"] == 1
    assert lines[-1]["results"] == SCANS


def test_a_folder_that_does_not_exist_is_refused(tmp_path, capsys):
    assert merge(tmp_path / "none") == ExitCode.NO_INPUT
    assert "is not a folder" in capsys.readouterr().err
