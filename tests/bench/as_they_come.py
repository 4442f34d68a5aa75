"""Prints and films as they come, before and after: `python -m tests.bench.as_they_come DATA`.

Prints one row for each thing that is asked of the levels, masks, cards and emulsions: what is
asked, what comes of it without them (`--faded off`, `--paper colour`, `--cards colour`, `--screens
show`, no emulsion told), and with them. DATA holds `eval/photos`, `eval/plates` and `film`. Films
are two clips made gray; the distance is that of ab from what the clean clip gets, in the picture.
"""

import argparse
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from colorizer.frame import Frame, working_L
from colorizer.models import load_model
from colorizer.models.base import ColourModel
from colorizer.stages.keyframes import mark_keys
from colorizer.stages.levels import follow_light, fresh_print
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.memory.recall import ShotMemory
from colorizer.stages.own_colours import Wishes
from colorizer.stages.predict import predict_chroma
from colorizer.stages.shots import mark_shots, scene_detector
from colorizer.stages.temporal import smooth_chroma
from colorizer.stages.upsample import upsample_chroma
from tests.bench import old_films, prints
from tests.bench.temporal import SIDE, clip_of
from tests.pipeline.test_colour_shots import SHOT, colorized, draw, planes_of
from tests.stages.drawn_leaders import LEADERS, as_filmed
from tests.stages.test_cards import STYLES, drawn
from training.prints import PRINTS, as_print, plate_scores, plates_of, scores

Pair = tuple[float, float]
"""Before and after."""


def say(what: str, asked: str, pair: Pair, digits: int = 2) -> None:
    before, after = (f"{value:.{digits}f}" for value in pair)
    print(f"| {what} | {asked} | {before} | {after} |", flush=True)


