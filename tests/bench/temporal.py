"""How steady and how true the colours of films are: `python -m tests.bench.temporal COLOUR_FILM...`

Colour films are made gray and coloured again: every frame on its own, averaged over 15 frames
without motion, and as this program does it, from the past alone, from both sides, and from key
frames. With --spliced N the first N frames of all films are joined into one of many shots, which is
smoothed with its cuts known and with all of them missed. Colours are the network's, or, with
--disturbed, the film's own with the errors of a network put in (for every frame another saturation
and offset, a soft field that wanders, and now and then a wrong blotch). The metrics are those of
`colorizer measure`; beside them

    apart    distance of ab from "both sides", the network on every frame
    keys     share of frames that the network saw
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from math import nan
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from colorizer.colour.cielab import luma_to_L, srgb_to_lab
from colorizer.colour.gamut import ab_to_srgb
from colorizer.frame import Frame, working_L
from colorizer.measure.flow import LONG_SIDE
from colorizer.measure.measuring import PLAIN, TRUTH, Measuring
from colorizer.measure.view import Colours
from colorizer.stages.keyframes import mark_keys
from colorizer.stages.shots import mark_shots, scene_detector
from colorizer.stages.temporal import LOOK_AHEAD, smooth_chroma
from colorizer.stages.upsample import upsample_chroma

SIDE = 256
BOTH, KEYS = "both sides", "key frames"


@dataclass
class Clip:
    """A colour film made gray."""

    frames: list[Frame]
    """Gray, at measuring size."""
    truth: list[np.ndarray]
    """Their own ab at the same size."""
    cuts: set[int] | None = None
    """First frames of shots where they are known."""


def clip_of(path: Path, most: int, size: tuple[int, int] | None = None) -> Clip:
    """Read a film; `size` is (height, width) where it must be like another's."""
    clip = Clip([], [])
    with av.open(str(path)) as container:
        for decoded in islice(container.decode(video=0), most):
            rgb = decoded.to_ndarray(format="rgb24")
            scale = min(1, LONG_SIDE / max(rgb.shape[:2]))
            height, width = size or (round(side * scale) for side in rgb.shape[:2])
            small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
            lab = srgb_to_lab(np.moveaxis(small, -1, 0).astype(np.float32) / 255)
            clip.truth.append(np.ascontiguousarray(lab[1:], np.float32))
            clip.frames.append(gray_frame(len(clip.frames), small, decoded))
    return clip


def gray_frame(index: int, rgb: np.ndarray, decoded: av.VideoFrame) -> Frame:
    assert decoded.time_base is not None
    Y = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    L = working_L(Y, 8, full_range=True, side=SIDE)
    return Frame(index, index, decoded.time_base, Y, 8, True, L)


def spliced(paths: list[Path], length: int) -> Clip:
    """Join the beginnings of films."""
    whole, size = Clip([], [], set()), None
    assert whole.cuts is not None
    for path in paths:
        part = clip_of(path, length, size)
        whole.cuts.add(len(whole.frames))
        size = size or part.frames[0].Y.shape
        for frame in part.frames:
            index = len(whole.frames)
            whole.frames.append(replace(frame, index=index, pts=index))
        whole.truth += part.truth
    return whole


