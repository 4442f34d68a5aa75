"""The command line: streams, exit codes, lists, plans and Ctrl-C."""

import json
import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from PIL import Image

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.errors import DeviceError, TargetError, WeightsError
from colorizer.settings import Settings
from colorizer.settings.option import flag
from tests import drawn
from tests.commands.calls import results
from tests.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


def run(*arguments) -> int:
    return cli.main(["run", *map(str, arguments)])


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


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
    assert drawn.hashes(archive / "out") == first, "it is done"
    assert run(photo, *out, "--existing", "rename", "--strength", 1.5) == ExitCode.OK
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


def test_of_a_damaged_photo_it_is_told_that_it_can_be_salvaged(archive, capsys):
    photo, empty = archive / "in" / "a.png", archive / "in" / "empty.png"
    photo.write_bytes(photo.read_bytes()[:-200])
    empty.touch()
    given = (photo, empty, "-o", archive / "out", "--size", 64)
    assert run(*given) == ExitCode.SOME_FAILED
    told = dict(
        line.split(".png: ", 1) for line in capsys.readouterr().err.splitlines() if ".png: " in line
    )
    assert "--damaged salvage" in told[f"failed: {archive}/in/a"]
    assert told[f"failed: {archive}/in/empty"] == "is empty (0 bytes)"
    assert run(photo, "-o", archive / "out", "--size", 64, "--damaged", "salvage") == ExitCode.OK


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_what_a_folder_could_not_give_keeps_its_place_in_the_list(archive):
    link = archive / "in" / "1920" / "c.jpg"
    link.symlink_to("elsewhere.jpg")
    failed = archive / "failed.txt"
    arguments = ("-o", archive / "out", "--size", 64, "--failed-list", failed)
    assert run(archive / "in", *arguments) == ExitCode.SOME_FAILED
    assert failed.read_text() == f"{archive}/in/./1920/c.jpg\n"
    drawn.photo(archive / "in" / "1920" / "elsewhere.jpg")
    assert run(*arguments, "--from-file", failed) == ExitCode.OK
    assert "1920/c_color.jpg" in results(archive)


def test_a_folder_may_bring_its_place_in_the_tree(archive):
    assert run(f"{archive}/in/./1920", "-o", archive / "out", "--size", 64) == ExitCode.OK
    assert all(name.startswith("1920/") for name in results(archive))


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
    rename = ("--existing", "rename", "--strength", 0.5)
    assert run(photo, "-o", out / "x.jpg", *rename) == ExitCode.OK
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
        pipeline, "run", lambda job, model, **_: seen.append(job) or plain(job, model)
    )
    options = ("--no-smooth", "--strength", 0.5, "--jpeg-quality", 80, "--size", 64)
    run(archive / "in", "-o", archive / "out", *options)
    expected = Settings(smooth=False, strength=0.5, jpeg_quality=80, size=64)
    assert {job.settings for job in seen} == {expected}
    assert len(seen) == 3


def test_a_value_typed_as_an_option_is_told_with_the_option(capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", "a", "-o", "b", "--overwrite", "--ffv1", "--cpux"])
    assert "did you mean --existing overwrite --codec ffv1?" in capsys.readouterr().err


def test_a_mistyped_option_is_told_with_its_neighbour_and_its_command(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["preview", "a.mkv", "b.mkv", "--out", "a.png", "--strenght=2"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "did you mean --strength?" in told
    assert "usage: colorizer preview" in told
    assert "b.mkv" in told.splitlines()[-1]
