"""The command line: streams, exit codes, lists, plans and Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import pytest
from PIL import Image

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.errors import DeviceError, TargetError, WeightsError
from colorizer.models import create_model
from colorizer.settings import Settings
from colorizer.settings.option import flag
from tests import drawn
from tests.matrix import mostly_slow
from tests.tiny_model import tiny_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


def run(*arguments) -> int:
    return cli.main(["run", *map(str, arguments)])


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def archive(tmp_path) -> Path:
    """A folder with two photos, one of them deeper, a film, and what else lies around."""
    drawn.photo(tmp_path / "in" / "a.png", 1)
    drawn.photo(tmp_path / "in" / "1920" / "b.jpg", 2)
    drawn.film(tmp_path / "in" / "film.mkv", 3)
    (tmp_path / "in" / "notes.txt").write_text("boxes 1 to 4")
    (tmp_path / "in" / "Thumbs.db").write_bytes(b"x")
    return tmp_path


def results(folder: Path) -> list[str]:
    return list(drawn.hashes(folder / "out"))


def test_photos_and_films_of_a_tree_come_out_and_their_names_on_stdout(archive, capsys):
    before = drawn.hashes(archive / "in")
    assert run(archive / "in", "-o", archive / "out", "--size", 64) == ExitCode.OK
    told = capsys.readouterr()
    assert sorted(told.out.splitlines()) == [str(archive / "out" / n) for n in results(archive)]
    assert [Path(n).parent.name for n in results(archive)] == ["1920", "", ""]
    assert "3 done, 0 skipped, 0 failed" in told.err
    assert drawn.hashes(archive / "in") == before


def test_a_second_run_skips_what_is_done_and_loads_no_model(archive, capsys, monkeypatch):
    run(archive / "in", "-o", archive / "out", "--size", 64)
    before = drawn.hashes(archive / "out")
    monkeypatch.setattr(pipeline, "load_model", lambda *_: pytest.fail("a model was loaded"))
    capsys.readouterr()
    assert run(archive / "in", "-o", archive / "out", "--size", 64) == ExitCode.OK
    told = capsys.readouterr()
    assert told.out == ""
    assert "0 done, 3 skipped, 0 failed" in told.err
    assert drawn.hashes(archive / "out") == before


def test_existing_fail_rename_and_overwrite(archive):
    out = ("-o", archive / "out")
    photo = archive / "in" / "a.png"
    run(photo, *out)
    first = drawn.hashes(archive / "out")
    assert run(photo, *out, "--existing", "fail") == ExitCode.SOME_FAILED
    assert drawn.hashes(archive / "out") == first
    assert run(photo, *out, "--existing", "rename") == ExitCode.OK
    renamed = drawn.hashes(archive / "out")
    assert len(renamed) == 2
    assert first.items() <= renamed.items()
    assert run(photo, *out, "--existing", "overwrite", "--strength", 2) == ExitCode.OK
    assert drawn.hashes(archive / "out").keys() == renamed.keys()
    assert drawn.hashes(archive / "out") != renamed


def test_one_bad_file_is_told_and_listed_and_the_list_can_be_run_again(archive, capsys):
    bad = archive / "in" / "1920" / "bad.jpg"
    bad.write_bytes(b"")
    failed = archive / "failed.txt"
    arguments = ("-o", archive / "out", "--size", 64, "--failed-list", failed)
    assert run(archive / "in", *arguments) == ExitCode.SOME_FAILED
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 3
    assert f"failed: {bad}: is empty (0 bytes)" in told.err
    assert failed.read_text() == f"{archive}/in/./1920/bad.jpg\n"
    drawn.photo(bad)
    assert run(*arguments, "--from-file", failed) == ExitCode.OK
    assert failed.read_text() == ""
    names = results(archive)
    assert len(names) == 4
    assert any(name.startswith("1920/bad") for name in names)


def test_inputs_can_come_from_standard_input(archive, monkeypatch):
    given = f"\N{BYTE ORDER MARK}{archive}/in/a.png\r\n\n{archive}/in/1920/b.jpg\n"
    (archive / "list").write_bytes(given.encode())
    with (archive / "list").open() as standard_input:
        monkeypatch.setattr(sys, "stdin", standard_input)
        assert run("--from-file", "-", "-o", archive / "out") == ExitCode.OK
    assert len(results(archive)) == 2


def test_dry_run_shows_the_plan_and_touches_nothing(archive, capsys):
    drawn.photo(archive / "out" / "a_color.png")
    before = drawn.hashes(archive)
    assert run(archive / "in", "-o", archive / "out", "--dry-run") == ExitCode.OK
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown] == ["run", "run", "skip"]
    assert run(archive / "in", "-o", archive / "new", "--dry-run", "--json") == ExitCode.OK
    *left, space, _, _, _ = told = lines(capsys)
    plan = told[-3:]
    assert [(event["event"], Path(event["path"]).name) for event in left] == [
        ("left_out", "notes.txt"),
        ("left_out", "Thumbs.db"),
    ]
    assert space["event"] == "space"
    assert 0 < space["needed"] < space["free"]
    assert [event["action"] for event in plan] == ["run"] * 3
    assert {event["kind"] for event in plan} == {"photo", "film"}
    assert drawn.hashes(archive) == before
    assert not (archive / "new").exists()


def test_json_lines_tell_start_done_skipped_failed_and_summary(archive, capsys):
    (archive / "in" / "bad.png").write_bytes(b"text")
    drawn.photo(archive / "out" / "a_color.png")
    assert run(archive / "in", "-o", archive / "out", "--json", "-q") == ExitCode.SOME_FAILED
    told = lines(capsys)
    assert all(event["schema"] == 1 for event in told)
    ends = {Path(event["source"]).name: event for event in told if "source" in event}
    assert {name: event["event"] for name, event in ends.items()} == {
        "a.png": "skipped", "b.jpg": "done", "film.mkv": "done", "bad.png": "failed",
    }  # fmt: skip
    assert ends["bad.png"]["message"]
    assert (ends["film.mkv"]["done"], ends["film.mkv"]["total"]) == (3, 3)
    begun = [event for event in told if event["event"] == "start"]
    # What can't be opened was begun too; what is there already was not.
    assert {Path(event["source"]).name for event in begun} == {"b.jpg", "film.mkv", "bad.png"}
    assert len({event["target"] for event in begun}) == len(begun) == 3
    summary = told[-1]
    assert summary["event"] == "summary"
    assert (summary["done"], summary["skipped"], summary["failed"]) == (2, 1, 1)


def test_quiet_tells_failures_alone(archive, capsys):
    (archive / "in" / "bad.png").write_bytes(b"text")
    run(archive / "in", "-o", archive / "out", "-q")
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert "bad.png" in told[0]


def test_folders_in_folders_can_be_left_out(archive):
    run(archive / "in", "-o", archive / "out", "--no-recursive")
    assert len(results(archive)) == 2


def test_out_may_be_the_name_of_a_single_file(archive, capsys):
    photo, out = archive / "in" / "a.png", archive / "out"
    assert run(photo, "-o", out / "x.jpg") == ExitCode.OK
    assert Image.open(out / "x.jpg").format == "JPEG"
    before = drawn.hashes(out)
    assert run(photo, "-o", out / "x.jpg") == ExitCode.OK
    assert drawn.hashes(out) == before
    assert run(photo, "-o", out / "x.jpg", "--existing", "rename") == ExitCode.OK
    assert run(photo, "-o", f"{out}/y.jpg/") == ExitCode.OK
    assert results(archive) == ["x.jpg", "x_2.jpg", "y.jpg/a_color.png"]
    capsys.readouterr()
    assert run(photo, "-o", out / "x.mkv") == ExitCode.USAGE
    assert "x.mkv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--size", "12"], ExitCode.USAGE),
        (["--from-file", "/nowhere/list"], ExitCode.USAGE),
        (["--device", "cuda:99"], ExitCode.DEVICE),
        (["--model", "nope"], ExitCode.MISSING),
        (["-o", "/proc/nowhere"], ExitCode.NOT_WRITABLE),
    ],
)
def test_what_stops_a_run_before_it_starts_has_its_exit_code(
    archive, monkeypatch, capsys, arguments, code
):
    from colorizer.models import load_model

    monkeypatch.setattr(pipeline, "load_model", load_model)
    assert run(archive / "in", "-o", archive / "out", *arguments) == code
    error = [line for line in capsys.readouterr().err.splitlines() if "colorizer:" in line]
    assert len(error) == 1
    assert results(archive) == []


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "x"], ["run", "-o", "y", "x", "--jobs", "0"], [], ["nope"]]
)
def test_wrong_use_is_2(arguments, capsys):
    try:
        code = cli.main(arguments)
    except SystemExit as error:  # argparse
        code = error.code
    assert code == ExitCode.USAGE


def test_nothing_found_is_3(tmp_path, capsys):
    assert run(tmp_path, "-o", tmp_path / "out") == ExitCode.NO_INPUT
    assert run(tmp_path / "nothing", "-o", tmp_path / "out") == ExitCode.NO_INPUT
    assert "no such file or folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WeightsError("w"), ExitCode.MISSING),
        (ImportError("No module named 'av'"), ExitCode.MISSING),
        (DeviceError("d"), ExitCode.DEVICE),
        (TargetError(Path("t"), "no space left on device"), ExitCode.NOT_WRITABLE),
    ],
)
def test_errors_on_the_way_have_their_exit_code(archive, monkeypatch, error, code):
    def raises(*_):
        raise error

    monkeypatch.setattr(pipeline, "load_model", raises)
    assert run(archive / "in", "-o", archive / "out") == code


def test_every_setting_is_an_option_with_its_help(capsys):
    with pytest.raises(SystemExit):
        run("--help-all")
    text = capsys.readouterr().out
    for item in fields(Settings):
        assert flag(item.name) in text
    assert "--no-smooth" in text
    for code in ExitCode:
        assert f"\n  {code.value:<4} " in text


@pytest.mark.parametrize("command", [["run"], ["watch"], ["queue", "add"]])
def test_short_help_lists_everyday_options_and_names_the_rest(command, capsys):
    def options_of(argument: str) -> set[str]:
        with pytest.raises(SystemExit) as ended:
            cli.main([*command, argument])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        found = set(re.findall(r"^  (?:-\w(?: \w+)?, )?(--[\w-]+)", shown, re.MULTILINE))
        assert "--help-all" in shown
        assert "colorizer help" in shown or argument == "--help-all"
        return found

    everyday = {flag(item.name) for item in fields(Settings) if item.metadata["everyday"]}
    asked = {"--help", "--help-all", "--out"}
    short, whole = options_of("--help"), options_of("--help-all")
    assert everyday | asked <= short <= everyday | asked | {"--dry-run"}
    assert len(everyday) == 8
    assert whole > {flag(item.name) for item in fields(Settings)}


def test_help_lists_the_groups_in_order(capsys):
    with pytest.raises(SystemExit):
        run("--help-all")
    titles = [
        line for line in capsys.readouterr().out.splitlines() if re.fullmatch(r"[a-z ]+:", line)
    ]
    assert titles == ["options:", "inputs and outputs:", "colour:", "photos:", "films:",
                      "image sequences:", "records:", "exit codes:"]  # fmt: skip


def test_options_reach_the_jobs(archive, monkeypatch):
    seen = []
    plain = pipeline.run
    monkeypatch.setattr(
        pipeline, "run", lambda job, model, gather: seen.append(job) or plain(job, model)
    )
    options = ("--no-smooth", "--strength", 0.5, "--jpeg-quality", 80, "--size", 64)
    run(archive / "in", "-o", archive / "out", *options)
    expected = Settings(smooth=False, strength=0.5, jpeg_quality=80, size=64)
    assert {job.settings for job in seen} == {expected}
    assert len(seen) == 3


def test_version_models_doctor(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("colorizer ")
    assert cli.main(["models"]) == 0
    assert "autochrome" in capsys.readouterr().out
    assert cli.main(["models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["models"][0]["name"] == "autochrome"
    code = cli.main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert code == (ExitCode.OK if all(f["ok"] for f in findings) else ExitCode.MISSING)
    assert all(f["fix"] for f in findings if not f["ok"])
    names = {f["name"] for f in findings}
    assert {"torch", "av", "device", "codec h264", "weights autochrome"} <= names


def test_probe_prints_json_and_refuses_what_it_does_not_know(archive, capsys):
    assert cli.main(["probe", str(archive / "in" / "film.mkv")]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["width"], facts["height"]) == (96, 64)
    assert cli.main(["probe", str(archive / "in" / "notes.txt")]) == ExitCode.NO_INPUT
    assert cli.main(["probe", str(archive / "nothing.png")]) == ExitCode.NO_INPUT


@pytest.mark.parametrize("name", ["a.png", "film.mkv"])
def test_preview_shows_gray_beside_colour(archive, name, capsys):
    png = archive / "preview" / "p.png"
    arguments = ["preview", str(archive / "in" / name), "-o", str(png), "--size", "64"]
    assert cli.main([*arguments, "--time", "0.08"]) == 0
    shown = Image.open(png).convert("RGB")
    width, height = shown.size
    assert width == 2 * 96
    halves = [shown.crop((x, 0, x + 96, height)) for x in (0, 96)]
    halves[0].save(archive / "left.png")
    halves[1].save(archive / "right.png")
    assert not drawn.colourful(archive / "left.png")
    assert drawn.colourful(archive / "right.png")


def test_preview_shows_how_sure_the_network_is_and_other_colours(archive, capsys, monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: create_model("autochrome").eval())
    png = archive / "p.png"
    photo = str(archive / "in" / "a.png")
    asked = ["preview", photo, "-o", str(png), "--size", "64", "--confidence"]
    assert cli.main([*asked, "--alternatives", "40,30"]) == 0
    assert Image.open(png).size == (3 * 96, 72)
    first, *colours = capsys.readouterr().out.splitlines()
    assert first == str(png)
    shares = [json.loads(line)["share"] for line in colours]
    assert 1 <= len(shares) <= 3
    assert shares == sorted(shares, reverse=True)
    assert cli.main([*asked, "--alternatives", "96,0"]) == ExitCode.USAGE
    assert "outside the picture of 96 x 72" in capsys.readouterr().err


def test_preview_after_the_end_and_onto_the_source_are_refused(archive, capsys):
    film, photo = archive / "in" / "film.mkv", archive / "in" / "a.png"
    before = drawn.hashes(archive)
    late = ["preview", str(film), "-o", str(archive / "p.png"), "--time", "1:00"]
    assert cli.main(late) == ExitCode.NO_INPUT
    assert "ends after 0.08 s" in capsys.readouterr().err
    assert cli.main(["preview", str(photo), "-o", str(photo)]) == ExitCode.NOT_WRITABLE
    assert cli.main(["preview", str(photo), "-o", str(archive / "p.jpg")]) == ExitCode.USAGE
    assert drawn.hashes(archive) == before


SCRIPT = """
import sys, time
from colorizer.commands import cli
from colorizer import pipeline
from tests.tiny_model import TinyModel
class Slow(TinyModel):
    def predict(self, L, **rest):
        open({mark!r}, "a").close()
        time.sleep({pause})
        return super().predict(L, **rest)
