"""Rates of network, films and photos on a card, and where the time goes; see `tests.bench.cuda`.

Films are H.264 in MP4 with grain, a moving camera and a cut every second or two.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from PIL import Image

from colorizer.frame import Frame
from colorizer.jobs import Job, JobState, Kind
from colorizer.settings import Settings
from colorizer.stages import predict
from colorizer.stages.device import core_pool

if TYPE_CHECKING:
    from tests.bench.cuda_checks import Bench

SAMPLES = Path(__file__).parents[2] / "colorizer" / "samples"
FILMS = {576: 240, 1080: 180, 2160: 64}
"""Lines of a film and its frames."""
DRY_FILMS = {72: 24, 108: 16, 216: 8}
PHOTOS = {2.0: 64, 24.0: 12}
"""Megapixels of photos and how many."""
DRY_PHOTOS = {0.02: 4, 0.1: 2}
SHOT = 40
"""Frames of a shot."""
CODECS = {"H.264": ("h264", False), "FFV1": ("ffv1", False), "NVENC": ("h264", True)}
WANTED = 200.0
"""Frames/s of 1080 lines, unless the encoder is slower."""


def settings(bench: Bench, **options: Any) -> Settings:
    """Return the settings of a job of this bench."""
    return Settings(device=str(bench.device), size=bench.side, **options)


def draw_film(path: Path, lines: int, frames: int) -> Path:
    """Write a black-and-white film of 16:9, with grain that is another in every frame."""
    import av

    height, width = lines, lines * 16 // 9 // 2 * 2
    names = ("coffee.png", "astronaut.jpg")
    pictures = [np.asarray(Image.open(SAMPLES / name).convert("L")) for name in names]
    size = (width + 2 * SHOT, height + 2 * SHOT)
    large = [cv2.resize(p, size, interpolation=cv2.INTER_CUBIC) for p in pictures]
    rng = np.random.default_rng(0)
    grains = [rng.integers(0, 12, (height, width), np.uint8) for _ in range(4)]
    neutral = np.full((height // 2, width), 128, np.uint8)
    options = {"crf": "18", "preset": "ultrafast"}
    with av.open(str(path), "w") as film:
        video: Any = film.add_stream("libx264", rate=Fraction(25), options=options)
        video.height, video.width, video.pix_fmt = height, width, "yuv420p"
        for number in range(frames):
            shot, step = divmod(number, SHOT)
            view = large[shot % 2][step : step + height, 2 * step : 2 * step + width]
            view = view.clip(16, 220) + grains[number % 4]
            planes: Any = np.vstack([view, neutral])
            film.mux(video.encode(av.VideoFrame.from_ndarray(planes, "yuv420p")))
        film.mux(video.encode(None))
    return path


def network(bench: Bench) -> list[str]:
    """Print what calls of the network take: to start them, and until they have ended."""
    side, dtype = bench.side, predict.working_dtype(bench.device)
    for count in (1, 8, 16):
        L = torch.rand(count, 1, side, 4 * side // 3, device=bench.device) * 100
        L = L.contiguous(memory_format=torch.channels_last)
        half = dtype != torch.float32
        starts, whole = [], []
        with torch.inference_mode(), torch.autocast(L.device.type, dtype, enabled=half):
            for _ in range(3 if bench.dry else 20):
                _wait(bench)
                began = time.perf_counter()
                bench.model.look(L)
                starts.append(time.perf_counter() - began)
                _wait(bench)
                whole.append(time.perf_counter() - began)
        print(
            f"  {count:2d} pictures of {L.shape[-1]} x {side}: started in"
            f" {1e3 * min(starts):6.2f} ms, ended after {1e3 * min(whole):6.2f} ms,"
            f" {count / min(whole):7.0f} pictures/s"
        )
    return []


def _wait(bench: Bench) -> None:
    if bench.device.type == "cuda":
        torch.cuda.synchronize(bench.device)


def films(bench: Bench) -> list[str]:
    """Print frames/s of each number of lines and codec, next to those of encoding alone."""
    from colorizer.media.film.hardware import card_encoders

    encoders = card_encoders()["h264"]
    wrong, sizes = [], DRY_FILMS if bench.dry else FILMS
    for lines, count in sizes.items():
        film = draw_film(bench.folder / f"{lines}.mp4", lines, count)
        for name, (codec, hardware) in CODECS.items():
            if hardware and not any(one.endswith("nvenc") for one in encoders):
                print(f"  {lines:4d} lines, {name:5s}: none here (found: {encoders or 'nothing'})")
                continue
            try:
                chosen = settings(bench, codec=codec, hardware=hardware)
                suffix = ".mkv" if codec == "ffv1" else ".mp4"
                rate = _film_rate(bench, film, bench.folder / f"out{suffix}", chosen)
                best = _encode_rate(bench, film, bench.folder / f"alone{suffix}", chosen)
            except Exception as error:  # one codec of nine
                wrong.append(f"{lines} lines, {name}: {type(error).__name__}: {error}")
                continue
            aim = "" if lines != 1080 else f"; aim {min(WANTED, best):.0f}"
            print(
                f"  {lines:4d} lines, {name:5s}: {rate:7.1f} frames/s; encoding alone"
                f" {best:7.1f}, share {rate / best:.2f}{aim}",
                flush=True,
            )
    return wrong


def _film_rate(bench: Bench, film: Path, target: Path, chosen: Settings) -> float:
    """Return the frames/s of a whole job."""
    from colorizer.pipeline import run

    target.unlink(missing_ok=True)
    began, done, last = time.perf_counter(), 0, None
    with closing(run(Job(film, target, Kind.FILM, chosen), bench.model)) as steps:
        for step in steps:
            done, last = step.done, step
    assert last is not None
    assert last.state is JobState.DONE
    for warning in last.warnings:
        if "memory" in warning or "float16" in warning:
            print(f"  told: {warning}")
    return done / (time.perf_counter() - began)


def _encode_rate(bench: Bench, film: Path, target: Path, chosen: Settings) -> float:
    """Return the frames/s of writing decoded frames with a colour that costs nothing."""
    from colorizer.media import open_film, open_film_sink

    target.unlink(missing_ok=True)
    with open_film(film, chosen, side=chosen.size) as source:
        frames = list(islice(source.frames(), 32))
        began = time.perf_counter()
        with open_film_sink(target, chosen, like=source) as sink:
            ab = np.full((2, *sink.chroma_size(frames[0])), 12, np.float32)
            for frame in frames:
                sink.write(replace(frame, ab=ab))
        return len(frames) / (time.perf_counter() - began)


def stages(bench: Bench) -> list[str]:
    """Print the time of every stage of films, one after the other, and of the three threads."""
    sizes = DRY_FILMS if bench.dry else FILMS
    for lines in sizes:
        film = draw_film(bench.folder / f"stages{lines}.mp4", lines, 8 if bench.dry else SHOT)
        _staged(bench, film, 8)  # the first call of everything is slow
        took, count = _staged(bench, film, 8 if bench.dry else SHOT)
        whole = sum(took.values())
        print(f"  {lines} lines, {count} frames; ms a frame, share; all cores, no overlap:")
        threads: dict[str, float] = defaultdict(float)
        for (thread, name), seconds in took.items():
            threads[thread] += seconds
            print(f"    {thread:7s} {name:28s} {1e3 * seconds / count:8.2f} {seconds / whole:6.0%}")
        slow = max(threads, key=lambda name: threads[name])
        rates = ", ".join(f"{name} {count / seconds:.0f}" for name, seconds in threads.items())
        print(f"    frames/s that each thread could reach: {rates}; the limit is: {slow}")
    return []


def _staged(bench: Bench, film: Path, most: int) -> tuple[dict[tuple[str, str], float], int]:
    """Return the wall time of each thread's stages over some frames, one stage after the other."""
    from colorizer.media import open_film, open_film_sink
    from colorizer.media.film.encoder import picture_of
    from colorizer.pipeline.film_stages import levels_of
    from colorizer.stages.keyframes import mark_keys
    from colorizer.stages.levels import follow_light
    from colorizer.stages.memory.recall import ShotMemory
    from colorizer.stages.shots import mark_shots, scene_detector
    from colorizer.stages.temporal import smooth_chroma
    from colorizer.stages.upsample import upsample_chroma

    took: dict[tuple[str, str], float] = {}
    chosen = settings(bench, codec="h264")
    batch = predict.film_batch(bench.device)

    def timed(thread: str, name: str, work: Iterable[Frame]) -> Iterator[Frame]:
        began = time.perf_counter()
        done = list(work)
        took[thread, name] = time.perf_counter() - began
        return iter(done)

    target = film.with_name("stages_out.mp4")
    target.unlink(missing_ok=True)
    with (
        open_film(film, chosen, side=chosen.size) as source,
        open_film_sink(target, chosen, like=source) as sink,
        core_pool(bench.device) as pool,
    ):
        plain: Any = sink
        frames = timed("reader", "decoding", islice(source.frames(), most))
        frames = timed("reader", "cuts, flow", mark_shots(frames, detector=scene_detector()))
        frames = timed("reader", "levels", levels_of(chosen).level(frames))
        frames = mark_keys(frames)
        seen = predict.predict_chroma(frames, bench.model, batch=batch, pool=pool, glimpses=True)
        frames = timed("middle", "network", seen)
        frames = timed("middle", "colour memory", ShotMemory().recall(frames, pool))
        frames = timed("middle", "smoothing", smooth_chroma(frames))
        frames = follow_light(frames)
        enlarged = upsample_chroma(frames, sink.chroma_size, sink.chroma_shift, pool=pool)
        done = list(timed("middle", "upsampling", enlarged))
        picture_of(done[0], plain.coding, plain.tags, source.origin)  # its tables are made once
        pictures = (picture_of(f, plain.coding, plain.tags, source.origin) for f in done)
        list(timed("writer", "ab to Cb, Cr", pictures))  # pyright: ignore[reportArgumentType]
        began = time.perf_counter()
        for frame in done:
            sink.write(frame)
    # The last segment is finished, and the file written, on the way out.
    planes = took["writer", "ab to Cb, Cr"]
    took["writer", "encoding, files"] = max(time.perf_counter() - began - planes, 1e-9)
    return took, len(done)


