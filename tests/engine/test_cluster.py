"""A run on several machines, which are nodes of a Ray cluster on this one."""

import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from colorizer.archive.planning.plan import plan_run
from colorizer.commands import cli
from colorizer.commands.lists import inputs_of
from colorizer.commands.options import settings_from
from colorizer.commands.report import ExitCode
from colorizer.engine import cluster as cluster_module
from colorizer.engine.cluster import SHARD, run_on_cluster, shards
from colorizer.engine.cluster_address import connected
from colorizer.engine.cluster_films import Task
from colorizer.engine.runner import Handling
from colorizer.errors import ClusterError
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.media.film.pieces import Piece
from colorizer.settings import Settings
from tests import drawn
from tests.engine.cluster_workers import KillsOne
from tests.tiny_weights import write_tiny_weights

PHOTOS = 9

pytestmark = pytest.mark.timeout(600)


def job(name: str, kind: Kind = Kind.PHOTO) -> Job:
    return Job(Path(f"/in/{name}"), Path(f"/out/{name}"), kind, Settings())


def test_films_go_first_and_alone_and_photos_by_the_shard():
    photos = [job(f"{number}.png") for number in range(SHARD + 3)]
    films = [job("a.mkv", Kind.FILM), job("b.mkv", Kind.FILM)]
    given = list(shards([*photos, *films]))
    assert given[:2] == [(films[0],), (films[1],)]
    assert [len(shard) for shard in given[2:]] == [SHARD, 3]
    assert [one for shard in given[2:] for one in shard] == photos


def test_without_ray_the_way_to_get_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r'pip install "film-colorizer\[cluster\]"'):
        next(run_on_cluster([job("a.png")], "auto", Handling()))


def test_a_job_at_which_workers_end_twice_fails_and_each_is_killed():
    one, ends, killed = job("a.png"), [], []
    ray = SimpleNamespace(kill=killed.append)
    fleet = cluster_module._Fleet(ray, [one], Handling(record=ends.append), None)
    told = []
    for actor in ("first", "second"):
        post = cluster_module._Post(actor, "node", host="host", task=Task((one,)), open={0})
        fleet._posts.append(post)
        told += fleet._lost(post, RuntimeError("an unexpected fault"))
    assert killed == ["first", "second"]
    assert [step.state for step in told] == [step.state for step in ends] == [JobState.FAILED]
    assert told[0].node == "host"
    assert not fleet._posts


def test_every_step_names_the_machine_that_took_it(tmp_path):
    photo, film = job("a.png"), job("b.mkv", Kind.FILM)
    fleet = cluster_module._Fleet(None, [photo, film], Handling(), None)
    post = cluster_module._Post(None, "node", host="box7", task=Task((photo,)), open={0})
    (told,) = fleet._step(post, 0, Progress(photo, JobState.DONE, 1, 1))
    assert told.node == "box7"
    film = replace(film, target=tmp_path / "b.mkv")
    pieces = (Piece(0, 2, 10, 20, ()), Piece(1, 2, 10, 20, ()))
    post.task = fleet._films.split(film, pieces)[0]
    (told,) = fleet._step(post, 0, 4)
    assert (told.node, told.done) == ("box7", 4)
    fleet._films.close()


def test_a_cluster_that_does_not_answer_is_told_at_once():
    pytest.importorskip("ray")
    with pytest.raises(ClusterError, match=r"no cluster at 127\.0\.0\.1:9: .*refused"):
        next(run_on_cluster([job("a.png")], "ray://127.0.0.1:9", Handling()))


@pytest.fixture
def archive(tmp_path, monkeypatch) -> list[str]:
    """The command line of a run over photos and a film, without an address."""
    monkeypatch.setattr("colorizer.engine.cluster.SHARD", 3)
    for number in range(PHOTOS):
        drawn.photo(tmp_path / "in" / f"{number % 4}" / f"{number:02}.png", number)
    drawn.film(tmp_path / "in" / "film.mkv", 3)
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    return [
        "run", str(tmp_path / "in"), "--weights", str(weights), "--size", "64", "--codec", "ffv1",
        "--device", "cpu", "--sidecar", "--json", "--jobs", "1",
    ]  # fmt: skip


def colours(folder: Path) -> dict[str, str]:
    """Return results and their hashes, without sidecars, manifest and logs."""
    kept = (".png", ".mkv")
    return {name: told for name, told in drawn.hashes(folder).items() if name.endswith(kept)}


