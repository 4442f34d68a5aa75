"""Whatever is read back may be anybody's: it costs a line at most, and the rest is done.

Nothing of ours tells what is right here: the files are no JSON, XML or TOML by their standards,
or are nested, counted and typed as no program writes them.
"""

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from tests import drawn
from tests.cases.conftest import run
from tests.matrix import mostly_slow
from tests.tiny_model import tiny_model

pytestmark = pytest.mark.usefixtures("tiny")


def database(folder: Path) -> bytes:
    with sqlite3.connect(folder / "other.sqlite") as base:
        base.execute("CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, name TEXT)")
    return (folder / "other.sqlite").read_bytes()


CONTENTS = {
    "nothing": b"",
    "zeros": bytes(4096),
    "no UTF-8": b"\xff\xfe\x00b\xe9d\n\xc3\n",
    "null": b"null",
    "list": b'[1, "x", null, [[]]]',
    "object": b'{"a": {"b": [1]}, "shot": 7, "schema": 2, "event": []}',
    "text": b'"x"',
    "deep": b"[" * 200_000,
    "deep object": b'{"a":' * 100_000,
    "huge": b'[{"x": 1e999, "y": 1e999, "a": 1e400, "b": -1e400, "time": 1e308, "frame": 1e99}]',
    "many digits": b'{"frame": ' + b"9" * 6000 + b"}",
    "deep TOML": b"a = " + b"[" * 100_000,
    "TOML": b"[shot.99999999999999999999]\nstrength = 1e400\n[shot.-1]\n[shot.x]\nhints = 7\n",
    "table": b"shot,start,first_frame\n1,nan,\n2,1e400,\n3,,99999999999999999999\n4,-5:x,-3\n",
}
EVERY = [*CONTENTS, "database"]
FEW = ("deep", "database")


def poison(name: str, folder: Path) -> bytes:
    return database(folder) if name == "database" else CONTENTS[name]


def sound(capsys) -> str:
    """Return what was told on standard error, in which no traceback is."""
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "unexpected" not in told
    return told


@pytest.mark.parametrize("name", mostly_slow(EVERY, *FEW))
def test_hints_of_one_photo(tmp_path, name, capsys):
    for stem in "ab":
        drawn.photo(tmp_path / "in" / f"{stem}.png", 1)
    hints = tmp_path / "hints"
    hints.mkdir()
    file = hints / "a.png.hints.json"
    file.write_text('[{"x": 0.5, "y": 0.5, "color": "#7a2e2e"}]')
    given = (tmp_path / "in", "-o", tmp_path / "out", "--hints", hints)
    assert run(given[0], "-o", tmp_path / "first", *given[3:]) == 0
    file.write_bytes(poison(name, tmp_path))
    assert run(*given) == ExitCode.SOME_FAILED
    assert "1 done, 0 skipped, 1 failed" in sound(capsys)
    assert run(given[0], "-o", tmp_path / "first", *given[3:]) == ExitCode.SOME_FAILED
    assert "0 done, 1 skipped, 1 failed" in sound(capsys), "where results exist"
    assert run(tmp_path / "in" / "a.png", "-o", tmp_path / "x", "--hints", file) == ExitCode.USAGE
    sound(capsys)


@pytest.mark.matrix
@pytest.mark.parametrize("name", mostly_slow(EVERY, *FEW))
@pytest.mark.parametrize("what", ["f.mkv.shots.csv", "f.mkv.shots.toml"])
def test_cut_list_and_settings_of_shots_of_one_film(tmp_path, name, what, capsys):
    for stem in "fg":
        drawn.film(tmp_path / "in" / f"{stem}.mkv", 4)
    drawn.photo(tmp_path / "in" / "a.png", 1)
    (tmp_path / "cuts").mkdir()
    if what.endswith("toml"):
        (tmp_path / "cuts" / "f.mkv.shots.csv").write_text("shot,start,first_frame\n1,,0\n")
    (tmp_path / "cuts" / what).write_bytes(poison(name, tmp_path))
    given = (tmp_path / "in", "-o", tmp_path / "out", "--codec", "ffv1")
    code = run(*given, "--shots", tmp_path / "cuts")
    told = sound(capsys)
    assert code in (ExitCode.OK, ExitCode.SOME_FAILED)
    assert (tmp_path / "out" / "g_color.mkv").exists()
    assert (tmp_path / "out" / "a_color.png").exists()
    if code:
        assert "2 done, 0 skipped, 1 failed" in told
    run(*given, "--shots", tmp_path / "cuts")
    sound(capsys)


@pytest.mark.slow
@pytest.mark.parametrize("name", mostly_slow(EVERY, *FEW))
def test_manifest_and_run_log(tmp_path, name, capsys):
    photo = drawn.photo(tmp_path / "in" / "a.png", 1)
    out = tmp_path / "out"
    assert run(photo, "-o", out) == 0
    (log,) = out.glob("colorize-run-*")
    log.write_bytes(poison(name, tmp_path))
    assert run(photo, "-o", out) == 0
    assert "1 skipped" in sound(capsys)
    manifest = out / "manifest-sha256.txt"
    manifest.write_bytes(poison(name, tmp_path))
    before = manifest.read_bytes()
    code = run(photo, "-o", out)
    told = sound(capsys)
    if before:
        assert code == ExitCode.NOT_WRITABLE
        assert "is not a hash, two spaces and a name" in told
        assert manifest.read_bytes() == before
        assert cli.main(["verify", str(out)]) in tuple(ExitCode)
        sound(capsys)
        quick = ["--stable", "1", "--interval", "1", "--idle", "1", "--size", "64"]
        assert cli.main(["watch", str(photo.parent), "-o", str(out), *quick]) in tuple(ExitCode)
        sound(capsys)
        assert manifest.read_bytes() == before


