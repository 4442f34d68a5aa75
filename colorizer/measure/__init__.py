"""Measures of a coloured film: how steady, how true, how faithful to its source.

`measure_film` reads the films; `measuring.Measuring` takes frames from anywhere. Everything
streams: what is held does not grow with the film.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any

from colorizer.errors import MediaError, SettingsError
from colorizer.frame import Frame
from colorizer.guidance.cut_list import CutList
from colorizer.guidance.cut_rows import Begin
from colorizer.measure.drift import network_keys
from colorizer.measure.fidelity import Fidelity, compare_sound
from colorizer.measure.flow import LONG_SIDE
from colorizer.measure.measuring import PLAIN, RESULT, TRUTH, Measuring
from colorizer.measure.view import Colours
from colorizer.media.film.colour import ColourFilm, ColourFrame, gray_codes
from colorizer.notes import note
from colorizer.settings import Reading
from colorizer.stages.shots import mark_shots, scene_detector


def measure_film(
    result: Path,
    source: Path,
    reading: Reading = Reading(),
    *,
    truth: Path | None = None,
    plain: Path | None = None,
    shots: Path | None = None,
    tell: Callable[[int, int | None], object] | None = None,
) -> dict[str, Any]:
    """Measure a coloured film against its source.

    Flow, occlusion and cuts are found on the gray source; colours are compared on a grid of 480
    pixels at most, histograms of RGB at full size.

    Args:
        result: the coloured film.
        source: the film it was made of; of colours it may have, nothing is used.
        reading: which part of the source was coloured.
        truth: the same film in its true colours.
        plain: the same film, coloured frame by frame without smoothing.
        shots: a cut list of the source; None finds the cuts.
        tell: told the frames done, and how many there are if that is known.

    Returns:
        measures as JSON values: `result`, and `truth` and `plain` where given, each with its
        `ghost` and `error` where they mean something; `gray` (the floor of cdc_rgb), `fidelity`,
        `sound`, `cuts`, `courses`, `seconds_per_frame`, `warnings`.

    Raises:
        MediaError: a film can't be read, or is of another size than its source.
        SettingsError: the cut list can't be used.
    """
    if shots is not None and not shots.exists():
        raise SettingsError(note("measure.no_shots", file=shots))
    with ExitStack() as stack:
        gray, others = _opened(stack, source, result, truth, plain, reading)
        begin = Begin(gray.first_index, gray.first_index)
        listed = CutList(shots, source, gray.rate, begin=begin)
        marked = mark_shots(gray.frames(), listed.cuts, detector=scene_detector())
        measuring, fidelity = Measuring(network_keys()), Fidelity(gray.origin)
        counts = _read(
            marked, others, measuring, fidelity, lambda n: tell and tell(n, gray.frame_count)
        )
        rate, warnings = gray.rate, _warnings(gray, others, counts, fidelity.source_frames)
        warnings += [] if reading.end else listed.after_end(fidelity.source_frames)
    return measuring.facts() | {
        "fidelity": fidelity.facts(),
        # Of a part, sound is cut at packets that need not be the picture's first.
        "sound": None if reading.start or reading.end else compare_sound(result, source),
        "cuts": measuring.cuts,
        "courses": {
            name: {"frames_per_point": course.per_point, "values": course.values}
            for name, course in measuring.courses.items()
        },
        "seconds_per_frame": float(1 / rate),
        "warnings": warnings,
    }


def _opened(
    stack: ExitStack,
    source: Path,
    result: Path,
    truth: Path | None,
    plain: Path | None,
    span: Reading,
) -> tuple[ColourFilm, dict[str, ColourFilm]]:
    """Open the gray film, and the others by their names on its grid."""

    def film(path: Path, reading: Reading = Reading(), **options: Any) -> ColourFilm:
        return stack.enter_context(ColourFilm(path, reading, long_side=LONG_SIDE, **options))

    gray = film(source, span, coloured=False)
    others = {RESULT: film(result, grid=gray.grid)}
    if truth:
        others[TRUTH] = film(truth, span, grid=gray.grid)
    if plain:
        others[PLAIN] = film(plain, grid=gray.grid)
    return gray, others


def _warnings(
    gray: ColourFilm, others: dict[str, ColourFilm], counts: Counter[str], frames: int
) -> list[str]:
    """Return what is wrong with the films: as they say, and where they are not of one length."""
    found: list[str] = [
        note("file.reason", path=film.path.name, reason=text)
        for film in (gray, *others.values())
        for text in film.warnings
        if text != note("film.has_colour")
    ]
    for name, film in others.items():
        if counts[name] != frames:
            other = note("verify.frames", count=counts[name], wanted=frames)
            told = note("measure.rest_not_measured", why=other)
            found.append(note("file.reason", path=film.path.name, reason=told))
    return found


def _read(
    marked: Iterator[Frame],
    others: dict[str, ColourFilm],
    measuring: Measuring,
    fidelity: Fidelity,
    tell: Callable[[int], object],
) -> Counter[str]:
    """Read all films side by side to the end of the longest; return how many frames each has.

    Raises:
        MediaError: the result has another size than the source.
    """
    counts: Counter[str] = Counter()
    for moment in zip_longest(marked, *(film.frames() for film in others.values())):
        source, seen = moment[0], dict(zip(others, moment[1:], strict=True))
        counts.update(name for name, frame in seen.items() if frame is not None)
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
    return counts


def _colours(frame: Frame | None) -> Colours:
    assert isinstance(frame, ColourFrame)
    assert frame.ab is not None
    return Colours(frame.ab, frame.rgb)
