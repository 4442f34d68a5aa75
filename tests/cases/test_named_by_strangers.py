"""What a sidecar or a manifest of a stranger names is data: never created, read within bounds.

A sidecar's own SHA-256 values are those of hashlib.
"""

import hashlib
import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from colorizer import pipeline
from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine.queue import Queue
from colorizer.engine.queue_json import import_json
from colorizer.jobs import JobState
from colorizer.settings import Settings
from tests import drawn
from tests.cases.made_results import change
from tests.matrix import mostly_slow

CUTS = "# shots of film.mkv\nshot,start,first_frame\n1,0:00:00.000,0\n2,,4\n"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="devices and pipes of POSIX")


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


@pytest.mark.slow
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


@pytest.mark.matrix
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


@pytest.mark.matrix
@pytest.mark.parametrize("folder", [True, False])
def test_an_imported_queue_creates_no_cut_list(made, folder, capsys):
    elsewhere = made / "elsewhere"
    elsewhere.mkdir()
    imported(made, elsewhere if folder else elsewhere / "new" / "planted.csv")
    run_queue(made)
    assert "does not exist; shots are found again" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


@pytest.mark.matrix
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


@pytest.mark.slow
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


@pytest.mark.slow
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