XMP = {
    "no XML": b"no XML",
    "no UTF-8": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>\xff\xfe\xc3</x:xmpmeta>",
    "deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "laughs": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>",
    "outside": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>',
    "huge": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-'
    b'rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    b'tiff:Orientation="' + b"9" * 9000 + b'"/></rdf:RDF></x:xmpmeta>',
    "zeros": bytes(5000),
}


@pytest.mark.matrix
@pytest.mark.parametrize("name", XMP)
@pytest.mark.parametrize("suffix", mostly_slow([".jpg", ".png", ".tif", ".webp"], ".jpg"))
def test_the_xmp_of_a_photo(tmp_path, name, suffix, capsys):
    file = tmp_path / "in" / f"a{suffix}"
    file.parent.mkdir()
    drawn.photo(tmp_path / "in" / "b.png", 2)
    picture = Image.fromarray(drawn.picture(1))
    if suffix == ".png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP[name].decode("latin-1"))
        picture.save(file, pnginfo=info)
    elif suffix == ".tif":
        picture.save(file, tiffinfo={700: XMP[name]})
    elif suffix == ".jpg":
        picture.save(file, xmp=XMP[name][:60_000])
    else:
        picture.save(file, xmp=XMP[name])
    assert run(tmp_path / "in", "-o", tmp_path / "out") == 0
    assert "2 done" in sound(capsys)
    assert cli.main(["verify", str(tmp_path / "out")]) == 0
    assert cli.main(["probe", str(file)]) == 0
    sound(capsys)


VALUES = [None, True, -1, 1 << 70, 1e300, "x", [], [[1, 1 << 62]], [[0, 35]], {"a": 1}]
FIELDS = ("number", "first", "frames", "first_pts", "last_pts", "steps", "delay", "luma", "tail",
          "size", "clipped", "unknown")  # fmt: skip


@pytest.fixture
def left(tmp_path, monkeypatch) -> Path:
    """A folder with the work of a film that was ended after two segments."""
    for kind in ("film", "frames"):
        monkeypatch.setattr(f"colorizer.media.{kind}.sink.SEGMENT_FRAMES", 12)
    source = drawn.film(tmp_path / "f.mkv", 36)
    job = Job(source, tmp_path / "left" / "f_color.mkv", Kind.FILM, Settings(size=64, codec="ffv1"))
    steps = pipeline.run(job, tiny_model())
    for progress in steps:
        if progress.done == 34:
            break
    steps.close()
    assert (tmp_path / "left" / ".f_color.mkv.colorize" / "seg_00001.nut").exists()
    return tmp_path / "left"


def continued(left: Path, number: int, change) -> int:
    """Change a copy of the work and continue it; the film is whole in the end."""
    out = left.with_name(f"out{number}")
    shutil.copytree(left, out)
    change(out / ".f_color.mkv.colorize")
    code = run(left.parent / "f.mkv", "-o", out, "--codec", "ffv1", "--no-log", "-q")
    if code == ExitCode.OK:
        assert len(drawn.film_frames(out / "f_color.mkv")) == 36
    assert code in (ExitCode.OK, ExitCode.SOME_FAILED)
    return code


@pytest.mark.matrix
@pytest.mark.parametrize("name", mostly_slow(EVERY, *FEW))
def test_the_journal_of_a_film(left, name, capsys):
    def change(folder):
        (folder / "journal.jsonl").write_bytes(poison(name, left))

    assert continued(left, 0, change) == ExitCode.OK
    sound(capsys)


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS)
def test_fields_of_the_journal_of_a_film(left, field, capsys):
    for number, value in enumerate(VALUES):

        def change(folder, value=value):
            head, first, *rest = (folder / "journal.jsonl").read_text().splitlines()
            told = json.loads(first) | {field: value}
            lines = [head, json.dumps(told), *rest]
            (folder / "journal.jsonl").write_text("".join(f"{line}\n" for line in lines))

        continued(left, number, change)
        sound(capsys)


@pytest.mark.slow
def test_what_the_stages_remember_of_a_film(left, capsys):
    shapes = [np.zeros(0), np.zeros((3, 3, 3)), np.array("x"), np.full((2, 2), np.nan),
              np.array([1 << 62], np.uint64), np.array(7)]  # fmt: skip

    def spoiled(value):
        def change(folder):
            for file in folder.glob("state_*.npz"):
                with np.load(file) as saved:
                    names = list(saved)
                np.savez(file, **dict.fromkeys(names, value))

        return change

    def replaced(data):
        def change(folder):
            for file in folder.glob("state_*.npz"):
                file.write_bytes(data)

        return change

    changes = [*map(spoiled, shapes), *(replaced(data) for data in CONTENTS.values())]
    for number, change in enumerate(changes):
        assert continued(left, number, change) == ExitCode.OK
        sound(capsys)
