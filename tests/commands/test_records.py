"""Manifest, run log, bag, verify and --repeat through the command line."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer import pipeline
from colorizer.archive.records.manifest import NAME, read_manifest
from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from tests import drawn
from tests.as_made import Made
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


def run(*arguments) -> int:
    return cli.main(["run", *map(str, arguments), "--size", "64"])


def verify(*arguments) -> int:
    return cli.main(["verify", *map(str, arguments)])


def draw_archive(folder):
    drawn.photo(folder / "in" / "a.jpg", 1)
    gray = drawn.picture(2).astype(np.uint16) * 257
    tifffile.imwrite(folder / "in" / "a.tif", gray, photometric="minisblack")
    drawn.photo(folder / "in" / "1920" / "b.png", 3)
    drawn.film(folder / "in" / "film.mkv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "load_model", lambda *_: tiny_model())
        assert run(folder / "in", "-o", folder / "out", "--codec", "ffv1") == ExitCode.OK


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    return Made(tmp_path_factory.mktemp("archive"), draw_archive)


@pytest.fixture
def archive(once):
    """Colour results of a JPEG, a 16-bit TIFF of the same stem, a deeper PNG and a film."""
    with once.lent() as folder:
        yield folder


def results(folder) -> list[str]:
    return sorted(drawn.hashes(folder / "out"))


def test_every_result_has_a_sidecar_and_a_line_in_the_manifest(archive):
    names = results(archive)
    assert names == ["1920/b_color.png", "a_color.jpg", "a_color.tif", "film_color.mkv"]
    assert all(read_sidecar(sidecar_of(archive / "out" / name)) for name in names)
    assert read_manifest(archive / "out" / NAME) == drawn.hashes(archive / "out")
    assert len(list((archive / "out").glob("colorize-run-*.jsonl"))) == 1


def test_a_run_that_makes_nothing_leaves_the_folder_as_it_was(archive):
    everything = {path: path.stat().st_mtime_ns for path in (archive / "out").rglob("*")}
    assert run(archive / "in", "-o", archive / "out", "--codec", "ffv1") == ExitCode.OK
    assert {p: p.stat().st_mtime_ns for p in (archive / "out").rglob("*")} == everything


def test_the_manifest_is_whole_after_a_killed_run(archive):
    before = read_manifest(archive / "out" / NAME)
    (archive / "out" / NAME).unlink()
    (archive / "out" / "a_color.jpg").unlink()
    assert run(archive / "in", "-o", archive / "out", "--codec", "ffv1") == ExitCode.OK
    assert read_manifest(archive / "out" / NAME) == before


@pytest.mark.slow
def test_nothing_is_written_down_when_it_is_not_wanted(archive):
    off = ("--no-sidecar", "--no-manifest", "--no-log")
    assert run(archive / "in", "-o", archive / "bare", "--codec", "ffv1", *off) == ExitCode.OK
    assert len(list((archive / "bare").rglob("*.*"))) == 4
    assert run(archive / "in" / "a.jpg", "-o", archive / "one" / "x.jpg") == ExitCode.OK
    assert sorted(p.name for p in (archive / "one").iterdir()) == ["x.jpg", "x.jpg.colorize.json"]


@pytest.mark.slow
def test_without_sidecars_the_manifest_is_kept_all_the_same(archive):
    arguments = (archive / "in", "-o", archive / "bare", "--codec", "ffv1", "--no-sidecar")
    assert run(*arguments) == ExitCode.OK
    (archive / "bare" / NAME).unlink()
    assert run(*arguments) == ExitCode.OK
    assert read_manifest(archive / "bare" / NAME) == drawn.hashes(archive / "bare")


@pytest.mark.slow
def test_a_changed_scan_is_told_and_update_makes_it_anew(archive, capsys):
    before = drawn.hashes(archive / "out")
    drawn.photo(archive / "in" / "a.jpg", 9)
    arguments = (archive / "in", "-o", archive / "out", "--codec", "ffv1")
    assert run(*arguments) == ExitCode.SOME_FAILED
    assert "made of its source as it was before a change" in capsys.readouterr().err
    assert drawn.hashes(archive / "out") == before
    assert run(*arguments, "--existing", "update") == ExitCode.OK
    after = drawn.hashes(archive / "out")
    assert [name for name in after if after[name] != before[name]] == ["a_color.jpg"]
    assert read_manifest(archive / "out" / NAME) == after
    assert verify(archive / "out") == ExitCode.OK


def test_verify_says_one_line_for_each_result(archive, capsys):
    capsys.readouterr()
    assert verify(archive / "out") == ExitCode.OK
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert [line.startswith("ok ") for line in lines] == [True] * 4
    assert "lossy format, gray within" in lines[1]
    assert "codes of 16 bit" in lines[2]
    assert "luma of all 8 frames is exact" in lines[3]
    assert "4 as they must be, 0 not" in told.err


def repaint(path):
    """Write a photo with other lightness, and everything recorded as if it had been so."""
    codes = np.asarray(Image.open(path)).copy()
    codes[10:20, 10:20] //= 2
    Image.fromarray(codes).save(path)
    sidecar = json.loads(sidecar_of(path).read_text())
    digest = drawn.hashes(path.parent)[path.name]
    sidecar["result"] |= {"sha256": digest, "bytes": path.stat().st_size}
    sidecar_of(path).write_text(json.dumps(sidecar))


def flip_last_byte(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def damage(archive, what):
    out, source = archive / "out", archive / "in"
    match what:
        case "lost":
            (out / "a_color.jpg").unlink()
        case "flipped":
            flip_last_byte(out / "a_color.tif")
        case "sidecar":
            sidecar_of(out / "a_color.tif").write_text("{")
        case "source":
            flip_last_byte(source / "1920" / "b.png")
        case "no source":
            (source / "a.jpg").unlink()
        case "repainted":
            repaint(out / "1920" / "b_color.png")
            (out / NAME).unlink()
        case "manifest":
            (out / NAME).write_text((out / NAME).read_text().replace("a_color", "c_color"))


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("lost", "a_color.jpg: does not exist"),
        ("flipped", "a_color.tif: is not the file that the manifest lists"),
        ("sidecar", "a_color.tif: a_color.tif.colorize.json is "),
        ("source", "b.png was changed: its SHA-256 is another"),
        ("no source", "a.jpg does not exist"),
        ("repainted", "b_color.png: gray within"),
        ("manifest", "c_color.jpg: does not exist"),
    ],
)
def test_verify_finds(archive, capsys, what, words):
    damage(archive, what)
    capsys.readouterr()
    assert verify(archive / "out") == ExitCode.SOME_FAILED
    bad = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAILED")]
    assert bad
    assert all(words in line or what == "manifest" for line in bad)
    assert any(words in line for line in bad)


def test_quick_and_no_source_look_at_less(archive, capsys):
    damage(archive, "source")
    assert verify(archive / "out", "--no-source") == ExitCode.OK
    assert verify(archive / "out", "--quick") == ExitCode.SOME_FAILED
    capsys.readouterr()
    assert verify(archive / "out" / "a_color.tif", "--json") == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert told["good"]
    assert told["max_dL"] < 0.02


def test_verify_tells_what_is_unfinished_or_not_recorded(archive, capsys):
    (archive / "out" / "x_color.jpg.part").write_bytes(b"x")
    drawn.photo(archive / "out" / "stray.png")
    assert verify(archive / "out", "--quick") == ExitCode.OK
    told = capsys.readouterr().err
    assert "unfinished: " in told
    assert "not recorded: " in told
    assert verify(archive / "in") == ExitCode.NO_INPUT
    assert "nothing can be checked" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a_color.jpg", "a_color.tif", "film_color.mkv"])
def test_a_result_is_made_again_from_its_sidecar(archive, capsys, name):
    sidecar = sidecar_of(archive / "out" / name)
    before = drawn.hashes(archive / "out")
    capsys.readouterr()
    assert cli.main(["run", "--repeat", str(sidecar)]) == ExitCode.OK
    assert capsys.readouterr().out.startswith(f"same   {name}: ")
    assert drawn.hashes(archive / "out") == before
    assert not list(archive.rglob(".colorize-repeat*"))
    assert cli.main(["run", "--repeat", str(sidecar), "-o", f"{archive}/again/"]) == ExitCode.OK
    assert (archive / "again" / name).exists()


def test_repeat_says_what_is_not_as_it_was(archive, capsys):
    sidecar = sidecar_of(archive / "out" / "a_color.jpg")
    told = json.loads(sidecar.read_text())
    told["program"]["torch"] = "1.0"
    told["settings"]["strength"] = 0.3
    sidecar.write_text(json.dumps(told))
    assert cli.main(["run", "--repeat", str(sidecar)]) == ExitCode.SOME_FAILED
    said = capsys.readouterr()
    assert "not as it was: torch 1.0, now" in said.err
    assert said.out.splitlines()[-1].startswith("DIFFERS a_color.jpg: other pixels")


def test_repeat_refuses_a_changed_source_inputs_and_what_is_no_sidecar(archive, capsys):
    sidecar = sidecar_of(archive / "out" / "1920" / "b_color.png")
    assert run("x.png", "--repeat", sidecar) == ExitCode.USAGE
    flip_last_byte(archive / "in" / "1920" / "b.png")
    assert cli.main(["run", "--repeat", str(sidecar)]) == ExitCode.NO_INPUT
    assert "is not the source any more" in capsys.readouterr().err
    assert cli.main(["run", "--repeat", str(archive / "in" / "a.jpg")]) == ExitCode.NO_INPUT
    assert "is no sidecar" in capsys.readouterr().err
    assert cli.main(["run", str(archive / "in")]) == ExitCode.USAGE
    assert "-o OUT is missing" in capsys.readouterr().err


@pytest.mark.slow
def test_a_bag_is_valid_grows_and_is_verified(tmp_path, capsys):
    bagit = pytest.importorskip("bagit")
    drawn.photo(tmp_path / "in" / "a.png", 1)
    bag = tmp_path / "bag"
    assert run(tmp_path / "in", "-o", bag, "--bag") == ExitCode.OK
    bagit.Bag(str(bag)).validate()
    drawn.photo(tmp_path / "in" / "b.png", 2)
    assert run(tmp_path / "in", "-o", bag, "--bag") == ExitCode.OK
    bagit.Bag(str(bag)).validate()
    assert {"data/a_color.png", "data/b_color.png"} <= read_manifest(bag / NAME).keys()
    assert verify(bag) == ExitCode.OK
    flip_last_byte(bag / "data" / "a_color.png")
    drawn.photo(tmp_path / "in" / "c.png", 3)
    before = (bag / NAME).read_bytes()
    capsys.readouterr()
    assert run(tmp_path / "in", "-o", bag, "--bag") == ExitCode.NOT_WRITABLE
    assert "was changed or lost since it was bagged" in capsys.readouterr().err
    assert (bag / NAME).read_bytes() == before, "damage is not written down as the truth"
    assert verify(bag, "--quick") == ExitCode.SOME_FAILED


def test_a_folder_with_files_is_not_made_a_bag(archive, capsys):
    pytest.importorskip("bagit")
    before = drawn.hashes(archive)
    assert run(archive / "in", "-o", archive / "out", "--bag") == ExitCode.NOT_WRITABLE
    assert "is no bag" in capsys.readouterr().err
    assert drawn.hashes(archive) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no sha256sum")
def test_sha256sum_accepts_the_manifest(archive):
    command = ["sha256sum", "--strict", "--quiet", "-c", NAME]
    subprocess.run(command, cwd=archive / "out", check=True)


def test_a_folder_that_cant_be_written_beside_is_repeated_elsewhere(archive):
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("permissions do not bind here")
    sidecar = sidecar_of(archive / "out" / "a_color.jpg")
    (archive / "out").chmod(0o500)
    assert cli.main(["run", "--repeat", str(sidecar)]) == ExitCode.OK
