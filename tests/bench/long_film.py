"""A film of many frames: `python -m tests.bench.long_film [FRAMES]`.

Draws a tiny film with a cut every few seconds, colours it through the whole pipeline with a tiny
network, and prints how memory, the journal and the cut list go with its length.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from colorizer import pipeline
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.segments import work_folder
from colorizer.settings import Settings
from tests.draw_film import fill, gray_frame
from tests.tiny_model import tiny_model

FRAMES = 20_000
SIZE = (48, 64)
SHOT = 137
"""Frames from one cut to the next."""
PARTS = 10
"""In how many parts of the film memory is told."""


def draw(path: Path, frames: int) -> None:
    """Draw a film that drifts, with a new picture at every cut."""
    rng = np.random.default_rng(5)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast"}
        ground = np.zeros((SIZE[0], 4 * SIZE[1]), np.uint8)
        for index in range(frames):
            if index % SHOT == 0:
                coarse = rng.integers(20, 230, (SIZE[0] // 8, SIZE[1] // 2))
                ground = np.kron(coarse, np.ones((8, 8))).astype(np.uint8)
            frame = gray_frame(0, SIZE, "yuv420p", full=False)
            fill(frame, 0, np.ascontiguousarray(ground[:, index % SHOT :][:, : SIZE[1]]))
            frame.pts = index
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def resident() -> int:
    """Return the memory of this process in bytes; Linux alone tells it so."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def told(job: Job, frames: int) -> Iterator[str]:
    """Run a job and yield a line for each part of the film."""
    peak, journal = 0, work_folder(job.target) / "journal.jsonl"
    begun, size = time.process_time(), 0
    for step in pipeline.run(job, tiny_model()):
        if step.state is not JobState.RUNNING:
            yield f"{step.done} frames, {', '.join(step.warnings) or 'no warnings'}"
            break
        peak = max(peak, resident())
        if step.done and step.done % (frames // PARTS) == 0:
            size = journal.stat().st_size if journal.exists() else size
            rate = step.done / (time.process_time() - begun)
            yield (
                f"{step.done:7} frames  {peak / 2**20:6.0f} MiB  journal {size / 1024:6.1f} KiB"
                f"  {rate:5.0f} frames per second of processor time"
            )
            peak = 0


def main() -> None:
    """Print it."""
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else FRAMES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "a.mkv", frames)
        settings = Settings(size=64, shots=folder / "shots.csv")
        job = Job(folder / "a.mkv", folder / "b.mkv", Kind.FILM, settings)
        for line in told(job, frames):
            print(line, flush=True)  # noqa: T201
        cuts = (folder / "shots.csv").read_text()
        shots = cuts.count("\n") - 2
        print(f"{shots} shots, cut list of {len(cuts) / 1024:.1f} KiB")  # noqa: T201


if __name__ == "__main__":
    main()
