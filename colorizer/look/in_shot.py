"""A frame of a film as the run shows it to the network: by the curve of its shot.

The run knows the whole shot; here it is estimated from the frames around the one that is looked at.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from colorizer.errors import MediaError
from colorizer.frame import Frame
from colorizer.guidance.colour_one import prepared
from colorizer.media.seek import frames_around
from colorizer.pipeline.film_stages import wishes_of
from colorizer.settings import Settings
from colorizer.stages.emulsion import tell_emulsion
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.shots import mark_shots

_MARKS = ("shown", "window", "slope", "paper", "colours", "kept", "ab", "is_anchor", "taken")


def levelled_in_shot(frame: Frame, path: Path, settings: Settings) -> Frame:
    """Return a frame of a film as the network is to see it, with what of it is no picture.

    Args:
        frame: of `frame_at`, with L of the size that the settings name.
        path: the film.
        settings: smooth, faded, paper, cards, coloured and toned are used.
    """
    if not settings.smooth:
        return prepared(frame, settings)
    seconds = float((frame.pts or 0) * frame.time_base)
    levels = FilmLevels(settings.faded, settings.paper, settings.cards, wishes_of(settings))
    try:
        with closing(frames_around(path, seconds, side=settings.size, reading=settings)) as around:
            done = levels.level(mark_shots(around))
            found = next((one for one in done if one.pts == frame.pts), None)
    except MediaError:
        found = None
    if found is None or found.L.shape != frame.L.shape:
        return prepared(frame, settings)
    frame = replace(frame, **{name: getattr(found, name) for name in _MARKS})
    return next(tell_emulsion([frame], lambda _: settings.emulsion, lambda _: None))
