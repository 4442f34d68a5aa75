import errno
import os
import sys

import pytest
from natsort import natsort_keygen, ns

from colorizer.archive.planning.walk import is_ours_or_system, walk
from colorizer.archive.records.sidecar_form import NOTE
from colorizer.files import hiccups
from colorizer.jobs import Kind

KINDS = {".jpg": Kind.PHOTO, ".tif": Kind.PHOTO, ".mp4": Kind.FILM}


def kind_of(path):
    return KINDS.get(path.suffix.lower())


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def relatives(walked):
    return [item.relative.as_posix() for item in walked.found]


def test_natural_order_is_that_of_natsort(tmp_path):
    names = ["b.tif", "B10.tif", "b9", "b09.tif", "10a.tif", "9.tif", "é2.tif", "É10.tif", "b.tif2"]
    touch(tmp_path, *names)
    found = walk([tmp_path], lambda _: Kind.PHOTO).found
    key = natsort_keygen(alg=ns.IGNORECASE)
    assert [item.path.name for item in found] == sorted(sorted(names), key=key)


def test_folders_are_searched_in_natural_order(tmp_path):
    touch(tmp_path, "frame10.jpg", "frame2.JPG", "b/scan1.tif", "a10/x.jpg", "a9/x.jpg", "film.mp4")
    walked = walk([tmp_path], kind_of)
    expected = ["film.mp4", "frame2.JPG", "frame10.jpg", "a9/x.jpg", "a10/x.jpg", "b/scan1.tif"]
    assert relatives(walked) == expected
    assert [item.kind for item in walked.found] == [Kind.FILM] + [Kind.PHOTO] * 5


def test_the_order_is_the_same_on_every_disk(tmp_path, monkeypatch):
    touch(tmp_path, "a.jpg", "A.tif", "B.jpg", "c.jpg")
    once = relatives(walk([tmp_path], kind_of))
    scan = os.scandir

    class Reversed:
        def __init__(self, folder):
            with scan(folder) as entries:
                self.entries = list(entries)[::-1]

        def __enter__(self):
            return self.entries

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(os, "scandir", Reversed)
    assert relatives(walk([tmp_path], kind_of)) == once


def test_only_the_top_without_recursion(tmp_path):
    touch(tmp_path, "a.jpg", "below/b.jpg")
    assert relatives(walk([tmp_path], kind_of, recursive=False)) == ["a.jpg"]


def test_system_files_and_our_own_are_ignored(tmp_path):
    touch(tmp_path, "a.jpg", "Thumbs.db", "desktop.ini", ".DS_Store", "._a.jpg", "@eaDir/a.jpg",
          ".colorize-work/a.jpg", "b.jpg.part", ".hidden/c.jpg", "b.jpg.colorize.json")  # fmt: skip
    walked = walk([tmp_path], kind_of)
    assert relatives(walked) == ["a.jpg"]
    assert walked.others == 0
    assert is_ours_or_system("THUMBS.DB")
    assert not is_ours_or_system("thumbs.jpg")


def test_other_files_are_counted_not_taken(tmp_path):
    touch(tmp_path, "a.jpg", "notes.txt", "below/list.pdf")
    walked = walk([tmp_path], kind_of)
    assert relatives(walked) == ["a.jpg"]
    assert walked.others == 2


def test_a_named_file_is_always_taken(tmp_path):
    touch(tmp_path, "notes.txt", ".hidden.jpg")
    walked = walk([tmp_path / "notes.txt", tmp_path / ".hidden.jpg"], kind_of)
    assert relatives(walked) == ["notes.txt", ".hidden.jpg"]
    assert all(item.named for item in walked.found)


def test_a_missing_input_is_reported(tmp_path):
    touch(tmp_path, "a.jpg")
    walked = walk([tmp_path / "gone", tmp_path], kind_of)
    assert relatives(walked) == ["a.jpg"]
    assert [(p.path, p.reason) for p in walked.problems] == [
        (tmp_path / "gone", "no such file or folder")
    ]


