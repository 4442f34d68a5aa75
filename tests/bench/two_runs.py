"""Two programs at work in one folder of results: `python -m tests.bench.two_runs --photos 1000`.

A run and another run, a watch, a queue run, and the worker that the window uses, each pair over the
same photos. Nothing may fail, every sidecar and the manifest must tell the SHA-256 that hashlib
finds, every result must have its event, and at most one in a hundred may have been made twice.

The network is tiny and untrained, the photos are small: what is looked at is who writes what.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from colorizer.settings import Settings
from tests import drawn
from tests.tiny_weights import write_tiny_weights

PAIRS = ("overwrite", "update", "watch", "queue", "window")
MOST_TWICE = 0.01
"""Share of the photos that may be made by both."""


class Program:
    """One program at work; its events are JSON lines in a file."""

    def __init__(self, command: list[str], told: Path, *, spoken_to: str = "") -> None:
        self._told = told
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command], stdin=subprocess.PIPE, stdout=told.open("w"),
            stderr=told.with_suffix(".err").open("w"), text=True,
        )  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(spoken_to)
        self._process.stdin.flush()

    def ends(self) -> Counter[str]:
        """Return how many jobs ended how, so far."""
        lines = self._told.read_text().splitlines()
        told = [json.loads(line)["event"] for line in lines if line.endswith("}")]
        return Counter(event for event in told if event in ("done", "skipped", "failed"))

    def finish(self, count: int) -> Counter[str]:
        """Wait until it has ended, or has ended so many jobs, and return what came of them."""
        while self._process.poll() is None and sum(self.ends().values()) < count:
            time.sleep(0.1)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        return self.ends()


def _commands(folder: Path, pair: str, existing: str) -> Iterator[tuple[list[str], str]]:
    """Yield the commands of a pair, and what each is told on standard input."""
    given, out = folder / "in", folder / f"out {pair}"
    options = ["--weights", str(folder / "tiny.safetensors"), "--size", "64"]
    named = [str(given), "-o", str(out), *options]
    run = ["colorizer", "run", *named, "--jobs", "2", "--json"]
    queue = ["colorizer", "queue", "--file", str(folder / "queue.sqlite")]
    if pair == "queue":  # in another order, or it would only follow the run
        files = sorted(map(str, given.iterdir()))
        Random(1).shuffle(files)
        command = [sys.executable, "-m", *queue, "add", *files, *named[1:]]
        subprocess.run(command, check=True)
    yield [*run, "--existing", existing], ""
    if pair == "watch":
        quick = ["--stable", "1", "--interval", "1", "--idle", "3", "--json", "--jobs", "2"]
        yield ["colorizer", "watch", *named, *quick], ""
    elif pair == "queue":
        yield [*queue, "run", "--json"], ""
    elif pair == "window":
        yield ["colorizer.engine.worker"], "".join(_jobs(given, out, folder / "tiny.safetensors"))
    else:
        yield [*run, "--existing", existing], ""


def _jobs(given: Path, out: Path, weights: Path) -> Iterator[str]:
    settings = Settings(weights=weights, size=64).as_dict()
    for number, file in enumerate(sorted(given.iterdir()), start=1):
        target = out / f"{file.stem}_color{file.suffix}"
        told = {"source": str(file), "target": str(target), "kind": "photo", "out": str(out)}
        yield json.dumps({"do": "run", "job": number, "settings": settings, **told}) + "\n"


def run_pair(folder: Path, pair: str, count: int) -> list[str]:
    """Let two programs do the photos of `folder/in`; return what is wrong with what they made."""
    existing = pair if pair in ("overwrite", "update") else "skip"
    out = folder / f"out {pair}"
    wrong = []
    if pair == "overwrite":  # there is something to be replaced
        (command, _), *_ = _commands(folder, pair, "skip")
        Program([*command, "--strength", "0.5"], folder / "before.json").finish(count + 1)
    began = time.monotonic()
    programs = [
        Program(command, folder / f"{pair} {number}.json", spoken_to=told)
        for number, (command, told) in enumerate(_commands(folder, pair, existing))
    ]
    ends = [
        # A worker ends when its input does; others when they are done.
        program.finish(count if number and pair == "window" else sys.maxsize)
        for number, program in enumerate(programs)
    ]
    seconds = time.monotonic() - began
    done = [end["done"] for end in ends]
    failed = sum(end["failed"] for end in ends)
    print(f"{pair:10} {seconds:6.1f} s, done {done[0]} + {done[1]}, failed {failed}")
    wrong += [f"{failed} failed"] if failed else []
    if not count <= sum(done) <= count * (1 + MOST_TWICE):
        wrong.append(f"{sum(done)} were made of {count}")
    return [f"{pair}: {line}" for line in [*wrong, *faults(out, count)]]


def faults(out: Path, count: int) -> list[str]:
    """Compare results, sidecars, manifest and events with what hashlib says."""
    found = [path for path in out.iterdir() if path.suffix in (".png", ".jpg")]
    real = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
    told = {
        name: json.loads((out / f"{name}.colorize.json").read_text())["result"]["sha256"]
        for name in real
    }
    lines = (out / "manifest-sha256.txt").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    events = Counter(
        line for log in out.glob("colorize-run-*") for line in log.read_text().splitlines()
    )
    known = "\n".join(events)
    wrong = [f"{len(real)} results, not {count}"] if len(real) != count else []
    wrong += [f"sidecar of {name}" for name in real if told[name] != real[name]]
    wrong += [f"line of {name}" for name in real if listed.get(name) != real[name]]
    wrong += [f"no event of {name}" for name in real if real[name] not in known]
    mine = (".colorize.json", ".png", ".jpg", ".jsonl", "manifest-sha256.txt")
    return wrong + [f"left: {p.name}" for p in out.iterdir() if not p.name.endswith(mine)]


def main() -> None:
    """Draw, run all pairs, say what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.two_runs", description=__doc__)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--pairs", nargs="+", choices=PAIRS, default=PAIRS)
    parser.add_argument("--folder", type=Path, help="where to work; emptied afterwards")
    given = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        write_tiny_weights(folder / "tiny.safetensors")
        for number in range(given.photos):
            drawn.photo(folder / "in" / f"{number}{('.png', '.jpg')[number % 2]}", number)
        for pair in given.pairs:
            wrong += run_pair(folder, pair, given.photos)
    print("\n".join(wrong) or "nothing failed, nothing is told wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
