"""Measures of a coloured film: how steady, how true, how faithful to its source.

`measure_film` reads the films; `measuring.Measuring` takes frames from anywhere. Everything
streams: what is held does not grow with the film.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any

from colorizer.cut_list import CutList
from colorizer.errors import MediaError, SettingsError
from colorizer.frame import Frame
from colorizer.measure.fidelity import Fidelity, compare_sound
from colorizer.measure.flow import LONG_SIDE
from colorizer.measure.measuring import PLAIN, RESULT, TRUTH, Measuring
from colorizer.measure.view import Colours
from colorizer.media.film_colour import ColourFilm, ColourFrame, gray_codes
from colorizer.shots import adaptive_detector, mark_shots
from colorizer.trim import parse_place


def measure_film(
    result: Path,
    source: Path,
    *,
    truth: Path | None = None,
    plain: Path | None = None,
    shots: Path | None = None,
    start: str = "",
    end: str = "",
    tell: Callable[[int, int | None], object] | None = None,
) -> dict[str, Any]:
    """Measure a coloured film against its source.

    Flow, occlusion and cuts are found on the gray source; colours are compared on a grid of 480
    pixels at most, histograms of RGB at full size.

    Args:
        result: the coloured film.
        source: the film it was made of; of colours it may have, nothing is used.
        truth: the same film in its true colours.
        plain: the same film, coloured frame by frame without smoothing.
        shots: a cut list of the source; None finds the cuts.
        start: where the part of the source that was coloured begins, as `parse_place` reads it.
        end: where it ends.
        tell: told the frames done, and how many there are if that is known.

    Returns:
        measures as JSON values: `result`, and `truth` and `plain` where given, each with its
        `ghost` and `error` where they mean something; `gray` (the floor of cdc_rgb), `fidelity`,
        `sound`, `cuts`, `courses`, `seconds_per_frame`, `warnings`.

    Raises:
        MediaError: a film can't be read, or is of another size than its source.
        SettingsError: the cut list can't be used.
    """
    first, last = parse_place(start, "--start"), parse_place(end, "--end")
    if shots is not None and not shots.exists():
        raise SettingsError(f"--shots {shots}: no such file")
    with ExitStack() as opened:

        def film(path: Path, *, whole: bool = False, **options: Any) -> ColourFilm:
            part = {} if whole else {"start": first, "end": last}
            return opened.enter_context(ColourFilm(path, long_side=LONG_SIDE, **part, **options))

        gray = film(source, coloured=False)
        others = {RESULT: film(result, whole=True, grid=gray.grid)}
        if truth:
            others[TRUTH] = film(truth, grid=gray.grid)
        if plain:
            others[PLAIN] = film(plain, whole=True, grid=gray.grid)
        cuts = CutList(shots, source, gray.rate).cuts
        marked = mark_shots(gray.frames(), cuts, detector=adaptive_detector())
        measuring, fidelity = Measuring(), Fidelity(gray.origin)
        _read(marked, others, measuring, fidelity, lambda n: tell and tell(n, gray.frame_count))
        rate = gray.rate
        warnings = [
            f"{path.path.name}: {text}"
            for path in (gray, *others.values())
            for text in path.warnings
            if not text.startswith("already has colour")
        ]
    found = measuring.facts()
    found["fidelity"] = fidelity.facts()
    # Of a part, sound is cut at packets that need not be the picture's first.
    found["sound"] = None if start or end else compare_sound(result, source)
    found["cuts"] = measuring.cuts
    found["courses"] = {
        name: {"frames_per_point": course.per_point, "values": course.values}
        for name, course in measuring.courses.items()
    }
    found["seconds_per_frame"] = float(1 / rate)
    found["warnings"] = warnings
    return found


def _read(
    marked: Iterator[Frame],
    others: dict[str, ColourFilm],
    measuring: Measuring,
    fidelity: Fidelity,
    tell: Callable[[int], object],
) -> None:
    """Read all films side by side to the end of the longest.

    Raises:
        MediaError: the result has another size than the source.
    """
    for moment in zip_longest(marked, *(film.frames() for film in others.values())):
        source, seen = moment[0], dict(zip(others, moment[1:], strict=True))
        try:
            fidelity.add(source, seen[RESULT])
        except ValueError as error:
            raise MediaError(others[RESULT].path, str(error)) from error
        if any(frame is None for frame in moment):
            continue
        measuring.add(
            source.L,
            {name: _colours(frame) for name, frame in seen.items()},
            starts_shot=source.starts_shot,
            gray=gray_codes(source.Y, source.bits, source.full_range),
        )
        tell(fidelity.frames)


def _colours(frame: Frame | None) -> Colours:
    assert isinstance(frame, ColourFrame)
    assert frame.ab is not None
    return Colours(frame.ab, frame.rgb)
