"""Values of wrong types, devices and endless lists in what is read back."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.errors import SettingsError
from colorizer.settings import Settings
from tests.cases.made_results import change
from tests.matrix import mostly_slow

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="devices and pipes of POSIX")


POISON = [None, True, -1, 1 << 70, 1e300, "", "a\0b", "x" * 5000, [], [[]], {}, {"a": []}]


@pytest.mark.slow
@pytest.mark.parametrize(
    "value", mostly_slow(POISON, POISON[0]), ids=lambda value: repr(value)[:12]
)
def test_wrong_types_anywhere_in_a_sidecar_are_a_line_and_no_traceback(made, capsys, value):
    sidecar = sidecar_of(made / "out" / "a_color.png")
    sound = json.loads(sidecar.read_text())
    places = [(name,) for name in sound] + [
        (name, key) for name in sound if isinstance(sound[name], dict) for key in sound[name]
    ]
    named = ["run", str(made / "in" / "a.png"), "-o", f"{made / 'out'}/", "--size", "64"]
    for place in places:
        told = json.loads(json.dumps(sound))
        inner = told if len(place) == 1 else told[place[0]]
        inner[place[-1]] = value
        sidecar.write_text(json.dumps(told))
        for command in (
            ["verify", str(made / "out" / "a_color.png")],
            [*named, "--dry-run"],
            ["run", "--repeat", str(sidecar), "--dry-run"],
        ):
            assert cli.main(command) in tuple(ExitCode), place
    assert "Traceback" not in capsys.readouterr().err


def test_a_sidecar_nested_deep_is_none(made):
    sidecar = sidecar_of(made / "out" / "a_color.png")
    for text in ("[" * 200_000, '{"schema": 1, "source": ' + '{"a":' * 50_000):
        sidecar.write_text(text)
        assert read_sidecar(sidecar) is None


@pytest.mark.parametrize("value", POISON, ids=lambda value: repr(value)[:12])
def test_settings_of_a_wrong_type_are_said_by_name(value):
    for name, right in Settings().as_dict().items():
        try:
            Settings.from_dict({name: value})
        except SettingsError:
            continue
        allowed = value is None or type(value) in (type(right), int, str)
        assert allowed, (name, value)


def run_for(seconds: float, *command: str) -> tuple[int, str, int]:
    """Run a command; return its code, what it said and the most memory it had in MB."""
    script = (
        "import resource, sys\nfrom colorizer.commands import cli\ncode = cli.main(sys.argv[1:])\n"
        "print('MB', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\nsys.exit(code)"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, *command], cwd=ROOT, capture_output=True, text=True,
        timeout=seconds, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert time.monotonic() - began < seconds
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr, int(done.stdout.split("MB ")[-1])


@pytest.mark.slow
@pytest.mark.parametrize("what", ["/dev/zero", "fifo"])
def test_devices_and_pipes_are_neither_waited_for_nor_read(made, what):
    place = Path(what)
    if what == "fifo":
        place = made / "pipe"
        os.mkfifo(place)
    for name in ("x.png", "x.mkv", "x.png.colorize.json", "manifest-sha256.txt", "x.hints.json",
                 "x.tif", "x.icc", "x.shots.csv", "x.safetensors", "x.dpx", "x.exr"):  # fmt: skip
        folder = made / "planted" / name
        folder.mkdir(parents=True)
        (folder / name).symlink_to(place)
    sound = made / "in" / "a.png"
    planted = made / "planted"
    out = made / "out" / "a_color.png"
    plain = sidecar_of(made / "out" / "film_color.mkv")
    change(plain, "source", path=str(place))
    commands = [
        ["verify", str(planted / "x.png" / "x.png"), "--source", str(sound)],
        ["verify", str(planted / "x.mkv" / "x.mkv"), "--source", str(made / "in" / "film.mkv")],
        ["verify", str(out), "--source", str(planted / "x.tif" / "x.tif")],
        ["verify", str(planted / "manifest-sha256.txt")],
        ["verify", str(made / "out")],
        ["run", "--repeat", str(planted / "x.png.colorize.json" / "x.png.colorize.json")],
        ["run", "--repeat", str(plain)],
        ["probe", str(planted / "x.mkv" / "x.mkv")],
        ["run", str(planted / "x.dpx" / "x.dpx"), "-o", f"{made}/new/"],
        ["run", str(planted / "x.exr" / "x.exr"), "-o", f"{made}/new/"],
        *(
            ["run", str(sound), "-o", f"{made}/new/", option, str(planted / name / name)]
            for option, name in [("--hints", "x.hints.json"), ("--profile", "x.icc"),
                                 ("--weights", "x.safetensors")]
        ),
        ["run", str(made / "in" / "film.mkv"), "-o", f"{made}/new/", "--shots",
         str(planted / "x.shots.csv" / "x.shots.csv")],
    ]  # fmt: skip
    for command in commands:
        code, said, megabytes = run_for(60, *command)
        assert code not in (ExitCode.OK, 130), (command, said)
        assert megabytes < 1500, command


@pytest.mark.slow
def test_a_list_of_inputs_that_never_ends_is_refused(capsys, tmp_path):
    code, said, megabytes = run_for(
        60, "run", "--from-file", "/dev/zero", "-o", str(tmp_path / "out")
    )
    assert code == ExitCode.USAGE, said
    assert "256 MB" in said
    assert megabytes < 1500


@pytest.mark.slow
def test_a_list_of_inputs_may_be_a_pipe(made):
    run = f"{sys.executable} -m colorizer run --dry-run -o {made}/new"
    command = f"{run} --from-file <(echo {made}/in/a.png)"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert "a_color.png" in done.stdout, done.stderr


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["/etc/hostname", "../outside.txt", "link/outside.txt"])
def test_verify_reads_nothing_that_a_manifest_names_outside(made, name, capsys):
    (made / "outside.txt").write_text("private")
    (made / "out" / "link").symlink_to(made)
    with (made / "out" / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{hashlib.sha256(b'private').hexdigest()}  {name}\n")
    assert cli.main(["verify", str(made / "out"), "--quick"]) == ExitCode.SOME_FAILED
    assert "not below the folder of the manifest" in capsys.readouterr().out


def test_a_source_that_is_a_folder_is_not_walked(made, capsys):
    change(sidecar_of(made / "out" / "a_color.png"), "source", path="/")
    assert cli.main(["verify", str(made / "out" / "a_color.png")]) == ExitCode.SOME_FAILED
    assert "is no regular file" in capsys.readouterr().out