def disturbed(truth: list[np.ndarray], size: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Yield true ab, at a size, with the errors that colouring frame by frame makes."""
    rng = np.random.default_rng(0)
    field = np.zeros((2, 6, 8))
    for full in truth:
        ab = enlarged(full, size)
        size_xy = ab.shape[:0:-1]
        field = 0.7 * field + np.sqrt(1 - 0.7**2) * rng.normal(0, 4, field.shape)
        soft = [cv2.resize(plane, size_xy, interpolation=cv2.INTER_CUBIC) for plane in field]
        wrong = ab * (1 + 0.12 * rng.normal()) + rng.normal(0, 2, (2, 1, 1)) + np.stack(soft)
        if rng.random() < 0.15:
            y, x = np.mgrid[: size_xy[1], : size_xy[0]]
            place, width = rng.uniform(0, size_xy), 0.12 * size_xy[0]
            distance = (x - place[0]) ** 2 + (y - place[1]) ** 2
            wrong += 18 * np.exp(-distance / (2 * width**2)) * rng.choice([-1, 1], (2, 1, 1))
        yield wrong.astype(np.float32)


def enlarged(ab: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    return np.stack([cv2.resize(plane, size[::-1]) for plane in ab])


def predicted(frames: list[Frame], weights: Path | None) -> Iterator[np.ndarray]:
    """Yield the network's ab."""

    from colorizer.models import load_model
    from colorizer.stages.predict import predict_chroma

    model = load_model("autochrome", weights)
    for frame in predict_chroma(frames, model, batch=4):
        assert frame.ab is not None
        yield frame.ab


def averaged(chroma: list[np.ndarray], marked: list[Frame], reach: int = 7) -> Iterator[Frame]:
    """Average over neighbours in time without motion, within shots."""
    shot = np.cumsum([frame.starts_shot for frame in marked])
    for place, frame in enumerate(marked):
        near = range(max(0, place - reach), min(len(chroma), place + reach + 1))
        mean = np.mean([chroma[i] for i in near if shot[i] == shot[place]], axis=0)
        yield replace(frame, ab=mean)


def coloured(chroma: list[np.ndarray], marked: list[Frame]) -> Iterator[Frame]:
    """Give key frames their ab."""
    for frame, ab in zip(marked, chroma, strict=True):
        yield replace(frame, ab=ab if frame.is_key else None)


def ways_of(
    clip: Clip, single: list[np.ndarray]
) -> tuple[list[Frame], dict[str, Callable[[], Iterator[Frame]]]]:
    """Return frames with shots marked, and each way to get from the network's ab to smooth ones."""
    marked = list(mark_shots(clip.frames, clip.cuts, detector=scene_detector()))
    keyed = list(mark_keys(iter(marked)))

    def smooth(frames: list[Frame], ahead: int) -> Callable[[], Iterator[Frame]]:
        return lambda: smooth_chroma(coloured(single, frames), look_ahead=ahead)

    ways = {
        PLAIN: lambda: coloured(single, marked),
        "mean of 15": lambda: averaged(single, marked),
        "past alone": smooth(marked, 0),
        BOTH: smooth(marked, LOOK_AHEAD),
        KEYS: smooth(keyed, LOOK_AHEAD),
    }
    if clip.cuts is not None:
        missed = list(mark_shots(clip.frames, {0}))
        ways["cuts missed"] = smooth(missed, LOOK_AHEAD)
        ways["cuts missed, key frames"] = smooth(list(mark_keys(iter(missed))), LOOK_AHEAD)
    return marked, ways


def measure(clip: Clip, *, own: bool, weights: Path | None) -> dict[str, dict[str, Any]]:
    """Return all metrics of each way to colour one film."""
    size = clip.frames[0].L.shape
    single = list(disturbed(clip.truth, size) if own else predicted(clip.frames, weights))
    marked, ways = ways_of(clip, single)
    streams = {
        name: upsample_chroma(way(), lambda frame: frame.Y.shape) for name, way in ways.items()
    }
    measuring = Measuring()
    apart = dict.fromkeys(ways, 0.0)
    for index, frames in enumerate(zip(*streams.values(), strict=True)):
        gray = clip.frames[index].Y
        L = luma_to_L(gray, 8, full_range=True)
        found = {TRUTH: clip.truth[index]}
        for name, frame in zip(streams, frames, strict=True):
            assert frame.ab is not None
            found[name] = frame.ab
        for name in apart:
            apart[name] += float(np.hypot(*(found[name] - found[BOTH])).mean())
        seen = {name: Colours(ab, codes_of(L, ab)) for name, ab in found.items()}
        measuring.add(L, seen, starts_shot=marked[index].starts_shot, gray=gray)
    facts = measuring.facts()
    rows = {name: facts[name] | {"apart": apart[name] / len(marked)} for name in ways}
    rows[KEYS]["keys"] = float(np.mean([f.is_key for f in mark_keys(iter(marked))]))
    return {TRUTH: facts[TRUTH], **rows, "gray": facts["gray"]}


def codes_of(L: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Return sRGB codes (h, w, 3) uint8."""
    return np.rint(np.moveaxis(ab_to_srgb(L, ab), 0, -1) * 255).astype(np.uint8)


def cells(row: dict[str, Any]) -> list[float]:
    """Return a row of the table."""
    ghost, error = row.get("ghost", {}), row.get("error", {})
    beside = [v for v in (ghost.get("after_cuts"), ghost.get("before_cuts")) if v is not None]
    told = [
        error.get("rmse_ab"),
        *(row.get(key) for key in ("flicker_ab", "cdc_ab", "cdc_rgb", "warp_ab_1", "warp_ab_8")),
        row.get(f"chroma_to_{PLAIN}"),
        max(beside, default=None),
        ghost.get("worst_cut"),
        ghost.get("uncovered"),
        ghost.get("t90"),
        row.get("apart"),
        row.get("keys"),
    ]
    return [nan if value is None else value for value in told]


COLUMNS = (
    *(("RMSE", 2), ("FLK", 3), ("CDC_ab", 5), ("CDC_RGB", 5), ("warp1", 2), ("warp8", 2)),
    *(("ratio", 3), ("ghost", 3), ("worst", 3), ("uncov.", 3), ("T90", 1), ("apart", 2)),
    ("keys", 2),
)
"""Name and decimals."""


def show(title: str, rows: dict[str, list[float]]) -> None:
    print(f"{title:26}" + "".join(f"{name:>9}" for name, _ in COLUMNS))
    for name, row in rows.items():
        found = zip(row, COLUMNS, strict=True)
        told = ("" if value != value else f"{value:.{places}f}" for value, (_, places) in found)
        print(f"  {name:24}" + "".join(f"{text:>9}" for text in told), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("films", nargs="+", type=Path, help="in colour")
    parser.add_argument("--frames", type=int, default=120, help="of each film, at most")
    parser.add_argument(
        "--spliced", type=int, metavar="N", help="N frames of each, joined, as well"
    )
    parser.add_argument("--weights", type=Path, help="of the network; default: its own")
    parser.add_argument("--disturbed", action="store_true", help="own colours with errors put in")
    arguments = parser.parse_args()
    how = {"own": arguments.disturbed, "weights": arguments.weights}
    found = []
    for film in arguments.films if arguments.frames else ():
        rows = measure(clip_of(film, arguments.frames), **how)
        found.append({name: cells(row) for name, row in rows.items()})
        show(film.stem, found[-1])
    if len(found) > 1:
        show("mean", {name: [*np.mean([rows[name] for rows in found], 0)] for name in found[0]})
    if arguments.spliced:
        rows = measure(spliced(arguments.films, arguments.spliced), **how)
        show("spliced", {name: cells(row) for name, row in rows.items()})


if __name__ == "__main__":
    main()
