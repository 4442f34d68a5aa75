"""A frame of a film as the run shows it to the network: by the curve and the settings of its shot.

The run knows the whole shot; here it is estimated from the frames around the one that is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from colorizer.errors import MediaError, SettingsError
from colorizer.frame import Frame
from colorizer.guidance.colour_one import checked, prepared
from colorizer.guidance.cut_list import cut_file, override_file
from colorizer.guidance.overview import Overview, overview_of
from colorizer.guidance.reader import reader_of
from colorizer.guidance.shot_settings import Overrides, ShotSettings, read_overrides
from colorizer.jobs import Job, Kind
from colorizer.media import open_film
from colorizer.media.seek import frames_around
from colorizer.settings import Settings
from colorizer.stages.emulsion import tell_emulsion
from colorizer.stages.fields import separate_fields
from colorizer.stages.levels import level_alone
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.own_colours import keep_alone, wishes_of
from colorizer.stages.shots import mark_shots

_MARKS = ("L", "screen", "shown", "window", "slope", "paper", "colours", "kept", "ab", "is_anchor",
          "taken", "marks", "tint")  # fmt: skip


def as_run(
    frame: Frame,
    path: Path,
    kind: Kind,
    settings: Settings,
    check: Callable[[], object] = lambda: None,
) -> Frame:
    """Return a picture as the run shows it to the network; see `levelled_in_shot` and `prepared`.

    Args:
        frame: of `open_picture`.
        path: the photo or film.
        kind: what it is.
        settings: of the run.
        check: is called between the steps and the frames; what it raises ends the reading.
    """
    if kind is Kind.FILM:
        return levelled_in_shot(frame, path, settings, check)
    return prepared(frame, settings, check)


def levelled_in_shot(
    frame: Frame, path: Path, settings: Settings, check: Callable[[], object] = lambda: None
) -> Frame:
    """Return a frame of a film as the network is to see it, with what of it is no picture.

    Of a film whose fields are coloured one by one it is what the network sees of the first field.

    Args:
        frame: of `frame_at`, with L of the size that the settings name.
        path: the film.
        settings: smooth, faded, paper, cards, screens, coloured, toned, emulsion and, for the
            shots and what single ones have of their own, shots, start and end are used.

        check: as for `as_run`.

    Raises:
        SettingsError: the cut list, or the file next to it, is wrong.
    """
    (alone,) = _seen([frame], path, settings)
    if not settings.smooth:
        (found,) = keep_alone(level_alone([alone], settings.faded), wishes_of(settings))
        return _told(_marked(frame, found), settings.emulsion)
    listed = _Listed(path, settings)
    seconds = float((frame.pts or 0) * frame.time_base)
    try:
        with closing(frames_around(path, seconds, side=settings.size, reading=settings)) as around:
            frames = _seen(checked(around, check), path, settings)
            done = _levelled(frames, listed, settings)
            found = next((one for one in done if one.pts == frame.pts), None)
    except MediaError:
        found = None
    if found is None or found.L.shape != frame.L.shape:
        found = next(_levelled(iter([alone]), listed, settings))
    return _told(_marked(frame, found), listed.of(found.index).emulsion or settings.emulsion)


def _levelled(frames: Iterator[Frame], listed: _Listed, settings: Settings) -> Iterator[Frame]:
    levels = FilmLevels(settings.faded, settings.paper, settings.cards, wishes_of(settings))
    shots = mark_shots(listed.begun(frames), listed.cuts)
    return levels.level(shots, lambda index: listed.of(index).look)


def _marked(frame: Frame, found: Frame) -> Frame:
    """Return a whole frame with what was found, which may be of its first field."""
    return replace(frame, **{name: getattr(found, name) for name in _MARKS})


def _told(frame: Frame, emulsion: str) -> Frame:
    return next(tell_emulsion([frame], lambda _: emulsion, lambda _: None))


def _seen(frames: Iterable[Frame], path: Path, settings: Settings) -> Iterator[Frame]:
    """Yield frames, or the first field of each, without a raster, under their own times."""
    first_field, overview = _known(path, settings, path.stat().st_mtime_ns if path.exists() else 0)
    for frame in frames:
        seen = frame
        if first_field:
            field = next(separate_fields([frame], first_field))
            seen = replace(frame, Y=field.Y, L=field.L)
        yield from overview.hidden([seen])


@lru_cache(maxsize=1)
def _known(path: Path, settings: Settings, stamp: int) -> tuple[str | None, Overview]:
    """Return which field of a film is first, and what all of it shows; `stamp` changes with it."""
    try:
        with open_film(path, settings, side=settings.size) as source:
            return source.first_field, overview_of(source, settings)
    except (MediaError, SettingsError):  # told where what is asked for is read
        return None, Overview()


class _Listed:
    """The shots of a film that its settings list, and what single ones have of their own."""

    def __init__(self, path: Path, settings: Settings) -> None:
        file = cut_file(settings.shots, path)
        own = override_file(file)
        self._own: Overrides | None = None
        self._starts: frozenset[int] | None = None
        self._first = 0
        if file is None or own is None or not (file.exists() or own.exists()):
            return
        reader = reader_of(Job(path, path, Kind.FILM, settings))
        self._own = read_overrides(file, reader.cuts, reader.listed)
        self._starts, self._first = reader.cuts, reader.first_index

    @property
    def cuts(self) -> frozenset[int] | None:
        """None where shots are to be found; else `begun` has marked all of them."""
        return None if self._starts is None else frozenset()

    def begun(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """Mark the frames that start a shot of the list; some may have been left out."""
        last = None
        for frame in frames:
            place = frame.index - self._first
            number = sum(start <= place for start in self._starts or ())
            begins = last is not None and number != last
            yield replace(frame, starts_shot=True) if begins else frame
            last = number

    def of(self, index: int) -> ShotSettings:
        """Return what the shot of a frame has of its own, by the frame's index in the film."""
        return ShotSettings() if self._own is None else self._own.of(index - self._first)
