"""The manifest is one that sha256sum reads, and stays true over many runs."""

import shutil
import subprocess

import pytest

from colorizer.archive.records.manifest import NAME, Manifest, read_manifest, write_manifest
from colorizer.errors import MediaError
from colorizer.files.checksum import file_hash

STRANGE = ["a.txt", "ä/ö ü.txt", "two  spaces", " first", "back\\slash", "line\nbreak", "*star",
           "\udcff.bin", "return\rhere"]  # fmt: skip


def test_names_of_all_kinds_are_read_as_written_and_checked_by_sha256sum(tmp_path):
    entries = {}
    for name in STRANGE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name.encode("utf-8", "surrogateescape").hex())
        entries[name] = file_hash(tmp_path / name)
    write_manifest(tmp_path / NAME, entries)
    assert read_manifest(tmp_path / NAME) == entries
    if not shutil.which("sha256sum"):
        pytest.skip("no sha256sum here")
    command = ["sha256sum", "--strict", "-c", NAME]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True)
    assert ended.returncode == 0, ended.stderr
    (tmp_path / "a.txt").write_text("other")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 1


def test_it_is_sorted_utf8_with_line_feeds(tmp_path):
    write_manifest(tmp_path / NAME, {"b": "1" * 64, "ä": "2" * 64, "a": "3" * 64})
    wanted = f"{'3' * 64}  a\n{'1' * 64}  b\n{'2' * 64}  ä\n"
    assert (tmp_path / NAME).read_bytes() == wanted.encode()


def test_an_equal_manifest_is_not_written_again(tmp_path):
    write_manifest(tmp_path / NAME, {"a": "1" * 64})
    before = (tmp_path / NAME).stat()
    write_manifest(tmp_path / NAME, {"a": "1" * 64})
    assert (tmp_path / NAME).stat().st_ino == before.st_ino


def test_a_later_run_adds_and_replaces_and_loses_no_line(tmp_path):
    for name in "abcd":
        (tmp_path / name).write_text(name)
    hashes = {name: file_hash(tmp_path / name) for name in "abcd"}
    write_manifest(tmp_path / NAME, {"a": hashes["a"], "b": "0" * 64, "gone": "1" * 64})
    run = Manifest(tmp_path)
    run.add(tmp_path / "b", hashes["b"])
    run.keep(tmp_path / "a", "f" * 64)
    run.keep(tmp_path / "c", hashes["c"])
    run.keep(tmp_path / "d")
    run.write()
    found = read_manifest(tmp_path / NAME)
    assert found == {**hashes, "gone": "1" * 64}


def test_a_run_without_results_writes_none(tmp_path):
    assert Manifest(tmp_path).write() == {}
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("text", ["nonsense", "0" * 64, "0" * 63 + "  a", "g" * 64 + "  a"])
def test_a_damaged_manifest_is_told_and_left_as_it_is(tmp_path, text):
    (tmp_path / NAME).write_text(text)
    (tmp_path / "a").write_text("a")
    run = Manifest(tmp_path)
    run.add(tmp_path / "a", file_hash(tmp_path / "a"))
    with pytest.raises(MediaError, match="line 1 is not a hash"):
        run.write()
    assert (tmp_path / NAME).read_text() == text