@contextmanager
def cores_taken(address: str):
    """Another program's work on both machines."""
    code = """
import ray, sys, time
ray.init(sys.argv[1], log_to_driver=False)
holds = [ray.remote(num_cpus=1)(lambda: time.sleep(600)).remote() for _ in range(2)]
while ray.available_resources().get("CPU", 0):
    time.sleep(0.1)
print("taken", flush=True)
time.sleep(600)
"""
    other = subprocess.Popen(
        [sys.executable, "-c", code, address], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline().strip() == "taken"
        yield
    finally:
        other.kill()
        other.wait()
        other.stdout.close()


def listed(folder: Path) -> set[str]:
    lines = (folder / "manifest-sha256.txt").read_text().splitlines()
    return {line.split(maxsplit=1)[1].strip("* ") for line in lines}


@pytest.mark.slow
def test_two_machines_give_what_one_gives_and_one_ledger(cluster, archive, tmp_path, capsys):
    assert cli.main([*archive, "-o", str(tmp_path / "alone")]) == ExitCode.OK
    capsys.readouterr()
    address = ["--cluster", f"ray://{cluster.address}"]
    assert cli.main([*archive, "-o", str(tmp_path / "out"), *address]) == ExitCode.OK
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(event["event"] == "done" for event in told) == PHOTOS + 1
    of_jobs = [event for event in told if "source" in event]
    assert {event.get("node") for event in of_jobs} == {platform.node()}
    assert colours(tmp_path / "out") == colours(tmp_path / "alone")
    assert len(colours(tmp_path / "out")) == PHOTOS + 1
    assert cli.main(["verify", str(tmp_path / "out")]) == ExitCode.OK


@pytest.mark.slow
def test_a_machine_that_cannot_see_the_files_is_refused_before_the_work(cluster, tmp_path):
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    gone = Job(
        tmp_path / "unmounted" / "a.png", tmp_path / "out" / "a.png", Kind.PHOTO,
        Settings(weights=weights, device="cpu"),
    )  # fmt: skip
    with pytest.raises(ClusterError, match=r"does not see .*unmounted"):
        list(run_on_cluster([gone], cluster.address, Handling()))


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(cluster, archive, tmp_path, capsys):
    with KillsOne(lambda: list((tmp_path / "out").rglob("*.png"))) as kills:
        code = cli.main([*archive, "-o", str(tmp_path / "out"), "--cluster", cluster.address])
    assert kills.killed
    assert code == ExitCode.OK, capsys.readouterr().err
    assert len(colours(tmp_path / "out")) == PHOTOS + 1
    assert cli.main(["verify", str(tmp_path / "out")]) == ExitCode.OK
    assert not list((tmp_path / "out").rglob(".colorize-*"))


@pytest.mark.slow
def test_a_run_whose_own_process_is_killed_is_continued_and_lists_all_once(
    cluster, archive, tmp_path
):
    command = [*archive, "-o", str(tmp_path / "out"), "--cluster", cluster.address]
    driver = subprocess.Popen(
        [sys.executable, "-m", "colorizer", *command], stdout=subprocess.DEVNULL
    )
    while len(list((tmp_path / "out").rglob("*.png"))) < 2:
        assert driver.poll() is None
        time.sleep(0.01)
    driver.kill()
    driver.wait()
    assert cli.main(command) == ExitCode.OK
    assert cli.main([*archive, "-o", str(tmp_path / "alone")]) == ExitCode.OK
    assert colours(tmp_path / "out") == colours(tmp_path / "alone")
    assert cli.main(["verify", str(tmp_path / "out")]) == ExitCode.OK
    assert not list((tmp_path / "out").rglob(".colorize-*"))
    assert cli.main(["merge", str(tmp_path / "out"), "--sources", str(tmp_path / "in")]) == 0
    assert len(listed(tmp_path / "out")) == len(colours(tmp_path / "alone"))


@pytest.mark.slow
def test_a_cluster_without_free_cores_is_waited_for_with_a_word(
    cluster, archive, tmp_path, caplog, monkeypatch
):
    monkeypatch.setattr(cluster_module, "_PATIENCE_SECONDS", 2.0)
    arguments = cli.program_parser().parse_args([*archive, "-o", str(tmp_path / "out")])
    plan = plan_run(inputs_of(arguments), arguments.out, settings_from(arguments), recursive=True)
    handling = Handling(stop=lambda: "free cores" in caplog.text)
    steps = run_on_cluster(plan.jobs, cluster.address, handling, workers=1)
    with cores_taken(cluster.address):
        assert list(steps) == []
    assert "no machine of the cluster has free cores yet" in caplog.text


@pytest.mark.slow
def test_a_machine_that_dies_is_replaced_by_the_others(cluster, archive, tmp_path):
    doomed = cluster.add_node(num_cpus=1)

    def end_it() -> None:
        while not list((tmp_path / "out").rglob("*.png")):
            time.sleep(0.01)
        cluster.remove_node(doomed, allow_graceful=False)

    thread = threading.Thread(target=end_it)
    thread.start()
    code = cli.main([*archive, "-o", str(tmp_path / "out"), "--cluster", cluster.address])
    thread.join()
    assert code == ExitCode.OK
    assert len(colours(tmp_path / "out")) == PHOTOS + 1
    assert cli.main(["verify", str(tmp_path / "out")]) == ExitCode.OK


@pytest.mark.slow
def test_stopping_finishes_what_is_in_progress_and_no_more(cluster, archive, tmp_path):
    arguments = cli.program_parser().parse_args([*archive, "-o", str(tmp_path / "out")])
    plan = plan_run(inputs_of(arguments), arguments.out, settings_from(arguments), recursive=True)
    ends = []
    handling = Handling(record=ends.append, stop=lambda: len(ends) >= 3)
    list(run_on_cluster(plan.jobs, cluster.address, handling, workers=1))
    done = [end for end in ends if end.state is JobState.DONE]
    assert 3 <= len(done) < PHOTOS + 1
    assert {str(end.job.target) for end in done} == {
        str(path) for path in (tmp_path / "out").rglob("*") if path.suffix in (".png", ".mkv")
    }


def begun(command) -> subprocess.Popen:
    """Return a run of the program that has told two results."""
    driver = subprocess.Popen(
        [sys.executable, "-m", "colorizer", *command], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(2):
        assert driver.stdout.readline()
    return driver


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_finishes_what_is_in_progress_and_a_second_one_stops(cluster, tmp_path, times):
    count, out = 80, tmp_path / "out"
    for number in range(count):
        drawn.photo(tmp_path / "in" / f"{number:03}.png", number)
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    command = ["run", str(tmp_path / "in"), "-o", str(out), "--weights", str(weights)]
    command += ["--size", "64", "--device", "cpu", "--cluster", cluster.address]
    driver = begun(command)
    driver.send_signal(signal.SIGINT)
    if times == 2:
        while "stopping after" not in driver.stderr.readline():
            assert driver.poll() is None
        driver.send_signal(signal.SIGINT)
    driver.communicate(timeout=60)
    assert driver.returncode == ExitCode.INTERRUPTED
    assert 2 <= len(colours(out)) < count
    if times == 1:
        assert not [path for path in out.rglob("*") if ".part" in path.name]
    assert cli.main(command) == ExitCode.OK
    assert len(colours(out)) == count
    assert cli.main(["verify", str(out)]) == ExitCode.OK
    assert not list(out.rglob(".colorize-*"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGHUP")
def test_the_processes_of_a_cluster_of_its_own_outlive_a_closed_terminal():
    class Counts:
        def up(self) -> int:
            return 1

    with connected("local") as ray:
        counting = ray.remote(Counts).remote()
        assert ray.get(counting.up.remote()) == 1
        processes = psutil.Process().children(recursive=True)
        for process in processes:
            if os.getpgid(process.pid) == os.getpgid(0):
                process.send_signal(signal.SIGHUP)
        time.sleep(2)  # one that has lost its agents ends
        assert ray.get(counting.up.remote()) == 1
        assert psutil.STATUS_ZOMBIE not in [process.status() for process in processes]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_sigterm_stops_a_run_on_a_cluster_of_its_own(tmp_path):
    out = tmp_path / "out"
    for index in range(80):
        drawn.photo(tmp_path / "in" / f"{index:03}.png", index)
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    command = ["run", str(tmp_path / "in"), "-o", str(out), "--weights", str(weights)]
    command += ["--size", "64", "--device", "cpu", "--cluster", "local"]
    driver = begun(command)
    driver.send_signal(signal.SIGTERM)
    _, told = driver.communicate(timeout=60)
    assert driver.returncode == ExitCode.INTERRUPTED, told
    assert 2 <= len(colours(out)) < 80
    assert "lost" not in told
    assert not [path for path in out.rglob("*") if ".part" in path.name]
    assert not list(out.rglob(".colorize-*"))
