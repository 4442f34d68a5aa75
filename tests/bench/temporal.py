"""How steady and how true the colours of films are: `python -m tests.bench.temporal COLOUR_FILM...`

Colour films are made gray and coloured again, by a network, or by their own colour with the errors
of a network put in (for every frame another saturation and offset, a soft field that wanders,
and now and then a wrong blotch). Metrics, lower is better but for the ratio, which should be 1:

    RMSE     distance of ab from the film's own
    warpE    squared change of ab along the motion of the gray film, where it is not occluded (Lai)
    CDC      Jensen-Shannon distance of the histograms of ab over 1, 2 and 4 frames, in shots
    FLK      squared distance of ab from the mean of its neighbours in time
    ratio    mean chroma against the frame-by-frame colours
    apart    distance of ab from "both sides", the network on every frame
    keys     share of frames that the network saw
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from colorizer.color import luma_to_L, srgb_to_lab
from colorizer.frame import Frame
from colorizer.keyframes import mark_keys
from colorizer.motion import path_of, warp
from colorizer.shots import mark_shots
from colorizer.temporal import smooth_chroma

SIDE = 256


def film_of(path: Path, most: int) -> tuple[list[Frame], list[np.ndarray]]:
    """Return gray frames and their own ab at working size."""
    frames, truth = [], []
    with av.open(str(path)) as container:
        for index, decoded in enumerate(islice(container.decode(video=0), most)):
            rgb = decoded.to_ndarray(format="rgb24")
            scale = SIDE / min(rgb.shape[:2])
            size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
            small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
            Y = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
            lab = srgb_to_lab(np.moveaxis(small, -1, 0).astype(np.float32) / 255)
            truth.append(np.ascontiguousarray(lab[1:], np.float32))
            L = luma_to_L(Y, 8, full_range=True)
            base = decoded.time_base
            assert base is not None
            frames.append(Frame(index, decoded.pts, base, Y, 8, True, L))
    return frames, truth


def disturbed(truth: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield true ab with the errors that colouring frame by frame makes."""
    rng = np.random.default_rng(0)
    field = np.zeros((2, 6, 8))
    for ab in truth:
        size = ab.shape[:0:-1]
        field = 0.7 * field + np.sqrt(1 - 0.7**2) * rng.normal(0, 4, field.shape)
        soft = np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC) for plane in field])
        wrong = ab * (1 + 0.12 * rng.normal()) + rng.normal(0, 2, (2, 1, 1)) + soft
        if rng.random() < 0.15:
            y, x = np.mgrid[: size[1], : size[0]]
            place, width = rng.uniform(0, size), 0.12 * size[0]
            distance = (x - place[0]) ** 2 + (y - place[1]) ** 2
            wrong += 18 * np.exp(-distance / (2 * width**2)) * rng.choice([-1, 1], (2, 1, 1))
        yield wrong.astype(np.float32)


def predicted(frames: list[Frame], weights: Path) -> Iterator[np.ndarray]:
    """Yield the network's ab."""
    import torch

    from colorizer.models import load_model
    from colorizer.predict import predict_chroma

    model = load_model("autochrome", weights)
    for frame in predict_chroma(frames, model, device=torch.device("cpu"), batch=4):
        assert frame.ab is not None
        yield frame.ab


def averaged(chroma: list[np.ndarray], marked: list[Frame], reach: int = 7) -> list[np.ndarray]:
    """Average over neighbours in time without motion, within shots."""
    shot = np.cumsum([frame.starts_shot for frame in marked])
    means = []
    for place in range(len(chroma)):
        near = range(max(0, place - reach), min(len(chroma), place + reach + 1))
        means.append(np.mean([chroma[i] for i in near if shot[i] == shot[place]], axis=0))
    return means


def smoothed(chroma: list[np.ndarray], marked: list[Frame], look_ahead: int) -> list[np.ndarray]:
    """Smooth as films are, from the key frames among `marked` alone."""
    frames = (
        replace(frame, ab=ab if frame.is_key else None)
        for frame, ab in zip(marked, chroma, strict=True)
    )
    done = []
    for frame in smooth_chroma(frames, look_ahead=look_ahead):
        assert frame.ab is not None
        done.append(np.stack([cv2.resize(plane, frame.L.shape[::-1]) for plane in frame.ab]))
    return done


