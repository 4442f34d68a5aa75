"""What old films do to colours: `python -m tests.bench.old_films COLOUR_FILM... --frames 36`.

Films in colour are made gray, and then what archives have: fading, flickering, flashing, flat and
masked ones. Each is colorized as the program does it, from key frames, with and without what is
done about it (`--faded fresh`, `off`), and compared with the same film when it is clean. With
--sheets FOLDER pictures of both are written there.

    apart    mean distance of ab from the clean film's, in the picture
    chroma   mean chroma against the clean film's, largest of all frames
    change   mean change of ab from one frame to the next against the clean film's
    next     distance of ab from the clean film's in the frame after a flash
    outside  mean chroma of bars and masks
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from colorizer.colour.gamut import ab_to_srgb
from colorizer.frame import Frame, working_L
from colorizer.models import load_model
from colorizer.models.base import ColourModel
from colorizer.stages.keyframes import mark_keys
from colorizer.stages.levels import follow_light
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.memory.recall import ShotMemory
from colorizer.stages.predict import predict_chroma
from colorizer.stages.shots import mark_shots, scene_detector
from colorizer.stages.temporal import smooth_chroma
from colorizer.stages.upsample import upsample_chroma
from tests.bench.temporal import SIDE, clip_of

FLASH = 12
"""The frame that flashes."""


@dataclass
class Aged:
    """Gray codes of a film after something has happened to it."""

    codes: list[np.ndarray]
    """(H, W) in [0, 1]."""
    outside: list[np.ndarray] | None = None
    """Where there is no picture."""
    at: Callable[[np.ndarray], np.ndarray] = lambda plane: plane
    """Cuts the clean picture's place out of a plane of the film."""


def fade(v: list[np.ndarray]) -> Aged:
    last = len(v) - 1
    return Aged([one * max(0.0, 1 - max(0, n - last + 20) / 20) for n, one in enumerate(v)])


def fade_in(v: list[np.ndarray]) -> Aged:
    return Aged([one * min(1.0, n / 20) for n, one in enumerate(v)])


def flicker(v: list[np.ndarray]) -> Aged:
    rng = np.random.default_rng(0)
    return Aged([one * (1 + 0.12 * rng.uniform(-1, 1)) for one in v])


def flash(v: list[np.ndarray]) -> Aged:
    return Aged([0.6 + 0.4 * one if n == FLASH else one for n, one in enumerate(v)])


def flat(v: list[np.ndarray]) -> Aged:
    return Aged([0.25 + 0.4 * cv2.GaussianBlur(one, (0, 0), 1.0) for one in v])


def dark(v: list[np.ndarray]) -> Aged:
    return Aged([0.35 * one for one in v])


