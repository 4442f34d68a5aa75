"""The references of a film that are matched by what they show: read before it, told of after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

from colorizer.errors import MediaError, SettingsError
from colorizer.frame import Frame
from colorizer.guidance.cut_list import CutList
from colorizer.guidance.references.content import OfFilm, anchors_of
from colorizer.guidance.references.files import content_files, in_folders
from colorizer.guidance.references.reach import reached_shots, scene_trusts
from colorizer.jobs import Job
from colorizer.media import open_film
from colorizer.media.film.protocol import Film
from colorizer.models.base import ColourModel
from colorizer.places.hint import Guide
from colorizer.stages.memory.anchors import Anchors
from colorizer.stages.memory.recall import ShotMemory
from colorizer.stages.region.screens import hide_screens


def film_anchors(
    job: Job,
    source: Film,
    shots: CutList | None,
    model: ColourModel,
    *,
    asked: Sequence[Guide],
    notes: list[str],
) -> Anchors | None:
    """Read the references of a film; None where it has none.

    Args:
        job: the film and its settings.
        source: the film as the run reads it.
        shots: its cut list.
        model: finds what they show.
        asked: hints and references of the film.
        notes: told of references of a folder that can't be used.

    Raises:
        MediaError: a picture can't be read or is gray.
        SettingsError: a name leads to nothing, or the model can't match pictures.
    """
    settings = job.settings
    files = content_files(settings, asked)
    ratio = source.sample_aspect_ratio or Fraction(1)

    def frame_of(number: int) -> Frame | None:
        part = replace(settings, start=str(number), end=str(number + 1), interlaced="no")
        try:
            with open_film(job.source, part, side=settings.size) as opened:
                frames = islice(opened.frames(video=True), 1)
                return next(hide_screens(frames, settings.screens, lambda _: None), None)
        except (MediaError, SettingsError):  # no such frame: it is looked for by what it shows
            return None

    film = OfFilm(frame_of, source.size, ratio)
    anchors = anchors_of(
        files,
        model,
        settings.size,
        lenient=in_folders(settings),
        tell=notes.append,
        film=film,
    )
    if anchors is not None and shots is not None and shots.scenes and shots.cuts:
        per_frame = 2 if source.first_field else 1
        told = (shots.scenes, sorted(shots.cuts), source.first_index, per_frame)
        anchors.trusts = scene_trusts(anchors.files, *told)
    return anchors


def reached_in_film(
    anchors: Anchors | None, memory: ShotMemory | None, per_frame: int, shots: CutList | None
) -> list[dict[str, Any]]:
    """Return what share of which shots each reference reached, as JSON values."""
    if anchors is None or memory is None:
        return []
    firsts = [0] if shots is None else shots.firsts
    return reached_shots(anchors, memory.reached(), per_frame, firsts)
