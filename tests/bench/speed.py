"""How fast the program is beside the fastest it could be: `python -m tests.bench.speed`.

Draws its own media from the sample pictures, so the ratios of two machines can be compared.
Decode-only and encode-only are the ceilings of the same file in the same run; the last column is
the share of a photo's decoding and encoding, or of a film's encoding.
"""

import argparse
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from PIL import Image

from colorizer.engine.runner import run_jobs
from colorizer.frame import Frame
from colorizer.jobs import Job, JobState, Kind
from colorizer.media import open_film, open_film_sink
from colorizer.media.film.encoder import picture_of
from colorizer.media.film.sink import FilmSink
from colorizer.models import load_model
from colorizer.models.base import ColourModel
from colorizer.pipeline import run
from colorizer.settings import Settings
from colorizer.stages.device import choose_device, describe_device
from colorizer.stages.keyframes import mark_keys
from colorizer.stages.predict import predict_chroma
from colorizer.stages.shots import mark_shots, scene_detector
from colorizer.stages.temporal import smooth_chroma
from colorizer.stages.upsample import upsample_chroma

SAMPLES = Path(__file__).parents[2] / "colorizer" / "samples"
PHOTO_SIZE = (1224, 1632)
FILM_SIZE = (576, 720)


def draw_photos(folder: Path, count: int) -> list[Path]:
    """Write 2-megapixel gray JPEGs with grain, so that they are as hard to code as scans.

    Each is a sample in a tone of its own, half of them mirrored: a folder's photos differ.
    """
    rng = np.random.default_rng(0)
    names = ("astronaut.jpg", "coffee.png", "rocket.tif")
    pictures = [np.asarray(Image.open(SAMPLES / name).convert("L")) for name in names]
    files = []
    for number in range(count):
        picture = pictures[number % 3][:, :: rng.choice([-1, 1])]
        toned = 255 * (picture / np.float32(255)) ** rng.uniform(0.6, 1.6)
        large = cv2.resize(toned, PHOTO_SIZE[::-1], interpolation=cv2.INTER_CUBIC)
        grain = large + rng.normal(0, 4, PHOTO_SIZE)
        files.append(folder / f"{number:03}.jpg")
        Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(files[-1], quality=92)
    return files


