"""Measuring: frames of a film and its colourings go in, one by one; the measures come out."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from math import sqrt
from typing import Any

import cv2
import numpy as np

from colorizer.measure.drift import Drift, Keys
from colorizer.measure.flow import Between
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

Far = Mapping[int, tuple[View, Between]]
"""For each stride the frame so far before the newest in its shot, and the flow between both."""
RESULT, TRUTH, PLAIN = "result", "truth", "plain"
"""Names of films with a meaning: the one judged, the true colours, the colours frame by frame."""
MOST_CUTS = 2000
"""Cuts of which the place is kept."""


class _Film:
    """What is measured of one film."""

    def __init__(self, name: str, names: Container[str]) -> None:
        """Begin.

        Args:
            name: of the film.
            names: all names.
        """
        self.name = name
        self.rgb, self.ab = ColourDistribution(), ColourDistribution()
        self.steady = Steadiness(name)
        self.chroma, self.colorfulness = Mean(), Mean()
        plain = PLAIN if PLAIN in names else None
        self.ghosts = None if name in (TRUTH, PLAIN) else Ghosts(name, plain)
        self.errors = Errors(name, TRUTH) if TRUTH in names and name != TRUTH else None

    def add(self, one: Colours, window: Window, far: Far) -> dict[str, float | None]:
        """Take the newest frame of a window; return what changes over time."""
        starts_shot = window.views[-1].starts_shot
        chroma = float(cv2.magnitude(one.ab[0], one.ab[1]).mean())
        self.chroma.add(chroma)
        if one.rgb is not None:
            self.rgb.add(code_histogram(one.rgb), starts_shot=starts_shot)
            self.colorfulness.add(colorfulness(one.rgb))
        change = self.ab.add(ab_histogram(one.ab), starts_shot=starts_shot)
        return {"chroma": chroma, "cdc_ab": change, **self.steady.add(window, far)}

    def look_back(self, views: Sequence[View], place: int) -> dict[str, float | None]:
        """Take a frame with those before and after it; return what changes over time."""
        told: dict[str, float | None] = {}
        if self.ghosts is not None:
            self.ghosts.add_uncovered(views, place)
            told["ghost"] = self.ghosts.add_cut(views, place)
        if self.errors is not None:
            told["error"] = self.errors.add(views, place)
        return told

    def facts(self) -> dict[str, Any]:
        """Return the measures by name."""
        steady = self.steady
        found: dict[str, Any] = {
            "cdc_rgb": self.rgb.value,
            "cdc_ab": self.ab.value,
            **{f"warp_rgb_{n}": steady.rgb_errors[n].value for n in STRIDES},
            **{f"warp_ab_{n}": steady.ab_errors[n].value for n in STRIDES},
            "flicker_ab": steady.flicker.value,
            "still_ab": steady.still.value,
            "chroma": self.chroma.value,
            "colorfulness": self.colorfulness.value,
        }
        if self.errors is not None:
            found["error"] = _error_facts(self.errors)
        if self.ghosts is not None:
            found["ghost"] = _ghost_facts(self.ghosts)
        return found


class Measuring:
    """Takes moments of a film in order and measures all films given with it, in bounded memory.

    Any names will do for films; `TRUTH` and `PLAIN` are what the others are measured against.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        """Begin.

        Args:
            keys: what drift tells things by where no truth is given, see `Drift`.
        """
        self._keys, self._drift = keys, Drift()
        self._window = Window()
        self._films: dict[str, _Film] = {}
        self._floor = ColourDistribution()
        self._has_floor = False
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
            self._films = {name: _Film(name, colours) for name in colours}
            self._drift = Drift(TRUTH if TRUTH in colours else None, self._keys)
        index, starts_shot = self._frames, starts_shot or not self._frames
        self._frames += 1
        self._shots += starts_shot
        if starts_shot and index and len(self.cuts) < MOST_CUTS:
            self.cuts.append(index)
        planes = {name: one.ab for name, one in colours.items()}
        self._drift.add(L, planes, starts_shot=starts_shot)
        self._window.add(index, L, colours, starts_shot=starts_shot)
        far = {step: found for step in STRIDES if (found := self._window.across(step))}
        for name, film in self._films.items():
            told = film.add(colours[name], self._window, far)
            if name == RESULT:
                self._note(index - 1, {"flicker": told.pop("flicker")})
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
        for name, film in self._films.items():
            found[name] = film.facts() | {"drift": self._drift.value(name)}
        if self._has_floor:
            found["gray"] = {"cdc_rgb": self._floor.value}
        for name in self._films:
            for other in {PLAIN, TRUTH} & set(self._films) - {name}:
                whole = found[other]["chroma"]
                found[name][f"chroma_to_{other}"] = found[name]["chroma"] / whole if whole else None
        return found

    def _look_back(self, views: list[View], place: int) -> None:
        for name, film in self._films.items():
            told = film.look_back(views, place)
            if name == RESULT:
                self._note(views[place].index, told)

    def _note(self, index: int, values: Mapping[str, float | None]) -> None:
        for name, value in values.items():
            self.courses.setdefault(name, Course()).add(index, value)


def _ghost_facts(ghosts: Ghosts) -> dict[str, Any]:
    return {
        "own_colours": PLAIN if ghosts.plain else "traced",
        "after_cuts": ghosts.after.value,
        "before_cuts": ghosts.before.value,
        "worst_cut": ghosts.worst,
        "cuts": ghosts.after.count,
        "uncovered": ghosts.uncovered_share,
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