def photos(bench: Bench) -> list[str]:
    """Print photos/s from JPEG to JPEG, next to reading and writing alone on all cores."""
    from colorizer.engine.runner import run_jobs

    wrong = []
    for megapixels, count in (DRY_PHOTOS if bench.dry else PHOTOS).items():
        folder = bench.folder / f"photos {megapixels}"
        folder.mkdir()
        files = _drawn_photos(folder, megapixels, count)
        jobs = [Job(f, folder / "out" / f.name, Kind.PHOTO, settings(bench)) for f in files]
        (folder / "out").mkdir()
        list(run_jobs(jobs[:1], bench.model))
        began = time.perf_counter()
        states = [step.state for step in run_jobs(jobs[1:], bench.model)]
        rate = (count - 1) / (time.perf_counter() - began)
        with ThreadPoolExecutor() as pool:
            began = time.perf_counter()
            list(pool.map(partial(_coded_again, folder / "alone.jpg"), files))
            best = count / (time.perf_counter() - began)
        print(
            f"  {megapixels:5.2f} megapixels: {rate:7.2f} photos/s; reading and writing alone"
            f" {best:7.2f}, share {rate / best:.2f}",
            flush=True,
        )
        if states.count(JobState.DONE) != count - 1:
            wrong.append(f"{megapixels} megapixels: {states.count(JobState.FAILED)} photos failed")
    return wrong


def _drawn_photos(folder: Path, megapixels: float, count: int) -> list[Path]:
    """Write gray JPEGs with grain, all of a size, all different."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    picture = np.asarray(Image.open(SAMPLES / "astronaut.jpg").convert("L"))
    large = cv2.resize(picture, (height * 4 // 3, height), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(0).integers(0, 16, large.shape, np.uint8)

    def draw(number: int) -> Path:
        file = folder / f"{number:03}.jpg"
        Image.fromarray(cv2.add(large, np.roll(grain, 97 * number))).save(file, quality=92)
        return file

    with ThreadPoolExecutor() as pool:
        return list(pool.map(draw, range(count)))


def _coded_again(target: Path, file: Path) -> None:
    own = target.with_stem(f"{target.stem} {file.stem}")
    Image.open(file).convert("RGB").save(own, quality=95, subsampling=0)
