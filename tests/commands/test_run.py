"""The command `run`: what it refuses, tells and counts before and after the jobs."""

import json
import os
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import cluster
from tests import drawn
from tests.draw_film import draw_film
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


@pytest.fixture
def scans(tmp_path):
    for number, name in enumerate("ab"):
        drawn.photo(tmp_path / "in" / f"{name}.png", number)
    return tmp_path


def run(*arguments) -> int:
    return cli.main(["run", "--size", "64", *map(str, arguments)])


def told(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_without_an_output_nothing_is_begun(scans, capsys):
    assert run(scans / "in") == ExitCode.USAGE
    assert "-o OUT" in capsys.readouterr().err
    assert sorted(path.name for path in scans.iterdir()) == ["in"]


def test_no_input_is_an_end_of_its_own(scans, capsys):
    (scans / "empty").mkdir()
    assert run(scans / "empty", "-o", scans / "out") == ExitCode.NO_INPUT
    assert "nothing to colorize" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["x.png", "x_%04d.png"])
def test_a_format_and_a_name_that_contradict_each_other_are_refused(scans, capsys, name):
    source = scans / "in" / "a.png"
    if "%" in name:
        source = scans / "film.mkv"
        draw_film(source, frames=2)
    assert run(source, "--format", "tiff", "-o", scans / name) == ExitCode.USAGE
    assert "ends in .png, but --format tiff was given" in capsys.readouterr().err
    assert not [*scans.glob("x*")]


def test_a_format_and_a_name_that_agree_are_taken(scans):
    given = ("--format", "tiff", "-o", scans / "x.TIFF", "--dry-run")
    assert run(scans / "in" / "a.png", *given) == ExitCode.OK


def test_a_dry_run_touches_nothing_and_names_what_it_would_do(scans, capsys):
    assert run(scans / "in", "-o", scans / "out", "--dry-run", "--json") == ExitCode.OK
    plan = [event for event in told(capsys) if event["event"] == "plan"]
    assert [(event["action"], Path(event["target"]).name) for event in plan] == [
        ("run", "a_color.png"),
        ("run", "b_color.png"),
    ]
    assert not (scans / "out").exists()


def test_a_dry_run_for_a_cluster_says_which_films_are_split(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "PIECE", 20)
    for name, frames in (("long", 60), ("short", 30)):
        draw_film(tmp_path / f"{name}.mkv", frames=frames, size=(16, 16))
    asked = (tmp_path / "long.mkv", tmp_path / "short.mkv", "-o", tmp_path / "out")
    assert run(*asked, "--cluster", "local", "--dry-run", "--json") == ExitCode.OK
    messages = [event["message"] for event in told(capsys) if event["event"] == "plan"]
    assert messages[0] == "done in 3 pieces"
    assert messages[1].startswith("done by one machine: it is short")
    assert not (tmp_path / "out").exists()


def test_the_summary_counts_every_input_once(scans, capsys):
    assert run(scans / "in" / "a.png", "-o", scans / "out/") == ExitCode.OK
    (scans / "in" / "bad.png").write_text("no picture")
    (scans / "in" / "notes.txt").write_text("x")
    capsys.readouterr()
    end = run(scans / "in", scans / "none.png", "-o", scans / "out", "--json")
    assert end == ExitCode.SOME_FAILED
    events = told(capsys)
    counts = {name: events[-1][name] for name in ("done", "skipped", "failed", "not_done")}
    assert counts == {"done": 1, "skipped": 1, "failed": 2, "not_done": 0}
    assert events[-1]["not_supported"] == 1
    ends = [event["event"] for event in events if event["event"] in ("done", "skipped", "failed")]
    assert sorted(ends) == ["done", "failed", "skipped"], "the missing input is a problem, no job"


def test_strict_fails_for_what_is_not_supported(scans):
    (scans / "in" / "notes.txt").write_text("x")
    assert run(scans / "in", "-o", scans / "out") == ExitCode.OK
    assert run(scans / "in", "-o", scans / "out", "--strict") == ExitCode.SOME_FAILED


def test_a_result_removed_while_the_run_continues_is_not_counted_as_done(
    scans, capsys, monkeypatch
):
    really = pipeline.run

    def removing(job, *rest, **options):
        yield from really(job, *rest, **options)
        if job.source.name == "a.png":
            job.target.unlink()

    monkeypatch.setattr(pipeline, "run", removing)
    assert run(scans / "in", "-o", scans / "out", "--json") == ExitCode.SOME_FAILED
    summary = told(capsys)[-1]
    assert (summary["done"], summary["failed"]) == (1, 1)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_can_not_be_written_ends_the_run_before_the_work(scans):
    (scans / "out").mkdir(mode=0o500)
    assert run(scans / "in", "-o", scans / "out") == ExitCode.NOT_WRITABLE


def test_events_hold_code_and_values_next_to_the_english(scans, capsys):
    drawn.photo(scans / "in" / "cut.png", 3)
    data = (scans / "in" / "cut.png").read_bytes()
    (scans / "in" / "cut.png").write_bytes(data[: len(data) // 2])
    assert run(scans / "in", "-o", scans / "out", "--json") == ExitCode.SOME_FAILED
    (failed,) = [event for event in told(capsys) if event["event"] == "failed"]
    (both,) = failed["notes"]
    note, offer = both["values"]["parts"]
    assert (note["note"], offer["note"]) == ("photo.cut_off_restore", "salvage.offered")
    assert note["text"] == f"is cut off: {note['values']['what']}; restore it"
    assert failed["message"] == f"{note['text']}; {offer['text']}"


def test_all_cards_of_this_machine_are_a_cluster_of_it_alone(scans, monkeypatch):
    asked = []

    def on_cluster(jobs, address, handling, *, workers):
        asked.append((address, {job.settings.device for job in jobs}, len(jobs)))
        yield from ()

    monkeypatch.setattr("colorizer.engine.cluster.run_on_cluster", on_cluster)
    monkeypatch.setattr("colorizer.stages.device.choose_device", lambda _: None)
    run(scans / "in", "-o", scans / "out", "--device", "cuda:all")
    assert asked == [("local", {"cuda"}, 2)]


def test_all_cards_where_there_is_none_are_refused_before_the_work(scans, monkeypatch, capsys):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert run(scans / "in", "-o", scans / "out", "--device", "cuda:all") == ExitCode.DEVICE
    assert "--device cuda can't be used" in capsys.readouterr().err
    assert not (scans / "out").exists()
