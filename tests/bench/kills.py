"""Kill every kind of job at random moments; the same command must finish what was begun.

    python -m tests.bench.kills [KILLS_OF_EACH_KIND] [SEED]

Each kind runs once undisturbed. Then a second one is killed again and again (SIGKILL) at a random
share of that time, and finished by the same command. In a row of the table: kills that met a
running process, whether every result is the same byte for byte, claims (sidecars, manifest) that
are false after any kill, and files left that are no results. The network is tiny and untrained.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from colorizer.commands import cli
from tests import drawn
from tests.draw_film import draw_film
from tests.draw_sequence import draw_dpx
from tests.tiny_weights import write_tiny_weights

_RESULTS = (".png", ".mkv", ".mp4", ".dpx")
_MOST_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job."""

    name: str
    draw: Callable[[Path], None]
    commands: Callable[[Path, Path], list[list[str]]]
    """Of a source folder and an output folder; the last one is killed."""
    endless: bool = False
    """Whether it must be ended by Ctrl-C."""


def _photos(folder: Path) -> None:
    for number in range(24):
        drawn.photo(folder / f"{number}.png", number)


def _film(folder: Path) -> None:
    folder.mkdir(parents=True)
    draw_film(folder / "a.mkv", frames=270, sounds=("flac",))


def _frames(folder: Path) -> None:
    folder.mkdir(parents=True)
    draw_dpx(folder, 60)


def _run(*more: str) -> Callable[[Path, Path], list[list[str]]]:
    return lambda source, out: [["run", str(source), *more, "-o", f"{out}/"]]


def _queue(source: Path, out: Path) -> list[list[str]]:
    file = ["queue", "--file", str(out.parent / f"{out.name}.sqlite")]
    add = [*file, "add", str(source), "-o", f"{out}/"]
    return ([] if Path(file[2]).exists() else [add]) + [[*file, "run"]]


def _watch(source: Path, out: Path) -> list[list[str]]:
    return [["watch", str(source), "-o", str(out), "--interval", "1", "--stable", "1"]]


KINDS = (
    Kind("photo folder", _photos, _run("--jobs", "2")),
    Kind("film, FFV1", _film, _run("--codec", "ffv1")),
    Kind("film, H.264", _film, _run("--codec", "h264")),
    Kind("sequence", _frames, _run()),
    Kind("queue", _photos, _queue),
    Kind("watch", _photos, _watch, endless=True),
)


class Bench:
    """Runs the kinds in a folder.

    Args:
        folder: empty.
        seed: of the moments.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._random = random.Random(seed)
        self._weights = str(write_tiny_weights(folder / "tiny.safetensors"))

    def row(self, kind: Kind, kills: int) -> tuple[int, int, int, int, int]:
        """Kill one kind and finish it.

        Returns:
            Kills that met it running, results, results that differ, false claims, files left over.
        """
        source, whole, killed = (self._folder / kind.name / name for name in ("in", "a", "b"))
        kind.draw(source)
        seconds = self._finish(kind, source, whole, None)
        met = false = 0
        for _ in range(kills):
            moment = self._random.uniform(0.1, 0.9) * seconds
            running = self._kill(kind, source, killed, moment)
            met += running
            false += _false_claims(killed)
            if not running:  # it was finished: the next one is to meet something
                shutil.rmtree(killed, ignore_errors=True)
        wanted = _results(whole)
        self._finish(kind, source, killed, len(wanted))
        made = _results(killed)
        differ = sum(made.get(name) != digest for name, digest in wanted.items())
        differ += len(made.keys() - wanted.keys())
        left = [p for p in killed.rglob("*") if p.name.endswith((".part", ".colorize"))
                or p.name.startswith(".colorize")]  # fmt: skip
        return met, len(wanted), differ, false + _false_claims(killed), len(left)

    def _commands(self, kind: Kind, source: Path, out: Path) -> list[list[str]]:
        own = ["--weights", self._weights, "--size", "64"]
        made = []
        for command in kind.commands(source, out):
            plain = command[0] == "queue" and command[-1] == "run"
            made.append(command if plain else [*command, *own])
        return made

    def _start(self, command: list[str]) -> int:
        child = os.fork()
        if child:
            return child
        code = 1
        try:
            os.setsid()
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 1)
            torch.set_num_threads(1)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            code = int(cli.main(command))
        except BaseException as error:  # noqa: BLE001 - a fork must not go on as its parent
            print(repr(error), file=sys.stderr)
        finally:
            os._exit(code)

    def _finish(self, kind: Kind, source: Path, out: Path, wanted: int | None) -> float:
        """Run to the end; return the seconds of the last command."""
        began = time.monotonic()
        for command in self._commands(kind, source, out):
            began = time.monotonic()
            child = self._start(command)
            if kind.endless:
                self._wait_for(out, wanted or len(list(source.iterdir())))
                os.kill(child, signal.SIGINT)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if code:
                sys.exit(f"{kind.name}: {command} ended with {code}")
        return time.monotonic() - began

    def _wait_for(self, out: Path, count: int) -> None:
        end = time.monotonic() + _MOST_SECONDS
        while len(list(out.glob("*.colorize.json"))) < count:
            if time.monotonic() > end:
                sys.exit(f"{out} has not {count} results after {_MOST_SECONDS:.0f} s")
            time.sleep(0.1)

    def _kill(self, kind: Kind, source: Path, out: Path, moment: float) -> bool:
        """Kill the last command after so many seconds; tell whether it was still running."""
        *first, last = self._commands(kind, source, out)
        for command in first:
            os.waitpid(self._start(command), 0)
        child = self._start(last)
        time.sleep(moment)
        if _is_alive(child):
            os.killpg(child, signal.SIGKILL)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _is_alive(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _results(out: Path) -> dict[str, str]:
    files = [f for f in out.rglob("*") if f.suffix in _RESULTS and ".colorize" not in str(f.parent)]
    return {str(f.relative_to(out)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def _false_claims(out: Path) -> int:
    """Count sidecars and lines of the manifest that are not true of the files."""
    if not out.is_dir():
        return 0
    made, false = _results(out), 0
    for file in out.rglob("*.colorize.json"):
        told = json.loads(file.read_text())["result"]
        name = str((file.parent / told["name"]).relative_to(out))
        if "%" not in name:
            false += made.get(name) != told["sha256"]
    if (manifest := out / "manifest-sha256.txt").exists():
        lines = [line.split("  ", 1) for line in manifest.read_text().splitlines()]
        false += sum(made.get(name) != digest for digest, name in lines)
    return false


def main() -> None:
    """Print the table."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    head = ("kind", "kills", "met", "results", "differ", "false claims", "left over", "seconds")
    print("  ".join(f"{word:>12}" for word in head), flush=True)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), seed)
        for kind in KINDS:
            began = time.monotonic()
            met, count, *faults = bench.row(kind, kills)
            bad += sum(faults)
            cells = (kind.name, kills, met, count, *faults, round(time.monotonic() - began))
            print("  ".join(f"{cell:>12}" for cell in cells), flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
