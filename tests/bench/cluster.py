"""What a cluster costs over a lone run: `python -m tests.bench.cluster [PHOTOS] [FRAMES]`.

Draws PHOTOS photos (100) and a film of shots of about FRAMES frames (3200), and colorizes them by a
lone run, then on a cluster of one machine and of two, one core each, all on this computer. Prints
seconds, the processors' time and what each file costs more of it than in the lone run. That time is
of all that this computer does: let it be idle. The network is tiny and untrained, so that what is
left is the overhead.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests import drawn
from tests.draw_shots import draw_shots
from tests.tiny_weights import write_tiny_weights


def draw(folder: Path, photos: int, frames: int) -> None:
    """Draw the photos and the film."""
    random, shots = Random(0), list[int]()
    for number in range(photos):
        drawn.photo(folder / f"{number:04}.png", number, (360, 480))
    while sum(shots) < frames:
        shots.append(random.randint(30, 85))
    draw_shots(folder / "film.mkv", *shots)


def busy() -> float:
    """Return the seconds that this computer's processors have worked."""
    words = Path("/proc/stat").read_text().split()
    return sum(int(words[place]) for place in (1, 2, 3)) / 100


def measured(command: list[str]) -> tuple[float, float]:
    """Run a command; return seconds, and seconds of the processors."""
    start, worked = time.monotonic(), busy()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start, busy() - worked


def main() -> None:
    """Print the table."""
    from ray.cluster_utils import Cluster

    photos, frames = (int(word) for word in [*sys.argv[1:], "100", "3200"][:2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "in", photos, frames)
        weights = write_tiny_weights(folder / "tiny.safetensors")
        command = [sys.executable, "-m", "colorizer", "run", str(folder / "in")]
        command += ["--weights", str(weights), "--device", "cpu", "--jobs", "1", "-o"]
        rows = {"alone": measured([*command, str(folder / "alone")])}
        head = {"num_cpus": 1, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        for nodes in ("one", "two"):
            more = [str(folder / nodes), "--cluster", cluster.address]
            rows[f"cluster of {nodes}"] = measured([*command, *more])
            if nodes == "one":
                cluster.add_node(num_cpus=1)
        cluster.shutdown()
    print(f"{photos} photos, 1 film\n{'':16} seconds  processor  more for each file")
    for told, (seconds, worked) in rows.items():
        more = (worked - rows["alone"][1]) / (photos + 1)
        print(f"{told:16} {seconds:7.1f} {worked:10.1f} {more:14.2f} s")


if __name__ == "__main__":
    main()