def placed(
    v: list[np.ndarray], size: tuple[int, int], at: tuple[int, int]
) -> tuple[list[np.ndarray], np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Lay a picture into a black frame; return frames, what is outside, and what cuts it out."""
    rows, columns = slice(at[0], at[0] + v[0].shape[0]), slice(at[1], at[1] + v[0].shape[1])
    outside = np.ones(size, bool)
    outside[rows, columns] = False
    frames = []
    for one in v:
        whole = np.full(size, 0.01, np.float32)
        whole[rows, columns] = one
        frames.append(whole)
    return frames, outside, lambda plane: plane[rows, columns]


def bars(v: list[np.ndarray], *, pillars: bool) -> Aged:
    height, width = v[0].shape
    size = (height, round(width * 4 / 3)) if pillars else (round(height * 4 / 3), width)
    frames, outside, at = placed(v, size, ((size[0] - height) // 2, (size[1] - width) // 2))
    return Aged(frames, [outside] * len(v), at)


def gate(v: list[np.ndarray]) -> Aged:
    height, width = v[0].shape
    inside = np.zeros((height, width), np.uint8)
    edge, corner = round(0.05 * height), round(0.12 * height)
    low, high = (edge + corner, edge + corner), (width - edge - corner, height - edge - corner)
    cv2.rectangle(inside, low, high, 1, -1)
    inside = cv2.dilate(inside, cv2.getStructuringElement(2, (2 * corner + 1, 2 * corner + 1)))
    return Aged([one * inside for one in v], [inside == 0] * len(v))


def iris(v: list[np.ndarray]) -> Aged:
    height, width = v[0].shape
    y, x = np.mgrid[:height, :width]
    away = np.hypot(x - width / 2, y - height / 2)
    radii = [height * (0.12 + 1.3 * n / len(v)) for n in range(len(v))]
    frames = [one * (away < radius) for one, radius in zip(v, radii, strict=True)]
    return Aged(frames, [away > radius for radius in radii])


AGED = {"clean": Aged, "fade out": fade, "fade in": fade_in, "flicker": flicker, "flash": flash,
        "flat": flat, "dark": dark, "pillar box": partial(bars, pillars=True),
        "letter box": partial(bars, pillars=False), "gate": gate, "iris": iris}  # fmt: skip


def frames_of(aged: Aged) -> Iterator[Frame]:
    from fractions import Fraction

    for index, v in enumerate(aged.codes):
        Y = np.rint(v.clip(0, 1) * 255).astype(np.uint8)
        yield Frame(index, index, Fraction(1, 25), Y, 8, True, working_L(Y, 8, True, SIDE))


def coloured(frames: Iterator[Frame], model: ColourModel, faded: str) -> list[Frame]:
    """Colorize frames as the program does."""
    marked = mark_shots(frames, detector=scene_detector())
    paper = "colour" if faded == "off" else "neutral"
    keyed = mark_keys(FilmLevels(faded, paper).level(marked))
    seen = predict_chroma(keyed, model, batch=4, glimpses=True)
    smooth = smooth_chroma(ShotMemory().recall(seen))
    return list(upsample_chroma(follow_light(smooth), lambda frame: frame.Y.shape))


def chroma(ab: np.ndarray) -> np.ndarray:
    return np.hypot(*ab)


def row(clean: list[np.ndarray], done: list[Frame], aged: Aged) -> list[str]:
    seen = [np.stack([aged.at(plane) for plane in frame.ab]) for frame in done]
    shape = seen[0].shape[1:]
    picture = [np.ones(shape, bool)] * len(seen)
    if aged.outside is not None and aged.outside[0].shape == shape:
        picture = [~outside for outside in aged.outside]
    apart = [
        float(chroma(a - b)[where].mean()) for a, b, where in zip(seen, clean, picture, strict=True)
    ]
    ratio = [chroma(a).mean() / chroma(b).mean() for a, b in zip(seen, clean, strict=True)]
    own, other = (
        np.mean([chroma(b - a).mean() for a, b in zip(films, films[1:], strict=False)])
        for films in (seen, clean)
    )
    beyond = ""
    if aged.outside is not None:
        pairs = zip(done, aged.outside, strict=True)
        beyond = f"{np.mean([chroma(frame.ab)[outside].mean() for frame, outside in pairs]):.2f}"
    half = ratio[-11] if len(ratio) > 11 else 0
    return [
        f"{np.mean(apart):.1f}",
        f"{max(ratio):.2f}",
        f"{half:.2f}",
        f"{ratio[-2]:.2f}",
        f"{own / other:.2f}",
        f"{apart[FLASH + 1]:.1f}",
        beyond,
    ]


def sheet(path: Path, films: list[list[Frame]]) -> None:
    rows = []
    for film in films:
        chosen = [film[round(n)] for n in np.linspace(0, len(film) - 1, 8)]
        pictures = [np.moveaxis(ab_to_srgb(f.lightness(), f.ab), 0, -1) for f in chosen]
        small = [cv2.resize(p, (200, round(200 * p.shape[0] / p.shape[1]))) for p in pictures]
        rows.append(np.hstack(small))
    width = min(r.shape[1] for r in rows)
    whole = np.vstack([r[:, :width] for r in rows])
    cv2.imwrite(str(path), np.rint(whole[..., ::-1] * 255).astype(np.uint8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("films", type=Path, nargs="+")
    parser.add_argument("--frames", type=int, default=36)
    parser.add_argument("--only", choices=list(AGED), action="append")
    parser.add_argument("--sheets", type=Path)
    given = parser.parse_args()
    model = load_model("autochrome", None)
    print(
        "| film | what | levels | apart | chroma | 10 before the end | last but one | change | next"
        " | outside |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for path in given.films:
        v = [f.Y.astype(np.float32) / 255 for f in clip_of(path, given.frames).frames]
        clean = {}
        for faded in ("off", "fresh"):
            clean[faded] = [f.ab for f in coloured(frames_of(Aged(v)), model, faded)]
        for name in given.only or AGED:
            aged, films = AGED[name](v), []
            for faded in ("off", "fresh"):
                films.append(coloured(frames_of(aged), model, faded))
                cells = row(clean[faded], films[-1], aged)
                print(f"| {path.stem} | {name} | {faded} | {' | '.join(cells)} |", flush=True)
            if given.sheets:
                sheet(given.sheets / f"{path.stem}_{name.replace(' ', '_')}.png", films)


if __name__ == "__main__":
    main()
