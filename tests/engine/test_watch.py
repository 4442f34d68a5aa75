"""A watched folder: files are taken whole, once, and restarts repeat nothing."""

import os
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.archive.planning.naming import Naming
from colorizer.archive.planning.walk import Found
from colorizer.archive.records.sidecar_form import NOTE
from colorizer.engine.watch import (
    EMPTY_SECONDS,
    Watch,
    Watcher,
    check_settings,
    plan_arrived,
)
from colorizer.errors import SettingsError, TargetError
from colorizer.files import hiccups
from colorizer.jobs import Job, Kind
from colorizer.media.probe import kind_of
from colorizer.settings import Settings
from tests import drawn
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())
    monkeypatch.setattr(hiccups, "WAITS", ())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path


def watch_of(folder, stable=10):
    return Watch([folder / "in"], kind_of, out=folder / "out", stable=stable)


def names(found):
    return [item.relative.as_posix() for item in found]


def put(path, data=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_file_is_taken_once_it_has_not_changed_for_a_while(folder):
    seen = watch_of(folder)
    path = put(folder / "in" / "1920" / "a.jpg")
    assert seen.ready(0) == []
    path.write_bytes(b"xx")
    assert seen.ready(9) == []
    assert seen.ready(18) == []
    assert names(seen.ready(19)) == ["1920/a.jpg"]
    seen.ended(path, failed=False)
    path.write_bytes(b"xxx")
    assert seen.ready(100) == seen.ready(200) == []


def test_a_file_that_is_rewritten_in_place_is_waited_for(folder):
    seen = watch_of(folder)
    path = put(folder / "in" / "a.jpg", b"one")
    seen.ready(0)
    path.write_bytes(b"two")
    os.utime(path, (1e9, 1e9))
    assert seen.ready(11) == []
    assert names(seen.ready(21)) == ["a.jpg"]


def test_an_empty_file_is_waited_for_longer(folder):
    seen = watch_of(folder)
    put(folder / "in" / "a.jpg", b"")
    seen.ready(0)
    assert seen.ready(EMPTY_SECONDS - 1) == []
    assert names(seen.ready(EMPTY_SECONDS)) == ["a.jpg"]


def test_a_file_that_failed_is_taken_again_when_it_changes(folder):
    seen = watch_of(folder)
    path = put(folder / "in" / "a.jpg")
    seen.ready(0)
    assert names(seen.ready(10)) == ["a.jpg"]
    seen.ended(path, failed=True)
    assert seen.ready(20) == seen.ready(99) == []
    path.write_bytes(b"whole now")
    seen.ready(100)
    assert names(seen.ready(110)) == ["a.jpg"]


def test_a_new_file_under_an_old_name_is_new(folder):
    seen = watch_of(folder)
    path = put(folder / "in" / "a.jpg")
    seen.ready(0)
    seen.ended(path, failed=False)
    path.unlink()
    seen.ready(1)
    put(path)
    seen.ready(2)
    assert names(seen.ready(12)) == ["a.jpg"]


def test_a_drive_that_is_away_for_a_while_makes_nothing_new(folder):
    seen = watch_of(folder)
    path = put(folder / "in" / "a.jpg")
    seen.ready(0)
    seen.ended(path, failed=False)
    away = (folder / "in").rename(folder / "away")
    assert seen.ready(1) == []
    assert len(seen.problems) == 1
    assert seen.ready(2) == []
    assert seen.problems == []
    away.rename(folder / "in")
    assert seen.ready(3) == seen.ready(50) == []


def test_results_in_the_watched_folder_are_not_taken(folder):
    seen = Watch([folder / "in"], kind_of, out=folder / "in", stable=1)
    put(folder / "in" / "a_color.jpg")
    put(folder / "in" / "a_color.jpg.colorize.json", f'{{"note": "{NOTE}"}}'.encode())
    seen.ready(0)
    assert seen.ready(10) == []


@pytest.mark.parametrize("bad", [{"sidecar": False}, {"existing": "overwrite"}, {"name": "{n}"}])
def test_settings_that_could_do_a_file_twice_are_refused(bad):
    check_settings(Settings())
    with pytest.raises(SettingsError):
        check_settings(Settings(**bad))


def arrived(folder, *relatives):
    found = [Found(folder / "in" / r, Path(r).parent, Kind.PHOTO, named=False) for r in relatives]
    planned = plan_arrived(found, Naming(folder / "out", Settings(size=64), lambda *_: ".mp4"))
    return [job.target.name for job in planned.jobs], [e.job.target.name for e in planned.settled]


def test_a_file_that_comes_later_leaves_the_name_to_the_one_that_has_it(folder):
    drawn.photo(folder / "in" / "a.jpg", 1)
    job = Job(
        folder / "in" / "a.jpg", folder / "out" / "a_color.jpg", Kind.PHOTO, Settings(size=64)
    )
    list(pipeline.run(job, tiny_model()))
    drawn.photo(folder / "in" / "a.JPG", 2)
    assert arrived(folder, "a.JPG") == (["a_2_color.jpg"], [])
    assert arrived(folder, "a.jpg") == ([], ["a_color.jpg"])
    assert arrived(folder, "a.JPG", "a.jpg") == (["a_2_color.jpg"], ["a_color.jpg"])


def seen_twice(folder, **settings):
    """Look twice, so that what stands still has come in, and return the second plan."""
    chosen = Settings(size=64, **settings)
    with Watcher([folder / "in"], folder / "out", stable=0) as watcher:
        watcher.look(chosen)
        return watcher.look(chosen)


def test_a_file_that_was_given_out_is_given_again_only_if_it_failed_and_changed(folder):
    source = put(folder / "in" / "a.jpg")
    with Watcher([folder / "in"], folder / "out", stable=0) as watcher:
        looks = [[job.source for job in watcher.look(Settings()).jobs] for _ in range(3)]
        assert looks == [[], [source], []], "it is in progress"
        watcher.ended(source, failed=True)
        assert watcher.look(Settings()).jobs == ()
        source.write_bytes(b"mended")
        watcher.look(Settings())
        assert [job.source for job in watcher.look(Settings()).jobs] == [source]
        watcher.ended(source, failed=False)
        source.write_bytes(b"later")
        assert [watcher.look(Settings()).jobs for _ in range(2)] == [(), ()]


def test_what_is_done_is_settled_and_what_comes_under_its_name_gets_another(folder):
    drawn.photo(folder / "in" / "a.jpg", 1)
    (job,) = seen_twice(folder).jobs
    list(pipeline.run(job, tiny_model()))
    drawn.photo(folder / "in" / "a.JPG", 2)
    plan = seen_twice(folder)
    assert [event.job.target.name for event in plan.settled] == ["a_color.jpg"]
    assert [one.target.name for one in plan.jobs] == ["a_2_color.jpg"]


def test_a_folder_that_is_gone_is_a_problem_once(folder):
    with Watcher([folder / "in"], folder / "out", stable=0) as watcher:
        (folder / "in").rename(folder / "away")
        assert [len(watcher.look(Settings()).problems) for _ in range(2)] == [1, 0]


def test_one_output_folder_has_one_watcher(folder):
    first = Watcher([folder / "in"], folder / "out", stable=0)
    with pytest.raises(TargetError, match="another watch"):
        Watcher([folder / "in"], folder / "out", stable=0)
    first.close()
    Watcher([folder / "in"], folder / "out", stable=0).close()
    with pytest.raises(SettingsError, match="not a folder"):
        Watcher([folder / "none"], folder / "out", stable=0)
