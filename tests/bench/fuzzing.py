"""What `fuzz_films` and `fuzz_photos` share: seed after seed, a line for each that fails."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "colorizer" / "samples"
Check = Callable[[int, Path], str]
"""Draws what a seed says in an empty folder and runs it; returns what it was and what is wrong with
the result, "" for nothing."""


def failures(check: Check, first: int, seconds: float, count: int | None = None) -> tuple[int, int]:
    """Check seed after seed and print those that fail.

    Args:
        check: of one seed.
        first: seed.
        seconds: after which no further one is begun.
        count: seeds, at most.

    Returns:
        How many were checked, and how many of them failed.
    """
    seed, failed, end = first, 0, time.monotonic() + seconds
    while time.monotonic() < end and (count is None or seed < first + count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                wrong = check(seed, Path(folder))
            except Exception as error:  # noqa: BLE001 - whatever it is, the next seed comes
                wrong = repr(error)
        if wrong:
            failed += 1
            print(f"seed {seed}: {wrong}", flush=True)
        seed += 1
    return seed - first, failed


def main(name: str, checks: dict[str, Check]) -> None:
    """Read the command line; exit with 1 where a seed failed.

    Args:
        name: of the module.
        checks: by the option that asks for it; "" is done without one.
    """
    parser = argparse.ArgumentParser(prog=f"python -m tests.bench.{name}")
    parser.add_argument("seed", type=int, nargs="?", default=0, help="the first one")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--count", type=int, metavar="N", help="seeds, at most")
    for option in filter(None, checks):
        parser.add_argument(option, dest="check", action="store_const", const=option, default="")
    given = vars(parser.parse_args())
    check = checks[given.get("check", "")]
    ran, failed = failures(check, given["seed"], 60 * given["minutes"], given["count"])
    print(f"{ran} checked, {failed} failed")
    sys.exit(1 if failed else 0)
