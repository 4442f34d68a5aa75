"""What a cluster costs over a lone run: `python -m tests.bench.cluster [PHOTOS] [FRAMES]`.

Draws PHOTOS photos (300) and two films of shots of about FRAMES frames (3200), and colorizes them
by a lone run, then on a cluster of one machine and of two, one core each, all on this computer.
Prints seconds, processor time of all processes of a run, Ray's too, what each file costs more of it
than in the lone run, and whether results, sidecars, manifest and events are those of the lone run.
The network is tiny and untrained, so that what is left is the overhead.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil

from tests import drawn
from tests.draw_shots import draw_shots
from tests.engine.records import records
from tests.tiny_weights import write_tiny_weights


def draw(folder: Path, photos: int, frames: int) -> None:
    """Draw the photos and the films."""
    for number in range(photos):
        drawn.photo(folder / f"{number:04}.png", number, (360, 480))
    for seed in range(2):
        random, shots = Random(seed), list[int]()
        while sum(shots) < frames:
            shots.append(random.randint(30, 85))
        draw_shots(folder / f"film{seed}.mkv", *shots)


def measured(command: list[str]) -> tuple[float, float]:
    """Run a command; return seconds, and processor seconds of all that this process has started."""
    start, last = time.monotonic(), dict[int, float]()
    before = spent()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while run.poll() is None:
            last |= spent()
            time.sleep(0.1)
    assert run.returncode == 0
    return time.monotonic() - start, sum(last.values()) - sum(before.values())


def spent() -> dict[int, float]:
    """Return processor seconds of the processes that this one has started, by their numbers."""
    found = {}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            times = process.cpu_times()
            found[process.pid] = times.user + times.system
    return found


def main() -> None:
    """Print the table."""
    from ray.cluster_utils import Cluster

    given = [int(word) for word in sys.argv[1:]]
    photos, frames = [*given, *(300, 3200)[len(given) :]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "in", photos, frames)
        weights = write_tiny_weights(folder / "tiny.safetensors")
        command = [sys.executable, "-m", "colorizer", "run", str(folder / "in")]
        command += ["--weights", str(weights), "--size", "64", "--device", "cpu", "--jobs", "1"]
        command += ["--sidecar", "-o"]
        rows = {"alone": measured([*command, str(folder / "alone")])}
        head = {"num_cpus": 1, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        for nodes in ("one", "two"):
            more = [str(folder / nodes), "--cluster", cluster.address]
            rows[f"cluster of {nodes}"] = measured([*command, *more])
            if nodes == "one":
                cluster.add_node(num_cpus=1)
        cluster.shutdown()
        wanted = records(folder / "alone")
        equal = {f"cluster of {one}": records(folder / one) == wanted for one in ("one", "two")}
    print(f"{photos} photos, 2 films\n{'':16} seconds  processor  more for each file  equal")
    for told, (seconds, worked) in rows.items():
        more = (worked - rows["alone"][1]) / (photos + 2)
        print(f"{told:16} {seconds:7.1f} {worked:10.1f} {more:18.2f} s  {equal.get(told, '')}")


if __name__ == "__main__":
    main()
