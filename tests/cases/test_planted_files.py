"""Files and links that lie where a run writes: originals stay as they are, byte for byte.

Hashes are hashlib's, over everything that was there before.
"""

import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from colorizer.commands import cli
from colorizer.engine.queue import Queue
from colorizer.engine.queue_json import export_json
from colorizer.errors import TargetError
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from tests import drawn
from tests.cases.conftest import run
from tests.cases.kept import all_hashes
from tests.matrix import mostly_slow

pytestmark = pytest.mark.usefixtures("tiny")


def unchanged(folder: Path, before: dict[str, str]) -> bool:
    now = drawn.hashes(folder)
    return {name: now.get(name) for name in before} == before


SIDE = (".part", ".colorize.json", ".colorize.json.part")


@pytest.mark.parametrize("suffix", SIDE)
@pytest.mark.parametrize("named", [True, False])
def test_a_photo_named_like_a_side_file_is_not_touched(tmp_path, suffix, named):
    drawn.photo(tmp_path / "p.jpg", 1)
    drawn.photo(tmp_path / "x.png", 2).rename(tmp_path / f"p_color.jpg{suffix}")
    before = all_hashes(tmp_path)
    inputs = [tmp_path / "p.jpg"] + [tmp_path / f"p_color.jpg{suffix}"] * named
    run(*inputs, "-o", tmp_path, "--existing", "overwrite")
    now = all_hashes(tmp_path)
    assert {name: now.get(name) for name in before} == before


STRANGERS = [
    b"",
    b"notes",
    b"{}",
    b'{"schema": 1}',
    b"[" * 90_000,
    b'{"schema": 1, "kind": "photo"}',
]


@pytest.mark.matrix
@pytest.mark.parametrize("content", STRANGERS, ids=lambda content: content[:9].decode() or "empty")
@pytest.mark.parametrize("kind", mostly_slow(["a_color.png", "f_color.mkv"], "a_color.png"))
@pytest.mark.parametrize("suffix", SIDE[1:])
def test_what_lies_at_a_sidecars_name_and_is_none_stays(tmp_path, content, kind, suffix, capsys):
    """Ours is known by its content; the file of another fails one target and the rest is done."""
    drawn.photo(tmp_path / "in" / "a.png", 1)
    drawn.film(tmp_path / "in" / "f.mkv", 4)
    drawn.photo(tmp_path / "in" / "b.png", 2)
    planted = tmp_path / "out" / f"{kind}{suffix}"
    planted.parent.mkdir()
    planted.write_bytes(content)
    given = (tmp_path / "in", "-o", tmp_path / "out", "--codec", "ffv1")
    for existing in ("skip", "overwrite", "update"):
        assert run(*given, "--existing", existing) == 1
        told = capsys.readouterr().err
        assert f"{planted}: is no sidecar of this program" in told
        assert "1 failed" in told
        assert planted.read_bytes() == content
    assert not (tmp_path / "out" / kind).exists()
    assert (tmp_path / "out" / "b_color.png").exists()
    assert run(*given, "--dry-run") == 1
    assert run(*given, "--no-sidecar") == 0
    assert planted.read_bytes() == content
    assert (tmp_path / "out" / kind).exists()


def test_a_folder_or_pipe_at_a_sidecars_name_stays(tmp_path, capsys):
    photo = drawn.photo(tmp_path / "in" / "a.png", 1)
    place = tmp_path / "out" / "a_color.png.colorize.json"
    place.mkdir(parents=True)
    assert run(photo, "-o", tmp_path / "out") == 1
    assert f"{place}: is a folder" in capsys.readouterr().err
    place.rmdir()
    os.mkfifo(place)
    assert run(photo, "-o", tmp_path / "out") == 1
    assert place.is_fifo()


def test_a_sidecar_of_ours_is_replaced_in_whatever_state(tmp_path):
    photo = drawn.photo(tmp_path / "in" / "a.png", 1)
    assert run(photo, "-o", tmp_path / "out") == 0
    sidecar = tmp_path / "out" / "a_color.png.colorize.json"
    whole = sidecar.read_bytes()
    for data in (whole[:900], json.dumps(json.loads(whole), sort_keys=True).encode()):
        sidecar.write_bytes(data)
        assert run(photo, "-o", tmp_path / "out", "--existing", "overwrite") == 0
        assert json.loads(sidecar.read_bytes())["result"]["name"] == "a_color.png"


def test_a_photo_next_to_a_strangers_file_is_no_result(tmp_path, capsys):
    drawn.photo(tmp_path / "in" / "a.png", 1)
    (tmp_path / "in" / "a.png.colorize.json").write_text("somebody's")
    assert run(tmp_path / "in", "-o", tmp_path / "out") == 0
    assert "1 done" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["itself", "symlink", "link"])
def test_a_preview_replaces_nothing_that_it_reads(tmp_path, how, capsys):
    photo = drawn.photo(tmp_path / "in" / "a.png", 1)
    film = drawn.film(tmp_path / "in" / "f.mkv", 4)
    painted = drawn.photo(tmp_path / "painted.png", 2, (64, 96))
    (tmp_path / "hints.json").write_text(f'[{{"frame": 1, "reference": "{painted}"}}]')
    (tmp_path / "own.json").write_text('[{"x": 0.5, "y": 0.5, "color": "#7a2e2e"}]')
    (tmp_path / "own.json").rename(tmp_path / "own.png")
    for source, options, out in (
        (photo, (), photo),
        (photo, ("--hints", tmp_path / "own.png"), tmp_path / "own.png"),
        (film, ("--hints", tmp_path / "hints.json"), painted),
    ):
        before = all_hashes(tmp_path)
        named = out
        if how != "itself":
            named = tmp_path / "out.png"
            getattr(os, how)(out, named)
        command = ["preview", source, "-o", named, "--size", 64, *options]
        assert cli.main([str(part) for part in command]) == 5
        assert "is among the files that are read" in capsys.readouterr().err
        if how != "itself":
            named.unlink()
        assert all_hashes(tmp_path) == before