def shown_or_fresh(views: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    return views, [fresh_print(L)[0] for L in views]


def prints_rows(model: ColourModel, photos: list[np.ndarray]) -> None:
    """Correlation on prints and halftones by that of the fresh ones."""
    scored = partial(scores, model, photos)
    plain, fresh = (
        scored(views) for views in shown_or_fresh([as_print(rgb, lambda v: v) for rgb in photos])
    )
    say("fresh photos, rebalanced AuC", "-0.1 at most", (plain[0], fresh[0]))
    for name in ("faded", "dark", "pale", "murky"):
        views = [as_print(rgb, PRINTS[name]) for rgb in photos]
        raw, levelled = (scored(some)[3] for some in shown_or_fresh(views))
        say(f"{name}, correlation by the fresh one's", ">= 0.95",
            (raw / plain[3], levelled / fresh[3]))  # fmt: skip
    for period in prints.HALFTONES:
        pair = [
            scored([prints.printed(rgb, period, hidden=hidden) for rgb in photos])[3]
            for hidden in (False, True)
        ]
        say(f"halftone of {period:g} pixels, the same", ">= 0.85",
            (pair[0] / plain[3], pair[1] / plain[3]))  # fmt: skip


def done(frames: Iterator[Frame], model: ColourModel, *, after: bool) -> list[Frame]:
    """Colorize frames as the program does, with or without all that is judged."""
    wish = Wishes() if after else Wishes("do", "do")
    levels = FilmLevels(
        *(("fresh", "neutral", "neutral") if after else ("off", "colour", "colour")), wish
    )
    keyed = mark_keys(levels.level(mark_shots(frames, detector=scene_detector())))
    seen = predict_chroma(keyed, model, batch=4, glimpses=True)
    smooth = smooth_chroma(ShotMemory().recall(seen))
    return list(upsample_chroma(follow_light(smooth), lambda frame: frame.Y.shape))


CELLS = {"fade out": 1, "fade in": 1, "flicker": 4, "flash": 5, "flat": 0, "pillar box": 0,
         "letter box": 0, "gate": 0, "iris": 0}  # fmt: skip
"""What happens to a film -> which cell of `old_films.row` is asked for."""
ASKED = {"fade out": "chroma by the clean clip's, largest, <= 1", "fade in": "the same",
         "flicker": "own change by the clean clip's <= 1.2", "flash": "next frame within 1",
         "flat": "distance", "pillar box": "distance <= 1", "letter box": "distance <= 1",
         "gate": "distance <= 2", "iris": "distance <= 2"}  # fmt: skip


def films_rows(model: ColourModel, films: list[Path], count: int) -> None:
    for path in films:
        v = [frame.Y.astype(np.float32) / 255 for frame in clip_of(path, count).frames]
        clean = [
            [frame.ab for frame in done(old_films.frames_of(old_films.Aged(v)), model, after=after)]
            for after in (False, True)
        ]
        for name, cell in CELLS.items():
            aged = old_films.AGED[name](v)
            pair = [
                old_films.row(
                    clean[after], done(old_films.frames_of(aged), model, after=bool(after)), aged
                )
                for after in (False, True)
            ]
            say(f"{path.stem}: {name}", ASKED[name], tuple(float(row[cell]) for row in pair))
            if name == "fade out":
                half = tuple(float(row[2]) for row in pair)
                say(f"{path.stem}: {name}, half light", ">= 0.3", half)
            if name.endswith("box"):
                outside = tuple(float(row[6]) for row in pair)
                say(f"{path.stem}: {name}, chroma of the bars", "< 0.5", outside)


def still(codes_or_L: np.ndarray, codes: bool, count: int = 6) -> Iterator[Frame]:
    Y = np.rint(codes_or_L if codes else 2.55 * codes_or_L).clip(0, 255).astype(np.uint8)
    for index in range(count):
        L = working_L(Y, 8, True, SIDE)
        yield Frame(index, index, Fraction(1, 25), Y, 8, True, L)


def cards_rows(model: ColourModel) -> None:
    cards: dict[str, Callable[[], Iterator[Frame]]] = {
        f"card, {name}": partial(still, drawn(**style), False) for name, style in STYLES.items()
    }
    cards |= {name: partial(still, as_filmed(draw()), True) for name, draw in LEADERS.items()}
    for name, frames in cards.items():
        pair = [
            np.mean([np.hypot(*frame.ab).mean() for frame in done(frames(), model, after=after)])
            for after in (False, True)
        ]
        say(f"{name}: chroma", "< 1.5", (pair[0], pair[1]))


def colour_shot_row() -> None:
    """Largest change of the codes of a shot that is in colour, in a film that is otherwise gray."""
    with TemporaryDirectory() as folder:
        source, changes = Path(folder) / "film.mkv", []
        draw(source, ["gray", "colour", "gray"])
        for wish in ("do", "copy"):
            target = source.with_name(f"{wish}.mkv")
            colorized(source, target, coloured=wish)
            pairs = list(zip(planes_of(source), planes_of(target), strict=True))[SHOT : 2 * SHOT]
            changes.append(
                max(
                    float(np.abs(one.astype(int) - other).max())
                    for planes in pairs
                    for one, other in zip(*planes, strict=True)
                )
            )
    say("a colour shot, largest change of its codes", "0", (changes[0], changes[1]))


def plates_rows(model: ColourModel, folder: Path) -> None:
    """Cosine of predicted and true ab on real three-colour pictures, by the plate that is shown."""
    for name, pair in plate_scores(model, plates_of(folder, prints.opened)).items():
        asked = "> 0.36" if name == "B plate" else "no lower"
        say(f"{name}, correlation, emulsion not told and told", asked, pair)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, default=40, help="photos")
    parser.add_argument("--frames", type=int, default=36)
    parser.add_argument("--weights", type=Path)
    given = parser.parse_args()
    model = load_model("autochrome", given.weights)
    print("| what | asked | before | after |\n|---|---|---|---|")
    cards_rows(model)
    colour_shot_row()
    plates_rows(model, given.data / "eval" / "plates")
    files = sorted((given.data / "eval" / "photos").glob("*.jpg"))
    chosen = files[:: max(1, len(files) // given.limit)][: given.limit]
    prints_rows(model, [prints.opened(file) for file in chosen])
    films = [given.data / "film" / f"colour-{name}.mp4" for name in ("dog", "bear")]
    films_rows(model, films, given.frames)


if __name__ == "__main__":
    main()
