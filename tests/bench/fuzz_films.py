"""Films with drawn wear: `python -m tests.bench.fuzz_films [SEED] [--minutes N] [--killed]`.

A seed draws one to three shots of the samples, wears each (bars, flicker, dirt, cards, noise and
more), writes them as a small film and colorizes it with drawn settings: every frame must come out,
its luma byte for byte. With --killed, runs are killed at every stage and continued (see
`tests.killed_film`); all must give the same frames. The network is tiny and untrained.
"""

import random
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from colorizer.jobs import Job, JobState, Kind
from colorizer.pipeline import run
from colorizer.settings import Settings
from tests.bench.fuzzing import SAMPLES, main
from tests.tiny_model import tiny_model

Shot = np.ndarray
"""(frames, H, W) float32, of codes."""
LEAST_KILLED = 30
"""Frames of a film that is killed: it has several segments."""


def _rim(shot: Shot, r: random.Random) -> Shot:
    height, width = shot.shape[1:]
    top, end, left, right = (r.choice((0, r.randint(2, side // 4))) for side in
                             (height, height, width, width))  # fmt: skip
    worn = np.full_like(shot, r.choice((0, 3, 16, 30)))
    inside = np.s_[:, top : height - end, left : width - right]
    worn[inside] = shot[inside]
    return worn


def _round(shot: Shot, r: random.Random) -> Shot:
    count, height, width = shot.shape
    rows, columns = np.mgrid[:height, :width]
    apart = np.hypot(rows - height / 2, columns - width / 2) / min(height, width)
    first = r.choice((0.15, 0.62))  # an iris that opens, or a gate
    reach = np.linspace(first, 0.85 if first < 0.5 else first, count)
    return np.where(apart < reach[:, None, None], shot, r.choice((2, 5)))


def _title(shot: Shot, r: random.Random) -> Shot:
    worn, card = shot.clip(0, 255).astype(np.uint8), r.random() < 0.5
    for frame in worn[len(shot) // 4 : len(shot) // 2 + 1]:
        if card:
            frame[:] = 8
        place, size = (5, frame.shape[0] - 12), frame.shape[0] / 400
        cv2.putText(frame, "Where have you been", place, 0, size, 240, 1, cv2.LINE_AA)
    return worn


def _dirt(shot: Shot, r: random.Random) -> Shot:
    worn = shot.copy()
    for frame in worn:
        for _ in range(6):
            place = r.randrange(frame.shape[1]), r.randrange(frame.shape[0])
            cv2.circle(frame, place, r.randint(1, 5), r.choice((0, 255)), -1)
    return worn


def _jump(shot: Shot, r: random.Random) -> Shot:
    return np.stack([np.roll(f, (r.randint(-3, 3), r.randint(-3, 3)), (0, 1)) for f in shot])


def _times(shot: Shot, light: Any) -> Shot:
    return shot * np.asarray(light, np.float32).reshape(-1, 1, 1)


def _inverted(shot: Shot, r: random.Random) -> Shot:
    worn, one = shot.copy(), r.randrange(len(shot))
    worn[one] = 255 - worn[one]
    return worn


WEAR: dict[str, Callable[[Shot, random.Random], Shot]] = {
    "bars": _rim,
    "gate or iris": _round,
    "title": _title,
    "dirt": _dirt,
    "jumps": _jump,
    "flicker": lambda shot, r: _times(shot, [r.uniform(0.75, 1.1) for _ in shot]),
    "fade in": lambda shot, r: _times(shot, np.linspace(0, 2, len(shot)).clip(0, 1)),
    "fade out": lambda shot, r: _times(shot, np.linspace(2, 0, len(shot)).clip(0, 1)),
    "held frames": lambda shot, r: shot[np.arange(len(shot)) // 2 * 2],
    "flash": lambda shot, r: shot + 200 * (np.arange(len(shot)) == len(shot) // 2)[:, None, None],
    "flat": lambda shot, r: 0.4 * shot + 60,
    "negative": lambda shot, r: 255 - shot,
    "one frame inverted": _inverted,
    "noise": lambda shot, r: (
        shot + np.random.default_rng(r.randrange(1 << 30)).normal(0, 12, shot.shape)
    ),
    "black leader": lambda shot, r: np.concatenate([np.zeros_like(shot[:1])] * 5 + [shot]),
}


@cache
def _sample(name: str) -> list[np.ndarray]:
    """Return the gray frames of a sample, a moving part of those that are photos."""
    with av.open(str(SAMPLES / name)) as opened:
        frames = [frame.to_ndarray(format="gray") for frame in opened.decode(video=0)]
    if len(frames) > 1:
        return frames
    return [frames[0][step : step + 240, 2 * step : 2 * step + 320] for step in range(60)]


def draw(r: random.Random) -> tuple[np.ndarray, list[str]]:
    """Return the frames of a film, (n, H, W) uint8, and how its shots are worn."""
    size = r.choice((128, 160, 180, 214, 320)), r.choice((96, 120, 144, 182, 240))
    shots, told = [], []
    for _ in range(r.choice((1, 1, 2, 3))):
        frames = _sample(r.choice(("film.mp4", "film.mp4", "astronaut.jpg", "coffee.png")))
        begin, count = r.randrange(30), r.randint(1, 30)
        some = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames]
        shot = np.stack(some[begin : begin + count]).astype(np.float32)
        for name in r.sample(list(WEAR), r.randint(0, 4)):
            shot = WEAR[name](shot, r).astype(np.float32)
            told.append(name)
        shots.append(shot.clip(0, 255).astype(np.uint8))
    return np.concatenate(shots), told


def write(path: Path, frames: np.ndarray, pix_fmt: str, rate: int) -> None:
    """Write frames as a lossless film."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=Fraction(rate))
        stream.height, stream.width = frames.shape[1:]
        stream.pix_fmt = pix_fmt
        for codes in frames:
            frame = av.VideoFrame.from_ndarray(codes, "gray").reformat(format=pix_fmt)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def luma(path: Path) -> list[bytes]:
    """Return the bytes of the luma of every frame, those between its rows left out."""
    with av.open(str(path)) as container:
        found = []
        for frame in container.decode(video=0):
            bytes_of_row = frame.width * (frame.format.components[0].bits + 7 >> 3)
            rows = np.frombuffer(frame.planes[0], np.uint8).reshape(frame.height, -1)
            found.append(rows[:, :bytes_of_row].tobytes())
    return found


def check(seed: int, folder: Path) -> str:
    """Colorize the film of a seed; return what is wrong, and with which film."""
    r = random.Random(seed)
    (frames, worn), pix_fmt = draw(r), r.choice(("gray", "yuv420p", "yuv422p", "gray10le"))
    source, target = folder / "a.mkv", folder / "b.mkv"
    write(source, frames, pix_fmt, r.choice((16, 18, 24, 25, 30)))
    seldom: dict[str, Any] = {"every_frame": True, "keep_colours": "film", "memory": "off"}
    seldom |= {"faded": r.choice(("as-is", "off"))}
    asked = {"size": r.choice((64, 96, 128))} | {
        n: v for n, v in seldom.items() if r.random() < 0.2
    }
    job = Job(source, target, Kind.FILM, Settings(codec="ffv1", **asked))
    *_, end = run(job, tiny_model())
    wrong = "" if end.state is JobState.DONE else f"{end.state} {end.message}"
    if not wrong and luma(source) != luma(target):
        wrong = f"luma differs, {len(luma(source))} and {len(luma(target))} frames"
    return wrong and f"{wrong} ({pix_fmt}, {frames.shape}, {worn}, {asked})"


def check_killed(seed: int, folder: Path) -> str:
    """Kill and continue the film of a seed; return what is wrong, and with which film."""
    r = random.Random(seed)
    frames, worn = draw(r)
    if len(frames) < LEAST_KILLED:
        frames = np.concatenate([frames] * (1 + LEAST_KILLED // len(frames)))
    write(folder / "a.mkv", frames, "gray", 24)
    command = [sys.executable, "-m", "tests.killed_film"]
    command += [str(folder / "a.mkv"), str(folder / "t.mkv"), "ffv1", str(seed)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    made = {path.name: _digest(path) for path in folder.glob("t_*.mkv")}
    wrong = ended.stderr[-300:] if ended.returncode else ""
    if len(set(made.values())) != 1:
        wrong += f"other frames: {made}"
    return wrong and f"{wrong} ({frames.shape}, {worn})"


def _digest(path: Path) -> str:
    digest = sha256()
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            digest.update(frame.to_ndarray().tobytes())
    return digest.hexdigest()[:8]


if __name__ == "__main__":
    main("fuzz_films", {"": check, "--killed": check_killed})