def test_the_list_of_failures_replaces_no_hints(tmp_path):
    photo = drawn.photo(tmp_path / "a.png", 1)
    hints = tmp_path / "hints"
    hints.mkdir()
    own = hints / "a.png.hints.json"
    own.write_text("[]")
    assert run(photo, "-o", tmp_path / "out", "--hints", hints, "--failed-list", own) == 5
    assert own.read_text() == "[]"


def test_a_queue_is_not_exported_over_its_sources(tmp_path):
    source = drawn.photo(tmp_path / "a.png", 1)
    with closing(Queue(tmp_path / "q.sqlite")) as queue:
        queue.add([Job(source, tmp_path / "a_color.png", Kind.PHOTO, Settings())])
        for file in (source, tmp_path / "a_color.png"):
            with pytest.raises(TargetError, match="another"):
                export_json(queue, file)
        assert export_json(queue, tmp_path / "queue.json") == 1
    assert not (tmp_path / "a_color.png").exists()


def test_a_file_named_like_the_lock_of_a_queue_stays(tmp_path, capsys):
    (tmp_path / "window.lock").write_text("my own notes\n")
    assert cli.main(["queue", "--file", str(tmp_path / "q.sqlite"), "clear"]) == 5
    assert "is no lock of this program" in capsys.readouterr().err
    assert (tmp_path / "window.lock").read_text() == "my own notes\n"


@pytest.mark.parametrize("how", mostly_slow(["symlink", "link"], "symlink"))
@pytest.mark.parametrize("place", ["out", "elsewhere"])
def test_links_to_originals_at_every_name_that_is_written_are_replaced(tmp_path, how, place):
    original = drawn.photo(tmp_path / "in" / "original.png", 1)
    film = drawn.film(tmp_path / "in" / "f.mkv", 4)
    before = drawn.hashes(tmp_path / "in")
    out = tmp_path / "in" if place == "out" else tmp_path / "out"
    out.mkdir(exist_ok=True)
    names = [
        *("manifest-sha256.txt", ".colorize-in-work.jsonl", ".colorize-watch.lock"),
        *(f"original_color.png{end}" for end in SIDE),
        *(f"f_color.mkv{end}" for end in SIDE),
    ]
    for name in names:
        getattr(os, how)(original, out / name)
    (tmp_path / "cuts").mkdir()
    getattr(os, how)(original, tmp_path / "failed.txt")
    options = ("--codec", "ffv1", "--failed-list", tmp_path / "failed.txt", "--no-manifest")
    assert run(original, film, "-o", out, *options) == 0
    assert unchanged(tmp_path / "in", before)
    assert (tmp_path / "failed.txt").read_bytes() == b""
    assert not (tmp_path / "failed.txt").is_symlink()


def test_lists_do_not_replace_what_is_read_or_made(tmp_path, capsys):
    photo = drawn.photo(tmp_path / "in" / "x.jpg", 1)
    other = drawn.photo(tmp_path / "other.jpg", 2)
    before = drawn.hashes(tmp_path)
    out = tmp_path / "out"
    for failed in (photo, tmp_path / "in" / "." / "x.jpg", other, out / "x_color.jpg"):
        assert run(photo, "-o", out, "--failed-list", failed) == 5
        assert str(failed) in capsys.readouterr().err
    (tmp_path / "hints.json").write_text("[]")
    given = (photo, "-o", out, "--hints", tmp_path / "hints.json")
    assert run(*given, "--failed-list", tmp_path / "hints.json") == 5
    assert unchanged(tmp_path, before)
    assert not list(out.glob("*"))


def test_a_manifest_among_the_inputs_is_not_written(tmp_path):
    drawn.photo(tmp_path / "a.png", 1)
    drawn.photo(tmp_path / "b.png", 2).rename(tmp_path / "manifest-sha256.txt")
    before = drawn.hashes(tmp_path)
    assert run(tmp_path / "a.png", tmp_path / "manifest-sha256.txt", "-o", tmp_path) == 5
    assert drawn.hashes(tmp_path) == before


def test_a_copy_does_not_replace_an_original(tmp_path):
    from tests import draw_photo

    (tmp_path / "in").mkdir()
    from PIL import Image

    Image.fromarray(draw_photo.colours()).save(tmp_path / "in" / "a.tif")
    drawn.photo(tmp_path / "in" / "a_color.tif", 2)
    before = drawn.hashes(tmp_path / "in")
    given = (tmp_path / "in" / "a.tif", tmp_path / "in" / "a_color.tif", "-o", tmp_path / "in")
    options = ("--format", "png", "--coloured", "copy", "--existing", "overwrite")
    assert run(*given, *options) == 1
    assert unchanged(tmp_path / "in", before)


def test_groups_of_inputs_do_not_overwrite_each_other(tmp_path):
    first = drawn.photo(tmp_path / "s" / "1920" / "a.png", 1)
    second = drawn.photo(tmp_path / "o" / "1920" / "a_color.png", 2)
    before = drawn.hashes(tmp_path)
    given = (f"{tmp_path}/s/./1920/a.png", second, "-o", tmp_path / "o", "--existing", "overwrite")
    assert run(*given) == 1
    assert first.exists()
    assert unchanged(tmp_path, before)
