"""What smoothing and the colour memory do: `python -m tests.bench.drift COLOUR_FILM...`

Colour films are made gray, at 320 lines at most, and coloured by the whole program: every frame
alone, smoothed along the motion, with the colour memory, and with both (the default). The metrics
are those of `colorizer measure` against the true colours. A film of fewer frames than are asked for
runs forth and back. With --spliced N the first N frames of all are joined into one film as well.

    drift    and that of the true colours; their ratio
    ghost    old colours next to the worst cut, uncov. those on uncovered ground, both by what the
             same way to colour gives without smoothing (so that what the memory changes is not
             taken for old)

With --reference one still of the middle of the film is a reference, as well. --sheets FOLDER gets a
contact sheet of each film: a row for each way, the true colours above.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import patch

import av
import cv2
import numpy as np
from PIL import Image

from colorizer import pipeline
from colorizer.jobs import Job, Kind
from colorizer.measure.flow import LONG_SIDE
from colorizer.measure.measuring import PLAIN, TRUTH, Measuring
from colorizer.measure.view import Colours
from colorizer.media.film.colour import ColourFilm, ColourFrame
from colorizer.models import load_model
from colorizer.models.base import ColourModel
from colorizer.pipeline import film as stages
from colorizer.settings import Settings
from colorizer.stages.shots import mark_shots, scene_detector

ALONE, SMOOTHED, MEMORY = "each frame alone", "smoothed", "memory"
BOTH, GIVEN = "both", "reference"
_LINES, _WIDE, _SHOWN = 320, 320, 6
_RATE = Fraction(25)


def frames_of(path: Path, most: int) -> list[np.ndarray]:
    """Return frames of a film as RGB of at most 320 lines; too few run forth and back."""
    found = []
    with av.open(str(path)) as container:
        for decoded in container.decode(video=0):
            if len(found) == most:
                break
            rgb = decoded.to_ndarray(format="rgb24")
            scale = min(1.0, _LINES / min(rgb.shape[:2]))
            size = [2 * round(side * scale / 2) for side in rgb.shape[1::-1]]
            found.append(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    there = list(found)
    while len(found) < most and len(there) > 1:
        found += there[-2::-1] if len(found) // len(there) % 2 else there[1:]
    return found[:most]


def write(path: Path, frames: list[np.ndarray], pix_fmt: str) -> Path:
    """Write a lossless film."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=_RATE)
        stream.pix_fmt = pix_fmt
        stream.height, stream.width = frames[0].shape[:2]
        for rgb in frames:
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            container.mux(stream.encode(frame.reformat(format=pix_fmt)))
        container.mux(stream.encode(None))
    return path


@contextmanager
def unsmoothed() -> Iterator[None]:
    """Let a run with memory leave out what smooths along the motion."""
    with patch.object(stages, "smooth_chroma", lambda frames, **_: frames):
        yield


def coloured(folder: Path, name: str, model: ColourModel, **settings: Any) -> Path:
    target = folder / f"{name}.mkv"
    asked = Settings(codec="ffv1", sidecar=False, existing="overwrite", **settings)
    list(pipeline.run(Job(folder / "gray.mkv", target, Kind.FILM, asked), model))
    return target


def rows_of(folder: Path, model: ColourModel, *, given: bool) -> dict[str, dict[str, Any]]:
    """Colour the gray film of a folder in every way, and measure each."""
    ways = {ALONE: coloured(folder, "alone", model, smooth=False)}
    ways[SMOOTHED] = coloured(folder, "smoothed", model, memory="off")
    with unsmoothed():
        ways[MEMORY] = coloured(folder, "memory", model, every_frame=True)
    ways[BOTH] = coloured(folder, "both", model)
    if given:
        reference = str(folder / "middle.png")
        ways[GIVEN] = coloured(folder, "given", model, reference=reference)
    # Old colours are told from what the same way gives without smoothing.
    told = measured_by(folder, ways, ALONE)
    own = measured_by(folder, {name: ways[name] for name in (MEMORY, BOTH)}, MEMORY)
    rows = {name: told[name] for name in ways}
    del rows[MEMORY]["ghost"]
    rows[BOTH]["ghost"] = own[BOTH]["ghost"]
    rows.get(GIVEN, {}).pop("ghost", None)  # colours of its own: nothing to tell old ones from
    for row in rows.values():
        row["truth"] = told[TRUTH]["drift"]
        row["kept"] = row["chroma"] / rows[ALONE]["chroma"]
    return rows


