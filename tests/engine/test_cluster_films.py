"""A film that several machines do in pieces is the film of a lone run, whatever is killed."""

import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest

from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import cluster as cluster_module
from colorizer.engine.cluster_films import SplitFilms, Task
from colorizer.files.claims import Hold, look
from colorizer.jobs import Job, Kind
from colorizer.media.film.pieces import Piece
from colorizer.settings import Settings
from tests.draw_shots import draw_shots
from tests.engine.cluster_workers import KillsOne
from tests.tiny_weights import write_tiny_weights

SHOTS = (40, 62, 30, 13, 50, 71, 45, 80, 33, 26, 54, 7, 60, 44)
LENGTH = 96
DRIVER = f"""
import sys
from colorizer.commands import cli
from colorizer.engine import cluster
cluster.PIECE = {LENGTH}
sys.exit(cli.main(sys.argv[1:]))
"""

pytestmark = pytest.mark.timeout(600)


def pieces(count: int) -> tuple[Piece, ...]:
    return tuple(Piece(number, count, 10, 10 * count, ()) for number in range(count))


def film_job(folder: Path) -> Job:
    return Job(folder / "a.mkv", folder / "b.mkv", Kind.FILM, Settings())


def test_a_film_is_claimed_while_its_pieces_are_done_and_joined_when_all_have_ended(tmp_path):
    films, job = SplitFilms(), film_job(tmp_path)
    tasks = films.split(job, pieces(3))
    assert look(job.target) is Hold.HELD
    assert films.told(tasks[0], 7).done == 7
    assert films.told(tasks[2], 4).done == 11
    assert films.told(tasks[0], 10).total == 30
    assert films.ended(tasks[1]) == films.ended(tasks[0]) == []
    assert films.ended(tasks[2]) == [Task((job,), whole=True)]
    assert look(job.target) is Hold.FREE


def test_a_film_that_another_run_makes_is_not_split(tmp_path):
    job, other = film_job(tmp_path), SplitFilms()
    other.split(job, pieces(2))
    assert SplitFilms().split(job, pieces(2)) == [Task((job,), whole=True)]
    other.close()
    assert look(job.target) is Hold.FREE


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> tuple[list[str], bytes]:
    """The command line of a run over a film, and what a lone run makes of it."""
    folder = tmp_path_factory.mktemp("film")
    draw_shots(folder / "film.mkv", *SHOTS)
    weights = write_tiny_weights(folder / "tiny.safetensors")
    command = [
        "run", str(folder / "film.mkv"), "--weights", str(weights), "--size", "64",
        "--codec", "ffv1", "--device", "cpu", "--sidecar",
    ]  # fmt: skip
    assert cli.main([*command, "-o", f"{folder}/alone/"]) == ExitCode.OK
    (made,) = (folder / "alone").glob("*.mkv")
    return command, made.read_bytes()


def result(folder: Path) -> bytes:
    (made,) = folder.glob("*.mkv")
    assert not list(folder.glob(".colorize-*")) + list(folder.glob(".*.colorize"))
    assert cli.main(["verify", str(folder)]) == ExitCode.OK
    return made.read_bytes()


@pytest.mark.slow
def test_two_machines_do_the_pieces_of_a_film_and_give_the_bytes_of_a_lone_run(
    cluster, source, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(cluster_module, "PIECE", LENGTH)
    caplog.set_level(logging.INFO, "colorizer")
    command, alone = source
    code = cli.main([*command, "-o", f"{tmp_path}/out/", "--cluster", cluster.address])
    assert code == ExitCode.OK
    assert f"done in {sum(SHOTS) // LENGTH} pieces" in caplog.text
    assert result(tmp_path / "out") == alone


@pytest.mark.slow
def test_a_worker_killed_at_a_piece_costs_nothing(cluster, source, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "PIECE", LENGTH)
    command, alone = source
    segments = ".*.colorize/piece_*/seg_*.nut"
    with KillsOne(lambda: list((tmp_path / "out").glob(segments))) as kills:
        code = cli.main([*command, "-o", f"{tmp_path}/out/", "--cluster", cluster.address])
    assert kills.killed
    assert code == ExitCode.OK
    assert result(tmp_path / "out") == alone


@pytest.mark.slow
def test_a_run_killed_while_pieces_are_done_is_continued_by_the_same_command_or_alone(
    cluster, source, tmp_path, monkeypatch
):
    monkeypatch.setattr(cluster_module, "PIECE", LENGTH)
    command, alone = source
    for place, address in (("again", ["--cluster", cluster.address]), ("alone", [])):
        out = ["-o", f"{tmp_path}/{place}/"]
        driver = subprocess.Popen(
            [sys.executable, "-c", DRIVER, *command, *out, "--cluster", cluster.address],
            stdout=subprocess.DEVNULL,
        )
        while len(list((tmp_path / place).glob(".*.colorize/piece_*/seg_*.nut"))) < 2:
            assert driver.poll() is None
            time.sleep(0.01)
        driver.kill()
        driver.wait()
        assert cli.main([*command, *out, *address]) == ExitCode.OK
        assert result(tmp_path / place) == alone
