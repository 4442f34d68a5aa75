"""A run on a cluster of which everything is killed at random gives what a lone run gives, once."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.engine import cluster as cluster_module
from tests import drawn
from tests.draw_shots import draw_shots
from tests.engine.cluster_workers import workers
from tests.tiny_weights import write_tiny_weights

PHOTOS = 24
SHOTS = (40, 62, 30, 13, 50, 71, 45, 80, 33, 26, 54, 7, 60, 44)
LONG = tuple(60 + 7 * number % 29 for number in range(42))
DRIVER = """
import sys
from colorizer.commands import cli
from colorizer.engine import cluster
cluster.PIECE, cluster.SHARD = 96, 3
sys.exit(cli.main(sys.argv[1:]))
"""
KILLS = (*["worker"] * 3, *["machine"] * 2, *["command"] * 2)
RESULTS = (".png", ".mkv")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def results(folder: Path) -> dict[str, str]:
    """Return the hashes of results by their names."""
    return {name: told for name, told in drawn.hashes(folder).items() if name.endswith(RESULTS)}


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
            time.sleep(draw.uniform(0.5, 5))
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


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_killed_nothing_is_lost_and_nothing_double(cluster, tmp_path, seed):
    for number in range(PHOTOS):
        drawn.photo(tmp_path / "in" / f"{number % 4}" / f"{number:02}.png", number)
    draw_shots(tmp_path / "in" / "film.mkv", *SHOTS)
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    command = [
        "run", str(tmp_path / "in"), "--weights", str(weights), "--size", "64", "--codec", "ffv1",
        "--device", "cpu", "--jobs", "1",
    ]  # fmt: skip
    assert cli.main([*command, "-o", str(tmp_path / "alone")]) == ExitCode.OK
    out = tmp_path / "out"
    words = [*command, "-o", str(out), "--cluster", cluster.address]
    draw = random.Random(seed)
    killed = run_and_kill(cluster, [sys.executable, "-c", DRIVER, *words], draw)
    assert len(killed) >= 3
    assert results(out) == results(tmp_path / "alone")
    assert len(results(out)) == PHOTOS + 1
    assert not list(out.rglob(".colorize-*")) + list(out.rglob(".*.colorize"))
    assert cli.main(["merge", str(out), "--sources", str(tmp_path / "in")]) == ExitCode.OK
    assert cli.main(["verify", str(out)]) == ExitCode.OK
    listed = [line.split(maxsplit=1)[1] for line in manifest(out)]
    assert len(listed) == len(set(listed)) == PHOTOS + 1
    made = Counter(Path(name).name for name in derived(out))
    assert set(made.values()) == {1}
    assert len(made) == PHOTOS + 1


def manifest(out: Path) -> list[str]:
    return (out / "manifest-sha256.txt").read_text().splitlines()


def derived(out: Path) -> list[str]:
    """Return the results of all events by which colour was added, of all runs."""
    lines = [line for log in out.glob("*.jsonl") for line in log.read_text().splitlines()]
    told = [one for line in lines if (one := json.loads(line).get("event"))]
    return [
        thing["linkingObjectIdentifierValue"]
        for event in told
        if event["eventType"] == "derivation"
        and event["eventOutcomeInformation"]["eventOutcome"] == "success"
        for thing in event["linkingObjectIdentifier"]
        if thing["linkingObjectRole"] == "outcome"
    ]


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