def draw_film(path: Path, frames: int) -> None:
    """Write a 576-line black-and-white H.264 film of a moving camera with grain."""
    rng = np.random.default_rng(0)
    picture = np.asarray(Image.open(SAMPLES / "coffee.png").convert("L"))
    large = cv2.resize(picture, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
    grains = rng.normal(0, 3, (8, *FILM_SIZE))
    with av.open(str(path), "w") as film:
        video = film.add_stream("libx264", rate=Fraction(25), options={"crf": "18"})
        video.height, video.width, video.pix_fmt = *FILM_SIZE, "yuv420p"
        for number in range(frames):
            top, left = (number * 2) % 300, (number * 3) % 600
            view = large[top : top + FILM_SIZE[0], left : left + FILM_SIZE[1]]
            view = (view + grains[number % 8]).clip(16, 235).astype(np.uint8)
            neutral = np.full((FILM_SIZE[0] // 2, FILM_SIZE[1]), 128, np.uint8)
            picture = av.VideoFrame.from_ndarray(np.vstack([view, neutral]), "yuv420p")
            film.mux(video.encode(picture))
        film.mux(video.encode(None))


def seconds(task: Callable[[], object]) -> float:
    """Return how long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def row(name: str, count: int, took: float, unit: str, best: float | None = None) -> float:
    """Print one line of the table; return the rate."""
    rate = count / took
    share = "" if best is None else f"{rate / best:8.2f}"
    print(f"{name:44s} {rate:9.2f} {unit:10s} {1000 * took / count:9.1f} ms {share}", flush=True)
    return rate


def film_row(name: str, count: int, task: Callable[[], object], best: float | None = None) -> float:
    """Do a task on a film's frames, print its line, and the processor time of all threads."""
    before = time.process_time()
    rate = row(name, count, seconds(task), "frames/s", best)
    used = 1000 * (time.process_time() - before) / count
    print(f"{'':44s} {'':9s} processor {used:10.1f} ms", flush=True)
    return rate


def bench_network(model: ColourModel, device: torch.device) -> None:
    """Time the network alone on one frame at a time."""
    for height, width in ((256, 256), (256, 320), (256, 341)):
        L = torch.rand(1, 1, height, width, device=device) * 100
        with torch.inference_mode():
            for _ in range(3):
                model.predict(L).cpu()
            took = min(seconds(lambda: model.predict(L).cpu()) for _ in range(20))  # noqa: B023
        row(f"network alone, {width} x {height}, best of 20", 1, took, "frames/s")


def bench_photos(model: ColourModel, folder: Path, count: int, settings: Settings) -> None:
    """Time 2-megapixel JPEG to JPEG beside decoding and encoding alone, one thread each."""
    files = draw_photos(folder, count)
    out = folder / "out"
    out.mkdir()
    jobs = [Job(f, out / f.name, Kind.PHOTO, settings) for f in files]
    decode = seconds(lambda: [np.asarray(Image.open(f).convert("L")) for f in files])
    colours = [Image.open(f).convert("RGB") for f in files[:12]]
    encode = seconds(
        lambda: [
            colours[n % 12].save(out / f"e{n}.jpg", quality=settings.jpeg_quality, subsampling=0)
            for n in range(count)
        ]
    )
    list(run_jobs(jobs[:2], model))
    for job in jobs:
        job.target.unlink(missing_ok=True)
    states = []
    took = seconds(lambda: states.extend(p.state for p in run_jobs(jobs, model)))
    assert states.count(JobState.DONE) == count
    row("photos: decode only", count, decode, "photos/s")
    row("photos: encode only", count, encode, "photos/s")
    best = row("photos: decoded and encoded", count, decode + encode, "photos/s")
    row("photos: colorized, 2 megapixels", count, took, "photos/s", best)


def bench_film(model: ColourModel, folder: Path, count: int, settings: Settings) -> None:
    """Time a 576-line film through H.264, with key frames and with the network on every frame."""
    film = folder / "film.mp4"
    draw_film(film, count)
    kept = []

    def decode() -> None:
        with open_film(film, side=settings.size) as source:
            for frame in source.frames():
                kept[:] = [*kept[:31], frame]

    def encode() -> None:
        with (
            open_film(film, side=settings.size) as source,
            open_film_sink(folder / "encoded.mp4", settings, like=source) as sink,
        ):
            ab = np.full((2, *sink.chroma_size(kept[0])), 12, np.float32)
            for number in range(count):
                frame = kept[number % len(kept)]
                sink.write(replace(frame, index=number, pts=number * kept[1].pts, ab=ab))

    film_row("film: decode only", count, decode)
    best = film_row("film: encode only (Y copied, ab to Cb Cr)", count, encode)
    for name, every in (("key frames", False), ("every frame", True)):
        job = Job(film, folder / f"{name}.mp4", Kind.FILM, replace(settings, every_frame=every))
        colorize = partial(deque, run(job, model), maxlen=0)  # kept, its previews fill memory
        film_row(f"film: colorized, network on {name}", count, colorize, best)


def bench_stages(model: ColourModel, folder: Path, count: int, settings: Settings) -> None:
    """Print the processor time of each stage of a film, one after the other on one core."""
    film = folder / "film.mp4"
    took: dict[str, float] = {}
    threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)

    def timed(name: str, frames: Iterable[Frame]) -> list[Frame]:
        start = time.process_time()
        done = list(frames)
        took[name] = time.process_time() - start
        return done

    with open_film(film, side=settings.size) as source:
        sink = FilmSink(folder / "stages.mp4", settings, like=source)
        coding, tags = sink.coding, sink.tags
        frames = timed("decode, L at working size", islice(source.frames(), count))
        frames = timed("cuts, flow both ways", mark_shots(frames, detector=scene_detector()))
        frames = timed("key frames chosen", mark_keys(iter(frames)))
        keys = sum(frame.is_key for frame in frames)
        frames = timed("network", predict_chroma(frames, model))
        frames = timed("colours carried and smoothed", smooth_chroma(iter(frames)))
        enlarged = upsample_chroma(iter(frames), sink.chroma_size, sink.chroma_shift)
        frames = timed("chroma enlarged", enlarged)
        picture_of(frames[0], coding, tags, source.origin)  # its tables are made once
        timed("ab to Cb Cr, planes", (picture_of(f, coding, tags, source.origin) for f in frames))
        start = time.process_time()
        with sink:
            for frame in frames:
                sink.write(frame)
        took["encode"] = time.process_time() - start - took["ab to Cb Cr, planes"]
    torch.set_num_threads(threads[0])
    cv2.setNumThreads(threads[1])
    print(f"\nprocessor time of a frame, {keys} key frames of {len(frames)}:")
    for name, time_taken in [*took.items(), ("together", sum(took.values()))]:
        print(f"  {name:42s} {1000 * time_taken / len(frames):9.2f} ms")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.speed", description=__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--frames", type=int, default=250, help="of the film")
    parser.add_argument("--only", choices=("photos", "film"))
    arguments = parser.parse_args()
    settings = Settings(device=arguments.device)
    device = choose_device(settings.device)
    model = load_model(device=device)
    print(f"{describe_device(device)}; torch {torch.__version__}")
    print(f"{'':44s} {'rate':>9s} {'':10s} {'each':>12s} {'of best':>8s}")
    with tempfile.TemporaryDirectory() as folder:
        if arguments.only != "film":
            bench_network(model, device)
            bench_photos(model, Path(folder), arguments.photos, settings)
        if arguments.only != "photos":
            bench_film(model, Path(folder), arguments.frames, settings)
            bench_stages(model, Path(folder), min(100, arguments.frames), settings)


if __name__ == "__main__":
    main()
