"""A `colorizer run` that is watched: how far it is and how much memory it has; and the table."""

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.bench.speed import row

_TICK = 0.5
"""Seconds between two looks."""
_TOLD = 30.0
"""Seconds between two lines of progress."""


class Table:
    """What was found, printed as it is found and once more at the end.

    Args:
        seed: of the moments at which a run is killed.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._lines: list[str] = []
        self._begun = time.monotonic()

    def say(self, line: str) -> None:
        """Print a line and keep it."""
        self._lines.append(line)
        print(line, flush=True)

    def row(
        self, name: str, count: int, took: float, unit: str, best: float | None = None
    ) -> float:
        """Print a rate and keep it; return it."""
        share = "" if best is None else f", {count / took / best:.3f} of the best possible"
        self._lines.append(f"{name}: {count / took:.2f} {unit}, {took:.0f} s{share}")
        return row(name, count, took, unit, best)

    def memory(self, run: "Run", name: str) -> None:
        """Print ten points of memory over results made, and keep how the last half compares."""
        samples = run.memory
        for done, used in samples[:: max(1, len(samples) // 10)]:
            print(f"    {done:7} files {used:8.0f} MiB")
        half = [used for _, used in samples[len(samples) // 2 :]]
        quarter = [used for _, used in samples[len(samples) // 4 : len(samples) // 2]]
        if half and quarter:
            flat = max(half) <= 1.1 * max(quarter) + 20
            words = "flat" if flat else "NOT FLAT"
            second, last = max(quarter), max(half)
            self.say(f"memory of {name}: {words}, {second:.0f} MiB in the 2nd quarter of its time,"
                     f" {last:.0f} MiB in the last half")  # fmt: skip

    def end(self) -> None:
        """Print all that was kept."""
        print(f"\n== after {(time.monotonic() - self._begun) / 60:.1f} minutes")
        print("\n".join(self._lines), flush=True)


class Run:
    """One run of the command, counted by the lines it prints.

    Args:
        command: but for the folder of the results.
        out: folder of the results.
        count: results in all, for the lines of progress.
        table: where they go.
    """

    def __init__(self, command: list[str], out: Path, count: int, table: Table) -> None:
        self.memory: list[tuple[int, float]] = []
        self.done = 0
        self._first: tuple[int, float] | None = None
        self._last = 0.0
        self._count = count
        self._table = table
        self._begun = self._told = time.monotonic()
        # In a session of its own: Ctrl-C ends the benchmark, and that ends the run.
        self.process = subprocess.Popen(
            [*command, "-o", str(out)], stdout=subprocess.PIPE, bufsize=0, start_new_session=True
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def step(self) -> bool:
        """Wait a moment; return whether it still runs."""
        try:
            time.sleep(_TICK)
            alive = self.process.poll() is None
            self._look()
        except KeyboardInterrupt:
            self.kill()
            raise
        return alive

    def finish(self) -> float:
        """Wait for the end and return the seconds it took."""
        while self.step():
            pass
        assert self.process.returncode == 0, self.process.returncode
        return time.monotonic() - self._begun

    def steady(self) -> tuple[int, float]:
        """Return how many results were made after the first one was seen, and the seconds."""
        count, begun = self._first or (0, self._begun)
        return max(1, self.done - count), max(0.1, self._last - begun)

    def kill_at(self, done: int) -> bool:
        """Kill when so many results are made; return whether it was still running."""
        while self.done < done:
            if not self.step():
                return False
        self.kill()
        return True

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._look()

    def _look(self) -> None:
        assert self.process.stdout is not None
        text = self.process.stdout.read()
        now = time.monotonic()
        if text:
            self.done += text.count(b"\n")
            self._first, self._last = self._first or (self.done, now), now
        used = memory(self.process.pid)
        if used:
            self.memory.append((self.done, used))
        if now - self._told >= _TOLD:
            self._told = now
            rate = self.done / (now - self._begun)
            print(f"    ... {self.done} made of {self._count}, {rate:.2f} files/s, {used:.0f} MiB",
                  flush=True)  # fmt: skip


def memory(process: int) -> float:
    """Return the resident memory of a process in MiB, 0 when it has ended."""
    try:
        text = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    lines = [line for line in text.splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0
