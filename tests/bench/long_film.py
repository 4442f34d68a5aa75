"""A film of many frames: `python -m tests.bench.long_film [FRAMES] [--one-shot]`.

Draws a tiny film with a cut every few seconds, colours it through the whole pipeline with a tiny
network, and prints how memory, the journal and the cut list go with its length. With --one-shot it
has no cut, shows something new all the time, and is coloured by the network that ships, with its
colour memory and a reference.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image

from colorizer import pipeline
from colorizer.guidance.cut_list import write_cuts
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film.work_folder import work_folder
from colorizer.models import load_model
from colorizer.models.base import ColourModel
from colorizer.settings import Settings
from tests.draw_film import fill, gray_frame
from tests.tiny_model import tiny_model

FRAMES = 20_000
SIZE = (48, 64)
SHOT = 137
"""Frames from one cut to the next."""
PARTS = 10
"""In how many parts of the film memory is told."""


def draw(path: Path, frames: int, *, one_shot: bool = False) -> None:
    """Draw a film that drifts, with a new picture at every cut, or one endless pan."""
    rng = np.random.default_rng(5)
    if one_shot:
        _draw_pan(path, frames, rng)
        return
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


def _draw_pan(path: Path, frames: int, rng: np.random.Generator) -> None:
    """Draw a pan over a ground that never comes back: 64 x 96, a pixel a frame."""
    height, width = 64, 96
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast"}
        ground = np.zeros((height, 0), np.uint8)
        for index in range(frames):
            while ground.shape[1] < width + 1:
                coarse = rng.integers(20, 230, (height // 16, 4))
                soft = coarse.astype(np.uint8)
                new = cv2.resize(soft, (64, height), interpolation=cv2.INTER_CUBIC)
                ground = np.concatenate([ground, new], axis=1)
            if index == 0:
                _paint(path.with_name("still.png"), ground[:, :width])
            frame = gray_frame(0, (height, width), "yuv420p", full=False)
            fill(frame, 0, np.ascontiguousarray(ground[:, :width]))
            ground = ground[:, 1:]
            frame.pts = index
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def _paint(file: Path, gray: np.ndarray) -> None:
    """Write a picture in colour as a reference."""
    rgb = cv2.applyColorMap(np.ascontiguousarray(gray), cv2.COLORMAP_AUTUMN)[..., ::-1]
    Image.fromarray(np.ascontiguousarray(rgb)).save(file)


def resident() -> int:
    """Return the memory of this process in bytes; Linux alone tells it so."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def told(job: Job, frames: int, model: ColourModel) -> Iterator[str]:
    """Run a job and yield a line for each part of the film."""
    peak, journal = 0, work_folder(job.target) / "journal.jsonl"
    begun, size = time.process_time(), 0
    for step in pipeline.run(job, model):
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
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("frames", nargs="?", type=int, default=FRAMES)
    parser.add_argument("--one-shot", action="store_true", help="an endless pan, with references")
    arguments = parser.parse_args()
    frames, one_shot = arguments.frames, arguments.one_shot
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "a.mkv", frames, one_shot=one_shot)
        settings = Settings(size=64, shots=folder / "shots.csv")
        if one_shot:
            write_cuts(folder / "shots.csv", folder / "a.mkv", [(0, 0.0)])
            settings = replace(settings, reference=str(folder / "still.png"))
        job = Job(folder / "a.mkv", folder / "b.mkv", Kind.FILM, settings)
        for line in told(job, frames, load_model() if one_shot else tiny_model()):
            print(line, flush=True)  # noqa: T201
        cuts = (folder / "shots.csv").read_text()
        shots = cuts.count("\n") - 2
        print(f"{shots} shots, cut list of {len(cuts) / 1024:.1f} KiB")  # noqa: T201


if __name__ == "__main__":
    main()