def flows(marked: list[Frame]) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Return flow to the frame before and back from it, finer than the program's, at full size.

    None where there is no frame before in the shot.
    """
    finder: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    lumas = [cv2.convertScaleAbs(frame.L, alpha=2.55) for frame in marked]
    found: list[tuple[np.ndarray, np.ndarray] | None] = [None]
    for i in range(1, len(marked)):
        then, now = lumas[i - 1], lumas[i]
        pair = finder.calc(now, then, None), finder.calc(then, now, None)
        found.append(None if marked[i].motion is None else pair)
    return found


def histograms(ab: np.ndarray) -> np.ndarray:
    return np.stack([np.histogram(p, 256, (-110, 110))[0] / p.size for p in ab])


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    """Return the Jensen-Shannon divergence of histograms (2, 256), mean over both."""
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(h > 0, h * np.log(h / middle), 0).sum(1) for h in (p, q)]
    return float(np.mean(parts[0] + parts[1]) / 2)


def cdc(chroma: list[np.ndarray], shot: np.ndarray) -> float:
    found = [histograms(ab) for ab in chroma]
    steps = []
    for step in (1, 2, 4):
        pairs = [i for i in range(len(found) - step) if shot[i] == shot[i + step]]
        if pairs:
            steps.append(np.mean([divergence(found[i], found[i + step]) for i in pairs]))
    return float(np.mean(steps))


def visible(back: np.ndarray, forth: np.ndarray) -> np.ndarray:
    """Return where a pixel of a frame was seen in the one before (Ruder et al. 2016)."""
    there = warp(forth, path_of(back, back.shape[:2]))
    gap = ((back + there) ** 2).sum(-1)
    length = (back**2).sum(-1) + (there**2).sum(-1)
    edges = sum((np.gradient(back[..., a], axis=b) ** 2) for a in (0, 1) for b in (0, 1))
    return (gap <= 0.01 * length + 0.5) & (edges <= 0.01 * (back**2).sum(-1) + 0.002)


def along_motion(
    chroma: list[np.ndarray], found: list[tuple[np.ndarray, np.ndarray] | None]
) -> tuple[float, float]:
    """Return warp error and flicker."""
    changes, flickers = [], []
    for i, pair in enumerate(found):
        if pair is None:
            continue
        seen = visible(*pair)
        if not seen.any():
            continue
        path = path_of(pair[0], seen.shape)
        before = np.stack([warp(plane, path) for plane in chroma[i - 1]])
        changes.append((((chroma[i] - before) ** 2).sum(0))[seen].mean())
        later = found[i + 1] if i + 1 < len(found) else None
        if later is not None:
            ahead = path_of(later[1], seen.shape)
            after = np.stack([warp(plane, ahead) for plane in chroma[i + 1]])
            middle = (before + after) / 2
            flickers.append((((chroma[i] - middle) ** 2).sum(0))[seen].mean())
    return float(np.mean(changes)), float(np.mean(flickers))


def strength(chroma: list[np.ndarray]) -> float:
    return float(np.mean([np.hypot(*ab).mean() for ab in chroma]))


def measure(path: Path, most: int, weights: Path | None) -> dict[str, list[float]]:
    """Return all metrics of each way to colour one film."""
    frames, truth = film_of(path, most)
    marked = list(mark_shots(frames))
    keyed = list(mark_keys(iter(marked)))
    found = flows(marked)
    single = list(predicted(frames, weights) if weights else disturbed(truth))
    ways = {
        "own colour": truth,
        "frame by frame": single,
        "mean of 15": averaged(single, marked),
        "past alone": smoothed(single, marked, 0),
        "both sides": smoothed(single, marked, 12),
        "both sides, key frames": smoothed(single, keyed, 12),
    }
    shot = np.cumsum([frame.starts_shot for frame in marked])
    rows = {}
    for name, chroma in ways.items():
        error = np.mean([((a - b) ** 2).sum(0).mean() for a, b in zip(chroma, truth, strict=True)])
        change, flicker = along_motion(chroma, found)
        ratio = strength(chroma) / strength(single)
        apart = [np.hypot(*(a - b)).mean() for a, b in zip(chroma, ways["both sides"], strict=True)]
        share = float(np.mean([f.is_key for f in keyed])) if name.endswith("key frames") else 1.0
        rows[name] = [float(np.sqrt(error)), change, cdc(chroma, shot), flicker, ratio]
        rows[name] += [float(np.mean(apart)), share]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("films", nargs="+", type=Path, help="in colour")
    parser.add_argument("--frames", type=int, default=120, help="of each film, at most")
    parser.add_argument("--weights", type=Path, help="colour by the network, not by own colour")
    arguments = parser.parse_args()
    found = []
    for film in arguments.films:
        found.append(measure(film, arguments.frames, arguments.weights))
        show(film.stem, found[-1])
    if len(found) > 1:
        mean = {name: np.mean([rows[name] for rows in found], axis=0) for name in found[0]}
        show("mean of all", mean)


def show(title: str, rows: dict[str, list[float]]) -> None:
    print(
        f"{title:24}{'RMSE':>8}{'warpE':>8}{'CDC':>9}{'FLK':>8}{'ratio':>7}{'apart':>7}{'keys':>6}"
    )
    for name, row in rows.items():
        print("  {:22}{:8.2f}{:8.2f}{:9.5f}{:8.2f}{:7.3f}{:7.2f}{:6.2f}".format(name, *row))


if __name__ == "__main__":
    main()
