"""A run on a cluster of which everything is killed at random gives what a lone run gives, once."""

import random
import subprocess
import sys
import time

import pytest

from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import cluster as cluster_module
from tests import drawn
from tests.draw_shots import draw_shots
from tests.engine.cluster_workers import workers
from tests.engine.records import records, results
from tests.tiny_weights import write_tiny_weights

PHOTOS = 300
SHOTS = (40, 62, 30, 13, 50, 71, 45, 80, 33, 26, 54, 7, 60, 44)
LONG = tuple(60 + 7 * number % 29 for number in range(42))
DRIVER = """
import sys
from colorizer.commands import cli
from colorizer.engine import cluster
cluster.PIECE, cluster.SHARD = 96, 8
sys.exit(cli.main(sys.argv[1:]))
"""
SEED = 3
"""By which one of each kind is killed first."""
KILLS = (*["worker"] * 3, *["machine"] * 2, *["command"] * 2)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def kill(what: str, cluster, driver: subprocess.Popen, draw: random.Random) -> None:
    """Kill one of what takes part: a worker, a machine, or the command itself."""
    if what == "command":
        driver.kill()
        driver.wait()
    elif what == "machine":
        cluster.remove_node(cluster.list_all_nodes()[-1], allow_graceful=False)  # not the first
        cluster.add_node(num_cpus=1)
    elif running := workers():
        draw.choice(running).kill()


def run_and_kill(cluster, start: list[str], draw: random.Random) -> list[str]:
    """Run a command to its end, starting it again when it was killed; return what was killed."""
    killed = []
    driver = subprocess.Popen(start, stdout=subprocess.DEVNULL)
    try:
        for what in draw.sample(KILLS, len(KILLS)):
            while driver.poll() is None and not workers():
                time.sleep(0.1)
            time.sleep(draw.uniform(0.5, 3))
            if driver.poll() is not None:
                break
            kill(what, cluster, driver, draw)
            killed.append(what)
            if what == "command":
                driver = subprocess.Popen(start, stdout=subprocess.DEVNULL)
        assert driver.wait() == ExitCode.OK
    finally:
        driver.kill()
        driver.wait()
    return killed


def test_whatever_is_killed_nothing_is_lost_and_nothing_double(cluster, tmp_path):
    for number in range(PHOTOS):
        drawn.photo(tmp_path / "in" / f"{number % 4}" / f"{number:03}.png", number)
    draw_shots(tmp_path / "in" / "film.mkv", *SHOTS)
    draw_shots(tmp_path / "in" / "short.mkv", *SHOTS[:5])
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    command = [
        "run", str(tmp_path / "in"), "--weights", str(weights), "--size", "64", "--codec", "ffv1",
        "--device", "cpu", "--jobs", "1", "--sidecar",
    ]  # fmt: skip
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert cli.main([*command, "-o", str(alone)]) == ExitCode.OK
    words = [*command, "-o", str(out), "--cluster", cluster.address]
    killed = run_and_kill(cluster, [sys.executable, "-c", DRIVER, *words], random.Random(SEED))
    assert set(killed) == set(KILLS)
    assert not list(out.rglob(".colorize-*")) + list(out.rglob(".*.colorize"))
    assert cli.main(["merge", str(out), "--sources", str(tmp_path / "in")]) == ExitCode.OK
    assert cli.main(["verify", str(out)]) == ExitCode.OK
    assert len(results(out)) == PHOTOS + 2
    assert records(out) == records(alone)


def test_a_film_of_three_thousand_frames_split_over_two_machines_is_that_of_a_lone_run(
    cluster, tmp_path, caplog
):
    caplog.set_level("INFO", "colorizer")
    draw_shots(tmp_path / "film.mkv", *LONG)
    assert sum(LONG) >= 2 * cluster_module.PIECE
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    command = [
        "run", str(tmp_path / "film.mkv"), "--weights", str(weights), "--size", "64",
        "--codec", "ffv1", "--device", "cpu", "--jobs", "1",
    ]  # fmt: skip
    assert cli.main([*command, "-o", f"{tmp_path}/out/", "--cluster", cluster.address]) == 0
    assert f"done in {sum(LONG) // cluster_module.PIECE} pieces" in caplog.text
    assert cli.main([*command, "-o", f"{tmp_path}/alone/"]) == ExitCode.OK
    assert results(tmp_path / "out") == results(tmp_path / "alone")
    assert cli.main(["verify", f"{tmp_path}/out"]) == ExitCode.OK
