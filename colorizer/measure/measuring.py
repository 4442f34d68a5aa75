"""Measuring: frames of a film and its colourings go in, one by one; the measures come out."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import cv2
import numpy as np

from colorizer.measure.ghosts import Ghosts
from colorizer.measure.histograms import (
    ColourDistribution,
    ab_histogram,
    code_histogram,
    colorfulness,
)
from colorizer.measure.series import Course, Mean
from colorizer.measure.steadiness import STRIDES, Steadiness
from colorizer.measure.truth import Errors
from colorizer.measure.view import REACH, Colours, View, Window

RESULT, TRUTH, PLAIN = "result", "truth", "plain"
"""Names of films with a meaning: the one judged, the true colours, the colours frame by frame."""
MOST_CUTS = 2000
"""Cuts of which the place is kept."""


class _Film:
    """What is measured of each film alone."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rgb, self.ab = ColourDistribution(), ColourDistribution()
        self.steady = Steadiness(name)
        self.chroma, self.colorfulness = Mean(), Mean()

    def add(self, one: Colours, *, starts_shot: bool) -> dict[str, float | None]:
        """Take a frame's colours as a whole; return what changes over time."""
        chroma = float(cv2.magnitude(one.ab[0], one.ab[1]).mean())
        self.chroma.add(chroma)
        if one.rgb is not None:
            self.rgb.add(code_histogram(one.rgb), starts_shot=starts_shot)
            self.colorfulness.add(colorfulness(one.rgb))
        change = self.ab.add(ab_histogram(one.ab), starts_shot=starts_shot)
        return {"chroma": chroma, "cdc_ab": change}

    def facts(self) -> dict[str, float | None]:
        """Return the measures by name."""
        steady = self.steady
        return {
            "cdc_rgb": self.rgb.value,
            "cdc_ab": self.ab.value,
            **{f"warp_rgb_{n}": steady.rgb_errors[n].value for n in STRIDES},
            **{f"warp_ab_{n}": steady.ab_errors[n].value for n in STRIDES},
            "flicker_ab": steady.flicker.value,
            "still_ab": steady.still.value,
            "chroma": self.chroma.value,
            "colorfulness": self.colorfulness.value,
        }


class Measuring:
    """Takes moments of a film in order and measures all films given with it, in bounded memory.

    The film judged is named `RESULT`; `TRUTH` and `PLAIN` may stand beside it.
    """

    def __init__(self) -> None:
        self._window = Window()
        self._films: dict[str, _Film] = {}
        self._floor = ColourDistribution()
        self._has_floor = False
        self._ghosts: Ghosts | None = None
        self._errors: Errors | None = None
        self._frames = self._shots = 0
        self.cuts: list[int] = []
        """First frames of shots but the first, the first `MOST_CUTS` of them."""
        self.courses: dict[str, Course] = {}
        """Of the result: flicker, warp_ab, cdc_ab, chroma, ghost at cuts, error."""

    def add(
        self,
        L: np.ndarray,
        colours: Mapping[str, Colours],
        *,
        starts_shot: bool,
        gray: np.ndarray | None = None,
    ) -> None:
        """Take the next moment.

        Args:
            L: CIELAB lightness of the gray film on the grid, (h, w) float32.
            colours: of every film by its name; the same names each time.
            starts_shot: whether a shot begins here.
            gray: 8-bit codes of the gray film at full size, for the floor of CDC in RGB.
        """
        if not self._films:
            self._begin(colours)
        index, starts_shot = self._frames, starts_shot or not self._frames
        self._frames += 1
        self._shots += starts_shot
        if starts_shot and index and len(self.cuts) < MOST_CUTS:
            self.cuts.append(index)
        self._window.add(index, L, colours, starts_shot=starts_shot)
        far = {step: found for step in STRIDES if (found := self._window.across(step))}
        for name, film in self._films.items():
            told = film.add(colours[name], starts_shot=starts_shot)
            told |= film.steady.add(self._window, far)
            if name == RESULT:
                flicker = told.pop("flicker")
                self._note(index - 1, {"flicker": flicker})
                self._note(index, told)
        if gray is not None:
            self._has_floor = True
            self._floor.add(code_histogram(gray), starts_shot=starts_shot)
        place = len(self._window.views) - 1 - REACH
        if place >= 0:
            self._look_back([*self._window.views], place)

    def facts(self) -> dict[str, Any]:
        """End and return all measures, by film and kind, as JSON values; None what is unknown."""
        views = [*self._window.views]
        for place in range(max(0, len(views) - REACH), len(views)):
            self._look_back(views, place)
        self._window.views.clear()
        found: dict[str, Any] = {"frames": self._frames, "shots": self._shots}
        found |= {name: film.facts() for name, film in self._films.items()}
        if self._has_floor:
            found["gray"] = {"cdc_rgb": self._floor.value}
        if self._ghosts is not None:
            found["ghost"] = self._ghost_facts(self._ghosts)
        if self._errors is not None:
            found["error"] = _error_facts(self._errors)
        chroma = {name: film.chroma.value for name, film in self._films.items()}
        for other in (PLAIN, TRUTH):
            if RESULT in chroma and chroma.get(other):
                found[f"chroma_to_{other}"] = (chroma[RESULT] or 0) / (chroma[other] or 1)
        return found

    def _begin(self, colours: Mapping[str, Colours]) -> None:
        self._films = {name: _Film(name) for name in colours}
        if RESULT in colours:
            self._ghosts = Ghosts(RESULT, PLAIN if PLAIN in colours else None)
            if TRUTH in colours:
                self._errors = Errors(RESULT, TRUTH)

    def _look_back(self, views: list[View], place: int) -> None:
        """Measure what needs frames before and after."""
        index = views[place].index
        if self._ghosts is not None:
            if place:
                self._ghosts.add_uncovered(views[place - 1], views[place])
            self._note(index, {"ghost": self._ghosts.add_cut(views, place)})
        if self._errors is not None:
            self._note(index, {"error": self._errors.add(views, place)})

    def _note(self, index: int, values: Mapping[str, float | None]) -> None:
        for name, value in values.items():
            self.courses.setdefault(name, Course()).add(index, value)

    def _ghost_facts(self, ghosts: Ghosts) -> dict[str, Any]:
        return {
            "own_colours": PLAIN if ghosts.plain else "traced",
            "after_cuts": ghosts.after.value,
            "before_cuts": ghosts.before.value,
            "worst_cut": ghosts.worst,
            "cuts": ghosts.after.count,
            "uncovered": ghosts.uncovered.share,
            "t90": ghosts.gone.value,
            "t90_never": ghosts.never,
        }


def _error_facts(errors: Errors) -> dict[str, Any]:
    def root(mean: Mean) -> float | None:
        return None if mean.value is None else sqrt(mean.value)

    return {
        "rmse_ab": root(errors.all),
        "rmse_ab_uncovered": root(errors.uncovered),
        "rmse_ab_behind_cuts": [root(mean) for mean in errors.behind],
        "t90": errors.gone.value,
        "t90_never": errors.never,
    }
