"""How long the plan of a large archive takes: `python -m tests.bench.many_names [COUNT]`.

Draws COUNT empty scans (1,000,000 by default), 1,000 in each folder, plans a run of them and prints
processor time and peak memory. Nothing is colorized.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from colorizer.archive.planning.plan import plan_run
from colorizer.settings import Settings

_IN_FOLDER = 1000


def draw(root: Path, count: int) -> None:
    """Write empty files named as scans are, not in order."""
    for box in range(-(-count // _IN_FOLDER)):
        folder = root / f"box_{box:04}"
        folder.mkdir(parents=True)
        for number in range(min(_IN_FOLDER, count - box * _IN_FOLDER)):
            (folder / f"scan_{number * 7919 % 100003:06}_r.tif").touch()


def main() -> None:
    """Print one line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder) / "scans", count)
        start = time.process_time()
        plan = plan_run([f"{folder}/scans"], f"{folder}/colorized/", Settings())
        took = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(plan.jobs)} jobs planned in {took:.1f} s of processor time, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
