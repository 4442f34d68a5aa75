"""What a sidecar or a manifest of a stranger names is data: never created, read within bounds.

A sidecar's own SHA-256 values are those of hashlib.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine.queue import Queue
from colorizer.engine.queue_json import import_json
from colorizer.errors import SettingsError
from colorizer.jobs import JobState
from colorizer.settings import Settings
from tests import drawn
from tests.matrix import mostly_slow

CUTS = "# shots of film.mkv\nshot,start,first_frame\n1,0:00:00.000,0\n2,,4\n"
ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="devices and pipes of POSIX")


@pytest.fixture
def made(tmp_path, tiny) -> Path:
    drawn.photo(tmp_path / "in" / "a.png", 1)
    drawn.film(tmp_path / "in" / "film.mkv")
    named = [str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--size", "64", "--codec", "ffv1"]
    assert cli.main(["run", *named]) == ExitCode.OK
    return tmp_path


def change(file: Path, section: str, **values) -> None:
    told = json.loads(file.read_text())
    told[section] |= values
    file.write_text(json.dumps(told))


def repeat(sidecar: Path, *more: str) -> int:
    return cli.main(["run", "--repeat", str(sidecar), *more])


@pytest.mark.parametrize("kind", mostly_slow(["a.png", "film.mkv"], "film.mkv"))
@pytest.mark.parametrize(
    "deep", mostly_slow(["planted.csv", "new/folder/planted.csv", "."], "new/folder/planted.csv")
)
def test_repeat_never_creates_the_cut_list_that_a_sidecar_names(made, kind, deep, monkeypatch):
    sidecar = sidecar_of(made / "out" / f"{kind[:-4]}_color{kind[-4:]}")
    elsewhere = made / "elsewhere"
    elsewhere.mkdir()
    change(sidecar, "settings", shots=str(elsewhere / deep))
    before = drawn.hashes(made / "out")
    assert repeat(sidecar) == ExitCode.OK
    assert list(elsewhere.iterdir()) == []
    relative = os.path.relpath(elsewhere / deep, made / "out")
    change(sidecar, "settings", shots=relative)
    monkeypatch.chdir(made / "out")
    assert repeat(sidecar) == ExitCode.OK
    assert list(elsewhere.iterdir()) == []
    assert drawn.hashes(made / "out").keys() == before.keys()


def test_repeat_reads_the_cut_list_that_the_result_was_made_with(made, capsys):
    named = [str(made / "in" / "film.mkv"), "-o", str(made / "other"), "--size", "64"]
    cuts = made / "cuts.csv"
    cuts.write_text(CUTS)
    assert cli.main(["run", *named, "--codec", "ffv1", "--shots", str(cuts)]) == ExitCode.OK
    sidecar = sidecar_of(made / "other" / "film_color.mkv")
    assert repeat(sidecar) == ExitCode.OK
    assert "cut list" not in capsys.readouterr().err
    cuts.write_text(cuts.read_text().replace(",,4", ",,5"))
    repeat(sidecar)
    assert "not as it was: the cut list" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [("weights", "/etc/hostname"), ("profile", "/etc/hostname"), ("weights", "/dev/zero"),
     ("profile", "../../x.icc"), ("assume-profile", "/etc/hostname")],
)  # fmt: skip
def test_repeat_reads_no_file_elsewhere_that_nobody_named(made, capsys, name, value):
    sidecar = sidecar_of(made / "out" / "a_color.png")
    change(sidecar, "settings", **{name.replace("-", "_"): value})
    assert repeat(sidecar) == ExitCode.USAGE
    assert f"--{name} {value}" in capsys.readouterr().err, "it says how to name it"


def test_repeat_signs_with_no_key_and_takes_no_hints_that_a_sidecar_names(made, capsys):
    sidecar = sidecar_of(made / "out" / "a_color.png")
    change(
        sidecar, "settings", c2pa_certificate="/dev/zero", c2pa_key="/dev/zero", hints="/dev/zero"
    )
    assert repeat(sidecar) == ExitCode.OK


def test_repeat_refuses_a_reference_that_is_not_the_recorded_one(made, capsys):
    sidecar = sidecar_of(made / "out" / "film_color.mkv")
    other = drawn.photo(made / "private.png", 3)
    digest = hashlib.sha256(b"another").hexdigest()
    change(sidecar, "model", hints=[[str(other), 0.0]], references={str(other): digest})
    assert repeat(sidecar) == ExitCode.USAGE
    assert "reference" in capsys.readouterr().err


def imported(made: Path, shots: Path) -> None:
    """Write a list of one job that names a cut list, and import it."""
    told = {"shots": str(shots), "codec": "ffv1", "size": 64}
    job = {"source": str(made / "in" / "film.mkv"), "target": str(made / "third" / "f.mkv"),
           "kind": "film", "settings": told, "new_list": True}  # fmt: skip
    (made / "jobs.json").write_text(json.dumps({"schema": 1, "jobs": [job]}))
    with closing(Queue(made / "q.sqlite")) as queue:
        import_json(queue, made / "jobs.json")


def run_queue(made: Path) -> None:
    assert cli.main(["queue", "--file", str(made / "q.sqlite"), "run"]) == ExitCode.OK
    assert (made / "third" / "f.mkv").exists()


@pytest.mark.parametrize("folder", [True, False])
def test_an_imported_queue_creates_no_cut_list(made, folder, capsys):
    elsewhere = made / "elsewhere"
    elsewhere.mkdir()
    imported(made, elsewhere if folder else elsewhere / "new" / "planted.csv")
    run_queue(made)
    assert "does not exist; shots are found again" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("apart", [False, True])
def test_an_imported_cut_list_that_is_gone_at_the_run_is_not_written(made, apart):
    cuts = made / "cuts.csv"
    cuts.write_text(CUTS)
    imported(made, cuts)
    cuts.unlink()
    if apart:  # its job is given to a process of its own
        with closing(Queue(made / "q.sqlite")) as queue:
            queue.update(queue.entries()[0].id, state=JobState.INTERRUPTED)
    run_queue(made)
    assert not cuts.exists()


def test_a_cut_list_gone_since_its_result_was_made_is_not_written_by_repeat(made, monkeypatch):
    """It goes between the reading of the sidecar and the work."""
    cuts = made / "cuts.csv"
    cuts.write_text(CUTS)
    named = [str(made / "in" / "film.mkv"), "-o", str(made / "other"), "--size", "64"]
    assert cli.main(["run", *named, "--codec", "ffv1", "--shots", str(cuts)]) == ExitCode.OK
    opened = pipeline.open_model

    def removed(settings: Settings) -> object:
        cuts.unlink()
        return opened(settings)

    monkeypatch.setattr(pipeline, "open_model", removed)
    repeat(sidecar_of(made / "other" / "film_color.mkv"))
    assert not cuts.exists()


def test_a_cut_list_that_a_person_names_is_written_from_the_queue(made):
    cuts, queue = made / "cuts.csv", ["queue", "--file", str(made / "q.sqlite")]
    film, out = str(made / "in" / "film.mkv"), str(made / "third" / "f.mkv")
    assert cli.main([*queue, "add", film, "-o", out, "--shots", str(cuts)]) == ExitCode.OK
    run_queue(made)
    assert cuts.read_text().startswith("# shots of film.mkv\n")


def test_an_imported_queue_keeps_the_cut_list_that_exists(made):
    cuts = made / "cuts.csv"
    cuts.write_text(CUTS)
    imported(made, cuts)
    with closing(Queue(made / "q.sqlite")) as queue:
        assert queue.entries()[0].job.settings.shots == cuts


@pytest.mark.parametrize(
    "name", mostly_slow(["../a.png", "/tmp/a.png", "", ".", "..", "a\0b", "x/y.png"], "../a.png")
)
def test_a_sidecar_whose_result_is_elsewhere_is_none(made, name):
    sidecar = sidecar_of(made / "out" / "a_color.png")
    change(sidecar, "result", name=name)
    assert read_sidecar(sidecar) is None
    assert repeat(sidecar) == ExitCode.NO_INPUT


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


def test_a_list_of_inputs_that_never_ends_is_refused(capsys, tmp_path):
    code, said, megabytes = run_for(
        60, "run", "--from-file", "/dev/zero", "-o", str(tmp_path / "out")
    )
    assert code == ExitCode.USAGE, said
    assert "256 MB" in said
    assert megabytes < 1500


def test_a_list_of_inputs_may_be_a_pipe(made):
    run = f"{sys.executable} -m colorizer run --dry-run -o {made}/new"
    command = f"{run} --from-file <(echo {made}/in/a.png)"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert "a_color.png" in done.stdout, done.stderr


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
