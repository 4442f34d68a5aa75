"""What is checked of a folder of results; what exists and its hashes are told by hashlib."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.archive.records.provenance import sidecar_of
from colorizer.archive.verify.check import Recorded, check, check_all, contents_of
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from tests import drawn
from tests.tiny_model import tiny_model


@pytest.fixture
def made(tmp_path, monkeypatch) -> Path:
    """Three photos and their results, with sidecars and manifest."""
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    for number in range(3):
        drawn.photo(tmp_path / "in" / f"{number}.png", number)
    named = ["run", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "64", "-q"]
    assert cli.main(named) == ExitCode.OK
    return tmp_path


def recorded(made: Path) -> dict[str, Recorded]:
    return {item.path.name: item for item in contents_of(made / "out").recorded}


def test_what_is_recorded_of_a_folder_is_listed_with_its_hashes(made):
    (made / "out" / "stranger.png").write_bytes((made / "in" / "0.png").read_bytes())
    (made / "out" / "half.png.1234.part").write_bytes(b"x")
    (made / "out" / "film.mkv.colorize").mkdir()
    found = contents_of(made / "out")
    digests = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (made / "out").glob("*_color.png")
    }
    assert {item.path.name: item.listed for item in found.recorded} == digests
    assert all(item.has_sidecar and not item.outside for item in found.recorded)
    assert [path.name for path in found.unrecorded] == ["stranger.png"]
    assert sorted(path.name for path in found.unfinished) == [
        "film.mkv.colorize",
        "half.png.1234.part",
    ]


def test_good_results_are_good_in_their_order(made):
    findings = list(check_all(contents_of(made / "out").recorded, jobs=2))
    assert [finding.path.name for finding in findings] == [f"{n}_color.png" for n in range(3)]
    assert all(finding.good for finding in findings)
    assert all("max_dL" in finding.facts or finding.facts for finding in findings)


def test_one_changed_byte_is_told_by_manifest_and_sidecar(made):
    file = made / "out" / "1_color.png"
    data = bytearray(file.read_bytes())
    data[-20] ^= 1
    file.write_bytes(data)
    finding = check(recorded(made)["1_color.png"])
    assert not finding.good
    assert "manifest" in finding.text
    assert "sidecar" in finding.text


def test_a_source_that_is_gone_or_changed_is_told_unless_sources_do_not_count(made):
    (made / "in" / "0.png").unlink()
    drawn.photo(made / "in" / "1.png", 7)
    items = recorded(made)
    assert "does not exist" in check(items["0_color.png"]).text
    assert "was changed" in check(items["1_color.png"]).text
    for name in ("0_color.png", "1_color.png"):
        assert check(items[name], sources=False).good


def test_a_changed_source_of_a_result_without_a_sidecar_is_told_by_the_manifest(tmp_path):
    out = tmp_path / "out"
    source = drawn.photo(tmp_path / "in" / "a.png")
    out.mkdir()
    (out / "a.png").write_bytes(source.read_bytes())
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    lines = f"#from {digest}  ../in/a.png\n{digest}  a.png\n"
    (out / "manifest-sha256.txt").write_text(lines)
    (item,) = contents_of(out).recorded
    assert check(item).good
    source.write_bytes(source.read_bytes() + b"\0")
    assert check(item).text == f"its source {source} was changed: its SHA-256 is another"
    assert check(item, sources=False).good
    source.unlink()  # a copy needs no source
    assert check(item).good


def test_a_result_that_is_gone_and_one_that_is_no_file_are_two_things(made):
    items = recorded(made)
    for name in ("0_color.png", "1_color.png"):
        (made / "out" / name).unlink()
    (made / "out" / "1_color.png").mkdir()
    assert check(items["0_color.png"]).text == "does not exist"
    assert check(items["1_color.png"]).text == "is no regular file"


def test_a_sidecar_that_can_not_be_read_is_a_fault(made):
    sidecar_of(made / "out" / "2_color.png").write_text("{")
    finding = check(recorded(made)["2_color.png"])
    assert not finding.good
    assert finding.text == "2_color.png.colorize.json is no sidecar of this program"


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_a_name_that_leads_out_of_the_folder_is_not_read(made):
    outside = made / "secret.png"
    outside.write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    with (made / "out" / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{digest}  link.png\n")
    (made / "out" / "link.png").symlink_to(outside)
    finding = check(recorded(made)["link.png"])
    assert not finding.good
    assert "not read" in finding.text


def test_a_failed_verification_stays_a_fault(made):
    sidecar = sidecar_of(made / "out" / "0_color.png")
    told = json.loads(sidecar.read_text())
    told["verified"] = {"good": False, "verdict": "2 frames differ"}
    sidecar.write_text(json.dumps(told))
    assert "2 frames differ" in check(recorded(made)["0_color.png"]).text
