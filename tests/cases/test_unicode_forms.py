"""Names that a move between systems writes in another Unicode form.

Composed and decomposed forms are those of Python's unicodedata (UAX 15).
"""

import hashlib
import unicodedata
from pathlib import Path

import pytest
import tifffile

from colorizer import pipeline
from colorizer.archive.records.manifest import read_manifest
from colorizer.commands import cli
from colorizer.files.name_forms import normal_form, on_disk
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from tests import drawn
from tests.draw_sequence import draw_tiffs
from tests.tiny_model import tiny_model

NAMES = ("é.png", "Müller/Zürich Ångström.tif", "ガ.png", "한국.jpg")


pytestmark = pytest.mark.usefixtures("tiny")


def renamed(folder: Path, form: str) -> None:
    """Rename all below a folder, as a copy between systems does."""
    for path in sorted(folder.rglob("*"), key=lambda path: -len(path.parts)):
        path.rename(path.with_name(unicodedata.normalize(form, path.name)))


def stamps(folder: Path) -> set[tuple[int, int]]:
    files = [f for f in folder.rglob("*_color.*") if not f.name.endswith(".json")]
    return {(file.stat().st_ino, file.stat().st_mtime_ns) for file in files}


@pytest.mark.matrix
@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
@pytest.mark.parametrize("what", ["out", "in", "both"])
@pytest.mark.parametrize("options", [(), ("--no-sidecar",)])
def test_results_and_sources_in_another_form_are_the_same(tmp_path, forms, what, options, capsys):
    for seed, name in enumerate(NAMES):
        drawn.photo(tmp_path / "in" / unicodedata.normalize(forms[0], name), seed)
    given = ["run", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "64", *options]
    assert cli.main(given) == 0
    before = stamps(tmp_path / "out")
    for folder in ("in", "out") if what == "both" else (what,):
        renamed(tmp_path / folder, forms[1])
    capsys.readouterr()
    if not options:
        assert cli.main(["verify", str(tmp_path / "out")]) == 0
        told = capsys.readouterr()
        assert "4 as they must be, 0 not" in told.err
        assert "not recorded" not in told.err
    for existing in ("skip", "update"):
        assert cli.main([*given, "--existing", existing]) == 0
        assert "0 done, 4 skipped, 0 failed" in capsys.readouterr().err
    assert stamps(tmp_path / "out") == before
    listed = read_manifest(tmp_path / "out" / "manifest-sha256.txt")
    assert len(listed) == 4
    assert all((tmp_path / "out" / name).exists() for name in listed)


def test_a_list_and_files_beside_a_source_may_be_in_another_form(tmp_path):
    source = drawn.photo(tmp_path / "in" / unicodedata.normalize("NFD", "é.png"), 1)
    (tmp_path / "list.txt").write_text(f"{tmp_path}/in/é.png\n")
    given = ["run", "--from-file", tmp_path / "list.txt", "-o", tmp_path / "out", "--size", "64"]
    assert cli.main([*map(str, given), "-q"]) == 0
    assert on_disk(tmp_path / "in" / "é.png") == source
    assert on_disk(tmp_path / "in" / "è.png").name == "è.png"
    assert normal_form("e\u0301") == "é"


def test_two_files_of_one_name_in_two_forms_are_two(tmp_path):
    for seed, form in enumerate(("NFC", "NFD")):
        drawn.photo(tmp_path / "in" / unicodedata.normalize(form, "é.png"), seed)
    if len(list((tmp_path / "in").iterdir())) < 2:
        pytest.skip("this file system takes both forms for one name")
    given = ["run", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "64", "-q"]
    assert cli.main(given) == 0
    before = stamps(tmp_path / "out")
    assert len(before) == 2
    assert cli.main(given) == 0
    assert stamps(tmp_path / "out") == before


@pytest.mark.matrix
@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
@pytest.mark.parametrize("what", ["out", "in", "both"])
def test_frames_in_another_form_are_the_same(tmp_path, forms, what, capsys):
    folder = tmp_path / "in" / unicodedata.normalize(forms[0], "Zürich")
    draw_tiffs(folder, 5, name=unicodedata.normalize(forms[0], "é_{:04}.tif"))
    given = ["run", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "64", "--sequence"]
    assert cli.main(given) == 0
    frames = {file.stat().st_ino for file in (tmp_path / "out").rglob("*.tif")}
    assert len(frames) == 5
    for place in ("in", "out") if what == "both" else (what,):
        renamed(tmp_path / place, forms[1])
    capsys.readouterr()
    assert cli.main(["verify", str(tmp_path / "out")]) == 0
    told = capsys.readouterr()
    assert "1 as they must be, 0 not" in told.err or "6 as they must be, 0 not" in told.err
    assert "not recorded" not in told.err
    for existing in ("skip", "update"):
        assert cli.main([*given, "--existing", existing]) == 0
        assert "0 done, 1 skipped, 0 failed" in capsys.readouterr().err
    assert {file.stat().st_ino for file in (tmp_path / "out").rglob("*.tif")} == frames


def contents(folder: Path) -> dict[str, str]:
    """Return the hash of every film, and of the pixels of every frame: its XMP names the source."""
    frames = {f.name: hashlib.sha256(tifffile.imread(f)).hexdigest() for f in folder.rglob("*.tif")}
    return {normal_form(n): h for n, h in (drawn.hashes(folder) | frames).items()}


@pytest.mark.slow
@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
@pytest.mark.parametrize("kind", ["frames", "film"])
def test_work_that_was_renamed_is_continued(tmp_path, forms, kind, monkeypatch, capsys):
    """The result is that of an uninterrupted run, by hashlib and tifffile."""
    name = unicodedata.normalize(forms[0], "é")
    source = tmp_path / "in" / (f"{name}_%04d.tif" if kind == "frames" else f"{name}.mkv")
    if kind == "frames":
        monkeypatch.setattr("colorizer.media.frames.sink.SEGMENT_FRAMES", 16)
        draw_tiffs(tmp_path / "in", 48, name=name + "_{:04}.tif")
    else:
        monkeypatch.setattr("colorizer.media.film.sink.SEGMENT_FRAMES", 16)
        drawn.film(source, 48)
    end = "_%04d.tif" if kind == "frames" else ".mkv"
    out = tmp_path / "out" / unicodedata.normalize(forms[0], f"é{end}")
    settings = Settings(size=64, codec="ffv1", existing="overwrite")
    whole = Job(source, tmp_path / "whole" / out.name, Kind.FILM, settings)
    *_, _ = pipeline.run(whole, tiny_model())
    steps = pipeline.run(Job(source, out, Kind.FILM, settings), tiny_model())
    for progress in steps:
        if progress.done == 44:
            break
    steps.close()
    for place in ("in", "out"):
        renamed(tmp_path / place, forms[1])
    again = [path.with_name(unicodedata.normalize(forms[1], path.name)) for path in (source, out)]
    first, *_, last = pipeline.run(Job(*again, Kind.FILM, settings), tiny_model())
    assert first.done >= 16
    assert any("continues after" in line for line in first.warnings)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
