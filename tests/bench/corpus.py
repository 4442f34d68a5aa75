"""A folder of odd and damaged photos through the real command: `python -m tests.bench.corpus`.

Takes every file of the folders that are named (such as the test pictures that installed packages
bring), drawn photos of each format, and damaged copies of both. Prints what became of them: done +
refused + left out = all; how often a refusal says damaged, cut off or not supported, and which of
them other readers contradict; how long the slowest took and the memory of the run. Ends with 1
where a file is in none of them, a word is false, the run died, or a limit is passed.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.second_reader import SecondOpinions, word_of
from tests.damage import damage, good_photos

MOST_SECONDS = 60.0
MOST_BYTES = 3 << 30
MOST_LINES = 30
MOST_CONTRADICTED = 12
LARGEST = 2 << 20
"""Files above are not damaged: 2,000 copies would fill the disk."""


@dataclass
class Outcome:
    """What a run did with a folder."""

    code: int
    ends: dict[str, str] = field(default_factory=dict)
    """State of every source that ended, by its path."""
    reasons: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """Processor time from the end before to the end of a file; one is in progress at a time."""
    started: set[str] = field(default_factory=set)
    errors: str = ""
    """What it wrote to standard error."""
    bytes: int = 0
    """Peak memory of the process."""


def run_folder(folder: Path, out: Path, *options: str) -> Outcome:
    """Colorize a folder by the command line, one photo at a time."""
    command = [sys.executable, "-m", "colorizer", "run", str(folder), "-o", str(out), "--json"]
    command += ["--jobs", "1", "--size", "64", "--device", "cpu", *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        ) as process,
    ):
        outcome, last = Outcome(0), 0.0
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            source = event.get("source", "")
            if event["event"] == "start":
                if not outcome.started:  # until here the libraries were loaded
                    last = _processor_seconds(process.pid)
                outcome.started.add(source)
            if event["event"] in ("done", "failed", "skipped"):
                now = _processor_seconds(process.pid)
                outcome.ends[source] = event["event"]
                outcome.reasons[source] = event.get("message", "")
                outcome.seconds[source], last = now - last, now
                outcome.bytes = max(outcome.bytes, _peak_bytes(process.pid))
        outcome.code = process.wait()
        errors.seek(0)
        outcome.errors = errors.read()
    return outcome


def _processor_seconds(process: int) -> float:
    """Return what a process has used, of the wall clock where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_bytes(process: int) -> int:
    """Return the most memory a process had so far, 0 where the system does not tell.

    (`wait4` would give no less than the process that started it had.)
    """
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def collect(folders: list[Path], into: Path) -> list[Path]:
    """Copy every file of some folders, however its name ends, into one folder."""
    found = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    copies = []
    for number, path in enumerate(found):
        copies.append(into / f"{number:04}_{path.name}")
        shutil.copyfile(path, copies[-1])
    return copies