def test_an_unreadable_folder_is_reported_and_the_rest_is_done(tmp_path, monkeypatch):
    touch(tmp_path, "a.jpg", "locked/b.jpg", "open/c.jpg")
    scan = os.scandir

    def scandir(folder):
        if os.fspath(folder).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    walked = walk([tmp_path], kind_of)
    assert relatives(walked) == ["a.jpg", "open/c.jpg"]
    assert [problem.path for problem in walked.problems] == [tmp_path / "locked"]
    assert "Permission denied" in walked.problems[0].reason


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_loops_of_links_end(tmp_path):
    touch(tmp_path, "a.jpg", "below/b.jpg")
    (tmp_path / "below" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to(tmp_path / "below", target_is_directory=True)
    walked = walk([tmp_path], kind_of)
    assert sorted(item.path.resolve().name for item in walked.found) == ["a.jpg", "b.jpg"]
    assert walked.problems == []


def test_a_file_given_twice_is_done_once(tmp_path):
    touch(tmp_path, "a.jpg", "below/b.jpg")
    walked = walk([tmp_path, tmp_path / "below", tmp_path / "a.jpg"], kind_of)
    assert relatives(walked) == ["a.jpg", "below/b.jpg"]


def test_the_output_folder_inside_the_input_is_not_searched(tmp_path):
    touch(tmp_path, "a.jpg", "colour/a_color.jpg", "colours/b.jpg")
    walked = walk([tmp_path], kind_of, out=tmp_path / "colour")
    assert relatives(walked) == ["a.jpg", "colours/b.jpg"]
    assert walked.in_out
    assert not walk([tmp_path], kind_of, out=tmp_path / "not there").in_out


def test_results_with_a_sidecar_are_not_taken_as_sources(tmp_path):
    touch(tmp_path, "a.jpg", "b/odd name.tif", "b/odd name.tif.colorize.json")
    assert relatives(walk([tmp_path], kind_of)) == ["a.jpg", "b/odd name.tif"], "somebody's file"
    (tmp_path / "b" / "odd name.tif.colorize.json").write_text(f'{{"note": "{NOTE}"}}')
    walked = walk([tmp_path], kind_of)
    assert relatives(walked) == ["a.jpg"]
    assert walked.results == 1
    assert relatives(walk([tmp_path / "b" / "odd name.tif"], kind_of)) == ["odd name.tif"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes there")
def test_pipes_and_dead_links_are_told_not_opened(tmp_path):
    touch(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "dead.jpg").symlink_to(tmp_path / "nothing.jpg")
    walked = walk([tmp_path], kind_of)
    assert relatives(walked) == ["a.jpg"]
    assert walked.others == 1
    assert [(p.path.name, p.reason) for p in walked.problems] == [
        ("dead.jpg", "is a link that leads nowhere")
    ]
    named = walk([tmp_path / "pipe.jpg"], kind_of)
    assert named.found == []
    assert "neither a file nor a folder" in named.problems[0].reason


def test_a_folder_is_asked_again_when_its_drive_does_not_answer(tmp_path, monkeypatch):
    touch(tmp_path, "a.jpg", "below/b.jpg")
    monkeypatch.setattr(hiccups, "WAITS", (0.0, 0.0))
    scan, failures = os.scandir, iter([OSError(errno.ESTALE, "Stale file handle")] * 2)

    def scandir(folder):
        if os.fspath(folder).endswith("below") and (failure := next(failures, None)):
            raise failure
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    walked = walk([tmp_path], kind_of)
    assert relatives(walked) == ["a.jpg", "below/b.jpg"]
    assert walked.problems == []


def test_a_link_to_a_listed_file_is_not_a_second_file(tmp_path):
    touch(tmp_path, "a.jpg")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "a.jpg")
    assert relatives(walk([tmp_path], kind_of)) == ["a.jpg"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_is_added_changes_no_name(tmp_path):
    touch(tmp_path, "masters/b.jpg", "masters/c.jpg")
    (tmp_path / "a.jpg").symlink_to(tmp_path / "masters" / "b.jpg")
    (tmp_path / "again.jpg").symlink_to(tmp_path / "masters" / "b.jpg")
    (tmp_path / "by subject").symlink_to(tmp_path / "masters", target_is_directory=True)
    walked = walk([tmp_path], kind_of)
    assert relatives(walked) == ["masters/b.jpg", "masters/c.jpg"]
    assert {path.name for path, _ in walked.repeated} == {"a.jpg", "again.jpg"}
