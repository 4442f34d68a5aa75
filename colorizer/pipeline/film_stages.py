"""The stages of a film, made as its settings ask."""

from __future__ import annotations

from collections.abc import Callable

from colorizer.guidance.cut_list import CutList
from colorizer.guidance.cut_rows import Begin
from colorizer.guidance.overview import Overview, overview_of
from colorizer.guidance.shot_settings import Overrides
from colorizer.jobs import Job
from colorizer.media.film.protocol import Film
from colorizer.notes import note
from colorizer.settings import Settings
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.memory.anchors import Anchors
from colorizer.stages.memory.recall import ShotMemory
from colorizer.stages.own_colours import NOTHING_SAID, Look, wishes_of

SHOTS_KEPT = {"off": 0, "scene": 8, "film": 32, "folder": 0}
"""Shots before a shot, whose colours it keeps."""


def cut_list_of(source: Film, job: Job) -> CutList | None:
    """Return the cut list of a film that is to be smoothed."""
    if not job.settings.smooth:
        return None
    name = source.sequence.pattern if source.sequence else source.path
    begin = Begin.of(source, job.settings)
    return CutList(job.settings.shots, name, source.rate, new=job.new_list, begin=begin)


def levels_of(settings: Settings) -> FilmLevels:
    """Return what levels the frames of one film."""
    return FilmLevels(settings.faded, settings.paper, settings.cards, wishes_of(settings))


def look_ahead(source: Film, settings: Settings, notes: list[str]) -> Overview:
    """Look at places of a film before the work, and tell where it looks like a negative."""
    found = overview_of(source, settings)
    if found.negative:
        notes.append(note("picture.looks_negative"))
    return found


def memory_of(settings: Settings, anchors: Anchors | None) -> ShotMemory | None:
    """Return what remembers the shots of one film; None where nothing is to be remembered."""
    remembers = settings.smooth and settings.memory == "on"
    if not remembers and anchors is None:
        return None
    shots = SHOTS_KEPT[settings.keep_colours]
    return ShotMemory(anchors, remembers=remembers, shots=shots)


def looks_of(own: Overrides | None, per_frame: int) -> Callable[[int], Look]:
    """Return what a person says of a frame, by its index.

    Args:
        own: settings of single shots.
        per_frame: fields of a frame that are coloured one by one, 1 or 2.
    """
    if own is None:
        return lambda _: NOTHING_SAID
    return lambda index: own.of(index // per_frame).look