def told(outcome: Outcome, sources: list[Path], out: Path) -> list[str]:
    """Return what is wrong with an outcome, one line each."""
    wrong = []
    if outcome.code not in (0, 1):
        left = sorted(outcome.started - outcome.ends.keys())
        wrong.append(f"the run ended with {outcome.code}, at {left}: {outcome.errors[-2000:]}")
    wrong += [f"neither done nor failed: {p}" for p in sources if str(p) not in outcome.ends]
    wrong += [f"no reason: {path}" for path, state in outcome.ends.items()
              if state == "failed" and not outcome.reasons[path].strip()]  # fmt: skip
    wrong += [f"{reason}: {path}" for path, reason in outcome.reasons.items()
              if reason.startswith("unexpected") or "\n" in reason]  # fmt: skip
    wrong += [f"{seconds:.0f} s: {path}" for path, seconds in outcome.seconds.items()
              if seconds > MOST_SECONDS]  # fmt: skip
    if outcome.bytes > MOST_BYTES:
        wrong.append(f"{outcome.bytes / 1e9:.2f} GB of memory")
    wrong += [f"left behind: {path}" for path in out.rglob("*.part")]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="with pictures of others")
    parser.add_argument("--damaged", type=int, default=2000, help="damaged copies (2000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reasons", action="store_true", help="print why files failed")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as place:
        inputs, out = Path(place) / "in", Path(place) / "out"
        for name in ("drawn", "others", "damaged"):
            (inputs / name).mkdir(parents=True)
        drawn = good_photos(inputs / "drawn")
        others = collect(arguments.folders, inputs / "others")
        small = [path for path in others if 0 < path.stat().st_size < LARGEST]
        # Of drawn photos as many copies as of all others.
        models = [p for pair in zip(drawn * (len(small) // len(drawn) + 1), small) for p in pair]  # noqa: B905
        list(damage(models or drawn, inputs / "damaged", arguments.damaged, arguments.seed))
        listed = Path(place) / "list.txt"
        sources = sorted(path for path in inputs.rglob("*") if path.is_file())
        listed.write_text("".join(f"{path}\n" for path in sources))
        outcome = run_folder(inputs / "drawn", out, "--from-file", str(listed))
        report(outcome, sources, out, arguments.reasons)


LEFT_OUT = re.compile(r"neither a photo nor a film|not found by its name")


def fate(outcome: Outcome, path: Path) -> str:
    """Return what became of a source: done, refused, left out or lost."""
    state = outcome.ends.get(str(path), "lost")
    if state == "failed":
        return "left out" if LEFT_OUT.search(outcome.reasons[str(path)]) else "refused"
    return "done" if state in ("done", "skipped") else state


def words(outcome: Outcome, sources: list[Path], group: str) -> tuple[Counter[str], list[str]]:
    """Count the words of a group's refusals; return those that other readers contradict."""
    counted: Counter[str] = Counter()
    false, others = [], SecondOpinions()
    for path in sources:
        if path.parent.name != group or fate(outcome, path) != "refused":
            continue
        reason = outcome.reasons[str(path)]
        counted[word_of(reason)] += 1
        if wrong := others.contradiction(path, reason):
            false.append(f"{path.name} {wrong}")
    return counted, false


def report(outcome: Outcome, sources: list[Path], out: Path, reasons: bool) -> None:
    """Print an outcome and end the program."""
    false = []
    for group in ("drawn", "others", "damaged"):
        fates = Counter(fate(outcome, p) for p in sources if p.parent.name == group)
        done, refused, left = (fates[name] for name in ("done", "refused", "left out"))
        total = sum(fates.values())
        known = total - fates["lost"]
        counted, contradicted = words(outcome, sources, group)
        # Flipped bits often leave what lenient readers show: of damaged ones it is told alone.
        false += contradicted if group != "damaged" else []
        print(f"{group:8} {done} done + {refused} refused + {left} left out = {known}"
              f" of {total}; refused as {dict(counted)}")  # fmt: skip
        if contradicted:
            print(f"{'':8} {len(contradicted)} of them read by others:",
                  *contradicted[:MOST_CONTRADICTED], sep="\n  ")  # fmt: skip
    slowest = max(outcome.seconds.items(), key=lambda item: item[1], default=("", 0.0))
    print(f"slowest {slowest[1]:.1f} s ({Path(slowest[0]).name}),", end=" ")
    print(f"peak memory {outcome.bytes / 1e9:.2f} GB, exit code {outcome.code}")
    if reasons:
        for path in sources:
            if outcome.ends.get(str(path)) == "failed":
                print(f"  {path.name}: {outcome.reasons[str(path)]}")
    wrong = told(outcome, sources, out) + false
    print(*(wrong[:MOST_LINES] or ["nothing wrong"]), sep="\n")
    if len(wrong) > MOST_LINES:
        print(f"and {len(wrong) - MOST_LINES} more")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
