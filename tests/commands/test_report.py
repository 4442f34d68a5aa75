"""What a run shows while it is in progress."""

import io
import json
from pathlib import Path

import pytest

from colorizer.commands.report import Report
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.notes import note
from colorizer.settings import Settings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def photo(name: str) -> Job:
    return Job(Path("in", name), Path("out", name), Kind.PHOTO, Settings())


def film(name: str) -> Job:
    return Job(Path("in", name), Path("out", name), Kind.FILM, Settings())


def test_the_summary_counts_what_needed_no_colour(capsys):
    with Report(photos=4, as_json=True, quiet=False) as report:
        blank, text = photo("0.png"), photo("1.png")
        words = "needs no colour"
        report.take(Progress(blank, JobState.SKIPPED, message=words, content="blank"))
        report.take(Progress(text, JobState.DONE, 1, 1, f"{words}; copied", content="text"))
        report.take(Progress(photo("2.png"), JobState.DONE, 1, 1, content="line_art"))
        report.take(Progress(photo("3.png"), JobState.DONE, 1, 1))
        report.summary(4)
    told = capsys.readouterr()
    events = [json.loads(line) for line in told.out.splitlines() if '"start"' not in line]
    assert [event.get("content") for event in events[:4]] == ["blank", "text", "line_art", None]
    assert [event.get("copied") for event in events[:4]] == [False, True, False, None]
    assert events[-1]["contents"] == {
        "blank": {"skipped": 1}, "text": {"copied": 1}, "line_art": {"done": 1},
    }  # fmt: skip
    assert told.err.splitlines()[-1] == (
        "needed no colour: 1 blank (skipped), 1 text (copied), 1 line art (done anyway)"
    )


def test_a_file_that_failed_and_is_done_later_counts_as_done(capsys):
    with Report(photos=0, as_json=False, quiet=False) as report:
        for state in (JobState.FAILED, JobState.FAILED, JobState.DONE):
            report.take(Progress(photo("0.png"), state, message="is cut off"))
        report.take(Progress(photo("1.png"), JobState.FAILED, message="is empty"))
        report.summary(report.ended)
    assert "1 done, 0 skipped, 1 failed," in capsys.readouterr().err
    assert [source.name for source, _ in report.failed] == ["1.png"]


def tell(monkeypatch, terminal: Terminal, quiet: bool = False) -> str:
    """Report a run to a terminal and return what it shows."""
    monkeypatch.setattr("sys.stderr", terminal)
    with Report(photos=4, as_json=False, quiet=quiet) as report:
        report.take(Progress(photo("0.png"), JobState.SKIPPED, message="exists"))
        report.take(Progress(photo("1.png"), JobState.FAILED, message="is empty"))
        for name in ("2.png", "3.png"):
            report.take(Progress(photo(name), JobState.RUNNING, 0, 1))
            report.take(Progress(photo(name), JobState.DONE, 1, 1))
        for done in range(11):
            report.take(Progress(film("f.mkv"), JobState.RUNNING, done, 10))
        report.take(Progress(film("f.mkv"), JobState.DONE, 10, 10, warnings=("no chapters",)))
        report.summary(5)
    return terminal.getvalue()


def test_bars_count_files_of_photos_and_frames_of_films(monkeypatch, capsys):
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = tell(monkeypatch, Terminal())
    assert "2/4" in shown
    assert "4/4" in shown
    assert "5/4" not in shown
    assert "file/s" in shown
    assert "f.mkv" in shown
    assert "10/10" in shown
    assert "frame/s" in shown
    assert "failed: in/1.png: is empty\n" in shown
    assert "warning: in/f.mkv: no chapters\n" in shown
    assert "3 done, 1 skipped, 1 failed" in shown
    assert capsys.readouterr().out == "out/2.png\nout/3.png\nout/f.mkv\n"


@pytest.mark.parametrize("reason", ["quiet", "NO_COLOR", "no terminal"])
def test_no_bars_where_nobody_wants_them(monkeypatch, capsys, reason):
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    if reason == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    if reason == "no terminal":
        monkeypatch.setattr(terminal, "isatty", lambda: False)
    shown = tell(monkeypatch, terminal, quiet=reason == "quiet")
    assert "/s]" not in shown
    assert "failed: in/1.png: is empty" in shown
    assert ("3 done" in shown) == (reason != "quiet")


def test_the_machine_of_a_cluster_is_named(monkeypatch, capsys):
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Report(photos=2, as_json=True, quiet=False) as report:
        report.take(Progress(film("f.mkv"), JobState.RUNNING, 0, 10, node="box7"))
        report.take(Progress(film("f.mkv"), JobState.DONE, 10, 10, node="box7"))
        report.take(Progress(photo("1.png"), JobState.FAILED, message="is empty", node="box8"))
    assert "failed: in/1.png: is empty (on box8)\n" in terminal.getvalue()
    assert "box7]" in terminal.getvalue()
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["node"] for event in events] == ["box7", "box7", "box8", "box8"]


def test_jobs_begun_and_not_ended_are_known():
    with Report(photos=2, as_json=False, quiet=True) as report:
        report.take(Progress(photo("1.png"), JobState.RUNNING, 0, 1))
        report.take(Progress(photo("2.png"), JobState.RUNNING, 0, 1))
        report.take(Progress(photo("1.png"), JobState.DONE, 1, 1))
        assert report.unfinished() == [Path("out", "2.png")]


def test_every_end_but_a_skipped_one_comes_after_a_start(capsys):
    with Report(photos=4, as_json=True, quiet=True) as report:
        report.take(Progress(photo("unreadable.png"), JobState.FAILED, message="is empty"))
        report.take(Progress(photo("there.png"), JobState.SKIPPED, message="exists"))
        report.take(Progress(photo("good.png"), JobState.RUNNING, 0, 1))
        report.take(Progress(photo("good.png"), JobState.DONE, 1, 1))
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [(event["event"], Path(event["source"]).stem) for event in events]
    assert told == [
        ("start", "unreadable"), ("failed", "unreadable"), ("skipped", "there"),
        ("start", "good"), ("done", "good"),
    ]  # fmt: skip


def test_what_is_assumed_of_photos_without_a_profile_is_said_once_a_run(tmp_path, capsys):
    with Report(photos=3, as_json=False, quiet=False, bars=False) as report:
        for name, assumed in (("a", "cmyk: device-cmyk"), ("b", "cmyk: device-cmyk"),
                              ("c", "gray: linear")):  # fmt: skip
            source = tmp_path / f"{name}.jpg"
            job = Job(source, source.with_suffix(".out.jpg"), Kind.PHOTO, Settings())
            report.take(Progress(job, JobState.DONE, 1, 1, assumed=(assumed,)))
    told = capsys.readouterr().err
    assert told.count("has no colour profile: cmyk is taken for device-cmyk") == 1
    assert told.count("has no colour profile: gray is taken for linear") == 1
    assert "--assume-profile" in told


def test_what_a_reference_reached_is_no_warning(capsys):
    with Report(photos=1, as_json=False, quiet=False) as report:
        reached = note("reference.reached", file="ref.png", share="33.1")
        report.take(Progress(photo("0.png"), JobState.DONE, 1, 1, warnings=(reached, "no ICC")))
    told = capsys.readouterr().err
    assert "note: in/0.png: ref.png gave its colours to 33.1 % of the picture\n" in told
    assert "warning: in/0.png: no ICC\n" in told