pipeline.load_model = lambda *_: Slow().eval()
sys.exit(cli.main(sys.argv[1:]))
"""


def start(folder: Path, pause: float, *arguments) -> subprocess.Popen:
    script = SCRIPT.format(pause=pause, mark=str(folder / "predicting"))
    command = [sys.executable, "-c", script, "run", folder / "in"]
    command += ["-o", folder / "out", "--size", "64", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        list(map(str, command)), cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for(running: subprocess.Popen, condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


def parts(folder: Path) -> list[Path]:
    return [path for path in (folder / "out").rglob("*") if ".part" in path.name]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
@pytest.mark.parametrize("kind", mostly_slow(["photos", "film"]))
def test_ctrl_c_leaves_no_part_and_the_next_run_goes_on(tmp_path, kind):
    if kind == "film":
        drawn.film(tmp_path / "in" / "film.mkv", 400)
    else:
        for index in range(30):
            drawn.photo(tmp_path / "in" / f"{index}.png", index)
    running = start(tmp_path, 0.1, "--jobs", 2)
    wait_for(running, lambda: parts(tmp_path) if kind == "film" else len(results(tmp_path)) > 1)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=30)
    assert running.returncode == ExitCode.INTERRUPTED, told
    assert "stopping after the current picture" in told
    assert "not done" in told
    assert "Traceback" not in told
    assert parts(tmp_path) == []
    finished = drawn.hashes(tmp_path / "out")
    assert len(finished) < (30 if kind == "photos" else 1)
    second = start(tmp_path, 0)
    _, told = second.communicate(timeout=120)
    assert second.returncode == ExitCode.OK, told
    assert f"{len(finished)} skipped" in told
    assert finished.items() <= drawn.hashes(tmp_path / "out").items()
    assert len(results(tmp_path)) == (30 if kind == "photos" else 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_a_second_ctrl_c_stops_at_once_and_leaves_no_part(tmp_path):
    drawn.film(tmp_path / "in" / "film.mkv", 20)
    running = start(tmp_path, 20)
    wait_for(running, (tmp_path / "predicting").exists, seconds=60)
    assert list((tmp_path / "out").glob(".*.colorize/journal.jsonl"))
    begun = time.monotonic()
    running.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=10)
    assert running.returncode == ExitCode.INTERRUPTED
    assert time.monotonic() - begun < 10
    assert parts(tmp_path) == []


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_traceback(archive):
    running = start(archive, 0.2)
    running.stdout.close()
    running.stdout = None
    _, told = running.communicate(timeout=60)
    assert running.returncode != ExitCode.INTERRUPTED, "the work continues"
    assert "Traceback" not in told
    assert parts(archive) == []