def measured_by(folder: Path, films: dict[str, Path], plain: str) -> dict[str, Any]:
    """Measure films of a folder against its truth, and one of them as that without smoothing."""
    with ExitStack() as stack:
        gray = stack.enter_context(
            ColourFilm(folder / "gray.mkv", long_side=LONG_SIDE, coloured=False)
        )
        opened = {
            name: stack.enter_context(ColourFilm(path, long_side=LONG_SIDE, grid=gray.grid))
            for name, path in {TRUTH: folder / "truth.mkv", **films}.items()
        }
        measuring = Measuring()
        streams = [one.frames() for one in opened.values()]
        marked = mark_shots(gray.frames(), None, detector=scene_detector())
        for source, *seen in zip(marked, *streams, strict=True):
            found = {
                PLAIN if name == plain else name: Colours(one.ab, one.rgb)
                for name, one in zip(opened, seen, strict=True)
                if isinstance(one, ColourFrame) and one.ab is not None
            }
            measuring.add(source.L, found, starts_shot=source.starts_shot)
    facts = measuring.facts()
    return {plain if name == PLAIN else name: facts[name] for name in facts}


def cells(row: dict[str, Any]) -> list[float]:
    """Return a row of the table."""
    ghost, error = row.get("ghost", {}), row.get("error", {})
    drift, truth = row.get("drift"), row["truth"]
    values = (
        drift,
        drift and drift / truth,
        error.get("rmse_ab"),
        row.get("flicker_ab"),
        row.get("cdc_ab"),
        row.get("warp_ab_1"),
        row["kept"],
        ghost.get("worst_cut"),
        ghost.get("uncovered"),
    )
    return [float("nan") if value is None else float(value) for value in values]


COLUMNS = (("drift", 2), ("ratio", 2), ("RMSE", 2), ("flicker", 2), ("CDC_ab", 4), ("warp1", 2))
COLUMNS += (("chroma", 3), ("ghost", 3), ("uncov.", 3))
"""Name and decimals."""


def show(title: str, rows: dict[str, list[float]]) -> None:
    print(f"{title:22}" + "".join(f"{name:>9}" for name, _ in COLUMNS))
    for name, row in rows.items():
        told = (f"{v:.{n}f}" if v == v else "" for v, (_, n) in zip(row, COLUMNS, strict=True))
        print(f"  {name:20}" + "".join(f"{text:>9}" for text in told), flush=True)


def sheet(folder: Path, file: Path) -> None:
    """Draw some frames of all films in a folder, one above the other."""
    rows = []
    for name in ("truth", "alone", "smoothed", "memory", "both", "given"):
        if (path := folder / f"{name}.mkv").exists():
            with av.open(str(path)) as film:
                frames = [one.to_ndarray(format="rgb24") for one in film.decode(video=0)]
            chosen = [
                frames[n] for n in np.linspace(2, len(frames) - 3, _SHOWN).round().astype(int)
            ]
            height = round(_WIDE * chosen[0].shape[0] / chosen[0].shape[1])
            small = [cv2.resize(c, (_WIDE, height), interpolation=cv2.INTER_AREA) for c in chosen]
            rows.append(np.hstack(small))
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.vstack(rows)).save(file, quality=88)


def measured(
    frames: list[np.ndarray], model: ColourModel, *, given: bool, drawn: Path | None
) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "truth.mkv", frames, "yuv444p")
        write(folder / "gray.mkv", frames, "gray")
        Image.fromarray(frames[len(frames) // 2]).save(folder / "middle.png")
        rows = {k: cells(row) for k, row in rows_of(folder, model, given=given).items()}
        if drawn:
            sheet(folder, drawn)
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("films", nargs="+", type=Path, help="in colour")
    parser.add_argument("--frames", type=int, default=100, help="of each film; 0 leaves them out")
    parser.add_argument("--spliced", type=int, metavar="N", help="N frames of each, joined")
    parser.add_argument("--reference", action="store_true", help="with one still of each, too")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="for contact sheets")
    arguments = parser.parse_args()
    sheets = arguments.sheets
    model, found = load_model(), []
    for film in arguments.films if arguments.frames else ():
        frames = frames_of(film, arguments.frames)
        drawn = sheets and sheets / f"{film.stem}.jpg"
        found.append(measured(frames, model, given=arguments.reference, drawn=drawn))
        show(film.stem, found[-1])
    if len(found) > 1:
        show("mean", {name: [*np.nanmean([one[name] for one in found], 0)] for name in found[0]})
    if arguments.spliced:
        size = frames_of(arguments.films[0], 1)[0].shape[1::-1]
        joined = [
            cv2.resize(one, size, interpolation=cv2.INTER_AREA)
            for film in arguments.films
            for one in frames_of(film, arguments.spliced)
        ]
        drawn = sheets and sheets / "spliced.jpg"
        show("spliced", measured(joined, model, given=False, drawn=drawn))


if __name__ == "__main__":
    main()
