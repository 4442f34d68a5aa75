"""Whether a CUDA card computes what the CPU does, and how fast: `python -m tests.bench.cuda`.

Takes less than three minutes. Checks float16 on the card against float32 on the CPU, that pictures
have the same bits in any company, and what happens when the card's memory is short
(`cuda_checks`); then prints rates of films and photos and where their time goes (`cuda_rates`). A
part that fails, or takes too long, is printed, and the next one follows. Ends with 1 where any part
failed.

`--dry` runs all of it on the CPU with small pictures: float16 by autocast of the CPU, lack of
memory by a network that refuses large pictures.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from colorizer.models import load_model
from colorizer.stages.device import choose_device, describe_device
from tests.bench import cuda_checks as checks
from tests.bench import cuda_rates as rates
from tests.bench.cuda_checks import Bench

MOST_SECONDS = 172.0


class TimeUp(BaseException):
    """A part has had its time. No Exception: nothing on the way may take it for a failed job."""


@contextmanager
def boxed(seconds: float) -> Iterator[None]:
    """Raise TimeUp in this thread after so many seconds, where the system has alarms."""

    def ring(*_: object) -> None:
        raise TimeUp

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.1))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def do_part(name: str, seconds: float, task: Callable[[], list[str]]) -> bool:
    """Do a part in its time; print what is wrong with it; return whether nothing is."""
    print(f"\n{name} (at most {seconds:.0f} s)", flush=True)
    began = time.perf_counter()
    try:
        with boxed(seconds):
            wrong = task()
    except TimeUp:
        wrong = [f"stopped after {seconds:.0f} s"]
    except Exception as error:  # the rest of the card's minutes must not be lost
        traceback.print_exc(limit=-6, file=sys.stdout)
        wrong = [f"{type(error).__name__}: {error}"]
    for line in wrong:
        print(f"  FAILED {line}")
    print(f"  {'FAILED' if wrong else 'ok'}, {time.perf_counter() - began:.1f} s", flush=True)
    return not wrong


def parts_of(bench: Bench) -> dict[str, tuple[float, Callable[[], list[str]]]]:
    """Return what is done, with the seconds that each may take."""
    return {
        "float16 against the CPU": (25, lambda: checks.check_results(bench)),
        "the same bits in any company": (15, lambda: checks.check_company(bench)),
        "memory runs out": (25, lambda: checks.check_ladder(bench)),
        "the network alone": (10, lambda: rates.network(bench)),
        "where the time of a film goes": (30, lambda: rates.stages(bench)),
        "films": (75, lambda: rates.films(bench)),
        "photos": (30, lambda: rates.photos(bench)),
    }


def main() -> int:
    """Do all parts; return 1 where any failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cuda", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="on the CPU, with small pictures")
    parser.add_argument("--only", default="", help="parts whose names hold this")
    arguments = parser.parse_args()
    began = time.perf_counter()
    device = choose_device("cpu" if arguments.dry else "cuda")
    if arguments.dry:
        torch.set_num_threads(1)  # with more, threads that wait for busy cores take most time
    print(f"{describe_device(device)}; {os.cpu_count()} cores; torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(device, arguments.dry, Path(folder), load_model(device=device))
        failed = []
        for name, (seconds, task) in parts_of(bench).items():
            left = MOST_SECONDS - (time.perf_counter() - began)
            box = 2 * seconds if arguments.dry else min(seconds, left)
            if arguments.only in name and not do_part(name, box, task):
                failed.append(name)
    print(f"\n{time.perf_counter() - began:.0f} s; failed: {', '.join(failed) or 'nothing'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
