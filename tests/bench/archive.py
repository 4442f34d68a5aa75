"""A large folder, killed and continued: `python -m tests.bench.archive --minutes 45`.

Draws scans of 2 megapixels, colorizes them once without and once with being killed at random, and
compares the manifests. Prints files/s beside decoding and encoding alone, the memory of the process
over time, and what it costs to find that all is done. A trial tells what it will take of time and
disk; with --minutes, the uninterrupted run takes no more scans than fit: the rest of the folder are
copies of those, under the same names in other folders, and have to become the same files.

Options it does not know go to `colorizer run`, such as --jobs or --size. Needs Linux.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from colorizer.archive.records.manifest import NAME, read_manifest
from tests.bench.scans import PIXELS, draw_scans
from tests.bench.speed import seconds
from tests.bench.watched import Run, Table
from tests.tiny_weights import write_tiny_weights

TRIAL = 100
"""Scans from which time and disk are estimated."""
START_SECONDS = 6.0
"""What a run takes before its first photo, on two cores, and to end."""
LEAST_SHARE = 0.1
"""Of the scans must be different ones."""


def ceilings(files: list[Path], folder: Path, threads: int, table: Table) -> float:
    """Print decoding and encoding alone, by one thread and by one for each photo in progress."""
    colour = Image.open(files[0]).convert("RGB")

    def decode(file: Path) -> None:
        np.asarray(Image.open(file).convert("L"))

    def encode(file: Path) -> None:
        target = folder / f"encoded {file.stem}.jpg"
        colour.save(target, quality=95, subsampling=0)
        target.unlink()

    best = rate = float("inf")
    for name, work in (("decode", decode), ("encode", encode)):
        for count in sorted({1, threads}):
            with ThreadPoolExecutor(count) as pool:
                took = seconds(lambda: list(pool.map(work, files)))  # noqa: B023
            rate = table.row(f"{name} only, threads: {count}", len(files), took, "files/s")
        best = min(best, rate)
    return best


def plan(count: int, rate: float, minutes: float | None, kills: int) -> int:
    """Say how long it will take; return how many different scans to draw."""
    spare = (kills + 3) * START_SECONDS + count / 100  # starts, and the hashes of the results

    def words(distinct: int) -> str:
        return f"{(count + distinct) / rate / 60 + spare / 60:.0f} minutes"

    print(f"{count} scans twice take {words(count)}, {count} and a fifth {words(count // 5)}")
    if minutes is None:
        return count
    distinct = min(count, round((0.92 * minutes * 60 - spare) * rate - count))
    if distinct < LEAST_SHARE * count:
        fits = max(0, round((0.92 * minutes * 60 - spare) * rate / 1.2))
        sys.exit(f"too much for {minutes:.0f} minutes: take --photos {fits}, or the --tiny network")
    print(f"for {minutes:.0f} minutes: {distinct} different scans, {words(distinct)}")
    return distinct


def check_disk(folder: Path, count: int, distinct: int, before: float, after: float) -> None:
    """Say what will be on the disk at most, and end where it does not fit."""
    needed = count * before + max(count, distinct) * after
    free = shutil.disk_usage(folder).free
    print(f"disk: {needed / 1e9:.1f} GB at most, {free / 1e9:.1f} GB free in {folder}")
    if needed * 1.1 > free - 1e9:
        sys.exit("that is too little; name another --folder or take fewer --photos")


def shelve(source: Path, count: int, distinct: int) -> None:
    """Draw the different scans, and copy them until there are `count`; a folder for each copy."""
    files = draw_scans(source / "copy 0", distinct)
    for number in range(distinct, count):
        file = files[number % distinct]
        copy = source / f"copy {number // distinct}" / file.relative_to(source / "copy 0")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def killed_run(run: list[str], out: Path, count: int, kills: int, table: Table) -> None:
    """Colorize with being killed so often, at random in the first half, then to the end."""
    rng, made = random.Random(table.seed), 0
    points = sorted(rng.randint(1, count // 2) for _ in range(kills))
    for point in points:
        running = Run(run, out, count, table)
        alive = running.kill_at(max(0, point - made))
        made += running.done
        table.say(f"killed after {made} files" if alive else "ended before it was killed")
    last = Run(run, out, count, table)
    table.row("the rest, after the last kill", count - made, last.finish(), "files/s")
    table.memory(last, f"the last run, {last.done} files")


def compare(whole: dict[str, str], killed: dict[str, str], count: int) -> str:
    """Compare the results of the folder with those of the uninterrupted run, by their hashes."""
    if len(killed) != count:
        return f"FAILED: {len(killed)} results, not {count}"
    unlike = [name for name in killed if whole.get(name.partition("/")[2]) != killed[name]]
    if unlike:
        return f"FAILED: {len(unlike)} results are others, such as {unlike[0]}"
    return f"equal: {count} results are, by hash, those of the uninterrupted run of {len(whole)}"


def bench(given: argparse.Namespace, options: list[str], folder: Path, table: Table) -> bool:
    """Do it all in a folder; return whether the results are equal."""
    network = "autochrome, as it ships"
    if given.tiny:
        network = "tiny: an untrained Autochrome of 16 channels"
        options += ["--weights", str(write_tiny_weights(folder / "tiny.safetensors"))]
    table.say(f"network: {network}; options: {' '.join(options) or 'none'}")

    def command(source: Path) -> list[str]:
        return [sys.executable, "-m", "colorizer", "run", str(source), *options]

    trial = draw_scans(folder / "trial", TRIAL)
    best = ceilings(trial, folder, given.jobs, table)
    tried = Run(command(folder / "trial"), folder / "tried", TRIAL, table)
    tried.finish()
    rate = table.row("trial, without its start", *tried.steady(), "files/s", best)
    sizes = [sum(p.stat().st_size for p in (folder / n).rglob("*")) for n in ("trial", "tried")]
    distinct = plan(given.photos, rate, given.minutes, given.kills)
    check_disk(folder, given.photos, distinct, *(size / TRIAL for size in sizes))
    source, out = folder / "in", folder / "out"
    shelve(source, given.photos, distinct)
    whole = Run(command(source / "copy 0"), out, distinct, table)
    table.row("colorized, uninterrupted", distinct, whole.finish(), "files/s", best)
    table.memory(whole, "the uninterrupted run")
    uninterrupted = read_manifest(out / NAME)
    shutil.rmtree(out)  # or twice the disk would be needed
    killed_run(command(source), out, given.photos, given.kills, table)
    again = Run(command(source), out, given.photos, table)
    table.row("looked at again, nothing to do", given.photos, again.finish(), "files/s")
    verdict = compare(uninterrupted, read_manifest(out / NAME), given.photos)
    table.say(verdict)
    subprocess.run(["sha256sum", "--quiet", "-c", NAME], cwd=out, check=True)
    table.say("sha256sum agrees with the manifest")
    return verdict.startswith("equal")


def main() -> None:
    """Draw, try, run, kill, continue, compare; print what was found, however it ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.archive", description=__doc__)
    parser.add_argument("--photos", type=int, default=10000, help=f"scans of {PIXELS} pixels")
    parser.add_argument("--minutes", type=float, help="how long all of it may take")
    parser.add_argument("--tiny", action="store_true", help="a tiny network in place of ours")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0, help="of the moments it is killed at")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--folder", type=Path, help="where to work; emptied afterwards")
    given, options = parser.parse_known_args()
    options += ["-q", "--jobs", str(given.jobs)]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    good = False
    table = Table(given.seed)
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        try:
            good = bench(given, options, Path(name), table)
        except KeyboardInterrupt:
            table.say("INTERRUPTED: what follows is not all")
        finally:
            table.end()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
